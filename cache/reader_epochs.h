// Quiescent-state reclamation: says when memory that writers have retired may be reused.
//
// The writer first makes a thing unreachable for new look-ups. Then it calls Retire() and remembers
// the epoch that it returns. The thing may be reused when SafeEpoch() has reached that epoch. By
// then every reader sleeps, or has said "I hold nothing" after the thing became unreachable.
//
// Invariants:
// 1. A reader's slot holds 0 while it sleeps or is not taken. Otherwise it holds an epoch that is
//    not newer than the last time at which the reader held nothing.
// 2. Each slot has a cache line of its own, and its reader writes no other line.
//
// There are no fences: the writer reads the slots with read-modify-write operations. In each slot,
// these and the exchange of Wake() have an order. So either the writer sees that the reader is
// awake, or the reader sees everything that the writer did before.
//
// Thread: Enter, Quiescent, Sleep and Wake by the slot's owner; the rest by any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "wire/check.h"

namespace tern::cache {

inline constexpr size_t kReadersMax = 1024;

class ReaderEpochs {
 public:
  ReaderEpochs() : slots_(std::make_unique<Slot[]>(kReadersMax)) { free_.reserve(kReadersMax); }

  // Takes a slot and makes it awake. Nothing when all slots are taken.
  std::optional<size_t> Enter() {
    std::lock_guard lock(mutex_);
    size_t slot;
    if (!free_.empty()) {
      slot = free_.back();
      free_.pop_back();
    } else if (taken_max_.load(std::memory_order_relaxed) < kReadersMax) {
      slot = taken_max_.load(std::memory_order_relaxed);
      taken_max_.store(slot + 1, std::memory_order_seq_cst);
    } else {
      return std::nullopt;
    }
    Wake(slot);
    return slot;
  }
  void Leave(size_t slot) {
    Sleep(slot);
    std::lock_guard lock(mutex_);
    TERN_DCHECK(free_.size() < taken_max_.load(std::memory_order_relaxed));
    free_.push_back(slot);
  }

  void Quiescent(size_t slot) {
    slots_[slot].epoch.store(epoch_.load(std::memory_order_acquire), std::memory_order_release);
  }
  void Sleep(size_t slot) { slots_[slot].epoch.store(kAsleep, std::memory_order_release); }
  void Wake(size_t slot) {
    slots_[slot].epoch.exchange(epoch_.load(std::memory_order_acquire), std::memory_order_seq_cst);
  }

  uint64_t Retire() { return epoch_.fetch_add(1, std::memory_order_acq_rel) + 1; }

  // No reader sees things that were retired at this epoch or before.
  uint64_t SafeEpoch() {
    uint64_t safe = std::numeric_limits<uint64_t>::max();
    const size_t slots = taken_max_.load(std::memory_order_seq_cst);
    for (size_t i = 0; i < slots; ++i) {
      const uint64_t epoch = slots_[i].epoch.fetch_add(0, std::memory_order_seq_cst);
      if (epoch != kAsleep && epoch < safe) safe = epoch;
    }
    return safe;
  }

 private:
  static constexpr uint64_t kAsleep = 0;
  struct alignas(64) Slot {
    std::atomic<uint64_t> epoch{kAsleep};
  };

  alignas(64) std::atomic<uint64_t> epoch_{1};
  alignas(64) std::atomic<size_t> taken_max_{0};
  std::unique_ptr<Slot[]> slots_;
  std::mutex mutex_;
  std::vector<size_t> free_;  // at most kReadersMax
};

}  // namespace tern::cache
