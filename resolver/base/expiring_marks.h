// A set of 64-bit keys. Each key stays in the set until a time of its own, and may have a note: a
// number below 8.
//
// Bounded: a fixed number of places in sets of four. A new key replaces the key of its set that
// would expire soonest. So a caller with too many keys can push marks out. It cannot fake a mark,
// because keys are compared whole (except for the lowest bit).
//
// Thread: any. Reading takes no lock. Before the first mark, reading does not touch the places. A
// reader that runs beside a writer may once see the expiry of another key's mark.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "resolver/base/four_way_table.h"
#include "resolver/base/time.h"

namespace tern::resolver {

class ExpiringMarks {
 public:
  // `places` is rounded up to a power of two.
  // REQUIRES: keys come from a keyed hash.
  explicit ExpiringMarks(size_t places) : table_(places) {}

  // True when nothing was ever marked. Then the caller need not compute a key.
  bool never_used() const { return !used_.load(std::memory_order_relaxed); }

  bool Has(uint64_t key, Time now) const { return NoteOf(key, now).has_value(); }

  // The note of the key's mark. Nothing when it has none.
  std::optional<uint8_t> NoteOf(uint64_t key, Time now) const {
    const Table::Set& set = table_.SetOf(key);
    const size_t way = set.Find(KeyOf(key), std::memory_order_acquire);
    if (way == Table::kWays) return std::nullopt;
    const int64_t value = set.values[way].load(std::memory_order_relaxed);
    if (EndOf(value) <= now.time_since_epoch().count()) return std::nullopt;
    return static_cast<uint8_t>(value & kNoteMask);
  }

  // A mark that already lasts longer keeps its time and its note. REQUIRES: `note` is below 8.
  void Put(uint64_t key, Time until, uint8_t note = 0) {
    const std::lock_guard lock(writing_);
    used_.store(true, std::memory_order_relaxed);
    Table::Set& set = table_.SetOf(key);
    const auto value_of = [&](size_t way) {
      return set.values[way].load(std::memory_order_relaxed);
    };
    int64_t value = EndOf(until.time_since_epoch().count()) | (note & kNoteMask);
    size_t way = set.Find(KeyOf(key), std::memory_order_relaxed);
    if (way < Table::kWays) {
      const int64_t before = value_of(way);
      if (EndOf(before) > EndOf(value)) value = before;
    } else {
      way = Table::LeastWay(value_of);
    }
    set.values[way].store(value, std::memory_order_relaxed);
    set.keys[way].store(KeyOf(key), std::memory_order_release);
  }

  // Forgets all marks.
  void Clear() {
    const std::lock_guard lock(writing_);
    table_.ForEachSet([](Table::Set& set) {
      for (std::atomic<int64_t>& value : set.values) value.store(0, std::memory_order_relaxed);
    });
  }

 private:
  // When each mark expires, rounded down to eight microseconds, with its note in the lowest bits.
  using Table = FourWayTable<std::array<std::atomic<int64_t>, 4>>;
  static constexpr int64_t kNoteMask = 7;

  static int64_t EndOf(int64_t value) { return value & ~kNoteMask; }
  static uint64_t KeyOf(uint64_t key) { return key | 1; }  // 0 means a place without a mark

  std::atomic<bool> used_ = false;
  std::mutex writing_;
  Table table_;
};

}  // namespace tern::resolver
