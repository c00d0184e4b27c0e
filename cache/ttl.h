// The cache's time and its TTL policy.
//
// A moment is an Instant; a TTL is a plain number of seconds. A TTL is clamped once, when an entry
// is made.
//
// Thread: any. Values.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>

namespace tern::cache {

// A moment on the store's clock. The clock is monotonic, in whole seconds, and starts near 1 when
// the process starts. A step of the wall clock changes nothing. The clock lasts for 136 years.
class Instant {
 public:
  constexpr Instant() = default;  // zero on the clock, before every other moment
  constexpr explicit Instant(uint32_t seconds) : seconds_(seconds) {}

  // Since zero on the clock.
  constexpr uint32_t seconds() const { return seconds_; }

  // If the clock cannot hold the moment, the result is the last one that it can.
  friend constexpr Instant operator+(Instant at, uint32_t seconds) {
    constexpr uint32_t kLast = std::numeric_limits<uint32_t>::max();
    return Instant(seconds > kLast - at.seconds_ ? kLast : at.seconds_ + seconds);
  }
  constexpr Instant& operator+=(uint32_t seconds) { return *this = *this + seconds; }
  // A moment before zero becomes zero.
  friend constexpr Instant operator-(Instant at, uint32_t seconds) {
    return Instant(seconds > at.seconds_ ? 0 : at.seconds_ - seconds);
  }
  // The seconds between two moments. 0 if `later` is not the later one.
  friend constexpr uint32_t operator-(Instant later, Instant earlier) {
    return later.seconds_ > earlier.seconds_ ? later.seconds_ - earlier.seconds_ : 0;
  }
  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;

 private:
  uint32_t seconds_ = 0;
};

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
