// A set of 64-bit keys, each of which is a member until a moment of its own.
//
// Bounded: a fixed number of places in sets of four. A new key takes the place of the one in its
// set that would go soonest. Whoever marks too many keys pushes out marks, but cannot make one that
// nobody set: a key is compared whole (but for its lowest bit).
//
// Thread: any. Reading takes no lock. It does not look at the places before the first mark was
// made. A reader beside a writer may see the end of another mark's time with a key, once.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "resolver/base/four_way_table.h"
#include "resolver/base/time.h"

namespace tern::resolver {

class ExpiringMarks {
 public:
  // `places` is rounded up to a power of two. Keys come from a keyed hash.
  explicit ExpiringMarks(size_t places) : table_(places) {}

  // Nothing was ever marked: spares the caller the making of a key.
  bool never_used() const { return !used_.load(std::memory_order_relaxed); }

  bool Has(uint64_t key, Time now) const {
    const Table::Set& set = table_.SetOf(key);
    const size_t way = set.Find(KeyOf(key), std::memory_order_acquire);
    return way < Table::kWays &&
           set.values[way].load(std::memory_order_relaxed) > now.time_since_epoch().count();
  }

  // A mark that holds for longer stays as it is.
  void Put(uint64_t key, Time until) {
    const std::lock_guard lock(writing_);
    used_.store(true, std::memory_order_relaxed);
    Table::Set& set = table_.SetOf(key);
    const auto end_of = [&](size_t way) { return set.values[way].load(std::memory_order_relaxed); };
    int64_t end = until.time_since_epoch().count();
    size_t way = set.Find(KeyOf(key), std::memory_order_relaxed);
    if (way < Table::kWays) {
      end = std::max(end, end_of(way));
    } else {
      way = Table::LeastWay(end_of);
    }
    set.values[way].store(end, std::memory_order_relaxed);
    set.keys[way].store(KeyOf(key), std::memory_order_release);
  }

 private:
  using Table = FourWayTable<std::array<std::atomic<int64_t>, 4>>;  // when each mark ends

  static uint64_t KeyOf(uint64_t key) { return key | 1; }  // 0 is a place without a mark

  std::atomic<bool> used_ = false;
  std::mutex writing_;
  Table table_;
};

}  // namespace tern::resolver
