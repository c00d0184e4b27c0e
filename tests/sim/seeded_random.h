// The one source of chance in a simulated world. Equal seeds give equal worlds.
//
// Thread: one. SplitMix64: 64 bits of state. That is good enough to place faults; nothing here is
// secret.
#pragma once

#include <cmath>
#include <cstdint>

#include "wire/check.h"

namespace tern::sim {

class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // In [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  // In [0, bound).
  // REQUIRES: bound > 0.
  uint64_t Below(uint64_t bound) {
    TERN_REQUIRE(bound > 0);
    return Next() % bound;
  }
  // When the answer is certain, no number is drawn. So a fault that is switched off leaves the rest
  // of the world as it was.
  bool Chance(double probability) {
    if (probability <= 0) return false;
    return probability >= 1 || Unit() < probability;
  }
  // Standard normal (Box and Muller).
  double Normal() {
    const double radius = std::sqrt(-2 * std::log(1 - Unit()));
    return radius * std::cos(2 * 3.14159265358979323846 * Unit());
  }

 private:
  uint64_t state_;
};

}  // namespace tern::sim
