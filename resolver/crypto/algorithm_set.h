// A set of DNSSEC's algorithms.
//
// Thread: any. A value.
#pragma once

#include <cstdint>

#include "wire/types.h"

namespace tern::resolver::crypto {

class AlgorithmSet {
 public:
  bool Contains(wire::SecurityAlgorithm algorithm) const { return (bits_ & Bit(algorithm)) != 0; }
  // Numbers above 31 are never in a set. None of them is an algorithm with known signatures.
  void Add(wire::SecurityAlgorithm algorithm) { bits_ |= Bit(algorithm); }
  void Remove(wire::SecurityAlgorithm algorithm) { bits_ &= ~Bit(algorithm); }
  bool operator==(const AlgorithmSet&) const = default;

 private:
  static uint32_t Bit(wire::SecurityAlgorithm algorithm) {
    const auto number = static_cast<uint8_t>(algorithm);
    return number < 32 ? uint32_t{1} << number : 0;
  }

  uint32_t bits_ = 0;
};

}  // namespace tern::resolver::crypto
