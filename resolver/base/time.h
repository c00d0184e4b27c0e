// The resolver's time: microseconds on the environment's monotonic clock.
//
// Thread: any; values. Only an Environment makes a Time from a real clock.
#pragma once

#include <chrono>
#include <cstdint>

#include "cache/ttl.h"

namespace tern::resolver {

// Gives the clock a type. Environment::Now() is the only way to read it.
struct MonotonicClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock, duration>;
  static constexpr bool is_steady = true;
};

using Duration = MonotonicClock::duration;
using Time = MonotonicClock::time_point;

// For atomics, which hold numbers.
inline int64_t Micros(Time time) { return time.time_since_epoch().count(); }

// The time as the store counts it. It is never 0, because the environment's clock starts at one
// second or later.
inline cache::Instant StoreInstant(Time time) {
  return cache::Instant(static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count()));
}

}  // namespace tern::resolver
