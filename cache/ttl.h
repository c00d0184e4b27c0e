// The cache's time and its TTL policy.
//
// Times are whole seconds on a monotonic clock that starts near 1 when the process starts, so that
// wall-clock steps change nothing. A TTL is clamped once, when an entry is made.
//
// Thread: any; values.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tern::cache {

// Seconds on the store's clock. 136 years until it wraps.
using Seconds = uint32_t;

struct TtlPolicy {
  uint32_t min_ttl = 0;              // seconds
  uint32_t max_ttl = 86400;          // seconds
  uint32_t max_negative_ttl = 3600;  // seconds

  uint32_t Positive(uint32_t ttl) const { return std::min(std::max(ttl, min_ttl), max_ttl); }
  // RFC 2308 section 5: min(SOA TTL, SOA MINIMUM), capped.
  uint32_t Negative(uint32_t soa_ttl, uint32_t soa_minimum) const {
    return std::min(std::min(soa_ttl, soa_minimum), max_negative_ttl);
  }
};

}  // namespace tern::cache
