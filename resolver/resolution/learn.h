// Makes cache entries from the records of a reply, and puts them into the store.
//
// Only what the question needs is learnt: the links and the end of its chain, the negative answer,
// or the delegation. An NS RRset beside an answer and additional records other than glue are not
// learnt (RFC 2181 section 5.4.1; ghost domains).
//
// Thread: one worker's.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cache/store.h"
#include "resolver/answer/answer.h"
#include "resolver/base/cache_settings.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/policy/block_lists.h"
#include "resolver/upstream/reply_class.h"
#include "resolver/upstream/reply_records.h"
#include "wire/name.h"
#include "wire/rdata.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

class Learner {
 public:
  // `validates`: signatures and proofs are learnt too.
  Learner(cache::Store* store, const CacheSettings& settings, const ResolutionLimits& limits,
          policy::BlockLists lists = policy::BlockLists(), bool validates = false);

  // Applies to what is learnt from now on.
  void SetPolicy(const CacheSettings& settings, const ResolutionLimits& limits,
                 const policy::BlockLists& lists = policy::BlockLists(), bool validates = false) {
    settings_ = settings;
    limits_ = limits;
    lists_ = lists;
    validates_ = validates;
  }
  // What is known of the zone that the next replies are from. It is kUnchecked at first.
  void SetSecurity(cache::Security security) { security_ = security; }

  // Learns the answer to (name, type) as `meaning` describes it, and adds its entries to `answer`.
  // If `answer` is null, the entries go into the store only. False when the reply holds more than
  // the limits allow, or RDATA that makes no sense.
  // REQUIRES: meaning.reply_class is kAnswer, kAlias, kNoData, kNxDomain or kYxDomain. It came from
  // `records` and the same question.
  [[nodiscard]] bool LearnAnswer(const upstream::ReplyRecords& records,
                                 const upstream::ReplyMeaning& meaning, wire::NameView name,
                                 wire::RRType type, cache::Instant now, answer::Answer* answer);

  // Learns from a reply about a part of a name only what is at the part itself. The part was asked
  // to find the way to the name. If the part is an alias, where it leads does not matter.
  // REQUIRES: as LearnAnswer.
  void LearnPart(const upstream::ReplyRecords& records, const upstream::ReplyMeaning& meaning,
                 wire::NameView part, wire::RRType type, cache::Instant now);

  // A name that exists shows that the names above it exist. So denials of these end, up to the
  // nearest zone cut.
  void ForgetDenialsAbove(wire::NameView name, cache::Instant now);

  // Learns a denial without an SOA, which gives no TTL to keep it by (RFC 2308 section 5). It is
  // kept as long as a first failure, and for this question only: `is_nxdomain` gives the code.
  [[nodiscard]] bool LearnBareDenial(wire::NameView name, wire::RRType type, bool is_nxdomain,
                                     cache::Rank rank, cache::Instant now, answer::Answer* answer);
  // The same for a denial from a forwarder, which is not kept: otherwise two forwarders could keep
  // it alive between them. What was known of the question must not be served again, not even stale
  // (RFC 8767 section 4).
  void ForgetStale(wire::NameView name, wire::RRType type, cache::Instant now);
  // Learns a reply's DNAME. Adds the DNAME to the answer, and the CNAME that it makes for `name`.
  // REQUIRES: `dname` is in records.answer().
  [[nodiscard]] bool LearnDname(const upstream::ReplyRecords& records,
                                const upstream::ReplyRecord& dname, wire::NameView name,
                                cache::Instant now, answer::Answer* answer);

  // Learns the referral to meaning.cut, with the glue that its server may give: addresses of names
  // inside `zone`. The delegation lives at most `ttl_max` seconds. Returns its entry, which is
  // valid until the next call. Returns nothing when the referral has no name server.
  // REQUIRES: meaning.reply_class is kReferral.
  std::span<const uint8_t> LearnReferral(const upstream::ReplyRecords& records,
                                         const upstream::ReplyMeaning& meaning, uint32_t ttl_max,
                                         cache::Instant now);

  // Learns the root's name servers from an answer to (., NS) and its additional section (RFC 9609
  // section 4).
  std::span<const uint8_t> LearnPriming(const upstream::ReplyRecords& records, cache::Instant now);

  // `has_stale`: clients that ask meanwhile get an older answer. `by_silence`: no server answered,
  // so the failure is kept for 30 seconds at most. The store counts in whole seconds, but the
  // failure is kept for at least its whole time. `text` says more to people.
  void LearnFailure(wire::NameView name, wire::RRType type, wire::ExtendedError error,
                    bool has_stale, Time now, bool by_silence = false, std::string_view text = {});

  // Puts an entry that validation has changed into the store.
  void Put(std::span<const uint8_t> entry, cache::Instant now);
  // What is known of (name, type) proved to be wrong or old.
  void Forget(wire::NameView name, wire::RRType type) {
    (void)store_->Erase(name, cache::KeySpace::kData, type);
  }

  // A buffer for an entry that is made elsewhere (local data). The next call reuses it.
  std::span<uint8_t> scratch() { return {reinterpret_cast<uint8_t*>(scratch_.data()), kScratch}; }

 private:
  // The size of an entry while it is built, and behind it the RDATA that is copied next.
  static constexpr size_t kScratch = cache::kBuiltOctetsMax + wire::kRdataOctetsMax + 1;

  // Whether what is learnt now will be validated, here or by the client, so that its signatures and
  // proofs are needed.
  bool NeedsProof() const { return security_ == cache::Security::kUnchecked; }
  [[nodiscard]] bool Keep(cache::EntryBuilder* builder, cache::Instant now, answer::Answer* answer);
  // Adds the RRSIGs of (owner, type) in the section, as signatures of the builder's RRset or, for
  // `as_proofs`, as proof records. Those that make no sense are left out. True when one of them
  // shows that the RRset was made from a wildcard.
  bool AddSignatures(const upstream::ReplyRecords& records,
                     std::span<const upstream::ReplyRecord> section, uint64_t owner_hash,
                     wire::NameView owner, wire::RRType type, bool as_proofs,
                     cache::EntryBuilder* builder);
  // Adds the NSEC and NSEC3 records of the authority section with their RRSIGs.
  void AddProofs(const upstream::ReplyRecords& records, cache::EntryBuilder* builder);
  // Learns what a referral says about the DS records of its cut.
  void LearnDs(const upstream::ReplyRecords& records, wire::NameView cut, uint32_t ttl_max,
               cache::Instant now);
  [[nodiscard]] bool LearnRRset(const upstream::ReplyRecords& records,
                                const upstream::ReplyRecord& first, wire::NameView owner,
                                cache::Rank rank, cache::Instant now, answer::Answer* answer);
  [[nodiscard]] bool LearnNegative(const upstream::ReplyRecords& records,
                                   const upstream::ReplyMeaning& meaning, wire::RRType type,
                                   cache::Rank rank, cache::Instant now, answer::Answer* answer);
  std::span<const uint8_t> LearnDelegation(const upstream::ReplyRecords& records,
                                           std::span<const upstream::ReplyRecord> ns_section,
                                           wire::NameView cut, uint32_t ttl_max,
                                           cache::Instant now);

  cache::Store* store_;
  CacheSettings settings_;
  ResolutionLimits limits_;
  policy::BlockLists lists_;
  bool validates_;
  cache::Security security_ = cache::Security::kUnchecked;
  std::vector<uint64_t> scratch_;
};

}  // namespace tern::resolver::resolution
