// Whether main holds what is popular, or what was: a shard's trials (see shard.h).
#include "cache/shard.h"
#include "cache/use_mark.h"

namespace tern::cache {
namespace {

// Segments of main that are on trial together; small opens as many meanwhile, so that a main which
// is condemned again and again gives up a segment for each that is filled.
constexpr size_t kTrialSegments = 4;
// A main shorter than this is only being built up.
constexpr size_t kTriedMainMin = 2 * kTrialSegments;

}  // namespace

uint32_t Shard::DequeueSmall() {
  const uint32_t segment = Dequeue(small_);
  // A younger witness has seen less, which speaks for main.
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

// Ends the trial when it is time, condemns main's oldest segments if they lost it, and begins the
// next one with the segments that follow.
void Shard::HoldTrial() {
  if (condemned_ > 0) return;
  if (trial_.segments > 0) {
    const bool has_witness = trial_.witness != kNoSegment && trial_.witness != small_.open;
    const bool is_last_chance = trial_.witness == small_.oldest;
    if (!has_witness || (trial_.opened < kTrialSegments && !is_last_chance)) return;
    // All of them: it is chance how well one segment does.
    Usage of_main;
    uint32_t segment = main_.oldest;
    for (size_t i = 0; i < trial_.segments; ++i) {
      AddUsage(segment, &of_main);
      segment = around_.arena->StateOf(segment).next;
    }
    Usage of_small;
    AddUsage(trial_.witness, &of_small);
    // One use in a segment is chance as well. So a flood alone never condemns anything.
    const size_t main_used = of_main.used + trial_.segments;
    // By octets, dead ones of the witness included: of few entries each that is used is chance, and
    // a large one must not weigh as much as all the small ones that had its room.
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

// Of the entries in a segment that are not dead: how many octets they take, and how many were used
// (of a segment of main: since its trial began).
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
