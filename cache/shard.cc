#include "cache/shard.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <optional>
#include <utility>

#include "cache/use_mark.h"
#include "wire/check.h"

namespace tern::cache {
namespace {

// Small's share of all queued segments. It is enough for names that are asked again at once. A name
// that comes back later is known by its ghost, which is cheaper to keep.
constexpr size_t kSmallPercent = 2;
// A name goes to main if its absence was this part of a round of main, or less.
constexpr uint64_t kReturnPart = 4;
// Ghosts have at least this part of the budget, and at most eight times that part.
constexpr size_t kGhostPartMin = 64;
constexpr int kGhostDoublings = 3;
// One Put may do so many evictions to make room. Fewer of them keep used entries. If main is full
// of used entries, this bounds the work.
constexpr int kEvictionsPerPut = 8;
constexpr int kKeepingEvictionsPerPut = 4;
// At most this much of a segment of main is kept. So each eviction from main gains room, even when
// every entry is in use.
constexpr size_t kKeptOctetsMax = kSegmentOctets / 8 * 7;
// One eviction may pass on at most so many segments of small to main.
constexpr int kAdoptionsMax = 64;
constexpr size_t kEvictionPrefetchOctets = 512;
// From this index load, in percent, a larger index is worth evictions.
constexpr size_t kCrowdedPercent = 90;
// Below this index load, in percent, it is not the index that is too small: one name has more
// entries than its two buckets have slots.
constexpr size_t kGrowsFromPercent = 60;
// EraseIf holds the lock for so many buckets, of eight slots each: less than 0.1 ms.
constexpr size_t kEraseBuckets = 128;
// After a Put took a segment, this many must be free: the reserve of invariant 3.
constexpr size_t kReserve = 1;

}  // namespace

Shard::~Shard() {
  while (retired_tables_ != nullptr) {
    IndexTable::Unmap(std::exchange(retired_tables_, retired_tables_->next_retired));
  }
  IndexTable* table = table_.load(std::memory_order_relaxed);
  if (table != nullptr) IndexTable::Unmap(table);
}

void Shard::Start(const ShardSurroundings& surroundings, size_t budget_octets) {
  around_ = surroundings;
  arena_ = surroundings.arena;
  budget_octets_ = budget_octets;
  IndexTable* table = IndexTable::Map(IndexTable::kPageOctets);
  if (table == nullptr) throw std::bad_alloc();
  CountOctets(static_cast<ptrdiff_t>(table->octets()));
  table_.store(table, std::memory_order_release);
  const size_t ghost_octets = budget_octets / kGhostPartMin / IndexTable::kPageOctets;
  ghosts_.Reserve(std::max<size_t>(ghost_octets, 1) * IndexTable::kPageOctets, kGhostDoublings);
}

Shard::Found Shard::Lookup(const EntryKey& key) const {
  IndexTable* table = table_.load(std::memory_order_acquire);
  __builtin_prefetch(&table->Second(key.tag));
  Found found;
  found.slot = table->FindSlot(key.tag, [&](const IndexTable::Slot& slot) {
    const uint64_t value = slot.load(std::memory_order_acquire);
    if (IndexTable::TagOf(value) != key.tag || value == 0) return false;
    found.location = IndexTable::LocationOf(value);
    found.entry = EntryView(arena_->At(found.location));
    return key.Matches(found.entry);
  });
  return found;
}

EntryView Shard::Find(const EntryKey& key) const {
  const Found found = Lookup(key);
  if (found.slot == nullptr) return {};
  MarkUsed(found.entry.bytes());
  return found.entry;
}

// This code is repeated in PrefetchIndex and not shared. GCC 12 treats a function that only
// prefetches as one without effect, and drops the calls.
void Shard::Prefetch(uint32_t tag) const {
  const IndexTable* table = table_.load(std::memory_order_acquire);
  __builtin_prefetch(&table->First(tag));
  __builtin_prefetch(&table->Second(tag));
}

PutOutcome Shard::Put(const EntryKey& key, std::span<const uint8_t> bytes, Instant now,
                      Reuse reuse) {
  Prefetch(key.tag);
  std::lock_guard lock(mutex_);
  ghosts_.Prefetch(key.tag);
  Queue* queue = reuse == Reuse::kUnlikely ? &passing_ : &small_;
  uint8_t used = 0;
  const Found old = Lookup(key);
  const bool known = old.slot != nullptr;
  IndexTable::Slot* slot = old.slot;
  if (known) {
    if (old.entry.IsFresh(now) && Outranks(old.entry, EntryView(bytes.data()))) {
      return PutOutcome::kOutranked;
    }
    // A refresh takes over the queue and the use count of the entry before it. It does not count as
    // a use.
    used = Used(old.entry.bytes()) | kOnTrial;
    if (IsInMain(old.location)) queue = &main_;
  } else {
    const std::optional<uint64_t> others_since = ghosts_.Recall(key.tag);
    if (others_since && IsWorthReturning(*others_since)) queue = &main_;
    slot = MakeSlot(key.tag, now);
  }
  // Evictions in here clear slots and change locations in them, but do not move slots. So `slot`
  // stays valid.
  if (!EnsureRoom(*queue, bytes.size(), now)) {
    // This Put's own thread still pins what was evicted, and what main kept may have taken the last
    // free segment. The wrong queue is better than none.
    queue = queue == &small_ ? &main_ : &small_;
    if (!Fits(*queue, bytes.size())) return PutOutcome::kNoRoom;
  }
  const Location location = Append(*queue, bytes, key.tag, used);
  const EntryView entry(bytes.data());
  const uint64_t before = slot->load(std::memory_order_relaxed);
  if (before != 0 && known) {
    counts_.NoteReplaced(EntryOf(before), entry);
  } else {
    if (before != 0) counts_.NoteLeft(EntryOf(before), Leaving::kIndex);
    counts_.NoteInserted(entry);
  }
  slot->store(IndexTable::Pack(key.tag, location), std::memory_order_release);
  EvictAhead(now);
  return PutOutcome::kStored;
}

bool Shard::Erase(const EntryKey& key) {
  std::lock_guard lock(mutex_);
  const Found found = Lookup(key);
  if (found.slot == nullptr) return false;
  found.slot->store(0, std::memory_order_release);
  counts_.NoteLeft(found.entry, Leaving::kErased);
  return true;
}

void Shard::ForEach(absl::FunctionRef<void(EntryView)> visit) const {
  std::lock_guard lock(mutex_);
  const IndexTable* table = table_.load(std::memory_order_relaxed);
  for (size_t i = 0; i < table->buckets(); ++i) {
    for (const IndexTable::Slot& slot : table->BucketAt(i).slots) {
      const uint64_t value = slot.load(std::memory_order_relaxed);
      if (value != 0) visit(EntryOf(value));
    }
  }
}

std::vector<EntryView> Shard::FindAll(wire::NameView name, uint32_t tag) const {
  std::vector<EntryView> found;
  std::lock_guard lock(mutex_);
  const IndexTable* table = table_.load(std::memory_order_relaxed);
  // All keys of the name lie in these. The border of a bucket may be between its keys.
  const uint32_t least = tag & ~IndexTable::kKeyBits;
  const uint32_t most = tag | IndexTable::kKeyBits;
  const IndexTable::Bucket* const buckets[] = {&table->First(least), &table->First(most),
                                               &table->Second(most)};
  for (const IndexTable::Bucket* const* at = std::begin(buckets); at != std::end(buckets); ++at) {
    if (std::find(std::begin(buckets), at, *at) != at) continue;
    for (const IndexTable::Slot& slot : (*at)->slots) {
      const uint64_t value = slot.load(std::memory_order_relaxed);
      if (value == 0 || (IndexTable::TagOf(value) & ~IndexTable::kKeyBits) != least) continue;
      const EntryView entry(arena_->At(IndexTable::LocationOf(value)));
      if (entry.name().Equals(name)) found.push_back(entry);
    }
  }
  return found;
}

// Between two slices an entry may move from a bucket that was not visited to one that was. But in
// one table it moves only once (invariant 2 of the index). So a second pass finds it.
void Shard::EraseIf(absl::FunctionRef<bool(EntryView)> matches) {
  for (int passes = 0; passes < 2 && !EraseInSlices(matches); ++passes) {
  }
}

// False when an entry may have been missed, because entries have moved in the table meanwhile. It
// begins again in each new table.
bool Shard::EraseInSlices(absl::FunctionRef<bool(EntryView)> matches) {
  size_t buckets = 0;  // of the table: a new one is always larger
  uint64_t moves = 0;
  for (size_t from = 0;; from += kEraseBuckets) {
    std::lock_guard lock(mutex_);
    IndexTable* const table = table_.load(std::memory_order_relaxed);
    if (table->buckets() != buckets) {
      buckets = table->buckets();
      from = 0;
      moves = table->moves;
    }
    if (from >= buckets) return table->moves == moves;
    EraseInBuckets(table, from, std::min(from + kEraseBuckets, buckets), matches);
  }
}

void Shard::EraseInBuckets(IndexTable* table, size_t from, size_t to,
                           absl::FunctionRef<bool(EntryView)> matches) {
  for (size_t i = from; i < to; ++i) {
    for (const IndexTable::Slot& slot : table->BucketAt(i).slots) {
      const uint64_t value = slot.load(std::memory_order_relaxed);
      if (value != 0) __builtin_prefetch(arena_->At(IndexTable::LocationOf(value)));
    }
    for (IndexTable::Slot& slot : table->BucketAt(i).slots) {
      const uint64_t value = slot.load(std::memory_order_relaxed);
      if (value == 0 || !matches(EntryOf(value))) continue;
      slot.store(0, std::memory_order_release);
      counts_.NoteLeft(EntryOf(value), Leaving::kErased);
    }
  }
}

// A slot for `tag`: an empty one, or the slot of the least valuable entry.
IndexTable::Slot* Shard::MakeSlot(uint32_t tag, Instant now) {
  IndexTable::Slot* slot = RoomInIndex(tag);
  return slot != nullptr ? slot : LeastValuable(tag, now);
}

IndexTable::Slot* Shard::RoomInIndex(uint32_t tag) {
  IndexTable::Slot* slot = table_.load(std::memory_order_relaxed)->FindRoom(tag);
  if (slot == nullptr && IndexLoadIs(kGrowsFromPercent) && GrowIndex()) {
    slot = table_.load(std::memory_order_relaxed)->FindRoom(tag);
  }
  return slot;
}

IndexTable::Slot* Shard::LeastValuable(uint32_t tag, Instant now) {
  IndexTable::Slot* least = nullptr;
  int least_value = 0;
  IndexTable* table = table_.load(std::memory_order_relaxed);
  IndexTable::Slot* empty = table->FindSlot(tag, [&](IndexTable::Slot& slot) {
    const uint64_t packed = slot.load(std::memory_order_relaxed);
    if (packed == 0) return true;
    const Location location = IndexTable::LocationOf(packed);
    const EntryView entry(arena_->At(location));
    int value = Used(entry.bytes()) * 2 + (IsInMain(location) ? 1 : 0);
    if (!entry.IsFresh(now)) value -= 4;
    if (least == nullptr || value < least_value) {
      least = &slot;
      least_value = value;
    }
    return false;
  });
  return empty != nullptr ? empty : least;
}

bool Shard::IsInMain(Location location) const {
  return around_.arena->StateOf(SegmentArena::SegmentOf(location)).in_main;
}

bool Shard::IndexLoadIs(size_t percent) const {
  const IndexTable& table = *table_.load(std::memory_order_relaxed);
  return counts_.entries() * 100 >= table.slots() * percent;
}

bool Shard::GrowIndex() {
  IndexTable* old = table_.load(std::memory_order_relaxed);
  constexpr size_t kPage = IndexTable::kPageOctets;
  // The steps are small when each octet costs an entry, and larger when octets are free.
  const size_t step = used_octets_ > budget_octets_ / 2 ? old->octets() / 8 : old->octets() / 4;
  const size_t grown = old->octets() + (step + kPage - 1) / kPage * kPage;
  if (!FreeOctets(grown)) {
    // At the ceiling a larger index costs entries, so it must be worth it. The next evictions save
    // memory for it, one by one.
    if (IndexLoadIs(kCrowdedPercent)) SaveUpFor(grown);
    return false;
  }
  IndexTable* table = IndexTable::Map(grown);
  if (table == nullptr) return false;
  CountOctets(static_cast<ptrdiff_t>(grown));
  uint64_t moved = 0;
  for (size_t i = 0; i < old->buckets(); ++i) {
    for (const IndexTable::Slot& slot : old->BucketAt(i).slots) {
      const uint64_t value = slot.load(std::memory_order_relaxed);
      if (value == 0) continue;
      IndexTable::Slot* room = table->FindRoom(IndexTable::TagOf(value));
      if (room == nullptr) {
        counts_.NoteLeft(EntryOf(value), Leaving::kIndex);
        continue;
      }
      room->store(value, std::memory_order_relaxed);
      ++moved;
    }
  }
  TERN_DCHECK(moved == counts_.entries());
  reserve_ = kReserve;
  table_.store(table, std::memory_order_release);
  old->retired_at = around_.readers->Retire();
  old->next_retired = std::exchange(retired_tables_, old);
  Reclaim();
  return true;
}

// Makes room for `octets` more in the queue's newest segment. False when readers pin everything
// that could be evicted.
bool Shard::EnsureRoom(Queue& queue, size_t octets, Instant now) {
  if (Fits(queue, octets)) return true;
  Reclaim();
  for (int i = 0; i < kEvictionsPerPut; ++i) {
    if (AvailableSegments() > kReserve) break;
    if (limbo_.count >= LimboMax() || MustWaitToKeep()) return false;
    Evict(i < kKeepingEvictionsPerPut, now);
    Reclaim();
    // What main kept may have opened a segment.
    if (Fits(queue, octets)) return true;
    // A reader pins what was just evicted. To evict more would not help this Put.
    if (limbo_.count > 0) break;
  }
  // The reserve may be used if something in limbo will replace it.
  return AvailableSegments() + limbo_.count > kReserve && OpenSegment(queue);
}

// Without a free segment an eviction cannot keep what was used. If readers will release a segment
// soon, it is better to wait.
bool Shard::MustWaitToKeep() const { return AvailableSegments() == 0 && limbo_.count > 0; }

// Evicts before room is needed. So readers have moved on by the time it is needed.
void Shard::EvictAhead(Instant now) {
  if (AvailableSegments() + limbo_.count <= reserve_ && limbo_.count < LimboMax()) {
    Reclaim();
    if (!MustWaitToKeep()) Evict(true, now);
  }
  if (reserve_ == kReserve) return;
  Reclaim();
  if (AvailableSegments() < reserve_) return;
  // Enough memory is saved.
  reserve_ = kReserve;
  if (ghosts_wait_) {
    GrowGhosts();
  } else {
    GrowIndex();
  }
}

size_t Shard::AvailableSegments() const {
  return free_.count + (budget_octets_ - used_octets_) / kSegmentOctets;
}

// If more than this waits for readers, it is better to refuse a Put than to lose stored entries.
size_t Shard::LimboMax() const { return std::max<size_t>(2, budget_octets_ / kSegmentOctets / 8); }

void Shard::Evict(bool keep_used, Instant now) {
  FitGhosts();
  HoldTrial();
  const bool from_passing = PassingIsDue();
  bool from_small = !from_passing && SmallIsDue();
  for (int i = 0; i < kAdoptionsMax && keep_used && from_small && IsMostlyUsed(small_.oldest, now);
       ++i) {
    // A copy would gain almost nothing, so main takes the segment itself.
    const uint32_t adopted = DequeueSmall();
    around_.arena->StateOf(adopted).in_main = true;
    around_.arena->StateOf(adopted).opened = remembered_;
    Enqueue(main_, adopted);
    from_small = SmallIsDue();
  }
  Keep keep = keep_used ? Keep::kUsed : Keep::kNothing;
  if (!from_passing && !from_small && condemned_ > 0 && keep_used) keep = Keep::kUsedOnTrial;
  const uint32_t segment = from_passing ? Dequeue(passing_)
                           : from_small ? DequeueSmall()
                                        : DequeueMain();
  if (segment == kNoSegment) return;
  EvictEntries(segment, keep, now);
  around_.arena->StateOf(segment).epoch = around_.readers->Retire();
  Enqueue(limbo_, segment);
  TERN_DCHECK(IsSound());
}

// In segments: the one that is being filled, and those behind it.
size_t Shard::SmallShare() const { return 1 + (small_.count + main_.count) * kSmallPercent / 100; }

bool Shard::SmallIsDue() const {
  return main_.count == 0 || (condemned_ == 0 && small_.count > SmallShare());
}

// Passing is as long as small may be.
bool Shard::PassingIsDue() const {
  const bool is_alone = small_.count + main_.count == 0;
  return passing_.count > SmallShare() || (is_alone && passing_.count > 0);
}

// Then small has far more than it needs.
bool Shard::MainIsGrowing() const { return small_.count > 2 * SmallShare(); }

// An entry that expired too long ago cannot serve as a stale answer (RFC 8767).
bool Shard::IsWorthKeeping(EntryView entry, Instant now) const {
  const uint32_t max_stale = around_.max_stale->load(std::memory_order_relaxed);
  const bool too_stale = !entry.IsFresh(now) && now - entry.expiry() > max_stale;
  return !too_stale && Used(entry.bytes()) > 0;
}

// Whether an eviction of the segment would keep more than an eviction from main may keep.
bool Shard::IsMostlyUsed(uint32_t segment, Instant now) const {
  if (segment == kNoSegment) return false;
  IndexTable* table = table_.load(std::memory_order_relaxed);
  size_t spared = kSegmentOctets - around_.arena->StateOf(segment).filled;
  for (SegmentWalk walk(around_.arena, segment); walk.Next();) {
    const EntryView entry = walk.entry();
    if (!IsWorthKeeping(entry, now) || table->FindValue(PackedOf(walk)) == nullptr) {
      spared += entry.size();
    }
    if (spared >= kSegmentOctets - kKeptOctetsMax) return false;
  }
  return true;
}

// The walk over a segment is sequential, but its index lines are not. So a second walk ahead of the
// first prefetches these lines a few entries early.
void Shard::PrefetchIndex(const SegmentWalk& walk, SegmentWalk* ahead, bool with_ghosts) const {
  const IndexTable* table = table_.load(std::memory_order_relaxed);
  while (ahead->end() < walk.end() + kEvictionPrefetchOctets && ahead->Next()) {
    const uint32_t tag = ahead->entry().tag();
    __builtin_prefetch(&table->First(tag));
    __builtin_prefetch(&table->Second(tag));
    if (with_ghosts) ghosts_.Prefetch(tag);
  }
}

void Shard::EvictEntries(uint32_t segment, Keep keep, Instant now) {
  IndexTable* table = table_.load(std::memory_order_relaxed);
  const SegmentState& state = around_.arena->StateOf(segment);
  size_t kept_octets = 0;
  const size_t kept_octets_max = state.in_main ? kKeptOctetsMax : kSegmentOctets;
  SegmentWalk ahead(around_.arena, segment);
  for (SegmentWalk walk(around_.arena, segment); walk.Next();) {
    PrefetchIndex(walk, &ahead, !state.in_main);
    const EntryView entry = walk.entry();
    const size_t octets = entry.size();
    IndexTable::Slot* slot = table->FindValue(PackedOf(walk));
    if (slot == nullptr) continue;  // dead
    const bool keeps =
        keep == Keep::kUsed || (keep == Keep::kUsedOnTrial && !IsUnusedOnTrial(entry.bytes()));
    uint8_t used = Used(entry.bytes());
    if (keeps && IsWorthKeeping(entry, now) && kept_octets + octets <= kept_octets_max &&
        (Fits(main_, octets) || OpenSegment(main_))) {
      // The move to main uses up the use count. In main each round costs one use. A stale entry
      // loses all.
      used = state.in_main && used > 0 && entry.IsFresh(now) ? used - 1 : 0;
      const Location moved = Append(main_, {entry.bytes(), octets}, entry.tag(), used);
      slot->store(IndexTable::Pack(entry.tag(), moved), std::memory_order_release);
      kept_octets += octets;
      continue;
    }
    slot->store(0, std::memory_order_release);
    if (!state.in_main && !state.in_passing) {
      ghosts_.Remember(entry.tag());
      ++remembered_;
    }
    counts_.NoteLeft(entry, entry.IsFresh(now) ? Leaving::kRoom : Leaving::kExpired);
  }
}

// How many ghosts were made since main's oldest entries were put there.
uint64_t Shard::MainRound() const {
  if (main_.count == 0) return 0;
  return remembered_ - around_.arena->StateOf(main_.oldest).opened;
}

bool Shard::IsWorthReturning(uint64_t others_since) const {
  // While main has room to grow, the name replaces nothing better.
  return MainIsGrowing() || others_since <= MainRound() / kReturnPart;
}

size_t Shard::WantedGhostOctets() const {
  if (MainIsGrowing()) {
    // The more names are remembered, the sooner main is full of the right ones.
    return ((small_.count - SmallShare()) * kSegmentOctets + ghosts_.octets()) / 2;
  }
  return MainRound() / kReturnPart / GhostTable::kMarksPerWord * sizeof(uint64_t);
}

void Shard::FitGhosts() {
  const size_t octets = ghosts_.octets();
  const size_t wanted = WantedGhostOctets();
  // A table that is not even half full need not grow.
  const bool filled = remembered_ - ghosts_grown_at_ >= ghosts_.marks() / 2;
  if (octets == 0 || (filled && octets < ghosts_.octets_max() && octets * 2 <= wanted)) {
    GrowGhosts();
  } else if (octets > ghosts_.octets_min() && octets / 2 >= wanted) {
    ghosts_.Halve();
    CountOctets(-static_cast<ptrdiff_t>(octets - ghosts_.octets()));
  }
}

// Without room for more ghosts, evictions save memory for them.
void Shard::GrowGhosts() {
  const size_t octets = std::max(ghosts_.octets(), ghosts_.octets_min());
  ghosts_wait_ = ghosts_.octets() < ghosts_.octets_max() && !FreeOctets(octets);
  if (ghosts_wait_) {
    SaveUpFor(octets);
    return;
  }
  if (ghosts_.octets() == ghosts_.octets_max()) return;
  CountOctets(static_cast<ptrdiff_t>(octets));
  ghosts_.Grow();
  ghosts_grown_at_ = remembered_;
  reserve_ = kReserve;
}

void Shard::Reclaim() {
  if (limbo_.count == 0 && retired_tables_ == nullptr) return;
  const uint64_t safe = around_.readers->SafeEpoch();
  while (limbo_.count > 0 && around_.arena->StateOf(limbo_.oldest).epoch <= safe) {
    Enqueue(free_, Dequeue(limbo_));
  }
  for (IndexTable** link = &retired_tables_; *link != nullptr;) {
    IndexTable* const table = *link;
    if (table->retired_at > safe) {
      link = &table->next_retired;
      continue;
    }
    *link = table->next_retired;
    CountOctets(-static_cast<ptrdiff_t>(table->octets()));
    IndexTable::Unmap(table);
  }
}

// Tries to bring the budget to where `octets` more leave the minimum reserve untouched, without an
// eviction.
bool Shard::FreeOctets(size_t octets) {
  Reclaim();
  const size_t wanted = octets + kReserve * kSegmentOctets;
  if (used_octets_ + wanted > budget_octets_ + free_.count * kSegmentOctets) return false;
  while (used_octets_ + wanted > budget_octets_) {
    around_.arena->Give(Dequeue(free_));
    CountOctets(-static_cast<ptrdiff_t>(kSegmentOctets));
  }
  return true;
}

void Shard::SaveUpFor(size_t octets) {
  reserve_ = std::max(reserve_, kReserve + octets / kSegmentOctets + 1);
}

bool Shard::IsWhole(const Queue& queue) const {
  size_t count = 0;
  uint32_t last = kNoSegment;
  bool has_open = queue.open == kNoSegment;
  for (uint32_t segment = queue.oldest; count < queue.count; ++count) {
    if (segment == kNoSegment) return false;
    has_open |= segment == queue.open;
    last = segment;
    segment = around_.arena->StateOf(segment).next;
  }
  return has_open && (count == 0 || last == queue.newest);
}

bool Shard::IsSound() const {
  if (!IsWhole(small_) || !IsWhole(main_) || !IsWhole(passing_) || !IsWhole(limbo_) ||
      !IsWhole(free_))
    return false;
  if (condemned_ + trial_.segments > main_.count) return false;
  const IndexTable* table = table_.load(std::memory_order_relaxed);
  if (counts_.entries() > table->slots()) return false;
  size_t octets = table->octets() + ghosts_.octets();
  for (const Queue* queue : {&small_, &main_, &passing_, &limbo_, &free_}) {
    octets += queue->count * kSegmentOctets;
  }
  for (table = retired_tables_; table != nullptr; table = table->next_retired) {
    octets += table->octets();
  }
  return octets == used_octets_ && octets <= budget_octets_;
}

void Shard::CountOctets(ptrdiff_t change) {
  used_octets_ += static_cast<size_t>(change);
  around_.octets->fetch_add(static_cast<size_t>(change), std::memory_order_relaxed);
}

}  // namespace tern::cache
