// A part of the store: an index, and a log of entries in segments.
//
// Eviction follows S3-FIFO (Yang et al., SOSP 2023) over logs:
// - New entries go to the newest segment of the queue `small`.
// - When small's oldest segment goes, the entries that were used are copied to the queue `main`. If
//   nearly all were used, main takes the segment itself. The tags of the other entries are
//   remembered as ghosts.
// - When main's oldest segment goes, the entries that were used are copied to main's newest
//   segment, with a lower use count.
// - An entry that was replaced or erased is dead: no slot names its location. It goes with its
//   segment.
//
// Entries that are hardly ever used again go to a third queue in place of small. It may be as long
// as small, it goes first, and it leaves no ghosts. So they take no room from the others.
//
// A round of main is the time within which an entry must be used to stay in main. A name may come
// back while it is a ghost:
// - If it was away for only a small part of a round, it goes to main at once, because it will be
//   used often enough.
// - If it was away for longer, it would take the place of a better name.
//
// Ghosts get as much memory as there are absences worth remembering. That is little while all names
// are popular. It is more in a flood of names that are asked once, when popular names stay away for
// long.
//
// Popularity changes, and use marks only tell what was popular once. So the oldest segments of main
// are always on trial:
// - Their marks also say whether an entry was used since the trial began.
// - The witness is the next segment that small opens.
// - When small has filled some more segments, two uses are compared: that of the witness's live
//   entries and that of the entries on trial. Usually main wins, because main's entries are used
//   all the time and a new name is not.
// - If main loses, the segments on trial are condemned. They go before any segment of small, and
//   only entries used during the trial are kept.
// - Then the next trial begins. So if main is out of date, it loses one segment for each one that
//   is filled, and small grows. When main wins again, what is too much in small is sorted into
//   main, as when the store is first filled.
//
// A trial costs nine walks over a segment while four segments are filled. Readers notice nothing.
//
// Invariants:
// 1. used_octets_ (index tables, ghosts, segments, and those that readers still pin) never exceeds
//    the budget.
// 2. A segment that left its queue waits in limbo until no reader can see it. So do index tables.
// 3. One segment is in reserve, so an eviction always finds room for what it keeps. Only readers
//    that pin everything can prevent that.
//
// Memory: within the budget. If the machine has none, a Put stores less or nothing; see Start.
//
// Thread: Find and Prefetch by any registered reader, without a lock. All others take the lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cache/entry.h"
#include "cache/ghost_table.h"
#include "cache/index_table.h"
#include "cache/reader_epochs.h"
#include "cache/segment_arena.h"
#include "cache/segment_walk.h"
#include "cache/shard_counts.h"
#include "cache/store_report.h"
#include "cache/ttl.h"

namespace tern::cache {

// Names an entry, with the hash that finds its slot.
struct EntryKey {
  wire::NameView name;
  KeySpace space;
  wire::RRType type;  // kNone in key spaces without a type
  uint32_t tag;

  bool Matches(EntryView entry) const {
    return entry.tag() == tag && entry.type() == type && SpaceOf(entry.kind()) == space &&
           entry.name().Equals(name);
  }
};

// The queues of a shard's log, as a snapshot names them.
enum class Log : uint8_t { kSmall, kPassing, kMain };
inline constexpr size_t kLogs = 3;

// How far somebody has walked through a log: through `octets` of the segment with the serial, and
// through all that are older.
struct LogPlace {
  uint64_t serial = 0;
  size_t octets = 0;
};

// An entry of an earlier process, that is sound and has this process's times.
struct RestoredEntry {
  EntryView entry;
  uint32_t tag = 0;  // of its key
  uint8_t used = 0;  // 0 to kUsedMax (use_mark.h)
};

// What the shards of a store share.
struct ShardSurroundings {
  SegmentArena* arena;
  ReaderEpochs* readers;
  std::atomic<size_t>* octets;  // mapped by the whole store
  std::atomic<uint32_t>* max_stale;
};

class Shard {
 public:
  Shard() = default;
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Throws std::bad_alloc if there is no memory for the first page of the index. If memory is
  // missing later, something is not kept or is evicted sooner.
  // REQUIRES: called once, before any use.
  void Start(const ShardSurroundings& surroundings, size_t budget_octets);

  EntryView Find(const EntryKey& key) const;
  void Prefetch(uint32_t tag) const;
  // `tag`: of any of the name's keys; only the bits count that choose buckets.
  std::vector<EntryView> FindAll(wire::NameView name, uint32_t tag) const;

  PutOutcome Put(const EntryKey& key, std::span<const uint8_t> bytes, Instant now,
                 Reuse reuse = Reuse::kExpected);
  bool Erase(const EntryKey& key);
  void AddTo(StoreStatistics* statistics) const { counts_.AddTo(statistics); }
  void ForEach(absl::FunctionRef<void(EntryView)> visit) const;
  void EraseIf(absl::FunctionRef<bool(EntryView)> matches);

  // Visits the live entries of the log's oldest segment that has some behind *place, and moves
  // *place behind them. Returns false when there is none. Called again and again, it also comes to
  // what is filled meanwhile. Holds the lock only to find the segment.
  // REQUIRES: the caller is a reader that is awake.
  bool VisitSegmentAfter(Log log, LogPlace* place, absl::FunctionRef<void(EntryView)> visit) const;
  // Makes an index for about so many entries. No effect when something is stored.
  void ReserveIndex(uint64_t entries);
  // Stores entries behind the log's oldest end, each one unless its key is known or there is no
  // room. The last one comes first. Nothing is evicted for them. So the caller begins with the most
  // valuable entries: those of main, and the newest. Returns how many had no room.
  // REQUIRES: the keys belong to this shard.
  size_t Restore(Log log, std::span<const RestoredEntry> entries);

 private:
  // A queue of segments, oldest first, linked through SegmentState::next.
  struct Queue {
    uint32_t oldest = kNoSegment;
    uint32_t newest = kNoSegment;
    size_t count = 0;
    uint32_t open = kNoSegment;       // where entries are appended
    uint32_t restoring = kNoSegment;  // where restored entries are appended
  };
  // A trial of main's oldest segments, behind the condemned ones, against one segment of small.
  struct Trial {
    size_t segments = 0;
    size_t opened = 0;              // segments that small opened since it began
    uint32_t witness = kNoSegment;  // the first of these segments
  };
  struct Usage {
    size_t octets = 0;
    size_t used = 0;  // entries
  };
  enum class Keep : uint8_t { kNothing, kUsed, kUsedOnTrial };
  // Where a key's entry was found. By now the slot may name another entry, unless the caller holds
  // the lock.
  struct Found {
    IndexTable::Slot* slot = nullptr;  // null: not found
    Location location = 0;
    EntryView entry;
  };

  // Erasing.
  bool EraseInSlices(absl::FunctionRef<bool(EntryView)> matches);
  void EraseInBuckets(IndexTable* table, size_t from, size_t to,
                      absl::FunctionRef<bool(EntryView)> matches);

  // Index.
  Found Lookup(const EntryKey& key) const;
  IndexTable::Slot* MakeSlot(uint32_t tag, Instant now);
  IndexTable::Slot* RoomInIndex(uint32_t tag);
  IndexTable::Slot* LeastValuable(uint32_t tag, Instant now);
  // Whether at least so many percent of the index's slots are in use.
  bool IndexLoadIs(size_t percent) const;
  bool GrowIndex();
  bool IsInMain(Location location) const;
  EntryView EntryOf(uint64_t packed) const {
    return EntryView(arena_->At(IndexTable::LocationOf(packed)));
  }
  // The slot's content for the walk's entry, unless that entry is dead.
  static uint64_t PackedOf(const SegmentWalk& walk) {
    return IndexTable::Pack(walk.entry().tag(), walk.location());
  }

  // Log.
  bool FitsIn(uint32_t segment, size_t octets) const;
  bool Fits(const Queue& queue, size_t octets) const;
  // An empty segment for the queue, which is not in it yet. kNoSegment when there is none.
  uint32_t TakeSegment(const Queue& queue);
  bool OpenSegment(Queue& queue);
  // REQUIRES: Fits(queue, octets).
  Location Append(Queue& queue, std::span<const uint8_t> bytes, uint32_t tag, uint8_t used);
  Location AppendTo(uint32_t segment, std::span<const uint8_t> bytes, uint32_t tag, uint8_t used);
  void Enqueue(Queue& queue, uint32_t segment);
  void EnqueueOldest(Queue& queue, uint32_t segment);
  uint32_t Dequeue(Queue& queue);

  // Snapshots.
  Queue& QueueOf(Log log);
  void VisitLive(uint32_t segment, size_t from, size_t filled,
                 absl::FunctionRef<void(EntryView)> visit) const;
  bool HasRoomToRestore(Queue& queue, size_t octets);

  // Memory.
  bool EnsureRoom(Queue& queue, size_t octets, Instant now);
  void EvictAhead(Instant now);
  bool MustWaitToKeep() const;
  size_t AvailableSegments() const;
  size_t LimboMax() const;
  void Evict(bool keep_used, Instant now);
  bool SmallIsDue() const;
  bool PassingIsDue() const;
  bool IsWorthKeeping(EntryView entry, Instant now) const;
  bool IsMostlyUsed(uint32_t segment, Instant now) const;
  void PrefetchIndex(const SegmentWalk& walk, SegmentWalk* ahead, bool with_ghosts) const;
  void EvictEntries(uint32_t segment, Keep keep, Instant now);
  uint32_t DequeueSmall();
  uint32_t DequeueMain();
  void HoldTrial();
  void AddUsage(uint32_t segment, Usage* usage) const;
  size_t SmallShare() const;
  bool MainIsGrowing() const;
  uint64_t MainRound() const;
  bool IsWorthReturning(uint64_t others_since) const;
  size_t WantedGhostOctets() const;
  void FitGhosts();
  void GrowGhosts();
  void Reclaim();
  bool FreeOctets(size_t octets);
  void SaveUpFor(size_t octets);
  void CountOctets(ptrdiff_t change);

  // Whether the queues and the counts agree. Checked in debug builds and in the simulation.
  bool IsWhole(const Queue& queue) const;
  bool IsSound() const;

  // What a reader touches.
  alignas(64) std::atomic<IndexTable*> table_{nullptr};
  const SegmentArena* arena_ = nullptr;

  // What writers touch, under the lock.
  alignas(64) mutable std::mutex mutex_;
  ShardSurroundings around_{};
  size_t budget_octets_ = 0;
  size_t used_octets_ = 0;
  size_t reserve_ = 1;  // segments to keep free; more while memory is saved for an index or ghosts
  Queue small_;
  Queue main_;
  Queue passing_;
  Queue limbo_;                                 // in order of epoch
  Queue free_;                                  // mapped, not in use
  uint64_t newest_serial_ = uint64_t{1} << 63;  // of the segments that came to a queue's newest end
  uint64_t oldest_serial_ = uint64_t{1} << 63;  // of those that came to its oldest end
  IndexTable* retired_tables_ = nullptr;        // linked through IndexTable::next_retired
  Trial trial_;
  size_t condemned_ = 0;  // of main's oldest segments
  GhostTable ghosts_;
  uint64_t remembered_ = 0;  // ghosts ever made: the clock that compares absences and rounds
  uint64_t ghosts_grown_at_ = 0;
  bool ghosts_wait_ = false;  // memory is saved for ghosts
  ShardCounts counts_;
};

}  // namespace tern::cache
