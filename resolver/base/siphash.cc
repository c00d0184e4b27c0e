#include "resolver/base/siphash.h"

#include <bit>
#include <cstring>

namespace tern::resolver {
namespace {

// Little-endian on every machine.
uint64_t Load(const uint8_t* octets, size_t count) {
  uint64_t word = 0;
  std::memcpy(&word, octets, count);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

struct State {
  uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  void Compress(uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
};

}  // namespace

SipKey SipKey::FromOctets(const std::array<uint8_t, 16>& octets) {
  return {{Load(octets.data(), 8), Load(octets.data() + 8, 8)}};
}

uint64_t SipHash(const SipKey& key, std::span<const uint8_t> message) {
  State state = {key.words[0] ^ 0x736f6d6570736575, key.words[1] ^ 0x646f72616e646f6d,
                 key.words[0] ^ 0x6c7967656e657261, key.words[1] ^ 0x7465646279746573};
  const uint8_t* at = message.data();
  size_t left = message.size();
  for (; left >= 8; left -= 8, at += 8) state.Compress(Load(at, 8));
  const uint64_t last = left == 0 ? 0 : Load(at, left);
  state.Compress(last | uint64_t{message.size()} << 56);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.Round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace tern::resolver
