// Turns what the filter let through of a reply into cache entries, and puts them into the store.
//
// Only what the question needs is learnt: the links and the end of its chain, the negative answer,
// or the delegation. An NS RRset beside an answer, and additional records other than glue, are not
// (RFC 2181 section 5.4.1; ghost domains).
//
// Thread: one worker's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cache/store.h"
#include "resolver/answer/answer.h"
#include "resolver/base/cache_settings.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/upstream/reply_class.h"
#include "resolver/upstream/reply_records.h"
#include "wire/name.h"
#include "wire/rdata.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

class Learner {
 public:
  Learner(cache::Store* store, const CacheSettings& settings, const ResolutionLimits& limits);

  // For what is learnt from now on.
  void SetPolicy(const CacheSettings& settings, const ResolutionLimits& limits) {
    settings_ = settings;
    limits_ = limits;
  }

  // Learns the answer to (name, type) as `meaning` describes it and adds its entries to `answer`
  // (null: only the store is told). False when the reply holds more than the limits allow, or
  // RDATA without sense.
  // REQUIRES: meaning.reply_class is kAnswer, kAlias, kNoData, kNxDomain or kYxDomain, and
  // came from `records` and the same question.
  [[nodiscard]] bool LearnAnswer(const upstream::ReplyRecords& records,
                                 const upstream::ReplyMeaning& meaning, wire::NameView name,
                                 wire::RRType type, cache::Seconds now, answer::Answer* answer);

  // What a server without an SOA to keep it by denies, is not to be served again, not even stale
  // (RFC 8767 section 4).
  void ForgetStale(wire::NameView name, wire::RRType type, cache::Seconds now);
  // Learns a reply's DNAME, and adds it and the CNAME that it makes for `name` to the answer.
  // REQUIRES: `dname` stands in records.answer().
  [[nodiscard]] bool LearnDname(const upstream::ReplyRecords& records,
                                const wire::RecordView& dname, wire::NameView name,
                                cache::Seconds now, answer::Answer* answer);

  // Learns the referral to meaning.cut with the glue that its server may give: addresses of names
  // inside `zone`. It lives `ttl_max` seconds at the most. Returns the delegation's entry, which is
  // good until the next call, or nothing when no name server was in it.
  // REQUIRES: meaning.reply_class is kReferral.
  std::span<const uint8_t> LearnReferral(const upstream::ReplyRecords& records,
                                         const upstream::ReplyMeaning& meaning, uint32_t ttl_max,
                                         cache::Seconds now);

  // Learns the name servers of the root from an answer to (., NS) and its additional section
  // (RFC 9609 section 4).
  std::span<const uint8_t> LearnPriming(const upstream::ReplyRecords& records, cache::Seconds now);

  // `has_stale`: there is an older answer for those who ask meanwhile. Kept for at least its whole
  // time, though the store counts in whole seconds.
  void LearnFailure(wire::NameView name, wire::RRType type, wire::ExtendedError error,
                    bool has_stale, Time now);

  // For an entry that is made elsewhere (local data): room that the next call reuses.
  std::span<uint8_t> scratch() { return {reinterpret_cast<uint8_t*>(scratch_.data()), kScratch}; }

 private:
  // An entry as it is built, and behind it the RDATA that is copied next.
  static constexpr size_t kScratch = cache::kBuiltOctetsMax + wire::kRdataOctetsMax + 1;

  [[nodiscard]] bool Keep(std::span<const uint8_t> entry, cache::Seconds now,
                          answer::Answer* answer);
  [[nodiscard]] bool LearnRRset(const upstream::ReplyRecords& records,
                                const wire::RecordView& first, wire::NameView owner,
                                cache::Rank rank, cache::Seconds now, answer::Answer* answer);
  [[nodiscard]] bool LearnNegative(const upstream::ReplyMeaning& meaning, wire::RRType type,
                                   cache::Rank rank, cache::Seconds now, answer::Answer* answer);
  std::span<const uint8_t> LearnDelegation(const upstream::ReplyRecords& records,
                                           std::span<const wire::RecordView> ns_section,
                                           wire::NameView cut, uint32_t ttl_max,
                                           cache::Seconds now);

  cache::Store* store_;
  CacheSettings settings_;
  ResolutionLimits limits_;
  std::vector<uint64_t> scratch_;
};

}  // namespace tern::resolver::resolution
