// Answers a client's query from what the process already knows. It is a plain function: bytes in,
// bytes out. It makes no allocation, lock, virtual call, log line or system call.
//
// Thread: any that owns a Reader of the store, inside a turn of its loop.
// Budget: 150 ns for a cached address record (bench/resolver: BM_AnswerFromCache).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cache/store.h"
#include "resolver/answer/kept_request.h"
#include "resolver/answer/reply.h"
#include "resolver/answer/request.h"

namespace tern::resolver::policy {
class LocalData;
}  // namespace tern::resolver::policy

namespace tern::resolver::answer {

enum class HotOutcome : uint8_t {
  kReplied,            // send *reply_octets of the buffer to the client
  kRepliedRefreshDue,  // send them, and ask the question again for the next client
  kRepliedTargetsDue,  // send them, and look up the addresses of the hosts that an MX answer names
  kDropped,            // send nothing
  kMiss,               // resolve the question
};

// Whether the entry is what a referral said of a zone cut: that it has no DS. It has no SOA, and a
// client that validates itself does not take it for an answer (RFC 2308 section 2.2).
inline bool IsOnlyForValidation(cache::EntryView entry) {
  return entry.type() == wire::RRType::kDS && entry.kind() == cache::EntryKind::kNoData &&
         entry.count() == 0;
}

// Collects the fresh entries that answer (name, type): the links of a CNAME chain and its end.
// Follows at most `links_max` links, and at most kChainLinksMax. False when something is missing.
// Then *answer has the links up to there, and *missing the name at which the cache ends. That name
// is inside the query or an entry.
// Entries of less security than `floor` count as missing.
bool CollectFromCache(const cache::Store& store, wire::NameView name, wire::RRType type,
                      cache::Instant now, AnswerParts* answer, wire::NameView* missing,
                      int links_max = kChainLinksMax,
                      cache::Security floor = cache::Security::kBogus);

// The least security that an entry needs to be told to this client. A client that validates itself
// (CD) gets everything (RFC 4035 section 3.2.2), and so do all when nothing is validated. Only what
// was asked for without DO is not told to a client with DO, unless it wants no recursion: then
// nothing better comes.
inline cache::Security FloorFor(const Request& request, bool validates) {
  if (!validates && request.edns.dnssec_ok && request.recursion_desired()) {
    return cache::Security::kUnchecked;
  }
  const bool checks_itself = (request.flags & wire::kFlagCD) != 0;
  return validates && !checks_itself ? cache::Security::kInsecure : cache::Security::kBogus;
}

// The same for addresses beside an answer that ends with `end`. Beside a secure answer they are
// secure, or absent.
inline cache::Security FloorBeside(cache::EntryView end, const Request& request, bool validates) {
  return end.security() == cache::Security::kSecure ? cache::Security::kSecure
                                                    : FloorFor(request, validates);
}

// A parsed query that waits for its answer.
struct ParsedQuery {
  Request request;
  RequestVerdict verdict = RequestVerdict::kDrop;
  wire::Rcode rcode = wire::Rcode::kNoError;  // with RequestVerdict::kReply
  uint64_t name_hash = 0;                     // with RequestVerdict::kResolve: the store's hash
};

// Where an answer comes from, and how it is made.
struct AnswerContext {
  const cache::Store& store;
  cache::Instant now;
  uint32_t rotation = 0;           // shifts the order of records, see reply.h
  int links_max = kChainLinksMax;  // at most so many links are followed, and at most kChainLinksMax
  std::span<const std::string> trust_anchors{};  // what trustanchor.server says, see fixed_answer.h
  bool additional = false;                       // mail.additional
  const policy::LocalData* local_data = nullptr;
  bool validates = false;                         // only what was validated is answered
  const NegativeAnchors* exempt_zones = nullptr;  // for their reasons; may be null
  wire::ExtendedError* told = nullptr;            // see AnswerParts
};

// The two halves of the hot path. All queries of a batch are parsed first. So the index lines of
// one query are fetched while the next ones are parsed.
void ParseQuery(std::span<const uint8_t> query, const cache::Store& store, ParsedQuery* parsed);
// The same for a question that ParseQuery found to be RequestVerdict::kResolve, perhaps on another
// worker. `*parsed` borrows the octets of `kept`.
void ResumeQuery(const KeptRequest& kept, const cache::Store& store, ParsedQuery* parsed);

// Over TCP a reply may fill the buffer. Over UDP it is at most as large as the client allows, and
// at most 1232 octets.
// REQUIRES: reply.size() >= 1232. `parsed` was read from `query`.
HotOutcome AnswerParsed(std::span<const uint8_t> query, const ParsedQuery& parsed, bool tcp,
                        const AnswerContext& context, std::span<uint8_t> reply,
                        size_t* reply_octets);

}  // namespace tern::resolver::answer
