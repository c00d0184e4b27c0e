// What a proof of absence is made from and what comes out of it: records, reasons and results.
//
// Thread: any. Values; a record and a result borrow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/dnssec/reason.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

struct DenialRecord {
  wire::NameView owner = {};
  wire::RRType type = wire::RRType::kNone;  // NSEC or NSEC3; any other is ignored
  std::span<const uint8_t> rdata = {};      // uncompressed
};

// More records than this are ignored. A proof has at most three; a chain of aliases in one zone may
// come with the proofs of several wildcards.
inline constexpr size_t kDenialRecordsMax = 16;
// NSEC3 with more iterations proves nothing, and its zone counts as insecure (RFC 9276 section
// 3.2).
inline constexpr int kNsec3IterationsMax = 50;

enum class Denial : uint8_t {
  kNotProven,
  kProven,
  kInsecure,  // nothing is proven, and nothing has to be: the answer is insecure, without AD
};

enum class DenialReason : uint8_t {
  kNone,
  // Why an answer is insecure.
  kOptOut,             // the name is in a span whose insecure delegations are not listed
  kTooManyIterations,  // RFC 9276 section 3.2
  // Why nothing is proven.
  kTooCostly,          // the budget of hashes is spent
  kHashFailed,         // the library could not compute an NSEC3 hash
  kNoRecords,          // no NSEC or NSEC3 record of this zone that can be used
  kOutsideZone,        // the name is not in the zone
  kNotCovered,         // no record covers the name
  kNoClosestEncloser,  // no NSEC3 record matches the name or a name above it
  kWildcardNotDenied,  // the name is denied, the wildcard that could make it is not
  kNameExists,         // the records say that the name exists
  kNoSuchName,         // the records say that the name does not exist, so it has no other types
  kTypeExists,         // the records say that the name has the type, or a CNAME
  kBelowCut,          // the record is of a delegation or a DNAME above the name, or at a delegation
  kFromChild,         // the absence of a DS is only proven by the zone above
  kCloserNameExists,  // a name nearer than the wildcard exists
};

// A literal for people.
const char* TextOf(DenialReason reason);
// The same in the list of reasons why an answer is not secure. kNone for kNone and kOptOut.
Reason ReasonOf(DenialReason reason);

struct DenialProof {
  Denial outcome = Denial::kNotProven;
  DenialReason reason = DenialReason::kNone;
  // If the name is denied: the longest existing name above it. It borrows the question's name. It
  // is the root when only NXNAME denies the name.
  wire::NameView closest_encloser = {};
  // The proof of no data says also that the name does not exist at all (NXNAME, RFC 9824 section
  // 3.5).
  bool says_name_error = false;
};

enum class NoDs : uint8_t {
  kNotProven,
  kInsecureDelegation,  // a zone begins at the name, and it is not signed
  kNotACut,             // the name exists and no zone begins there
  kNoSuchName,          // the name does not exist, so no zone begins there or below
  // There may be an unsigned zone at the name or above it, in an opt-out span. Or the proof has too
  // many iterations.
  kInsecure,
};

struct NoDsProof {
  NoDs outcome = NoDs::kNotProven;
  DenialReason reason = DenialReason::kNone;
};

}  // namespace tern::resolver::dnssec
