// A shard's hash index: which location holds the entry of a tag.
//
// A bucket is one cache line with eight slots of {tag, location}. A tag has two candidate buckets.
// The tag alone decides which, so a larger table is filled without reading any entry. Only the
// tag's upper bits count, and all keys of a name share them. So a look for an address, an alias and
// a denial of one name costs two lines of memory, not six.
//
// Invariants:
// 1. A slot is 0 (empty), or names an entry that was complete before the slot was written.
// 2. A slot moves only from its tag's first bucket to its second. It is written there before it is
//    cleared here. So a reader that looks at the first bucket and then at the second never misses
//    it.
// 3. The table's memory is its own mapping, so its size is exact.
//
// Thread: look-ups by any; changes under the shard's lock.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "cache/segment_arena.h"

namespace tern::cache {

class alignas(64) IndexTable {
 public:
  static constexpr size_t kSlotsPerBucket = 8;
  static constexpr size_t kPageOctets = 4096;
  // The bits of a tag that do not choose its buckets. The keys of one name differ only in them, so
  // they share their buckets (nearly always: the border of a bucket may be between them).
  static constexpr uint32_t kKeyBits = 0xfff;

  struct alignas(64) Bucket {
    std::atomic<uint64_t> slots[kSlotsPerBucket];
  };
  using Slot = std::atomic<uint64_t>;

  static uint64_t Pack(uint32_t tag, Location location) { return uint64_t{tag} << 32 | location; }
  static uint32_t TagOf(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
  static Location LocationOf(uint64_t value) { return static_cast<Location>(value); }

  // An empty table of `octets` in all, a multiple of kPageOctets. Null when the kernel has no
  // memory.
  static IndexTable* Map(size_t octets);
  static void Unmap(IndexTable* table);

  // Notes of the shard that retired the table: the next one that waits, and the epoch after which
  // no reader sees this one.
  IndexTable* next_retired = nullptr;
  uint64_t retired_at = 0;
  // How many slots have moved, under the shard's lock.
  uint64_t moves = 0;

  size_t octets() const { return (size_t{bucket_count_} + 1) * sizeof(Bucket); }
  size_t slots() const { return size_t{bucket_count_} * kSlotsPerBucket; }
  size_t buckets() const { return bucket_count_; }

  const Bucket& First(uint32_t tag) const { return BucketAt(Scale(tag)); }
  const Bucket& Second(uint32_t tag) const {
    return BucketAt(Scale((tag | kKeyBits) * kSecondMix));
  }
  Bucket& First(uint32_t tag) { return BucketAt(Scale(tag)); }
  Bucket& Second(uint32_t tag) { return BucketAt(Scale((tag | kKeyBits) * kSecondMix)); }
  // The buckets follow the table's own line in the same mapping.
  Bucket& BucketAt(size_t i) { return reinterpret_cast<Bucket*>(this + 1)[i]; }
  const Bucket& BucketAt(size_t i) const { return reinterpret_cast<const Bucket*>(this + 1)[i]; }

  // The first slot for which `matches` is true, or null. It looks at the tag's first bucket, then
  // at its second (invariant 2).
  template <typename Matches>
  Slot* FindSlot(uint32_t tag, Matches matches) {
    for (Bucket* bucket : {&First(tag), &Second(tag)}) {
      for (Slot& slot : bucket->slots) {
        if (matches(slot)) return &slot;
      }
    }
    return nullptr;
  }
  // The slot that holds exactly `value`, or null.
  Slot* FindValue(uint64_t value);
  // Looks once for both: true when there is a slot for which `matches` is true. Otherwise `*room`
  // is an empty slot for `tag` in the emptier of its buckets, or null when both are full.
  template <typename Matches>
  bool FindOrRoom(uint32_t tag, Matches matches, Slot** room);
  // An empty slot for `tag`, in the emptier of its buckets. If both are full, it moves another
  // entry to that one's second bucket. Null when nothing can move.
  Slot* FindRoom(uint32_t tag);

 private:
  static constexpr uint32_t kSecondMix = 0x9e3779b1;  // odd; the high bits depend on all bits

  explicit IndexTable(uint32_t bucket_count) : bucket_count_(bucket_count) {}
  uint32_t Scale(uint32_t hash) const {
    return static_cast<uint32_t>(uint64_t{hash} * bucket_count_ >> 32);
  }
  Slot* MoveOne(Bucket& bucket);

  uint32_t bucket_count_;
};
static_assert(sizeof(IndexTable) == sizeof(IndexTable::Bucket));

template <typename Matches>
bool IndexTable::FindOrRoom(uint32_t tag, Matches matches, Slot** room) {
  uint32_t most = 0;
  *room = nullptr;
  for (Bucket* bucket : {&First(tag), &Second(tag)}) {
    uint32_t empty = 0;
    uint32_t same = 0;
    uint32_t count = 0;
    for (size_t i = 0; i < kSlotsPerBucket; ++i) {
      const uint64_t value = bucket->slots[i].load(std::memory_order_relaxed);
      empty |= uint32_t{value == 0} << i;
      count += uint32_t{value == 0};
      same |= uint32_t{TagOf(value) == tag} << i;
    }
    for (same &= ~empty; same != 0; same &= same - 1) {
      if (matches(bucket->slots[std::countr_zero(same)])) return true;
    }
    if (count > most) {
      most = count;
      *room = &bucket->slots[std::countr_zero(empty)];
    }
  }
  return false;
}

}  // namespace tern::cache
