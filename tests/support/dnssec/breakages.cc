#include "tests/support/dnssec/breakages.h"

#include <iterator>
#include <utility>

#include "tests/support/dnssec/denial_records.h"
#include "tests/support/dnssec/octets.h"
#include "wire/check.h"

namespace tern::sim {
namespace {

using wire::NameView;
using wire::RRType;

constexpr uint32_t kDay = 86400;
constexpr uint8_t kUnknownNumber = 200;  // of an algorithm or a digest
constexpr uint64_t kForeignSeed = 0xf0f0;

constexpr std::string_view kBreakageNames[] = {
    "Expired",
    "NotYetValid",
    "WrongKey",
    "MissingSignature",
    "StrippedSignatures",
    "SignatureOfAnotherSet",
    "FlippedBit",
    "LabelsTooSmall",
    "LabelsBelowSigner",
    "SignerOfAnotherZone",
    "SignerAbove",
    "ShortOriginalTtl",
    "RevokedKey",
    "NotAZoneKey",
    "CollidingTags",
    "KeyTrap",
    "SignatureJam",
    "DsOfAnotherKey",
    "DsWithWrongDigest",
    "DsWithUnknownAlgorithm",
    "DsWithUnknownDigest",
    "DsUnknownBesideGood",
    "DsTrap",
    "NoDs",
    "MissingDenial",
    "WildcardWithoutProof",
    "ReferralWithoutProof",
    "EmptyRange",
    "NextOutsideZone",
    "TooManyTypes",
    "Nsec3WrongHash",
    "Nsec3UnknownHash",
    "ManyIterations",
};
static_assert(std::size(kBreakageNames) == kBreakages);

// Changes each signature of the sets, before or after it is made.
template <typename Change>
SigningPlan::SignatureEdit ForEach(BrokenSets sets, Change change) {
  return [sets = std::move(sets), change](const SignedZone& zone, NameView owner, RRType type,
                                          std::vector<Rrsig>* signatures) {
    if (!sets.Include(owner, type)) return;
    for (Rrsig& rrsig : *signatures) change(zone, owner, type, &rrsig);
  };
}

template <typename Change>
SigningPlan::RecordsEdit ForEachRecord(Change change) {
  return [change](NameView origin, std::vector<PlainRecord>* records) {
    for (PlainRecord& record : *records) change(origin, &record);
  };
}

const KeyPlan& DataKeyOf(const SigningPlan& plan) {
  for (const KeyPlan& key : plan.keys) {
    if (key.role != KeyRole::kKsk) return key;
  }
  return plan.keys.front();
}

const KeyPlan& EntryKeyOf(const SigningPlan& plan) {
  for (const KeyPlan& key : plan.keys) {
    if (key.role != KeyRole::kZsk) return key;
  }
  return plan.keys.front();
}

// Puts keys with the tag of `like` before the zone's own.
void AddCollidingKeys(int count, const KeyPlan& like, SigningPlan* plan) {
  const uint16_t tag = like.Make().Tag();
  plan->dnskey_edits.push_back([=](NameView origin, std::vector<PlainRecord>* records) {
    std::vector<PlainRecord> more;
    for (int i = 0; i < count; ++i) {
      const uint64_t seed = kForeignSeed + static_cast<uint64_t>(i) * 1000;
      PlainRecord record = records->front();
      record.owner = origin;
      record.rdata = ZoneKey::WithTag(like.algorithm, seed, tag).Dnskey();
      more.push_back(std::move(record));
    }
    records->insert(records->begin(), more.begin(), more.end());
  });
}

void AddBadSignatures(int count, SigningPlan* plan, const BrokenSets& sets) {
  plan->after_signing.push_back(
      [=](const SignedZone&, NameView owner, RRType type, std::vector<Rrsig>* signatures) {
        if (type == RRType::kDNSKEY || !sets.Include(owner, type) || signatures->empty()) return;
        const Rrsig good = signatures->front();
        signatures->clear();
        for (int i = 0; i < count; ++i) {
          Rrsig bad = good;
          bad.signature[bad.signature.size() / 2] ^= static_cast<uint8_t>(1 + i % 255);
          bad.signature[bad.signature.size() / 3] ^= static_cast<uint8_t>(i / 255);
          signatures->push_back(std::move(bad));
        }
      });
}

void BreakFields(Breakage breakage, SigningPlan* plan, const BrokenSets& sets) {
  const uint32_t inception = plan->inception;
  const uint32_t expiration = plan->expiration;
  const auto add = [&](auto change) { plan->before_signing.push_back(ForEach(sets, change)); };
  switch (breakage) {
    case Breakage::kExpired:
      return add([=](auto&, NameView, RRType, Rrsig* rrsig) {
        rrsig->inception = inception - 40 * kDay;
        rrsig->expiration = inception - 10 * kDay;
      });
    case Breakage::kNotYetValid:
      return add([=](auto&, NameView, RRType, Rrsig* rrsig) {
        rrsig->inception = expiration + 10 * kDay;
        rrsig->expiration = expiration + 40 * kDay;
      });
    case Breakage::kLabelsTooSmall:
      return add([](auto&, NameView, RRType, Rrsig* rrsig) {
        if (rrsig->labels > 0) --rrsig->labels;
      });
    case Breakage::kLabelsBelowSigner:
      return add([](auto&, NameView, RRType, Rrsig* rrsig) { rrsig->labels = 0; });
    case Breakage::kSignerOfAnotherZone:
      return add([](auto&, NameView, RRType, Rrsig* rrsig) { rrsig->signer = NameOf("other."); });
    case Breakage::kSignerAbove:
      return add([](const SignedZone& zone, NameView, RRType, Rrsig* rrsig) {
        const NameView origin = zone.origin();
        rrsig->signer = origin.IsRoot() ? NameOf("other.") : wire::Name(origin.Parent());
      });
    case Breakage::kShortOriginalTtl:
      return add([](auto&, NameView, RRType, Rrsig* rrsig) { rrsig->original_ttl = 1; });
    default:
      TERN_REQUIRE(false);
  }
}

void BreakSignatures(Breakage breakage, SigningPlan* plan, const BrokenSets& sets) {
  const auto add = [&](auto change) { plan->after_signing.push_back(ForEach(sets, change)); };
  switch (breakage) {
    case Breakage::kWrongKey:
      return add([](const SignedZone& zone, NameView owner, RRType type, Rrsig* rrsig) {
        const ZoneKey foreign(rrsig->algorithm, kForeignSeed, kZoneKeyFlag);
        rrsig->signature = foreign.Sign(SignedOctets(*rrsig, *zone.FindSet(owner, type)));
      });
    case Breakage::kSignatureOfAnotherSet:
      return add([](const SignedZone& zone, NameView, RRType type, Rrsig* rrsig) {
        Rrsig other = *rrsig;
        other.covered = type == RRType::kSOA ? RRType::kNS : RRType::kSOA;
        other.labels = SignedLabels(zone.origin());
        rrsig->signature =
            zone.Sign(*zone.FindSet(zone.origin(), other.covered), {other}).front().signature;
      });
    case Breakage::kFlippedBit:
      return add([](auto&, NameView, RRType, Rrsig* rrsig) {
        rrsig->signature[rrsig->signature.size() / 2] ^= 1;
      });
    case Breakage::kMissingSignature:
      plan->after_signing.push_back(
          [sets](const SignedZone&, NameView owner, RRType type, std::vector<Rrsig>* signatures) {
            if (sets.Include(owner, type)) signatures->clear();
          });
      return;
    default:
      TERN_REQUIRE(false);
  }
}

void BreakDs(Breakage breakage, SigningPlan* plan) {
  const auto add = [&](auto change) { plan->ds_edits.push_back(ForEachRecord(change)); };
  switch (breakage) {
    case Breakage::kDsOfAnotherKey: {
      const KeyPlan like = EntryKeyOf(*plan);
      return add([like](NameView origin, PlainRecord* record) {
        KeyPlan other = like;
        other.seed = kForeignSeed;
        const uint8_t digest = record->rdata[3];
        record->rdata = other.Make().Ds(origin, digest);
      });
    }
    case Breakage::kDsWithWrongDigest:
      return add([](NameView, PlainRecord* record) { record->rdata.back() ^= 1; });
    case Breakage::kDsWithUnknownAlgorithm:
      return add([](NameView, PlainRecord* record) { record->rdata[2] = kUnknownNumber; });
    case Breakage::kDsWithUnknownDigest:
      return add([](NameView, PlainRecord* record) { record->rdata[3] = kUnknownNumber; });
    case Breakage::kDsUnknownBesideGood:
      plan->ds_edits.push_back([](NameView, std::vector<PlainRecord>* records) {
        for (const size_t number : {size_t{2}, size_t{3}}) {
          records->insert(records->begin(), records->back());
          records->front().rdata[number] = kUnknownNumber;
        }
      });
      return;
    case Breakage::kNoDs:
      plan->ds_edits.push_back(
          [](NameView, std::vector<PlainRecord>* records) { records->clear(); });
      return;
    case Breakage::kDsTrap: {
      AddCollidingKeys(kTrapKeys, EntryKeyOf(*plan), plan);
      plan->ds_edits.push_back([](NameView, std::vector<PlainRecord>* records) {
        const PlainRecord good = records->front();
        records->clear();
        for (int i = 0; i < kTrapSignatures; ++i) {
          records->push_back(good);
          records->back().rdata[10] ^= static_cast<uint8_t>(1 + i);
        }
      });
      return;
    }
    default:
      TERN_REQUIRE(false);
  }
}

void EmptyRange(PlainRecord* record) {
  if (record->type == RRType::kNSEC3) {
    Nsec3 nsec3 = *Nsec3::FromRdata(record->rdata);
    nsec3.next = HashInOwner(record->owner);
    for (size_t i = nsec3.next.size(); i-- > 0 && ++nsec3.next[i] == 0;) continue;
    record->rdata = nsec3.Rdata();
    return;
  }
  // RFC 4471 section 3.1.2: nothing is between a name and this one.
  Nsec nsec = *Nsec::FromRdata(record->rdata);
  nsec.next = record->owner;
  if (nsec.next.Prepend(std::string_view("\0", 1))) record->rdata = nsec.Rdata();
}

void BreakDenial(Breakage breakage, SigningPlan* plan) {
  const auto add = [&](auto change) { plan->denial_edits.push_back(ForEachRecord(change)); };
  switch (breakage) {
    case Breakage::kEmptyRange:
      return add([](NameView, PlainRecord* record) { EmptyRange(record); });
    case Breakage::kNextOutsideZone:
      return add([](NameView origin, PlainRecord* record) {
        if (record->type == RRType::kNSEC3) return EmptyRange(record);
        Nsec nsec = *Nsec::FromRdata(record->rdata);
        if (!(nsec.next == wire::Name(origin))) return;
        nsec.next = NameOf("zzzz.");
        record->rdata = nsec.Rdata();
      });
    case Breakage::kTooManyTypes:
      return add([](NameView, PlainRecord* record) {
        const auto all = {RRType::kA,   RRType::kMX,  RRType::kTXT,  RRType::kAAAA,
                          RRType::kSRV, RRType::kDS,  RRType::kCAA,  RRType::kTLSA,
                          RRType::kNS,  RRType::kSOA, RRType::kCNAME};
        if (record->type == RRType::kNSEC3) {
          Nsec3 nsec3 = *Nsec3::FromRdata(record->rdata);
          nsec3.types.insert(all.begin(), all.end());
          record->rdata = nsec3.Rdata();
        } else {
          Nsec nsec = *Nsec::FromRdata(record->rdata);
          nsec.types.insert(all.begin(), all.end());
          record->rdata = nsec.Rdata();
        }
      });
    case Breakage::kNsec3WrongHash:
    case Breakage::kNsec3UnknownHash:
      plan->denial = Denial::kNsec3;
      return add([breakage](NameView, PlainRecord* record) {
        Nsec3 nsec3 = *Nsec3::FromRdata(record->rdata);
        if (breakage == Breakage::kNsec3WrongHash) {
          nsec3.salt.push_back(1);
        } else {
          nsec3.algorithm = kUnknownNumber;
        }
        record->rdata = nsec3.Rdata();
      });
    case Breakage::kManyIterations:
      plan->denial = Denial::kNsec3;
      plan->iterations = kTooManyIterations;
      return;
    default:
      TERN_REQUIRE(false);
  }
}

void FlipFlags(uint16_t flags, SigningPlan* plan) {
  for (KeyPlan& key : plan->keys) key.flipped_flags ^= flags;
}

}  // namespace

std::string_view ToText(Breakage breakage) { return kBreakageNames[static_cast<size_t>(breakage)]; }

std::optional<Breakage> ParseBreakage(std::string_view text) {
  for (size_t i = 0; i < kBreakages; ++i) {
    if (kBreakageNames[i] == text) return static_cast<Breakage>(i);
  }
  return std::nullopt;
}

bool BrokenSets::Include(NameView name, RRType of_type) const {
  return (!owner || *owner == wire::Name(name)) && (!type || *type == of_type);
}

void AddKeyTrap(int keys, int signatures, SigningPlan* plan, const BrokenSets& sets) {
  AddCollidingKeys(keys, DataKeyOf(*plan), plan);
  AddBadSignatures(signatures, plan, sets);
}

void Break(Breakage breakage, SigningPlan* plan, const BrokenSets& sets) {
  switch (breakage) {
    case Breakage::kExpired:
    case Breakage::kNotYetValid:
    case Breakage::kLabelsTooSmall:
    case Breakage::kLabelsBelowSigner:
    case Breakage::kSignerOfAnotherZone:
    case Breakage::kSignerAbove:
    case Breakage::kShortOriginalTtl:
      return BreakFields(breakage, plan, sets);
    case Breakage::kWrongKey:
    case Breakage::kMissingSignature:
    case Breakage::kSignatureOfAnotherSet:
    case Breakage::kFlippedBit:
      return BreakSignatures(breakage, plan, sets);
    case Breakage::kStrippedSignatures:
      plan->withheld.signatures = true;
      return;
    case Breakage::kRevokedKey:
      return FlipFlags(kRevokedFlag, plan);
    case Breakage::kNotAZoneKey:
      return FlipFlags(kZoneKeyFlag, plan);
    case Breakage::kCollidingTags:
      return AddCollidingKeys(2, DataKeyOf(*plan), plan);
    case Breakage::kKeyTrap:
      return AddKeyTrap(kTrapKeys, kTrapSignatures, plan, sets);
    case Breakage::kSignatureJam:
      return AddKeyTrap(0, kTrapSignatures, plan, sets);
    case Breakage::kDsOfAnotherKey:
    case Breakage::kDsWithWrongDigest:
    case Breakage::kDsWithUnknownAlgorithm:
    case Breakage::kDsWithUnknownDigest:
    case Breakage::kDsUnknownBesideGood:
    case Breakage::kDsTrap:
    case Breakage::kNoDs:
      return BreakDs(breakage, plan);
    case Breakage::kMissingDenial:
      plan->withheld.denial = true;
      return;
    case Breakage::kWildcardWithoutProof:
      plan->withheld.wildcard_proof = true;
      return;
    case Breakage::kReferralWithoutProof:
      plan->withheld.ds_proof = true;
      return;
    case Breakage::kEmptyRange:
    case Breakage::kNextOutsideZone:
    case Breakage::kTooManyTypes:
    case Breakage::kNsec3WrongHash:
    case Breakage::kNsec3UnknownHash:
    case Breakage::kManyIterations:
      return BreakDenial(breakage, plan);
  }
}

}  // namespace tern::sim
