// A shard's trials: they find out whether main still holds what is popular (see shard.h).
#include "cache/shard.h"
#include "cache/use_mark.h"

namespace tern::cache {
namespace {

// So many segments of main are on trial together. Small opens as many meanwhile. So if main is
// condemned again and again, it gives up one segment for each that is filled.
constexpr size_t kTrialSegments = 4;
// A main shorter than this is still being built up.
constexpr size_t kTriedMainMin = 2 * kTrialSegments;

}  // namespace

uint32_t Shard::DequeueSmall() {
  const uint32_t segment = Dequeue(small_);
  // The new witness is younger and has seen less use. That favours main.
  if (segment != kNoSegment && segment == trial_.witness) trial_.witness = small_.oldest;
  return segment;
}

uint32_t Shard::DequeueMain() {
  if (condemned_ > 0) {
    --condemned_;
  } else if (trial_.segments > 0) {
    --trial_.segments;
  }
  return Dequeue(main_);
}

// Ends the trial when it is time. If main's oldest segments lost it, they are condemned. Then the
// next trial begins with the segments that follow.
void Shard::HoldTrial() {
  if (condemned_ > 0) return;
  if (trial_.segments > 0) {
    const bool has_witness = trial_.witness != kNoSegment && trial_.witness != small_.open;
    const bool is_last_chance = trial_.witness == small_.oldest;
    if (!has_witness || (trial_.opened < kTrialSegments && !is_last_chance)) return;
    // All of them, because the result of one segment depends on chance.
    Usage of_main;
    uint32_t segment = main_.oldest;
    for (size_t i = 0; i < trial_.segments; ++i) {
      AddUsage(segment, &of_main);
      segment = around_.arena->StateOf(segment).next;
    }
    Usage of_small;
    AddUsage(trial_.witness, &of_small);
    // One use in a segment is chance as well, so main gets one more for each. So a flood alone
    // never condemns anything.
    const size_t main_used = of_main.used + trial_.segments;
    // The comparison is by octets and includes dead entries of the witness. By entries, two things
    // would mislead: with few entries chance decides which are used, and a large entry would weigh
    // as much as all the small ones in its room.
    const size_t witness_octets = around_.arena->StateOf(trial_.witness).filled;
    if (main_used * witness_octets < of_small.used * of_main.octets) {
      condemned_ = trial_.segments;
    }
  }
  trial_ = {};
  if (main_.count < kTriedMainMin) return;
  uint32_t segment = main_.oldest;
  for (size_t i = 0; i < condemned_; ++i) segment = around_.arena->StateOf(segment).next;
  while (trial_.segments < kTrialSegments && segment != kNoSegment && segment != main_.open) {
    for (SegmentWalk walk(around_.arena, segment); walk.Next();) PutOnTrial(walk.entry().bytes());
    ++trial_.segments;
    segment = around_.arena->StateOf(segment).next;
  }
}

// Adds up the live entries of a segment: how many octets they take, and how many were used. In a
// segment of main, only uses since its trial began count.
void Shard::AddUsage(uint32_t segment, Usage* usage) const {
  IndexTable* table = table_.load(std::memory_order_relaxed);
  const bool with_ghosts = !around_.arena->StateOf(segment).in_main;
  SegmentWalk ahead(around_.arena, segment);
  for (SegmentWalk walk(around_.arena, segment); walk.Next();) {
    PrefetchIndex(walk, &ahead, with_ghosts);
    const EntryView entry = walk.entry();
    if (table->FindValue(PackedOf(walk)) == nullptr) continue;
    usage->octets += entry.size();
    if (Used(entry.bytes()) > 0 && !IsUnusedOnTrial(entry.bytes())) ++usage->used;
  }
}

}  // namespace tern::cache
