// Walks over the entries of one segment, from the first to the last. Dead entries are included.
//
// Thread: under the lock of the shard that took the segment.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cache/entry.h"
#include "cache/segment_arena.h"

namespace tern::cache {

class SegmentWalk {
 public:
  // REQUIRES: the caller took the segment.
  SegmentWalk(SegmentArena* arena, uint32_t segment) : arena_(arena), segment_(segment) {}

  // Goes to the next entry. False behind the last one. It also reaches an entry that is appended
  // during the walk.
  bool Next() {
    if (end_ >= arena_->StateOf(segment_).filled) return false;
    location_ = SegmentArena::LocationOf(segment_, end_);
    entry_ = EntryView(arena_->At(location_));
    end_ += entry_.size();
    return true;
  }

  // The entry that Next went to.
  EntryView entry() const { return entry_; }
  Location location() const { return location_; }
  // Where that entry ends in the segment; 0 at first.
  size_t end() const { return end_; }

 private:
  SegmentArena* arena_;
  uint32_t segment_;
  Location location_ = 0;
  EntryView entry_;
  size_t end_ = 0;
};

}  // namespace tern::cache
