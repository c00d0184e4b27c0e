// Why an answer is not secure: one list for the extended error, the log, the counters and people.
//
// Thread: any. Values.
#pragma once

#include <cstdint>
#include <string>

#include "cache/entry.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

enum class Reason : uint8_t {
  kNone,
  // The signatures.
  kNoSignature,             // the zone is signed, and the RRset has no RRSIG
  kWrongSigner,             // the RRSIG is of a zone that may not sign the RRset
  kBadLabels,               // the RRSIG has more labels than the name, or fewer than the zone
  kExpired,                 // the RRSIG's time is over
  kNotYetValid,             // the RRSIG's time has not begun
  kExpiresBeforeInception,  // the RRSIG has no time at all
  kBadSignature,            // the key and the RRset do not match the RRSIG
  // The keys.
  kNoMatchingKey,  // no DNSKEY has the RRSIG's tag and algorithm
  kNoZoneKey,      // the DNSKEY that matches has no zone key flag
  kRevokedKey,     // the DNSKEY that matches is revoked (RFC 5011)
  kBadKey,         // the DNSKEY that matches cannot be read
  kNoKeyForDs,     // no DNSKEY matches a DS
  kNoKeys,         // the zone has no DNSKEY, or what it said of its DS makes no sense
  kServersFail,    // nobody could be asked for DNSKEY or DS: perhaps nothing is wrong with them
  kBadAnchor,      // no trust anchor has an algorithm and a digest that are supported here
  // Proofs of absence.
  kNoProof,   // NSEC or NSEC3 records are missing
  kBadProof,  // they prove something else
  // Limits.
  kBudget,    // the answer needs more checks than one question may have
  kNoMeans,   // this machine lacks memory
  kKeysGone,  // the keys left the trust table while they were needed: try again
  // Why it is insecure and not bogus.
  kUnsupportedAlgorithm,  // all DS have algorithms that are not supported here
  kUnsupportedDigest,     // all DS have digests that are not supported here
  kTooManyIterations,     // NSEC3 (RFC 9276 section 3.2)
  kNegativeTrustAnchor,   // the operator exempted the zone (RFC 7646)
};
inline constexpr size_t kReasons = static_cast<size_t>(Reason::kNegativeTrustAnchor) + 1;

// RFC 8914 section 4. kNone for kNone.
wire::ExtendedError ErrorOf(Reason reason);
// What clients are told of an insecure answer. kUnsigned for reasons why an answer is bogus.
cache::WhyInsecure WhyInsecureOf(Reason reason);
// Whether the error says that validation failed. Then nothing older is served instead.
bool IsBogus(wire::ExtendedError error);

// What went wrong, with the facts that an operator needs.
struct Problem {
  Reason reason = Reason::kNone;
  wire::Name owner;
  wire::RRType type = wire::RRType::kNone;
  wire::Name zone;         // the signer, or the zone whose keys are missing
  uint16_t key_tag = 0;    // of the signature or of the DS
  uint32_t inception = 0;  // Unix time, of the signature
  uint32_t expiration = 0;
  const char* detail = "";  // a literal, or the reason of a negative anchor in the job's settings
};

// A problem that no signature has made. `detail` outlives it.
Problem ProblemAt(Reason reason, wire::NameView owner, wire::RRType type, wire::NameView zone,
                  const char* detail = "");

// In one line, for the reply and the log.
std::string Describe(const Problem& problem);

}  // namespace tern::resolver::dnssec
