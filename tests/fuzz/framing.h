// Messages in a TCP stream by the plainest reading, for targets to compare with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tern::fuzz {

// The whole messages of a stream from its start, each with two octets of length before it (RFC 1035
// section 4.2.2).
inline std::vector<std::vector<uint8_t>> FramedMessages(std::span<const uint8_t> stream) {
  std::vector<std::vector<uint8_t>> messages;
  while (stream.size() >= 2) {
    const size_t length = size_t{stream[0]} * 256 + stream[1];
    if (stream.size() - 2 < length) break;
    messages.emplace_back(stream.begin() + 2, stream.begin() + 2 + static_cast<ptrdiff_t>(length));
    stream = stream.subspan(2 + length);
  }
  return messages;
}

inline void AppendFramed(std::vector<uint8_t>* stream, std::span<const uint8_t> message) {
  stream->push_back(static_cast<uint8_t>(message.size() >> 8));
  stream->push_back(static_cast<uint8_t>(message.size()));
  stream->insert(stream->end(), message.begin(), message.end());
}

}  // namespace tern::fuzz
