// What the log counts of the limits of its messages.
//
// Thread: any; a value.
#pragma once

#include <cstdint>

namespace tern::resolver {

struct LogCounts {
  uint64_t lines_left_out = 0;  // because their message came too often
  uint64_t messages = 0;        // with a limit of their own
  uint64_t messages_max = 0;
  uint64_t shared = 0;  // lines of messages that share a limit
};

}  // namespace tern::resolver
