// Whether the signatures of an RRset prove it (RFC 4035 section 5.3).
//
// Thread: one worker's.
// Bound: kSignaturesTried signatures of an RRset, kKeysOfOneTagMax keys for each, the caller's
// budget of checks, and the worker's turn. When the turn is over, the results say nothing, and the
// caller tries again in the next one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "resolver/base/counters.h"
#include "resolver/crypto/digest.h"
#include "resolver/crypto/nsec3_hash.h"
#include "resolver/crypto/signature.h"
#include "resolver/dnssec/reason.h"
#include "resolver/dnssec/verification_turn.h"
#include "resolver/dnssec/verified_signatures.h"
#include "resolver/dnssec/zone_keys.h"
#include "wire/name.h"
#include "wire/signed_octets.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

inline constexpr size_t kSignaturesTried = 8;
// For these, the clocks of a signer and of this machine may differ: a tenth of the signature's
// validity, but at least and at most so many seconds.
inline constexpr int32_t kClockSkewMin = 3600;
inline constexpr int32_t kClockSkewMax = 86400;

// What all checks of a worker share.
struct Tools {
  crypto::SignatureVerifier& signatures;
  crypto::DsDigester& digests;
  crypto::Nsec3Hasher& hasher;
  VerifiedSignatures& verified;
  VerificationTurn& turn;
  std::vector<uint8_t>& octets;  // scratch; it grows to the largest RRset
};

// What one question may still cost.
struct Costs {
  int* checks_left;      // public-key operations
  int* work_left;        // the same by their cost, in verifications by P-256
  int* hashes_left;      // digests of keys, and hashes of names
  int* keys_of_one_tag;  // the most that fitted one signature so far
};

// With what the signatures of one zone are checked.
struct Verifier {
  Tools tools;
  Costs costs;
  wire::NameView zone;
  ZoneKeys& keys;
  uint32_t wall_seconds;  // Unix time
  // Counts the signatures that only the allowance for clocks let pass. May be null.
  Counter* in_grace = nullptr;
  bool checks_dates = true;    // not with a clock that is plainly wrong
  bool takes_revoked = false;  // whether a key revoked itself (RFC 5011 section 2.1)
};

struct Verdict {
  Reason reason = Reason::kNone;  // kNone: it is secure
  uint32_t ttl_max = 0;           // seconds: the original TTL, and what is left of the signature
  uint8_t labels = 0;             // the RRSIG's; fewer than the owner has: from a wildcard
  // Of the signature that decided.
  uint16_t key_tag = 0;
  uint32_t inception = 0;
  uint32_t expiration = 0;
};

// `rrsigs`: RDATA of RRSIG records that cover the RRset's type.
Verdict VerifyRRset(const wire::SignedRRset& rrset,
                    std::span<const std::span<const uint8_t>> rrsigs, const Verifier& verifier);

// How many seconds the clocks may differ for a signature.
int32_t ClockSkew(const wire::RrsigView& rrsig);

}  // namespace tern::resolver::dnssec
