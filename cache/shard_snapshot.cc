// What a snapshot needs of a shard: a walk over its live entries, and a way to put them back (see
// shard.h).
#include <algorithm>
#include <utility>

#include "cache/populate.h"
#include "cache/shard.h"

namespace tern::cache {
namespace {

// How full the index of a shard is that was just restored, in percent.
constexpr size_t kRestoredLoadPercent = 88;
// At most this part of the budget is taken for an index at once, whatever a file says.
constexpr size_t kRestoredIndexPart = 4;
constexpr size_t kVisitPrefetchOctets = 512;
// Segments that stay free, as after a Put.
constexpr size_t kFreeSegments = 1;

}  // namespace

Shard::Queue& Shard::QueueOf(Log log) {
  switch (log) {
    case Log::kSmall:
      return small_;
    case Log::kPassing:
      return passing_;
    case Log::kMain:
      break;
  }
  return main_;
}

bool Shard::VisitSegmentAfter(Log log, LogPlace* place,
                              absl::FunctionRef<void(EntryView)> visit) const {
  uint32_t segment = kNoSegment;
  size_t from = 0;
  {
    std::lock_guard lock(mutex_);
    const Queue& queue = const_cast<Shard*>(this)->QueueOf(log);
    uint32_t at = queue.oldest;
    for (size_t left = queue.count; left > 0 && segment == kNoSegment; --left) {
      const SegmentState& state = around_.arena->StateOf(at);
      const bool has_more = state.serial == place->serial && state.filled > place->octets;
      if (state.serial > place->serial || has_more) {
        segment = at;
        from = has_more ? place->octets : 0;
        *place = {.serial = state.serial, .octets = state.filled};
      }
      at = state.next;
    }
  }
  if (segment == kNoSegment) return false;
  VisitLive(segment, from, place->octets, visit);
  return true;
}

// Needs no lock: the caller is a reader that is awake, so the segment stays as it was while it was
// in its queue.
void Shard::VisitLive(uint32_t segment, size_t from, size_t filled,
                      absl::FunctionRef<void(EntryView)> visit) const {
  IndexTable* table = table_.load(std::memory_order_acquire);
  const auto entry_at = [&](size_t offset) {
    return EntryView(arena_->At(SegmentArena::LocationOf(segment, offset)));
  };
  size_t ahead = from;
  for (size_t at = from; at < filled;) {
    for (; ahead < std::min(filled, at + kVisitPrefetchOctets); ahead += entry_at(ahead).size()) {
      const uint32_t tag = entry_at(ahead).tag();
      __builtin_prefetch(&table->First(tag));
      __builtin_prefetch(&table->Second(tag));
    }
    const EntryView entry = entry_at(at);
    const Location location = SegmentArena::LocationOf(segment, at);
    at += entry.size();
    if (table->FindValue(IndexTable::Pack(entry.tag(), location)) != nullptr) visit(entry);
  }
}

void Shard::ReserveIndex(uint64_t entries) {
  std::lock_guard lock(mutex_);
  if (counts_.entries() != 0) return;
  constexpr size_t kPage = IndexTable::kPageOctets;
  const size_t most = budget_octets_ / kRestoredIndexPart;
  const size_t slots = std::min<uint64_t>(entries, budget_octets_) * 100 / kRestoredLoadPercent;
  const size_t wanted = std::min(slots * sizeof(IndexTable::Slot) / kPage * kPage + kPage, most);
  IndexTable* old = table_.load(std::memory_order_relaxed);
  if (wanted <= old->octets() || !FreeOctets(wanted)) return;
  IndexTable* table = IndexTable::Map(wanted / kPage * kPage);
  if (table == nullptr) return;
  Populate(table, table->octets());
  CountOctets(static_cast<ptrdiff_t>(table->octets()));
  table_.store(table, std::memory_order_release);
  old->retired_at = around_.readers->Retire();
  old->next_retired = std::exchange(retired_tables_, old);
  Reclaim();
}

size_t Shard::Restore(Log log, std::span<const RestoredEntry> entries) {
  std::lock_guard lock(mutex_);
  Queue& queue = QueueOf(log);
  size_t left_out = 0;
  for (size_t i = entries.size(); i-- > 0;) {
    const RestoredEntry& restored = entries[i];
    const EntryView entry = restored.entry;
    IndexTable::Slot* slot = nullptr;
    const auto is_known = [&](const IndexTable::Slot& of_same_tag) {
      const Location location = IndexTable::LocationOf(of_same_tag.load(std::memory_order_relaxed));
      const EntryKey key{entry.name(), SpaceOf(entry.kind()), entry.type(), restored.tag};
      return key.Matches(EntryView(around_.arena->At(location)));
    };
    if (table_.load(std::memory_order_relaxed)->FindOrRoom(restored.tag, is_known, &slot)) continue;
    if (slot == nullptr) slot = RoomInIndex(restored.tag);
    if (slot == nullptr || !HasRoomToRestore(queue, entry.size())) {
      ++left_out;
      continue;
    }
    const Location location =
        AppendTo(queue.restoring, {entry.bytes(), entry.size()}, restored.tag, restored.used);
    slot->store(IndexTable::Pack(restored.tag, location), std::memory_order_release);
    counts_.NoteThere(entry);
  }
  return left_out;
}

// Nothing is evicted for what is restored. The reserve stays.
bool Shard::HasRoomToRestore(Queue& queue, size_t octets) {
  if (FitsIn(queue.restoring, octets)) return true;
  if (AvailableSegments() <= kFreeSegments) return false;
  const uint32_t segment = TakeSegment(queue);
  if (segment == kNoSegment) return false;
  EnqueueOldest(queue, segment);
  queue.restoring = segment;
  around_.arena->Populate(segment);
  return true;
}

}  // namespace tern::cache
