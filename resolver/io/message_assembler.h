// Messages out of a stream of octets. Each has two octets with its length before it (RFC 1035
// section 4.2.2, RFC 7766 section 8). Whole messages are handed over where they lie; only a message
// that is split between reads is copied.
//
// Thread: the worker's.
// Bound: one message, 2 + 65535 octets. Memory grows as octets arrive, not as the length claims.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "resolver/io/append.h"

namespace tern::resolver::io {

// What became of octets that an assembler was fed.
enum class Fed : uint8_t {
  kAll,
  kStopped,   // the reader wants no more
  kNoMemory,  // for a message that is split; the stream cannot be read on
};

class MessageAssembler {
 public:
  // Calls `take(message)` for each message that `bytes` complete. `take` returns false when it
  // wants no more. This object is not touched after that, and may have been destroyed inside.
  template <typename Take>
  Fed Feed(std::span<const uint8_t> bytes, Take&& take) {
    return FeedFrom(&bytes, take);
  }
  // As Feed; leaves in `*bytes` what lies behind the last message that was taken.
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

  size_t buffered() const { return partial_.size(); }  // 0: between messages
  size_t memory() const { return partial_.capacity(); }

 private:
  static size_t Length(const uint8_t* octets) {
    return static_cast<size_t>(octets[0]) << 8 | octets[1];
  }

  std::vector<uint8_t> partial_;  // with its length
};

}  // namespace tern::resolver::io
