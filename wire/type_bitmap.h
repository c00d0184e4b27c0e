// The types that a name has, as NSEC, NSEC3 and CSYNC say it: windows of at most 256 types each
// (RFC 4034 section 4.1.2).
//
// Invariants: the windows increase, none is empty, and none ends in a zero octet. So no type is
// said twice.
//
// Thread: any. A value that borrows the octets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "wire/types.h"

namespace tern::wire {

class TypeBitmap {
 public:
  TypeBitmap() = default;  // no types

  // All of `octets`. Nothing when an invariant does not hold or a window is cut off. No octets are
  // sound: an empty non-terminal has no types (RFC 5155 section 7.1).
  static std::optional<TypeBitmap> FromWire(std::span<const uint8_t> octets);

  bool Contains(RRType type) const;
  bool IsEmpty() const { return octets_.empty(); }
  std::span<const uint8_t> octets() const { return octets_; }

 private:
  explicit TypeBitmap(std::span<const uint8_t> octets) : octets_(octets) {}

  std::span<const uint8_t> octets_;
};

}  // namespace tern::wire
