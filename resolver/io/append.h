// Growing a buffer for one connection. Lack of memory is that connection's failure, so it is a
// value here, not an exception.
//
// Thread: any; a plain function.
#pragma once

#include <cstdint>
#include <new>
#include <span>
#include <vector>

namespace tern::resolver::io {

// False when the machine has no memory for it; `*buffer` is as before then.
[[nodiscard]] inline bool TryAppend(std::vector<uint8_t>* buffer, std::span<const uint8_t> octets) {
  try {
    buffer->insert(buffer->end(), octets.begin(), octets.end());
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace tern::resolver::io
