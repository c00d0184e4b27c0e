// A set of equal buffers that the kernel takes from as data arrives (a provided buffer ring) and
// gets back when they have been read.
//
// Thread: the ring's.
// Invariants: a buffer is the kernel's or the reader's, never both's; Commit() gives back at once
// all that was recycled since the last. Bound: count * stride octets. The stride is an odd number
// of cache lines, so that the first lines of all buffers, the only ones a small datagram touches,
// spread over all sets of the cache.
#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"

namespace tern::resolver::io {

class BufferGroup {
 public:
  BufferGroup() = default;
  BufferGroup(const BufferGroup&) = delete;
  BufferGroup& operator=(const BufferGroup&) = delete;

  // `count` is a power of two. The ring must outlive the use of this, not its destruction.
  absl::Status Register(io_uring* ring, uint16_t group, uint32_t count, size_t stride);

  uint16_t group() const { return group_; }
  size_t stride() const { return stride_; }
  uint8_t* at(uint16_t buffer) { return memory_.get() + buffer * stride_; }
  void Recycle(uint16_t buffer) {
    io_uring_buf_ring_add(ring_.get(), at(buffer), static_cast<unsigned>(stride_), buffer,
                          static_cast<int>(mask_), recycled_++);
  }
  void Commit() {
    if (recycled_ == 0) return;
    io_uring_buf_ring_advance(ring_.get(), recycled_);
    recycled_ = 0;
  }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  std::unique_ptr<io_uring_buf_ring, Free> ring_;
  std::unique_ptr<uint8_t[], Free> memory_;
  uint16_t group_ = 0;
  size_t stride_ = 0;
  uint32_t mask_ = 0;
  int recycled_ = 0;
};

}  // namespace tern::resolver::io
