// Ignores ASCII case eight octets at a time, for names in wire format (RFC 4343).
//
// It works on whole names, length octets included. A length is at most 63, so it never looks like a
// letter. Nothing here reads outside the given octets.
//
// Thread: any. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tern::wire {

constexpr uint8_t LowerOctet(uint8_t octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<uint8_t>(octet | 0x20) : octet;
}

// Each lane has seven bits. An addition carries into the eighth bit exactly when the lane has
// reached a bound. So two additions tell letters from other octets. Octets above 127 are masked
// out.
constexpr uint64_t LowerWord(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t heptets = word & kOnes * 0x7f;
  const uint64_t from_a = heptets + kOnes * (0x80 - 'A');
  const uint64_t behind_z = heptets + kOnes * (0x80 - 'Z' - 1);
  const uint64_t upper = (from_a ^ behind_z) & ~word & kOnes * 0x80;
  return word | upper >> 2;
}

inline uint64_t LoadLowered(const uint8_t* octets) {
  uint64_t word;
  std::memcpy(&word, octets, sizeof word);
  return LowerWord(word);
}

inline uint64_t LoadLoweredHalf(const uint8_t* octets) {
  uint32_t half;
  std::memcpy(&half, octets, sizeof half);
  return LowerWord(half);
}

// Bit 0x20 of every lane that holds a letter of either case.
constexpr uint64_t CaseBits(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t heptets = (word | kOnes * 0x20) & kOnes * 0x7f;
  const uint64_t from_a = heptets + kOnes * (0x80 - 'a');
  const uint64_t behind_z = heptets + kOnes * (0x80 - 'z' - 1);
  return ((from_a ^ behind_z) & ~word & kOnes * 0x80) >> 2;
}

// Two octets are equal when they differ in no bit, or only in the case bit of a letter.
inline bool EqualWords(const uint8_t* a, const uint8_t* b) {
  uint64_t word_a;
  uint64_t word_b;
  std::memcpy(&word_a, a, sizeof word_a);
  std::memcpy(&word_b, b, sizeof word_b);
  return ((word_a ^ word_b) & ~CaseBits(word_a)) == 0;
}

inline bool EqualHalves(const uint8_t* a, const uint8_t* b) {
  return LoadLoweredHalf(a) == LoadLoweredHalf(b);
}

// The last words overlap octets that were compared before. That costs less than a loop over the
// rest.
inline bool EqualIgnoringCase(const uint8_t* a, const uint8_t* b, size_t octets) {
  if (octets >= 8) {
    for (size_t at = 0; at + 8 < octets; at += 8) {
      if (!EqualWords(a + at, b + at)) return false;
    }
    return EqualWords(a + octets - 8, b + octets - 8);
  }
  if (octets >= 4) {
    return EqualHalves(a, b) && EqualHalves(a + octets - 4, b + octets - 4);
  }
  for (size_t at = 0; at < octets; ++at) {
    if (LowerOctet(a[at]) != LowerOctet(b[at])) return false;
  }
  return true;
}

}  // namespace tern::wire
