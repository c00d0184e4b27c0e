// What a replay of the chain of trust has found so far.
//
// A replay is a traced question that looks at the network again: it takes no answer, no denial, no
// failure and no key that was known before. So an operator sees what is broken now, and not what
// was broken a moment ago. What it finds to be good goes into the store. What it finds to be bad
// changes nothing for others, but that the server that said it comes last for a while.
//
// Thread: one worker's. Outlives the question. Bound: kZonesMax zones.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace tern::resolver::resolution {

class Replay {
 public:
  static constexpr size_t kZonesMax = 64;

  // Zones whose keys it has found to be good, by the store's hash.
  bool HasKeysOf(uint64_t zone) const {
    return std::find(zones_.begin(), zones_.begin() + count_, zone) != zones_.begin() + count_;
  }
  void NoteKeysOf(uint64_t zone) {
    if (count_ < kZonesMax && !HasKeysOf(zone)) zones_[count_++] = zone;
  }

 private:
  std::array<uint64_t, kZonesMax> zones_;
  size_t count_ = 0;
};

}  // namespace tern::resolver::resolution
