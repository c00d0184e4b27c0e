// Answers a client's query from what the process already knows: a plain function, bytes in, bytes
// out. No allocation, no lock, no virtual call, no log, no system call.
//
// Thread: any that owns a Reader of the store, inside a turn of its loop.
// Budget: 150 ns for a cached address record (bench/resolver: BM_AnswerFromCache).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cache/store.h"
#include "resolver/answer/kept_request.h"
#include "resolver/answer/reply.h"
#include "resolver/answer/request.h"

namespace tern::resolver::answer {

enum class HotOutcome : uint8_t {
  kReplied,            // *reply_octets of the buffer go to the client
  kRepliedRefreshDue,  // the same, and the question should be asked anew, for the next client
  kDropped,            // nothing is sent
  kMiss,               // the question must be resolved
};

// In the last tenth of its life. Of an entry that is fresh, so one of less than ten seconds never
// is: a tenth of it would be nothing to refresh it in.
inline bool IsNearExpiry(cache::EntryView entry, cache::Seconds now) {
  return entry.Remaining(now) <= entry.ttl() / 10;
}

// Collects the fresh entries that answer (name, type): the links of a CNAME chain and its end.
// False when something is missing; then *answer holds the links up to there and *missing the name
// at which the cache ends (inside the query or an entry). So many links are
// followed as `links_max` says, at most kChainLinksMax.
bool CollectFromCache(const cache::Store& store, wire::NameView name, wire::RRType type,
                      cache::Seconds now, AnswerParts* answer, wire::NameView* missing,
                      int links_max = kChainLinksMax);

// A query that was parsed and waits for its answer.
struct ParsedQuery {
  Request request;
  RequestVerdict verdict = RequestVerdict::kDrop;
  wire::Rcode rcode = wire::Rcode::kNoError;  // with RequestVerdict::kReply
  uint64_t name_hash = 0;                     // with RequestVerdict::kResolve, the store's
};

// Where an answer comes from, and how it is made.
struct AnswerContext {
  const cache::Store& store;
  cache::Seconds now;
  uint32_t rotation = 0;           // turns the order of address records
  int links_max = kChainLinksMax;  // so many links of a chain are followed, at most kChainLinksMax
};

// The two halves of the hot path. Of a batch all queries are parsed first, so that the index lines
// that they need are on their way while the others are parsed.
void ParseQuery(std::span<const uint8_t> query, const cache::Store& store, ParsedQuery* parsed);
// The same for a question that ParseQuery found to be RequestVerdict::kResolve, perhaps on another
// worker. `*parsed` borrows the octets of `kept`.
void ResumeQuery(const KeptRequest& kept, const cache::Store& store, ParsedQuery* parsed);

// Over TCP a reply may fill the buffer; over UDP it keeps to the client's size and to 1232.
// REQUIRES: reply.size() >= 1232; `parsed` was read from `query`.
HotOutcome AnswerParsed(std::span<const uint8_t> query, const ParsedQuery& parsed, bool tcp,
                        const AnswerContext& context, std::span<uint8_t> reply,
                        size_t* reply_octets);

}  // namespace tern::resolver::answer
