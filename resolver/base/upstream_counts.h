// What a worker counts of its queries to name servers and forwarders, beside Counts (counters.h).
//
// Thread: as counters.h says: the worker's writes, any reads.
// Bound: the members.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "resolver/base/time_histogram.h"

namespace tern::resolver {

// As many as there are reasons to avoid a server (upstream/avoided.h).
inline constexpr size_t kAvoidReasons = 7;

template <typename Count>
struct UpstreamCounts {
  uint64_t replies() const {
    uint64_t sum = 0;
    for (const Count& count : round_trips.counts) sum += count;
    return sum;
  }

  uint64_t avoided_sum() const {
    uint64_t sum = 0;
    for (const Count& count : avoided) sum += count;
    return sum;
  }

  Count over_tcp{};  // of all queries
  Count again{};     // queries to a server that this question has asked already
  Count silences{};  // queries without a reply in their time
  // Servers that were found to be better not asked for a zone, by the reason.
  std::array<Count, kAvoidReasons> avoided{};
  TimeHistogram<Count, 100> round_trips;  // of replies over UDP
};

}  // namespace tern::resolver
