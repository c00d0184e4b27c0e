// Chooses the queries that are noted for what is seen on the page (recent_traffic.h). While few
// come, it is each of them. While many come, it is one in so many that some hundreds are noted a
// second. Which one it is, is drawn by lot, so no client can hide in a pattern, or step forward.
//
// Thread: one worker's. The cost of a query that is passed over is a subtraction for its batch.
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "resolver/base/time.h"

namespace tern::resolver::service {

class Sampler {
 public:
  // About as many are noted a second, at most twice as many.
  static constexpr uint64_t kNotedASecond = 1024;
  static constexpr uint64_t kIntervalMax = 1024;

  // Whether none of the next `queries` is to be noted. They have passed then.
  bool PassesOver(size_t queries) {
    if (passes_over_ < queries) return false;
    passes_over_ -= queries;
    return true;
  }

  // Calls `note(index, weight)` for those of the next `queries` that are to be noted. `weight`: for
  // how many queries it stands. `draw` gives a random number.
  template <typename Draw, typename Note>
  void NoteSome(size_t queries, Time now, Draw draw, Note note) {
    size_t index = passes_over_;
    while (index < queries) {
      note(index, static_cast<double>(interval_));
      index += 1 + PassedOver(now, draw);
    }
    passes_over_ = index - queries;
  }

 private:
  // How many are passed over until the next one: interval - 1 on average.
  template <typename Draw>
  size_t PassedOver(Time now, Draw draw) {
    stood_for_ += interval_;
    ++noted_;
    const auto passed = std::chrono::duration<double>(now - began_).count();
    if (passed >= 1) {
      const double wanted = static_cast<double>(stood_for_) / passed / kNotedASecond;
      interval_ = std::bit_ceil(static_cast<uint64_t>(std::clamp(wanted, 1.0, 1.0 * kIntervalMax)));
      began_ = now;
      noted_ = stood_for_ = 0;
    } else if (noted_ >= kNotedASecond && interval_ < kIntervalMax) {
      interval_ *= 2;
      noted_ /= 2;
    }
    return interval_ == 1 ? 0 : draw() % (2 * interval_ - 1);
  }

  size_t passes_over_ = 0;
  uint64_t interval_ = 1;
  Time began_{};            // when it counted anew
  uint64_t noted_ = 0;      // since then
  uint64_t stood_for_ = 0;  // so many queries have come since then, by estimate
};

}  // namespace tern::resolver::service
