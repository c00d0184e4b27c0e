// The one octet of an entry that changes while readers look at it. It says how often the entry was
// used, whether it is on trial, and whether its refresh was claimed.
//
// Thread: MarkUsed and ClaimRefresh by any reader, the rest under the shard's lock. Two uses at the
// same moment may count as one, which does no harm.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "cache/entry.h"

namespace tern::cache {

// The count ends here, and then readers stop writing. A higher count would not tell better which
// entries to keep. It would only keep entries longer that were popular once.
inline constexpr uint8_t kUsedMax = 3;
// A bit beside the count: the entry was not used since a trial of its segment began, or since a
// refresh.
inline constexpr uint8_t kOnTrial = 0x80;
// A bit beside the count: a refresh of the entry was claimed.
inline constexpr uint8_t kRefreshClaimed = 0x40;
inline constexpr uint8_t kUsedBits = 0x3f;

inline std::atomic_ref<uint8_t> UseMark(const uint8_t* entry) {
  // Segments are writable memory; only views of them are const.
  return std::atomic_ref<uint8_t>(const_cast<uint8_t&>(entry[layout::kUsed]));
}

inline void MarkUsed(const uint8_t* entry) {
  const std::atomic_ref<uint8_t> mark = UseMark(entry);
  const uint8_t used = mark.load(std::memory_order_relaxed);
  // An octet on trial is negative. So one comparison tells whether there is something to write.
  if (static_cast<int8_t>(used) >= kUsedMax) return;
  const int count = std::min((used & kUsedBits) + 1, int{kUsedMax});
  mark.store(static_cast<uint8_t>(count | (used & kRefreshClaimed)), std::memory_order_relaxed);
}

// The result is 0 to kUsedMax.
inline uint8_t Used(const uint8_t* entry) {
  return UseMark(entry).load(std::memory_order_relaxed) & kUsedBits;
}

inline void PutOnTrial(const uint8_t* entry) {
  const std::atomic_ref<uint8_t> mark = UseMark(entry);
  mark.store(mark.load(std::memory_order_relaxed) | kOnTrial, std::memory_order_relaxed);
}

inline bool IsUnusedOnTrial(const uint8_t* entry) {
  return (UseMark(entry).load(std::memory_order_relaxed) & kOnTrial) != 0;
}

// True for one caller in the life of an entry that is in use: its count is at its highest, and it
// was used since its own last refresh. A move to another segment may lose the claim; then a second
// caller gets true.
inline bool ClaimRefresh(const uint8_t* entry) {
  const std::atomic_ref<uint8_t> mark = UseMark(entry);
  // It reads first, because hits after the claim must not write to a line that others read.
  uint8_t used = mark.load(std::memory_order_relaxed);
  if (used != kUsedMax) return false;
  return mark.compare_exchange_strong(used, kUsedMax | kRefreshClaimed, std::memory_order_relaxed);
}

}  // namespace tern::cache
