#include "resolver/io/buffer_group.h"

#include <cstdlib>
#include <cstring>

namespace tern::resolver::io {

absl::Status BufferGroup::Register(io_uring* ring, uint16_t group, uint32_t count, size_t stride) {
  constexpr size_t kPage = 4096;
  const size_t ring_octets = (count * sizeof(io_uring_buf) + kPage - 1) / kPage * kPage;
  const size_t octets = (count * stride + kPage - 1) / kPage * kPage;
  ring_.reset(static_cast<io_uring_buf_ring*>(std::aligned_alloc(kPage, ring_octets)));
  memory_.reset(static_cast<uint8_t*>(std::aligned_alloc(kPage, octets)));
  if (ring_ == nullptr || memory_ == nullptr) {
    return absl::ResourceExhaustedError("no memory for io_uring's buffers");
  }
  std::memset(ring_.get(), 0, ring_octets);
  group_ = group;
  stride_ = stride;
  mask_ = static_cast<uint32_t>(io_uring_buf_ring_mask(count));
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uint64_t>(ring_.get());
  registration.ring_entries = count;
  registration.bgid = group;
  const int error = io_uring_register_buf_ring(ring, &registration, 0);
  if (error != 0) return absl::ErrnoToStatus(-error, "io_uring has no buffer rings");
  io_uring_buf_ring_init(ring_.get());
  for (uint32_t buffer = 0; buffer < count; ++buffer) Recycle(static_cast<uint16_t>(buffer));
  Commit();
  return absl::OkStatus();
}

}  // namespace tern::resolver::io
