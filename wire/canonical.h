// The canonical form and order of RDATA, over which DNSSEC signs (RFC 4034 sections 6.2 and 6.3).
// For names, name.h has Name::Lower and CompareCanonical.
//
// In canonical form the names in the RDATA of some types are in lower case, and nothing is
// compressed. So the canonical form of uncompressed RDATA has the same size.
//
// Thread: any. Nothing here allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/types.h"

namespace tern::wire {

// Whether the canonical form lowers the names in RDATA of `type`: those of RFC 4034 section 6.2, as
// RFC 6840 section 5.1 corrects it. NSEC and all later types keep their case.
bool LowersNames(RRType type);

// Writes the canonical form of `rdata` to the front of `out`. False when `out` is too small, or
// when a name that has to be lowered is not there. REQUIRES: `out` does not overlap `rdata`.
[[nodiscard]] bool CopyCanonicalRdata(RRType type, std::span<const uint8_t> rdata,
                                      std::span<uint8_t> out);

// The order of the canonical forms: negative, zero or positive. RDATA without the names that its
// type has is compared as it is.
int CompareCanonicalRdata(RRType type, std::span<const uint8_t> a, std::span<const uint8_t> b);

// The records of an RRset in canonical order, each once (RFC 4034 section 6.3). It is made once for
// all signatures of the RRset.
//
// Bound: 272 octets.
class CanonicalOrder {
 public:
  static constexpr size_t kRecordsMax = 256;

  // False when there are more than kRecordsMax. The order is empty then.
  [[nodiscard]] bool Make(RRType type, std::span<const std::span<const uint8_t>> rdatas);

  // Places in the `rdatas` that it was made of.
  std::span<const uint8_t> places() const { return {places_.data(), count_}; }
  size_t records() const { return records_; }  // of which it was made, duplicates included

 private:
  std::array<uint8_t, kRecordsMax> places_;
  size_t count_ = 0;
  size_t records_ = 0;
};

}  // namespace tern::wire
