#include "resolver/dnssec/delegation.h"

#include <algorithm>
#include <optional>

#include "resolver/crypto/digest.h"
#include "wire/dnssec_records.h"

namespace tern::resolver::dnssec {
namespace {

using wire::DigestType;

// The digest of a longer key counts as several.
constexpr size_t kOctetsOfOneHash = 1024;

// Why the zone cannot be validated by this DS; kNone when it can.
Reason WhyUnusableDs(const wire::DsView& ds, const Tools& tools) {
  if (!tools.signatures.algorithms().Contains(ds.algorithm)) return Reason::kUnsupportedAlgorithm;
  if (!tools.digests.Supports(ds.digest_type)) return Reason::kUnsupportedDigest;
  return Reason::kNone;
}

// SHA-1 serves only where the zone has no better digest (RFC 4509 section 3).
bool HasBetterThanSha1(std::span<const std::vector<uint8_t>> all, const Tools& tools) {
  return std::any_of(all.begin(), all.end(), [&](const std::vector<uint8_t>& rdata) {
    const std::optional<wire::DsView> ds = wire::ReadDs(rdata);
    return ds && ds->digest_type != DigestType::kSha1 && WhyUnusableDs(*ds, tools) == Reason::kNone;
  });
}

// The keys that may sign the zone's DNSKEY RRset.
class KeyMatch {
 public:
  KeyMatch(const KeyDemand& demand, const Verifier& verifier)
      : demand_(demand),
        verifier_(verifier),
        without_sha1_(HasBetterThanSha1(demand.ds(), verifier.tools)) {}

  // kNone when the demand names the key.
  Reason Match(const ZoneKey& key) {
    const wire::DnskeyView dnskey = key.view();
    for (const std::vector<uint8_t>& known : demand_.dnskeys()) {
      if (std::ranges::equal(known, dnskey.rdata)) return Reason::kNone;
    }
    for (const std::vector<uint8_t>& rdata : demand_.ds()) {
      const std::optional<wire::DsView> ds = wire::ReadDs(rdata);
      if (!ds || WhyUnusableDs(*ds, verifier_.tools) != Reason::kNone || ds->key_tag != key.tag() ||
          ds->algorithm != dnskey.algorithm ||
          (without_sha1_ && ds->digest_type == DigestType::kSha1)) {
        continue;
      }
      int& hashes_left = *verifier_.costs.hashes_left;
      if (hashes_left <= 0) return Reason::kBudget;
      hashes_left =
          std::max(hashes_left - static_cast<int>(1 + dnskey.rdata.size() / kOctetsOfOneHash), 0);
      switch (verifier_.tools.digests.Compare(*ds, verifier_.zone, dnskey)) {
        case crypto::DigestResult::kEqual:
          return Reason::kNone;
        case crypto::DigestResult::kFailed:
          return Reason::kNoMeans;
        case crypto::DigestResult::kDifferent:
        case crypto::DigestResult::kUnsupported:
          break;
      }
    }
    return Reason::kNoKeyForDs;
  }

 private:
  const KeyDemand& demand_;
  const Verifier& verifier_;
  bool without_sha1_;
};

uint16_t TagOf(const KeyDemand& demand, const Tools& tools) {
  for (const std::vector<uint8_t>& rdata : demand.ds()) {
    const std::optional<wire::DsView> ds = wire::ReadDs(rdata);
    if (ds && WhyUnusableDs(*ds, tools) == Reason::kNone) return ds->key_tag;
  }
  if (demand.dnskeys().empty()) return 0;
  const std::optional<wire::DnskeyView> dnskey = wire::ReadDnskey(demand.dnskeys()[0]);
  return dnskey ? dnskey->KeyTag() : uint16_t{0};
}

// Whether one of the keys signed the DNSKEY RRset.
Verdict VerifyWith(cache::EntryView dnskeys, ZoneKeys& keys, const Verifier& like) {
  std::vector<std::span<const uint8_t>> rdatas;
  std::vector<std::span<const uint8_t>> rrsigs;
  std::span<const uint8_t> rdata;
  for (cache::RecordCursor cursor = dnskeys.Records(); cursor.Next(&rdata);) {
    rdatas.push_back(rdata);
  }
  for (cache::RecordCursor cursor = dnskeys.Signatures(); cursor.Next(&rdata);) {
    rrsigs.push_back(rdata);
  }
  const wire::SignedRRset rrset = {
      .owner = dnskeys.name(), .type = wire::RRType::kDNSKEY, .rdatas = rdatas};
  return VerifyRRset(rrset, rrsigs,
                     {.tools = like.tools,
                      .costs = like.costs,
                      .zone = like.zone,
                      .keys = keys,
                      .wall_seconds = like.wall_seconds,
                      .in_grace = like.in_grace,
                      .checks_dates = like.checks_dates,
                      .takes_revoked = like.takes_revoked});
}

}  // namespace

KeyDemand::KeyDemand(cache::EntryView ds) {
  cache::RecordCursor cursor = ds.Records();
  std::span<const uint8_t> rdata;
  while (ds_.size() < kDsMax && cursor.Next(&rdata)) ds_.emplace_back(rdata.begin(), rdata.end());
}

KeyDemand::KeyDemand(const TrustAnchor& anchor) : ds_(anchor.ds), dnskeys_(anchor.dnskeys) {}

Reason KeyDemand::WhyUnusable(const Tools& tools) const {
  Reason reason = Reason::kUnsupportedDigest;
  bool has_supported_algorithm = false;
  for (const std::vector<uint8_t>& rdata : dnskeys_) {
    const std::optional<wire::DnskeyView> dnskey = wire::ReadDnskey(rdata);
    if (dnskey && tools.signatures.algorithms().Contains(dnskey->algorithm)) return Reason::kNone;
  }
  for (const std::vector<uint8_t>& rdata : ds_) {
    const std::optional<wire::DsView> ds = wire::ReadDs(rdata);
    if (!ds) continue;
    const Reason why = WhyUnusableDs(*ds, tools);
    if (why == Reason::kNone) return Reason::kNone;
    has_supported_algorithm |= why == Reason::kUnsupportedDigest;
  }
  if (!has_supported_algorithm) reason = Reason::kUnsupportedAlgorithm;
  return reason;
}

Verdict VerifyKeys(cache::EntryView dnskeys, const KeyDemand& demand, const Verifier& verifier) {
  KeyMatch match(demand, verifier);
  ZoneKeys trusted;
  Verdict verdict = {.reason = Reason::kNoKeyForDs, .key_tag = TagOf(demand, verifier.tools)};
  for (const ZoneKey& key : verifier.keys.keys()) {
    const Reason reason = match.Match(key);
    if (reason == Reason::kBudget || reason == Reason::kNoMeans) verdict.reason = reason;
    if (reason == Reason::kNone) trusted.Add(key.view().rdata);
  }
  if (trusted.empty()) return verdict;
  return VerifyWith(dnskeys, trusted, verifier);
}

bool RevokesItself(cache::EntryView dnskeys, const ZoneKey& key, const Verifier& verifier) {
  ZoneKeys itself;
  itself.Add(key.view().rdata);
  Verifier of_revoked = verifier;
  of_revoked.takes_revoked = true;
  return key.view().IsRevoked() && VerifyWith(dnskeys, itself, of_revoked).reason == Reason::kNone;
}

}  // namespace tern::resolver::dnssec
