// From the DS records of a zone, or from a trust anchor, to its keys (RFC 4035 section 5.2).
//
// Thread: one worker's.
// Bound: kDsMax DS records, and the caller's budget of checks and hashes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cache/entry.h"
#include "resolver/base/dnssec_settings.h"
#include "resolver/dnssec/reason.h"
#include "resolver/dnssec/verify.h"

namespace tern::resolver::dnssec {

inline constexpr size_t kDsMax = 16;

// What a zone's keys must match: a copy, because the DS records may leave the store meanwhile.
class KeyDemand {
 public:
  KeyDemand() = default;
  // REQUIRES: `ds` is an RRset of that type.
  explicit KeyDemand(cache::EntryView ds);
  explicit KeyDemand(const TrustAnchor& anchor);

  // kNone when at least one DS, or key of the anchor, can be used here. Otherwise the reason why
  // the zone is insecure.
  Reason WhyUnusable(const Tools& tools) const;

  std::span<const std::vector<uint8_t>> ds() const { return ds_; }
  std::span<const std::vector<uint8_t>> dnskeys() const { return dnskeys_; }

 private:
  std::vector<std::vector<uint8_t>> ds_;
  std::vector<std::vector<uint8_t>> dnskeys_;
};

// Whether a signature over the zone's DNSKEY RRset is by a key that the demand names. The keys of
// the verifier are those of the RRset.
// REQUIRES: demand.WhyUnusable is kNone.
Verdict VerifyKeys(cache::EntryView dnskeys, const KeyDemand& demand, const Verifier& verifier);
// Whether the key is revoked, and signed the DNSKEY RRset. Only then its owner has revoked it (RFC
// 5011 section 2.1).
bool RevokesItself(cache::EntryView dnskeys, const ZoneKey& key, const Verifier& verifier);

}  // namespace tern::resolver::dnssec
