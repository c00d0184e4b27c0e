// The one octet of an entry that changes while readers look at it: how often it was used, and
// whether it is on trial.
//
// Thread: MarkUsed by any reader, the rest under the shard's lock. Two who write at once may count
// as one; nobody minds.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "cache/entry.h"

namespace tern::cache {

// The count ends here; readers stop writing then. More would tell no better which entries to keep,
// but let those that were popular once stay for longer.
inline constexpr uint8_t kUsedMax = 3;
// Beside the count: not used since a trial of its segment began, or since a refresh.
inline constexpr uint8_t kOnTrial = 0x80;

inline std::atomic_ref<uint8_t> UseMark(const uint8_t* entry) {
  // Segments are writable memory; only views of them are const.
  return std::atomic_ref<uint8_t>(const_cast<uint8_t&>(entry[kUsedOffset]));
}

inline void MarkUsed(const uint8_t* entry) {
  const std::atomic_ref<uint8_t> mark = UseMark(entry);
  const uint8_t used = mark.load(std::memory_order_relaxed);
  // On trial it is negative: one comparison tells whether there is something to write.
  if (static_cast<int8_t>(used) >= kUsedMax) return;
  const int count = used & ~kOnTrial;
  mark.store(static_cast<uint8_t>(std::min(count + 1, int{kUsedMax})), std::memory_order_relaxed);
}

// 0 to kUsedMax.
inline uint8_t Used(const uint8_t* entry) {
  return UseMark(entry).load(std::memory_order_relaxed) & ~kOnTrial;
}

inline void PutOnTrial(const uint8_t* entry) {
  const std::atomic_ref<uint8_t> mark = UseMark(entry);
  mark.store(mark.load(std::memory_order_relaxed) | kOnTrial, std::memory_order_relaxed);
}

inline bool IsUnusedOnTrial(const uint8_t* entry) {
  return (UseMark(entry).load(std::memory_order_relaxed) & kOnTrial) != 0;
}

}  // namespace tern::cache
