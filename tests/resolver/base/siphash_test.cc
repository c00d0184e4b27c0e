#include "resolver/base/siphash.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace tern::resolver {
namespace {

// From the authors' test vectors: the key is 00 01 .. 0f, the message as many octets 00 01 ..
TEST(SipHashTest, MatchesTheReferenceVectors) {
  const std::pair<size_t, uint64_t> vectors[] = {
      {0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd},  {2, 0x0d6c8009d9a94f5a},
      {3, 0x85676696d7fb7e2d}, {4, 0xcf2794e0277187b7},  {5, 0x18765564cd99a68d},
      {6, 0xcbc9466e58fee3ce}, {7, 0xab0200f58b01d137},  {8, 0x93f5f5799a932462},
      {9, 0x9e0082df0ba9e4b0}, {15, 0xa129ca6149be45e5}, {63, 0x958a324ceb064572},
  };
  std::array<uint8_t, 16> octets;
  std::vector<uint8_t> message(64);
  for (size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<uint8_t>(i);
  for (size_t i = 0; i < message.size(); ++i) message[i] = static_cast<uint8_t>(i);
  const SipKey key = SipKey::FromOctets(octets);
  for (const auto& [size, hash] : vectors) {
    EXPECT_EQ(SipHash(key, std::span(message).first(size)), hash) << size;
  }
}

TEST(SipHashTest, EveryBitOfTheKeyCounts) {
  const std::array<uint8_t, 3> message = {1, 2, 3};
  const uint64_t hash = SipHash({}, message);
  for (int bit = 0; bit < 128; ++bit) {
    SipKey key;
    key.words[bit / 64] ^= uint64_t{1} << bit % 64;
    EXPECT_NE(SipHash(key, message), hash) << bit;
  }
}

}  // namespace
}  // namespace tern::resolver
