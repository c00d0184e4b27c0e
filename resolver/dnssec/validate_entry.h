// Whether a cache entry is what its zone says: signatures and proofs, all that needs no further
// question.
//
// Thread: one worker's.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cache/entry.h"
#include "resolver/dnssec/denial.h"
#include "resolver/dnssec/reason.h"
#include "resolver/dnssec/verify.h"
#include "wire/name.h"

namespace tern::resolver::dnssec {

// What of a secure entry signatures were found to prove. It says the same of the entry as long as
// only its stamp changes.
struct VerifiedParts {
  wire::Name zone;     // whose keys signed
  uint8_t labels = 0;  // of an RRset: what the good signature says
  bool soa = false;    // of a denial
  // By their places: NSEC and NSEC3 records that no wildcard made.
  std::bitset<cache::kProofRecordsMax> proofs;
};

struct Judgement {
  cache::Security security = cache::Security::kBogus;
  uint32_t ttl_max = 0;      // seconds
  Problem problem;           // kBogus: why. kInsecure: the reason, if there is one
  bool of_wildcard = false;  // of an RRset
  VerifiedParts verified;    // kSecure
};

// The NSEC and NSEC3 records of an entry whose signatures are good.
struct VerifiedProofs {
  std::span<const DenialRecord> records() const { return {all.data(), count}; }

  std::array<DenialRecord, kDenialRecordsMax> all;
  size_t count = 0;
  std::bitset<cache::kProofRecordsMax> places;  // of the records in the entry
  uint32_t ttl_max = UINT32_MAX;
  Verdict failure;  // of a record that was left out; its reason is kNone when there is none
};
VerifiedProofs VerifyProofs(cache::EntryView entry, const Verifier& verifier);

// An RRset, or a denial of the entry's name or type, by the keys of the zone that signed it.
// REQUIRES: the entry's name is in the verifier's zone.
Judgement ValidateEntry(cache::EntryView entry, const Verifier& verifier);

// What an entry about DS says about a zone cut.
struct CutFinding {
  enum class Kind : uint8_t { kBogus, kSigned, kInsecure, kNotACut, kNothingBelow };
  Kind kind = Kind::kBogus;
  bool is_proven = false;  // what the entry says is secure; not so in an opt-out span
  uint32_t ttl_max = 0;
  Problem problem;  // as in Judgement
};
// REQUIRES: entry.type() is kDS, or the entry is of kind kNxDomain. The entry's name is below the
// verifier's zone.
CutFinding ValidateDs(cache::EntryView entry, const Verifier& verifier);

// The problem of a signature over (owner, type).
Problem ProblemOf(const Verdict& verdict, wire::NameView owner, wire::RRType type,
                  wire::NameView zone);

}  // namespace tern::resolver::dnssec
