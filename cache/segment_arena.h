// The address range from which all shards get their segments, and the memory that the kernel has
// mapped for it.
//
// The whole ceiling is reserved at once. Untouched pages cost nothing. A location of 32 bits
// (octets / 8 from the start) names any entry in the range. Location 0 is never used.
//
// Invariant: a segment that Give() got back holds no memory.
//
// Thread: any. It takes a lock once per segment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "wire/check.h"

namespace tern::cache {

// Large enough for the largest entry. Small, for two reasons: an eviction is a short pause, and a
// small ceiling still has queues of some length.
inline constexpr size_t kSegmentOctets = 32 * 1024;
// The limit of 32-bit locations.
inline constexpr size_t kArenaOctetsMax = size_t{32} << 30;
inline constexpr uint32_t kNoSegment = 0;

using Location = uint32_t;

// What a shard notes about a segment that it took.
struct SegmentState {
  uint32_t next = kNoSegment;  // in its queue, towards the newest
  uint32_t filled = 0;         // octets
  bool in_main = false;        // the queue that it is in, or was in
  bool in_passing = false;     // likewise
  uint64_t epoch = 0;          // of its retirement
  uint64_t opened = 0;         // by the shard's clock of ghosts
  uint64_t serial = 0;         // grows from a queue's oldest segment to its newest
};

class SegmentArena {
 public:
  // Throws std::bad_alloc when the address range cannot be reserved. Without it there is no cache.
  explicit SegmentArena(size_t octets);
  ~SegmentArena();
  SegmentArena(const SegmentArena&) = delete;
  SegmentArena& operator=(const SegmentArena&) = delete;

  uint8_t* At(Location location) const { return base_ + size_t{location} * 8; }
  static Location LocationOf(uint32_t segment, size_t offset) {
    return static_cast<Location>((size_t{segment} * kSegmentOctets + offset) / 8);
  }
  static uint32_t SegmentOf(Location location) {
    return static_cast<uint32_t>(size_t{location} * 8 / kSegmentOctets);
  }

  // REQUIRES: the caller took the segment.
  SegmentState& StateOf(uint32_t segment) {
    TERN_DCHECK(segment != kNoSegment && segment <= segments_);
    return states_[segment];
  }

  // A segment's number, or kNoSegment when all are taken.
  uint32_t Take();
  // Maps its pages at once. That takes less time than one fault for each.
  void Populate(uint32_t segment);
  // Unmaps its pages.
  // REQUIRES: it was taken, and no reader sees it any more.
  void Give(uint32_t segment);

 private:
  uint8_t* base_ = nullptr;
  size_t octets_ = 0;
  uint32_t segments_ = 0;  // numbered from 1
  std::unique_ptr<SegmentState[]> states_;
  std::mutex mutex_;
  uint32_t taken_max_ = 0;
  uint32_t free_ = kNoSegment;  // linked through SegmentState::next
};

}  // namespace tern::cache
