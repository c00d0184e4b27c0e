#include "resolver/dnssec/verify.h"

#include <algorithm>
#include <new>
#include <optional>

namespace tern::resolver::dnssec {
namespace {

// A signature in its time of grace is taken, but not kept for long.
constexpr uint32_t kTtlInGrace = 60;
// To hash so many octets, some times over, takes as long as a verification by P-256.
constexpr size_t kOctetsOfOneWork = 16384;

// Of several failures, the one nearest to success tells most.
int Nearness(Reason reason) {
  switch (reason) {
    case Reason::kNoSignature:
      return 0;
    case Reason::kWrongSigner:
    case Reason::kBadLabels:
      return 1;
    case Reason::kNoMatchingKey:
      return 2;
    case Reason::kBudget:
    case Reason::kNoMeans:
      return 9;
    default:
      return 5;
  }
}

bool EndsTheSearch(Reason reason) {
  return reason == Reason::kNone || reason == Reason::kBudget || reason == Reason::kNoMeans;
}

// Whether the signature may be used for the RRset at all, whoever made it.
Reason CheckFields(const wire::SignedRRset& rrset, const wire::RrsigView& rrsig,
                   const Verifier& verifier) {
  if (!rrsig.signer.Equals(verifier.zone)) return Reason::kWrongSigner;
  // The wildcard must be inside the zone (RFC 4035 section 5.3.1).
  if (rrsig.labels > wire::SignedLabels(rrset.owner) || rrsig.labels < verifier.zone.LabelCount()) {
    return Reason::kBadLabels;
  }
  if (rrsig.SecondsOfValidity() < 0) return Reason::kExpiresBeforeInception;
  if (!verifier.checks_dates) return Reason::kNone;
  const int32_t skew = ClockSkew(rrsig);
  if (rrsig.SecondsToExpiration(verifier.wall_seconds) < -skew) return Reason::kExpired;
  if (rrsig.SecondsSinceInception(verifier.wall_seconds) < -skew) return Reason::kNotYetValid;
  return Reason::kNone;
}

bool WriteOctets(const wire::SignedRRset& rrset, const wire::CanonicalOrder& order,
                 const wire::RrsigView& rrsig, std::vector<uint8_t>* octets) {
  try {
    octets->resize(wire::SignedOctetsSize(rrset, order, rrsig));
  } catch (const std::bad_alloc&) {
    return false;
  }
  size_t written = 0;
  if (wire::WriteSignedOctets(rrset, order, rrsig, *octets, &written) !=
      wire::SignedOctetsError::kNone) {
    return false;
  }
  octets->resize(written);
  return true;
}

// False when the question's budget, or the worker's turn, is used up. What is begun is finished.
bool PayForCheck(const wire::DnskeyView& dnskey, const Verifier& verifier) {
  const Costs& costs = verifier.costs;
  if (*costs.checks_left <= 0 || *costs.work_left <= 0) return false;
  if (!verifier.tools.turn.Allows()) return false;
  const int work = crypto::VerificationCost(dnskey) +
                   static_cast<int>(verifier.tools.octets.size() / kOctetsOfOneWork);
  --*costs.checks_left;
  *costs.work_left -= work;
  verifier.tools.turn.Charge(work);
  return true;
}

Reason CheckKey(ZoneKey& key, const wire::RrsigView& rrsig, const Verifier& verifier) {
  const wire::DnskeyView dnskey = key.view();
  if (!dnskey.IsZoneKey() || dnskey.protocol != wire::kDnskeyProtocol) return Reason::kNoZoneKey;
  if (dnskey.IsRevoked() && !verifier.takes_revoked) return Reason::kRevokedKey;
  if (!verifier.tools.signatures.algorithms().Contains(dnskey.algorithm)) {
    return Reason::kNoMatchingKey;
  }
  const VerifiedSignatures::Digest digest =
      verifier.tools.verified.DigestOf(verifier.tools.octets, rrsig.signature, dnskey.rdata);
  if (const std::optional<bool> known = verifier.tools.verified.Find(digest)) {
    return *known ? Reason::kNone : Reason::kBadSignature;
  }
  if (!PayForCheck(dnskey, verifier)) return Reason::kBudget;
  switch (key.Verify(verifier.tools.signatures, verifier.tools.octets, rrsig.signature)) {
    case crypto::SignatureResult::kValid:
      verifier.tools.verified.Put(digest, /*good=*/true);
      return Reason::kNone;
    case crypto::SignatureResult::kInvalid:
      verifier.tools.verified.Put(digest, /*good=*/false);
      return Reason::kBadSignature;
    case crypto::SignatureResult::kBadKey:
      return Reason::kBadKey;
    case crypto::SignatureResult::kFailed:
      return Reason::kNoMeans;
    case crypto::SignatureResult::kUnsupported:
      break;
  }
  return Reason::kNoMatchingKey;
}

Reason CheckSignature(const wire::SignedRRset& rrset, const wire::CanonicalOrder& order,
                      const wire::RrsigView& rrsig, const Verifier& verifier) {
  Reason reason = CheckFields(rrset, rrsig, verifier);
  if (reason != Reason::kNone) return reason;
  reason = Reason::kNoMatchingKey;
  int tried = 0;
  for (ZoneKey& key : verifier.keys.keys()) {
    if (key.tag() != rrsig.key_tag || key.view().algorithm != rrsig.algorithm) continue;
    *verifier.costs.keys_of_one_tag = std::max(*verifier.costs.keys_of_one_tag, tried + 1);
    if (tried == kKeysOfOneTagMax) return Reason::kBudget;
    if (tried++ == 0 && !WriteOctets(rrset, order, rrsig, &verifier.tools.octets)) {
      return Reason::kBadSignature;
    }
    reason = CheckKey(key, rrsig, verifier);
    if (EndsTheSearch(reason)) return reason;
  }
  return reason;
}

bool IsInGrace(const wire::RrsigView& rrsig, uint32_t wall_seconds) {
  return rrsig.SecondsToExpiration(wall_seconds) <= 0 ||
         rrsig.SecondsSinceInception(wall_seconds) < 0;
}

uint32_t TtlMax(const wire::RrsigView& rrsig, uint32_t wall_seconds) {
  // With a wrong clock, what is left may be less than nothing by far.
  const auto left = static_cast<uint32_t>(rrsig.SecondsToExpiration(wall_seconds));
  return std::min(rrsig.original_ttl, IsInGrace(rrsig, wall_seconds) ? kTtlInGrace : left);
}

}  // namespace

int32_t ClockSkew(const wire::RrsigView& rrsig) {
  return std::clamp(rrsig.SecondsOfValidity() / 10, kClockSkewMin, kClockSkewMax);
}

Verdict VerifyRRset(const wire::SignedRRset& rrset,
                    std::span<const std::span<const uint8_t>> rrsigs, const Verifier& verifier) {
  Verdict verdict = {.reason = Reason::kNoSignature};
  wire::CanonicalOrder order;
  if (!order.Make(rrset.type, rrset.rdatas)) {
    verdict.reason = Reason::kBudget;
    return verdict;
  }
  size_t tried = 0;
  for (const std::span<const uint8_t> rdata : rrsigs) {
    const std::optional<wire::RrsigView> rrsig = wire::ReadRrsig(rdata);
    if (!rrsig || rrsig->type_covered != rrset.type) continue;
    if (++tried > kSignaturesTried) break;
    const Reason reason = CheckSignature(rrset, order, *rrsig, verifier);
    if (reason != Reason::kNone && Nearness(reason) < Nearness(verdict.reason)) continue;
    verdict = {reason,           TtlMax(*rrsig, verifier.wall_seconds),
               rrsig->labels,    rrsig->key_tag,
               rrsig->inception, rrsig->expiration};
    if (reason == Reason::kNone && verifier.in_grace != nullptr && verifier.checks_dates &&
        IsInGrace(*rrsig, verifier.wall_seconds)) {
      ++*verifier.in_grace;
    }
    if (EndsTheSearch(reason)) return verdict;
  }
  return verdict;
}

}  // namespace tern::resolver::dnssec
