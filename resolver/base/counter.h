// A number that one thread counts and any thread may read.
//
// Thread: one writes, any reads. Bound: 8 octets.
#pragma once

#include <atomic>
#include <cstdint>

namespace tern::resolver {

// Thread: one writes, any reads.
class Counter {
 public:
  void Add(uint64_t count) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  void operator++() { Add(1); }
  // For a state, which may become smaller. Only one worker sets it, so the sum is its value.
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  // NOLINTNEXTLINE(google-explicit-constructor): a counter is read as the number that it holds.
  operator uint64_t() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

}  // namespace tern::resolver
