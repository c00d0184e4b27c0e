// The multiply-and-fold step of the hashes that find places in tables.
//
// Not for messages that others sign or forge; siphash.h is for those.
//
// Thread: any. Values.
#pragma once

#include <cstdint>

namespace tern::wire {

// The full product, folded. Every bit of the result depends on every bit of both factors. A factor
// of 0 gives 0, so one of them should hold a secret.
constexpr uint64_t MultiplyFold(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// For words that may be 0.
constexpr uint64_t Mix(uint64_t a, uint64_t b) {
  return MultiplyFold(a ^ 0x9e3779b97f4a7c15, b ^ 0xd6e8feb86659fd93);
}

}  // namespace tern::wire
