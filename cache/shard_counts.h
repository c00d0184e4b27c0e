// What a shard counts of its entries: how many there are of each kind, and why others left.
//
// Thread: the holder of the shard's lock counts, any thread may read. The counts may be of
// different moments. Bound: the members.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "cache/entry.h"
#include "cache/store_report.h"

namespace tern::cache {

class ShardCounts {
 public:
  void NoteInserted(EntryView entry) {
    Add(&insertions_, 1);
    NoteThere(entry);
  }
  // It came from a snapshot.
  void NoteThere(EntryView entry) {
    Add(&entries_, 1);
    AddKind(entry, 1);
  }
  void NoteReplaced(EntryView before, EntryView by) {
    Add(&left_[static_cast<size_t>(Leaving::kReplaced)], 1);
    AddKind(before, -1);
    AddKind(by, 1);
  }
  void NoteLeft(EntryView entry, Leaving why) {
    Add(&left_[static_cast<size_t>(why)], 1);
    Add(&entries_, -1);
    AddKind(entry, -1);
  }

  uint64_t entries() const { return entries_.load(std::memory_order_relaxed); }
  void AddTo(StoreStatistics* statistics) const {
    statistics->entries += entries();
    statistics->insertions += insertions_.load(std::memory_order_relaxed);
    for (size_t i = 0; i < kLeavings; ++i) {
      statistics->left[i] += left_[i].load(std::memory_order_relaxed);
    }
    for (size_t i = 0; i < kEntryKinds; ++i) {
      statistics->of_kind[i].entries += of_kind_[i].load(std::memory_order_relaxed);
      statistics->of_kind[i].octets += octets_of_kind_[i].load(std::memory_order_relaxed);
    }
  }

 private:
  using Count = std::atomic<uint64_t>;

  // Only the holder of the lock writes, so no read-modify-write is needed.
  static void Add(Count* count, int64_t change) {
    count->store(count->load(std::memory_order_relaxed) + static_cast<uint64_t>(change),
                 std::memory_order_relaxed);
  }
  void AddKind(EntryView entry, int64_t sign) {
    const auto kind = static_cast<size_t>(entry.kind());
    Add(&of_kind_[kind], sign);
    Add(&octets_of_kind_[kind], sign * static_cast<int64_t>(entry.size()));
  }

  Count entries_ = 0;
  Count insertions_ = 0;
  std::array<Count, kLeavings> left_{};
  std::array<Count, kEntryKinds> of_kind_{};
  std::array<Count, kEntryKinds> octets_of_kind_{};
};

}  // namespace tern::cache
