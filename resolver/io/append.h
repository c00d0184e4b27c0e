// Appends to the buffer of one connection. Lack of memory fails that connection only, so it is a
// value here and not an exception.
//
// Thread: any; a plain function. Bounded by the caller.
#pragma once

#include <cstdint>
#include <new>
#include <span>
#include <vector>

namespace tern::resolver::io {

// Returns false when there is no memory. Then `*buffer` is unchanged.
[[nodiscard]] inline bool TryAppend(std::vector<uint8_t>* buffer, std::span<const uint8_t> octets) {
  try {
    buffer->insert(buffer->end(), octets.begin(), octets.end());
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace tern::resolver::io
