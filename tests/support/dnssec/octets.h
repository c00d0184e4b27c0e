// Writes numbers and names to the end of octets, for RDATA made by hand.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <span>

#include "tests/sim/plain_message.h"
#include "wire/name.h"

namespace tern::sim {

inline void PutU16(uint16_t value, Octets* octets) {
  octets->push_back(static_cast<uint8_t>(value >> 8));
  octets->push_back(static_cast<uint8_t>(value));
}

inline void PutU32(uint32_t value, Octets* octets) {
  PutU16(static_cast<uint16_t>(value >> 16), octets);
  PutU16(static_cast<uint16_t>(value), octets);
}

inline void PutOctets(std::span<const uint8_t> more, Octets* octets) {
  octets->insert(octets->end(), more.begin(), more.end());
}

inline void PutName(wire::NameView name, Octets* octets) { PutOctets(name.octets(), octets); }

// In lower case (RFC 4034 section 6.2).
inline void PutCanonicalName(wire::NameView name, Octets* octets) {
  wire::Name lower(name);
  lower.Lower();
  PutName(lower, octets);
}

inline uint16_t GetU16(std::span<const uint8_t> octets, size_t at) {
  return static_cast<uint16_t>(octets[at] << 8 | octets[at + 1]);
}

inline uint32_t GetU32(std::span<const uint8_t> octets, size_t at) {
  return uint32_t{GetU16(octets, at)} << 16 | GetU16(octets, at + 2);
}

}  // namespace tern::sim
