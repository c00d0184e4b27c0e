// Splits a stream of octets into messages. Each message has its length before it, in two octets
// (RFC 1035 section 4.2.2, RFC 7766 section 8). A message that arrives in one read is not copied. A
// message that is split between reads is.
//
// Thread: the worker's.
// Bound: one message, 2 + 65535 octets. Memory grows with the octets that arrive, not with the
// length that the sender claims.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "resolver/io/append.h"

namespace tern::resolver::io {

// The outcome of feeding octets to an assembler.
enum class Fed : uint8_t {
  kAll,
  kStopped,   // `take` wants no more
  kNoMemory,  // no memory for a split message; the stream must not be read any more
};

class MessageAssembler {
 public:
  // Calls `take(message)` for each message that `bytes` completes. `take` returns false when it
  // wants no more. After that this object is not touched: `take` may have destroyed it.
  template <typename Take>
  Fed Feed(std::span<const uint8_t> bytes, Take&& take) {
    return FeedFrom(&bytes, take);
  }
  // Like Feed, but leaves in `*bytes` what follows the last message that was taken.
  template <typename Take>
  Fed FeedFrom(std::span<const uint8_t>* bytes, Take&& take) {
    while (!bytes->empty()) {
      if (partial_.empty() && bytes->size() >= 2) {
        const size_t whole = 2 + Length(bytes->data());
        if (bytes->size() >= whole) {
          const std::span<const uint8_t> message = bytes->subspan(2, whole - 2);
          *bytes = bytes->subspan(whole);
          if (!take(message)) return Fed::kStopped;
          continue;
        }
      }
      const size_t wanted =
          partial_.size() < 2 ? 2 - partial_.size() : 2 + Length(partial_.data()) - partial_.size();
      const size_t taken = std::min(wanted, bytes->size());
      if (!TryAppend(&partial_, bytes->first(taken))) return Fed::kNoMemory;
      *bytes = bytes->subspan(taken);
      if (partial_.size() < 2 || partial_.size() < 2 + Length(partial_.data())) continue;
      std::vector<uint8_t> message = std::exchange(partial_, {});
      if (!take(std::span<const uint8_t>(message).subspan(2))) return Fed::kStopped;
    }
    return Fed::kAll;
  }

  size_t buffered() const { return partial_.size(); }  // 0 between two messages
  size_t memory() const { return partial_.capacity(); }

 private:
  static size_t Length(const uint8_t* octets) {
    return static_cast<size_t>(octets[0]) << 8 | octets[1];
  }

  std::vector<uint8_t> partial_;  // with its length before it
};

}  // namespace tern::resolver::io
