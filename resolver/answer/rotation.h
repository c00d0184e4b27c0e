// Shifts the order of address records from answer to answer, so that the load spreads over the
// addresses (RFC 1794).
//
// The shifts look random. A plain count would keep step with clients that ask in a fixed rhythm: a
// client that asks for A and AAAA in turn would see only every second shift of each.
//
// Thread: one worker's. Budget: 1 ns.
#pragma once

#include <cstdint>

#include "wire/mix.h"

namespace tern::resolver::answer {

class Rotation {
 public:
  uint32_t Next() { return static_cast<uint32_t>(wire::Mix(++answers_, 0) >> 32); }

 private:
  uint64_t answers_ = 0;
};

}  // namespace tern::resolver::answer
