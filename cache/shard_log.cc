// A shard's log: its queues of segments, and how entries are appended to them (see shard.h).
#include <cstring>

#include "cache/shard.h"
#include "wire/check.h"

namespace tern::cache {

bool Shard::FitsIn(uint32_t segment, size_t octets) const {
  return segment != kNoSegment && around_.arena->StateOf(segment).filled + octets <= kSegmentOctets;
}

bool Shard::Fits(const Queue& queue, size_t octets) const { return FitsIn(queue.open, octets); }

uint32_t Shard::TakeSegment(const Queue& queue) {
  uint32_t segment = Dequeue(free_);
  if (segment == kNoSegment) {
    if (used_octets_ + kSegmentOctets > budget_octets_) return kNoSegment;
    segment = around_.arena->Take();
    if (segment == kNoSegment) return kNoSegment;
    CountOctets(kSegmentOctets);
  }
  SegmentState& state = around_.arena->StateOf(segment);
  state.filled = 0;
  state.in_main = &queue == &main_;
  state.in_passing = &queue == &passing_;
  state.opened = remembered_;
  return segment;
}

bool Shard::OpenSegment(Queue& queue) {
  const uint32_t segment = TakeSegment(queue);
  if (segment == kNoSegment) return false;
  Enqueue(queue, segment);
  queue.open = segment;
  if (&queue == &small_ && trial_.opened++ == 0) trial_.witness = segment;
  return true;
}

Location Shard::Append(Queue& queue, std::span<const uint8_t> bytes, uint32_t tag, uint8_t used) {
  return AppendTo(queue.open, bytes, tag, used);
}

Location Shard::AppendTo(uint32_t segment, std::span<const uint8_t> bytes, uint32_t tag,
                         uint8_t used) {
  TERN_REQUIRE(FitsIn(segment, bytes.size()));
  SegmentState& state = around_.arena->StateOf(segment);
  const Location location = SegmentArena::LocationOf(segment, state.filled);
  state.filled += static_cast<uint32_t>(bytes.size());
  uint8_t* to = around_.arena->At(location);
  // `bytes` may be in the store, where readers may write the mark at any time. So the mark is not
  // read here.
  std::memcpy(to, &tag, sizeof tag);
  std::memcpy(to + sizeof tag, bytes.data() + sizeof tag, layout::kUsed - sizeof tag);
  to[layout::kUsed] = used;
  std::memcpy(to + layout::kUsed + 1, bytes.data() + layout::kUsed + 1,
              bytes.size() - layout::kUsed - 1);
  return location;
}

void Shard::Enqueue(Queue& queue, uint32_t segment) {
  SegmentState& state = around_.arena->StateOf(segment);
  state.next = kNoSegment;
  state.serial = ++newest_serial_;
  if (queue.count++ == 0) {
    queue.oldest = segment;
  } else {
    around_.arena->StateOf(queue.newest).next = segment;
  }
  queue.newest = segment;
}

void Shard::EnqueueOldest(Queue& queue, uint32_t segment) {
  SegmentState& state = around_.arena->StateOf(segment);
  state.serial = --oldest_serial_;
  state.next = queue.oldest;
  if (queue.count++ == 0) {
    state.next = kNoSegment;
    queue.newest = segment;
  }
  queue.oldest = segment;
}

uint32_t Shard::Dequeue(Queue& queue) {
  if (queue.count == 0) return kNoSegment;
  const uint32_t segment = queue.oldest;
  queue.oldest = around_.arena->StateOf(segment).next;
  --queue.count;
  if (queue.open == segment) queue.open = kNoSegment;
  if (queue.restoring == segment) queue.restoring = kNoSegment;
  return segment;
}

}  // namespace tern::cache
