// Ways in which a signed zone goes wrong, by name. Each changes the plan that a zone is made from.
// Several may be joined.
//
// Thread: any. Bound: kTrapKeys keys and kTrapSignatures signatures in a trap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tests/support/dnssec/signed_zone.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

enum class Breakage : uint8_t {
  // Signatures
  kExpired,
  kNotYetValid,
  kWrongKey,               // made by a key that the zone does not have, with the tag of one it has
  kMissingSignature,       // the set has none
  kStrippedSignatures,     // the servers leave out all of them
  kSignatureOfAnotherSet,  // the SOA's octets
  kFlippedBit,
  kLabelsTooSmall,     // as if a wildcard had made the set
  kLabelsBelowSigner,  // as if the root's wildcard had made it
  kSignerOfAnotherZone,
  kSignerAbove,       // the parent's name
  kShortOriginalTtl,  // a second; the signature is good
  // Keys
  kRevokedKey,     // all keys have the REVOKE bit (RFC 5011 section 2.1), and DS and tags fit
  kNotAZoneKey,    // no key has the zone key bit, and DS and tags fit
  kCollidingTags,  // more keys of one tag; all is good
  kKeyTrap,        // kTrapKeys keys of one tag, kTrapSignatures signatures a set, none of them good
  kSignatureJam,   // one key and kTrapSignatures signatures a set, none of them good
  // DS records at the parent
  kDsOfAnotherKey,  // its tag is no key's
  kDsWithWrongDigest,
  kDsWithUnknownAlgorithm,  // insecure
  kDsWithUnknownDigest,     // insecure
  kDsUnknownBesideGood,     // as good as without
  kDsTrap,                  // kTrapKeys keys of one tag, kTrapSignatures DS records for none
  kNoDs,                    // insecure: a signed zone whose parent has no DS
  // Proofs
  kMissingDenial,
  kWildcardWithoutProof,
  kReferralWithoutProof,  // this zone's referrals lack it; a question for the DS gets it
  kEmptyRange,            // each NSEC or NSEC3 record covers nothing
  kNextOutsideZone,       // the last NSEC record ends at a name outside; NSEC3: as kEmptyRange
  kTooManyTypes,          // the bitmaps have types that are not there
  kNsec3WrongHash,        // the records say another salt than the hashes have
  kNsec3UnknownHash,      // a hash algorithm that nobody knows
  kManyIterations,        // insecure where a proof is needed (RFC 9276 section 3.2)
};
inline constexpr size_t kBreakages = static_cast<size_t>(Breakage::kManyIterations) + 1;

inline constexpr int kTrapKeys = 100;
inline constexpr int kTrapSignatures = 100;
inline constexpr uint16_t kTooManyIterations = 500;

// `Expired` and so on.
std::string_view ToText(Breakage breakage);
std::optional<Breakage> ParseBreakage(std::string_view text);

// Which sets a breakage of signatures is for. All of them by default.
struct BrokenSets {
  std::optional<wire::Name> owner{};
  std::optional<wire::RRType> type{};

  bool Include(wire::NameView name, wire::RRType of_type) const;
};

// The ways that the breakage takes are those of the plan before it: for example, dates are outside
// of the plan's dates.
void Break(Breakage breakage, SigningPlan* plan, const BrokenSets& sets = {});

// Traps of other sizes: `keys` of one tag, and `signatures` for each set.
void AddKeyTrap(int keys, int signatures, SigningPlan* plan, const BrokenSets& sets = {});

}  // namespace tern::sim
