// What ranges of NSEC say (RFC 4035 section 5.4, RFC 6840 section 4). denial.h asks this; so may
// everything else that has verified ranges.
//
// Thread: any. Pure functions; nothing is allocated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "resolver/dnssec/denial_proof.h"
#include "wire/name.h"
#include "wire/type_bitmap.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

// From one name of a zone to the next one in canonical order.
struct NsecRange {
  wire::NameView owner = {};
  wire::NameView next = {};  // the zone's name in its last range
  wire::TypeBitmap types;
};

// Nothing when the record is no NSEC of this zone, is malformed, or is no range in canonical order.
std::optional<NsecRange> ReadNsecRange(wire::NameView zone, const DenialRecord& record);

enum class NsecSays : uint8_t {
  kNothing,
  kExists,            // it is the range's owner
  kEmptyNonTerminal,  // it exists only because of names below it
  kDoesNotExist,
  kBelowCut,  // it is in the range, but below a delegation or a DNAME: nothing is said
};
// What `range` says about `name`, which is in `zone`.
NsecSays Says(const NsecRange& range, wire::NameView zone, wire::NameView name);

// The longest existing name above `name`.
// REQUIRES: Says(range, zone, name) == kDoesNotExist.
wire::NameView ClosestEncloser(const NsecRange& range, wire::NameView name);

// The ranges of a list of records.
class NsecRanges {
 public:
  NsecRanges(wire::NameView zone, std::span<const DenialRecord> records);

  bool IsEmpty() const { return count_ == 0; }
  std::span<const NsecRange> ranges() const { return {ranges_.data(), count_}; }

  // As the functions of denial.h, by these ranges alone. `name` is in the zone.
  DenialProof ProveNameError(wire::NameView name) const;
  DenialProof ProveNoData(wire::NameView name, wire::RRType type) const;
  DenialProof ProveWildcardAnswer(wire::NameView name, size_t labels) const;
  NoDsProof ProveNoDs(wire::NameView name) const;

 private:
  struct Found {
    NsecSays says = NsecSays::kNothing;
    const NsecRange* range = nullptr;
  };
  // The first range that says whether `name` exists, or otherwise one that is of a cut above it.
  Found Find(wire::NameView name) const;

  wire::NameView zone_;
  std::array<NsecRange, kDenialRecordsMax> ranges_;
  size_t count_ = 0;
};

}  // namespace tern::resolver::dnssec
