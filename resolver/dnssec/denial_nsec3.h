// What ranges of NSEC3 say (RFC 5155 section 8). denial.h asks this; so may everything else that
// has verified ranges.
//
// Thread: any. Pure functions; nothing is allocated.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "resolver/dnssec/denial_proof.h"
#include "resolver/dnssec/hashed_names.h"
#include "wire/name.h"
#include "wire/type_bitmap.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

// From one hash of a zone to the next one.
struct Nsec3Range {
  Nsec3Hash owner;
  Nsec3Hash next;
  bool opt_out = false;  // insecure delegations inside the range are not listed
  wire::TypeBitmap types;
  Nsec3Parameters parameters;

  bool IsOf(const Nsec3Hash& hash) const { return owner == hash; }
  // The last range of a zone goes back to the first hash. The only range of a zone covers all
  // hashes but its owner.
  bool Covers(const Nsec3Hash& hash) const;
};

// Nothing when the record is no NSEC3 of this zone, is malformed, or has to be ignored because of
// its algorithm or its flags (RFC 5155 sections 8.1 and 8.2). It may have too many iterations.
std::optional<Nsec3Range> ReadNsec3Range(wire::NameView zone, const DenialRecord& record);

// The ranges of a list of records that have the same parameters. The first record that can be used
// chooses them (RFC 5155 section 8.2).
class Nsec3Ranges {
 public:
  Nsec3Ranges(wire::NameView zone, std::span<const DenialRecord> records);

  bool IsEmpty() const { return count_ == 0; }
  // All ranges have more iterations than kNsec3IterationsMax. IsEmpty() is true then.
  bool HasTooManyIterations() const { return has_too_many_iterations_; }
  // REQUIRES: !IsEmpty().
  const Nsec3Parameters& parameters() const { return ranges_[0].parameters; }

  // As the functions of denial.h, by these ranges alone. `names` has the question's name, which is
  // in the zone, and was made with parameters().
  DenialProof ProveNameError(HashedNames& names) const;
  DenialProof ProveNoData(HashedNames& names, wire::RRType type) const;
  DenialProof ProveWildcardAnswer(HashedNames& names, size_t labels) const;
  NoDsProof ProveNoDs(HashedNames& names) const;

 private:
  // The proof that a name is the closest encloser (RFC 5155 section 8.3).
  struct Encloser {
    DenialReason reason = DenialReason::kNone;  // why there is none
    size_t labels = 0;
    const Nsec3Range* match = nullptr;
    // Covers the name that is one label longer. Null when the question's name exists itself.
    const Nsec3Range* next_closer = nullptr;
  };
  Encloser FindEncloser(HashedNames& names) const;

  std::span<const Nsec3Range> ranges() const { return {ranges_.data(), count_}; }
  const Nsec3Range* FindMatch(const Nsec3Hash& hash) const;
  const Nsec3Range* FindCover(const Nsec3Hash& hash) const;

  size_t zone_labels_;
  std::array<Nsec3Range, kDenialRecordsMax> ranges_;
  size_t count_ = 0;
  bool has_too_many_iterations_ = false;
};

}  // namespace tern::resolver::dnssec
