// The known ranges of one chain of a zone, of NSEC or of NSEC3, in their order.
//
// Thread: the owner's.
// Invariants:
// 1. No two ranges overlap: at most one contains a key. A newer range removes older ones that it
//    contradicts.
// 2. At most one range goes back to the chain's start, and it has the greatest owner.
// Bound: the owner's; a tree of pointers. A search takes O(log n). It compares the first octets of
// keys inside the tree, so it looks at few ranges.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/container/btree_set.h"
#include "resolver/dnssec/kept_range.h"

namespace tern::resolver::dnssec {

class RangeChain {
 public:
  bool IsEmpty() const { return ranges_.empty(); }

  // The range that contains `key`: the key is its owner's, or between its ends. Null when none is
  // known.
  KeptRange* Find(std::string_view key) const;

  // A range that cannot stand beside `range`. Null when there is none, or none any more.
  KeptRange* FindOverlap(const KeptRange& range) const;

  // Throws std::bad_alloc.
  // REQUIRES: FindOverlap(*range) is null.
  void Insert(KeptRange* range);
  // REQUIRES: the range is in the chain.
  void Remove(KeptRange* range);
  // Null when the chain is empty.
  KeptRange* First() const { return ranges_.empty() ? nullptr : ranges_.begin()->range; }

 private:
  // The first octets of a key. They order as the number does.
  static uint64_t StartOf(std::string_view key);

  struct Place {
    uint64_t start;
    KeptRange* range;
    std::string_view key() const { return range->key(); }
  };
  struct Sought {
    explicit Sought(std::string_view whole_key) : start(StartOf(whole_key)), whole(whole_key) {}
    uint64_t start;
    std::string_view whole;
    std::string_view key() const { return whole; }
  };
  struct ByKey {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return a.start != b.start ? a.start < b.start : a.key() < b.key();
    }
  };

  absl::btree_set<Place, ByKey> ranges_;
};

}  // namespace tern::resolver::dnssec
