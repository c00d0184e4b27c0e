// A set of 64-bit keys, each of which is a member until a moment of its own.
//
// Bounded: a fixed number of places in sets of four; a new key takes the place of the one in its
// set that would go soonest. Who marks too many keys pushes out marks, and makes none that nobody
// set: a key is compared whole.
//
// Thread: any. Reading takes no lock and, until the first mark was ever made, no look at the
// places. A reader beside a writer may see the end of another mark's time with a key, once.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "resolver/base/time.h"

namespace tern::resolver {

class ExpiringMarks {
 public:
  // `places` is rounded up to a power of two.
  explicit ExpiringMarks(size_t places)
      : mask_(std::bit_ceil(std::max<size_t>(places / kWays, 1)) - 1),
        sets_(std::make_unique<Set[]>(mask_ + 1)) {}

  // Nothing was ever marked: spares the caller the making of a key.
  bool never_used() const { return !used_.load(std::memory_order_relaxed); }

  bool Has(uint64_t key, Time now) const {
    for (const Mark& mark : SetOf(key).marks) {
      if (mark.key.load(std::memory_order_acquire) == KeyOf(key)) {
        return mark.until.load(std::memory_order_relaxed) > now.time_since_epoch().count();
      }
    }
    return false;
  }

  // A mark that holds for longer stays as it is.
  void Put(uint64_t key, Time until) {
    const std::lock_guard lock(writing_);
    used_.store(true, std::memory_order_relaxed);
    Mark* place = nullptr;
    int64_t end = until.time_since_epoch().count();
    for (Mark& mark : SetOf(key).marks) {
      if (mark.key.load(std::memory_order_relaxed) == KeyOf(key)) {
        place = &mark;
        end = std::max(end, mark.until.load(std::memory_order_relaxed));
        break;
      }
      if (place == nullptr || mark.until.load(std::memory_order_relaxed) <
                                  place->until.load(std::memory_order_relaxed)) {
        place = &mark;
      }
    }
    place->until.store(end, std::memory_order_relaxed);
    place->key.store(KeyOf(key), std::memory_order_release);
  }

 private:
  static constexpr size_t kWays = 4;

  struct Mark {
    std::atomic<uint64_t> key = 0;  // 0: none
    std::atomic<int64_t> until = 0;
  };
  struct alignas(64) Set {
    Mark marks[kWays];
  };

  static uint64_t KeyOf(uint64_t key) { return key | 1; }
  Set& SetOf(uint64_t key) const { return sets_[key >> 8 & mask_]; }

  std::atomic<bool> used_ = false;
  size_t mask_;
  std::mutex writing_;
  std::unique_ptr<Set[]> sets_;
};

}  // namespace tern::resolver
