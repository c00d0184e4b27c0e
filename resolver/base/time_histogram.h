// How long things took, counted in buckets with fixed bounds: 1, 2, 5, 10 and so on times a first
// one.
//
// Thread: as its counts.
// Bound: 8 octets for each of 18 counts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "resolver/base/time.h"

namespace tern::resolver {

inline constexpr size_t kTimeBuckets = 16;

// The bounds in microseconds; a bucket has what is above the bound before and up to its own.
template <uint64_t kFirstMicros>
constexpr std::array<uint64_t, kTimeBuckets> TimeBounds() {
  std::array<uint64_t, kTimeBuckets> bounds{};
  uint64_t decade = kFirstMicros;
  for (size_t i = 0; i < kTimeBuckets; ++i) {
    constexpr uint64_t kSteps[] = {1, 2, 5};
    bounds[i] = decade * kSteps[i % 3];
    if (i % 3 == 2) decade *= 10;
  }
  return bounds;
}

template <typename Count, uint64_t kFirstMicros>
struct TimeHistogram {
  static constexpr std::array<uint64_t, kTimeBuckets> kBounds = TimeBounds<kFirstMicros>();

  // `count` things took this long, each.
  void Note(Duration took, uint64_t count = 1) {
    const uint64_t micros = took.count() < 0 ? 0 : static_cast<uint64_t>(took.count());
    size_t bucket = 0;
    while (bucket < kTimeBuckets && micros > kBounds[bucket]) ++bucket;
    counts[bucket].Add(count);
    sum_micros.Add(micros * count);
  }

  std::array<Count, kTimeBuckets + 1> counts{};  // the last is for what is above all bounds
  Count sum_micros{};
};

}  // namespace tern::resolver
