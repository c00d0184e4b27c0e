// A table with a fixed number of places for 64-bit keys, in sets of four.
//
// A key belongs to one set and lies in any of its four ways. The values of the keys lie beside
// them, in the set's `Values`. When a set is full, the user chooses the way that a new key
// replaces.
//
// Invariant: keys come from a keyed hash, because their upper half chooses the set. No key is 0.
//
// Thread: any; keys are atomic, and the user's values should be. Bound: one set for each four
// places, allocated at the start.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "wire/check.h"

namespace tern::resolver {

template <typename Values>
class FourWayTable {
 public:
  static constexpr size_t kWays = 4;

  struct alignas(64) Set {
    std::array<std::atomic<uint64_t>, kWays> keys{};  // 0: no key
    Values values{};

    // The way that holds the key, or kWays.
    size_t Find(uint64_t key, std::memory_order order) const {
      size_t way = 0;
      while (way < kWays && keys[way].load(order) != key) ++way;
      return way;
    }
  };

  // A table without places.
  FourWayTable() = default;
  // `places` is rounded up to a power of two, and to at least four.
  explicit FourWayTable(size_t places)
      : mask_(std::bit_ceil(std::max<size_t>(places / kWays, 1)) - 1),
        sets_(std::make_unique<Set[]>(mask_ + 1)) {}

  bool empty() const { return sets_ == nullptr; }
  size_t places() const { return empty() ? 0 : (mask_ + 1) * kWays; }
  // REQUIRES: !empty().
  Set& SetOf(uint64_t key) const {
    TERN_REQUIRE(!empty());
    return sets_[key >> 32 & mask_];
  }
  size_t NumberOf(const Set& set) const { return static_cast<size_t>(&set - sets_.get()); }

  // All sets, in order.
  template <typename Visit>
  void ForEachSet(Visit visit) const {
    for (size_t i = 0; !empty() && i <= mask_; ++i) visit(sets_[i]);
  }

  // The way with the least `worth(way)`; of equal ones, the first.
  template <typename Worth>
  static size_t LeastWay(Worth worth) {
    size_t least = 0;
    auto least_worth = worth(size_t{0});
    for (size_t way = 1; way < kWays; ++way) {
      const auto other = worth(way);
      if (other >= least_worth) continue;
      least = way;
      least_worth = other;
    }
    return least;
  }

 private:
  size_t mask_ = 0;
  std::unique_ptr<Set[]> sets_;
};

}  // namespace tern::resolver
