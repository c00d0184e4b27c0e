#include "cache/use_mark.h"

#include <gtest/gtest.h>

namespace tern::cache {
namespace {

class UseMarkTest : public testing::Test {
 protected:
  uint8_t mark() const { return entry_[layout::kUsed]; }
  alignas(8) uint8_t entry_[kEntryHeaderOctets] = {};
};

TEST_F(UseMarkTest, CountsToItsEnd) {
  for (uint8_t i = 0; i < kUsedMax; ++i) {
    EXPECT_EQ(Used(entry_), i);
    MarkUsed(entry_);
  }
  MarkUsed(entry_);
  EXPECT_EQ(mark(), kUsedMax);
}

TEST_F(UseMarkTest, TrialKeepsTheCountAndEndsWithAUse) {
  MarkUsed(entry_);
  EXPECT_FALSE(IsUnusedOnTrial(entry_));
  PutOnTrial(entry_);
  EXPECT_TRUE(IsUnusedOnTrial(entry_));
  EXPECT_EQ(Used(entry_), 1);
  MarkUsed(entry_);
  EXPECT_FALSE(IsUnusedOnTrial(entry_));
  EXPECT_EQ(mark(), 2);
}

TEST_F(UseMarkTest, AFullCountIsNotedOnTrialAndStaysFull) {
  entry_[layout::kUsed] = kUsedMax;
  PutOnTrial(entry_);
  MarkUsed(entry_);
  EXPECT_EQ(mark(), kUsedMax);
}

TEST_F(UseMarkTest, RefreshIsClaimedOnceAndOnlyOfWhatIsInUse) {
  for (uint8_t i = 0; i < kUsedMax; ++i) {
    EXPECT_FALSE(ClaimRefresh(entry_));
    MarkUsed(entry_);
  }
  EXPECT_TRUE(ClaimRefresh(entry_));
  EXPECT_FALSE(ClaimRefresh(entry_));
  // A use and a trial keep the claim. The claim does not count as a use.
  EXPECT_EQ(Used(entry_), kUsedMax);
  MarkUsed(entry_);
  PutOnTrial(entry_);
  MarkUsed(entry_);
  EXPECT_FALSE(IsUnusedOnTrial(entry_));
  EXPECT_EQ(Used(entry_), kUsedMax);
  EXPECT_FALSE(ClaimRefresh(entry_));
}

TEST_F(UseMarkTest, RefreshIsNotClaimedOfWhatWasNotUsedSinceItsTrialBegan) {
  for (uint8_t i = 0; i < kUsedMax; ++i) MarkUsed(entry_);
  PutOnTrial(entry_);
  EXPECT_FALSE(ClaimRefresh(entry_));
  MarkUsed(entry_);
  EXPECT_TRUE(ClaimRefresh(entry_));
}

}  // namespace
}  // namespace tern::cache
