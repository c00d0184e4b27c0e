// A part of the store: an index, and a log of entries in segments.
//
// Eviction follows S3-FIFO (Yang et al., SOSP 2023) over logs. New entries go to the tail of the
// `small` queue of segments; when its oldest segment goes, entries that were used since are copied
// to `main` (or the segment becomes main's, when nearly all were), the tags of the others are
// remembered as ghosts. When main's oldest segment goes, used entries are copied to its tail with a
// lower use count. An entry that was replaced or erased is dead: no slot names its location, and it
// goes with its segment.
//
// A name that comes back while it is a ghost goes to `main` at once if it was away for a small part
// only of a round of main, the time after which an entry there must have been used: it will
// then be used often enough. One that was away for longer would take the place of a better one.
// Ghosts get as much memory as there are absences worth remembering: little while all names are
// popular, more in a flood of names that are asked once, when names that matter are long away.
//
// Popularity moves on, and use marks tell what was popular once. So the oldest segments of main are
// always on trial: their marks also say whether they were used since it began. The witness is the
// next segment that small opens; when some more were filled, it must not have seen more use (of the
// entries that live) than those of main. While all is well it never has: what is in main is used
// all the time, new names seldom. If it has, the segments on trial are condemned: they go before
// any of small, and only what was used during the trial is kept. One trial follows the other, so
// that a main which is out of date loses a segment for each that is filled, and small grows. When
// main wins again, what small holds too much is sorted into main as when the store is first filled.
// A trial costs nine walks over a segment while four are filled; readers notice nothing.
//
// Invariants:
// 1. used_octets_ (index tables, ghosts, segments; those that readers still pin included) never
//    exceeds the budget.
// 2. A segment that left its queue waits in limbo until no reader can see it, as do index tables.
// 3. Unless readers pin everything, one segment is in reserve, so that an eviction always finds
//    room for what it keeps.
//
// Thread: Find and Prefetch by any registered reader, without a lock; all else takes the lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cache/entry.h"
#include "cache/ghost_table.h"
#include "cache/index_table.h"
#include "cache/reader_epochs.h"
#include "cache/segment_arena.h"
#include "cache/segment_walk.h"
#include "cache/store_report.h"
#include "cache/ttl.h"

namespace tern::cache {

// Which entry is meant, with the hash that finds its slot.
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

// What the shards of a store have in common.
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

  // Once, before any use. Aborts without memory for the first page of index.
  void Start(const ShardSurroundings& surroundings, size_t budget_octets);

  EntryView Find(const EntryKey& key) const;
  void Prefetch(uint32_t tag) const;

  PutOutcome Put(const EntryKey& key, std::span<const uint8_t> bytes, Instant now);
  bool Erase(const EntryKey& key);
  void AddTo(StoreStatistics* statistics) const;
  void ForEach(absl::FunctionRef<void(EntryView)> visit) const;
  void EraseIf(absl::FunctionRef<bool(EntryView)> matches);

 private:
  // A queue of segments, oldest first, linked through SegmentState::next.
  struct Queue {
    uint32_t oldest = kNoSegment;
    uint32_t newest = kNoSegment;
    size_t count = 0;
    uint32_t open = kNoSegment;  // where entries are appended
  };
  // Main's oldest segments, behind those that are condemned, against one of small.
  struct Trial {
    size_t segments = 0;
    size_t opened = 0;              // by small since it began
    uint32_t witness = kNoSegment;  // of small; the first of those
  };
  struct Usage {
    size_t octets = 0;
    size_t used = 0;  // entries
  };
  enum class Keep : uint8_t { kNothing, kUsed, kUsedOnTrial };
  struct RetiredTable {
    IndexTable* table;
    uint64_t epoch;
  };

  // Where a key's entry was found; the slot may name another one by now, unless the caller holds
  // the lock.
  struct Found {
    IndexTable::Slot* slot = nullptr;  // null: nowhere
    Location location = 0;
    EntryView entry;
  };

  // Index.
  Found Lookup(const EntryKey& key) const;
  IndexTable::Slot* MakeSlot(uint32_t tag, Instant now);
  IndexTable::Slot* LeastValuable(uint32_t tag, Instant now);
  bool GrowIndex();
  bool IsInMain(Location location) const;
  // What the slot of the walk's entry holds, unless the entry is dead.
  static uint64_t PackedOf(const SegmentWalk& walk) {
    return IndexTable::Pack(walk.entry().tag(), walk.location());
  }

  // Log.
  bool Fits(const Queue& queue, size_t octets) const;
  bool OpenSegment(Queue& queue);
  // REQUIRES: Fits(queue, octets).
  Location Append(Queue& queue, std::span<const uint8_t> bytes, uint32_t tag, uint8_t used);
  void Enqueue(Queue& queue, uint32_t segment);
  uint32_t Dequeue(Queue& queue);

  // Memory.
  bool EnsureRoom(Queue& queue, size_t octets, Instant now);
  void EvictAhead(Instant now);
  bool MustWaitToKeep() const;
  size_t AvailableSegments() const;
  size_t LimboMax() const;
  void Evict(bool keep_used, Instant now);
  bool SmallIsDue() const;
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

  // What a reader touches.
  alignas(64) std::atomic<IndexTable*> table_{nullptr};
  const SegmentArena* arena_ = nullptr;

  // What writers touch, under the lock.
  alignas(64) mutable std::mutex mutex_;
  ShardSurroundings around_{};
  size_t budget_octets_ = 0;
  size_t used_octets_ = 0;
  size_t reserve_ = 1;  // segments to keep free; more while saving up for an index or ghosts
  Queue small_;
  Queue main_;
  Queue limbo_;  // in order of epoch
  Queue free_;   // mapped, not in use
  std::vector<RetiredTable> retired_tables_;
  Trial trial_;
  size_t condemned_ = 0;  // of main's oldest segments
  GhostTable ghosts_;
  uint64_t remembered_ = 0;  // ghosts ever: the clock by which absences and rounds are compared
  uint64_t ghosts_grown_at_ = 0;
  bool ghosts_wait_ = false;  // they are what is being saved up for
  std::atomic<uint64_t> entries_{0};
  std::atomic<uint64_t> insertions_{0};
  std::atomic<uint64_t> replacements_{0};
  std::atomic<uint64_t> evictions_{0};
};

}  // namespace tern::cache
