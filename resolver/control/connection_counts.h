// How many connections a server has, how many it may have, and how often that was met.
//
// Thread: any. Bound: three numbers.
#pragma once

#include <atomic>
#include <cstdint>

namespace tern::resolver::control {

struct ConnectionCounts {
  std::atomic<uint64_t> open = 0;
  std::atomic<uint64_t> most = 0;
  std::atomic<uint64_t> met = 0;
};

}  // namespace tern::resolver::control
