// A set of equal buffers for received data (a provided buffer ring). The kernel takes a buffer when
// data arrives. It gets the buffer back when the data was read.
//
// Thread: the ring's.
// Invariants:
// 1. A buffer belongs to the kernel or to the reader, never to both.
// 2. Commit() returns all buffers that were recycled since the last Commit().
// Bound: count * stride octets. The stride is an odd number of cache lines. So the first lines of
// the buffers spread over all sets of the cache; a small datagram touches no other line.
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

  // REQUIRES: `count` is a power of two. The ring exists while this object is used; it may be gone
  // when this object is destroyed.
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
