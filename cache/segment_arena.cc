#include "cache/segment_arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "cache/populate.h"

namespace tern::cache {

SegmentArena::SegmentArena(size_t octets) {
  octets = std::min(octets, kArenaOctetsMax - kSegmentOctets);
  segments_ = static_cast<uint32_t>(octets / kSegmentOctets);
  octets_ = (size_t{segments_} + 1) * kSegmentOctets;  // number 0 is not used
  states_ = std::make_unique<SegmentState[]>(segments_ + 1);
  void* range = mmap(nullptr, octets_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) throw std::bad_alloc();
  // Huge pages would map memory that nobody asked for. Then the ceiling would not be exact.
  madvise(range, octets_, MADV_NOHUGEPAGE);
  base_ = static_cast<uint8_t*>(range);
}

SegmentArena::~SegmentArena() { munmap(base_, octets_); }

uint32_t SegmentArena::Take() {
  std::lock_guard lock(mutex_);
  if (free_ != kNoSegment) {
    const uint32_t segment = free_;
    free_ = states_[segment].next;
    return segment;
  }
  return taken_max_ < segments_ ? ++taken_max_ : kNoSegment;
}

void SegmentArena::Populate(uint32_t segment) {
  cache::Populate(base_ + size_t{segment} * kSegmentOctets, kSegmentOctets);
}

void SegmentArena::Give(uint32_t segment) {
  madvise(base_ + size_t{segment} * kSegmentOctets, kSegmentOctets, MADV_DONTNEED);
  std::lock_guard lock(mutex_);
  TERN_DCHECK(segment != kNoSegment && segment <= taken_max_);
  states_[segment].next = free_;
  free_ = segment;
}

}  // namespace tern::cache
