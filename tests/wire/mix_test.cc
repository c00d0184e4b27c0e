#include "wire/mix.h"

#include <gtest/gtest.h>

#include <bit>

namespace tern::wire {
namespace {

TEST(MixTest, FoldsTheFullProduct) {
  EXPECT_EQ(MultiplyFold(3, 5), 15u);
  EXPECT_EQ(MultiplyFold(uint64_t{1} << 63, 6), 3u);  // 6 << 63 is 3 << 64
  EXPECT_EQ(MultiplyFold(~uint64_t{0}, ~uint64_t{0}), ~uint64_t{0});
  EXPECT_EQ(MultiplyFold(0, 12345), 0u);
}

TEST(MixTest, EveryBitOfEitherWordChangesAboutHalfOfTheResult) {
  const uint64_t mixed = Mix(0, 0);
  EXPECT_NE(mixed, 0u);
  for (int bit = 0; bit < 64; ++bit) {
    for (const uint64_t other : {Mix(uint64_t{1} << bit, 0), Mix(0, uint64_t{1} << bit)}) {
      const int changed = std::popcount(mixed ^ other);
      EXPECT_GT(changed, 12) << bit;
      EXPECT_LT(changed, 52) << bit;
    }
  }
}

}  // namespace
}  // namespace tern::wire
