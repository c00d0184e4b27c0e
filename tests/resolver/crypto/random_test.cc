#include "resolver/crypto/random.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <unordered_set>

namespace tern::resolver::crypto {
namespace {

TEST(RandomGeneratorTest, HandsOutNoWordTwiceAcrossRefills) {
  RandomGenerator generator;
  std::unordered_set<uint64_t> seen;
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(seen.insert(generator.Next()).second);
}

TEST(RandomGeneratorTest, EveryBitIsSetHalfTheTime) {
  constexpr int kDraws = 20000;
  RandomGenerator generator;
  int ones[64] = {};
  for (int i = 0; i < kDraws; ++i) {
    const uint64_t word = generator.Next();
    for (int bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>(word >> bit & 1);
  }
  // Six standard deviations (71) either way: one false alarm in some ten million runs.
  for (int count : ones) EXPECT_NEAR(count, kDraws / 2, 6 * 71);
}

TEST(RandomGeneratorTest, TwoGeneratorsAgreeOnHalfTheirBits) {
  constexpr int kDraws = 2000;
  RandomGenerator one;
  RandomGenerator other;
  int equal_bits = 0;
  for (int i = 0; i < kDraws; ++i) equal_bits += 64 - std::popcount(one.Next() ^ other.Next());
  EXPECT_NEAR(equal_bits, kDraws * 32, 6 * 179);
}

}  // namespace
}  // namespace tern::resolver::crypto
