#include "cache/ghost_table.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <random>
#include <vector>

#include "tests/support/resident_octets.h"

namespace tern::cache {
namespace {

constexpr size_t kLeast = 4096;

std::vector<uint32_t> Tags(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint32_t> tags(count);
  for (uint32_t& tag : tags) tag = static_cast<uint32_t>(random());
  return tags;
}

class GhostTableTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(ghosts_.Reserve(kLeast, 3)); }
  void Remember(const std::vector<uint32_t>& tags) {
    for (uint32_t tag : tags) ghosts_.Remember(tag);
  }
  size_t CountRecalled(const std::vector<uint32_t>& tags) {
    size_t recalled = 0;
    for (uint32_t tag : tags) recalled += ghosts_.Recall(tag) ? 1 : 0;
    return recalled;
  }
  GhostTable ghosts_;
};

TEST_F(GhostTableTest, RemembersNothingWithoutRoom) {
  EXPECT_EQ(ghosts_.octets(), 0u);
  ghosts_.Remember(7);
  EXPECT_EQ(ghosts_.Recall(7), std::nullopt);
}

TEST_F(GhostTableTest, RecallForgets) {
  ghosts_.Grow();
  ghosts_.Remember(0);
  ghosts_.Remember(0xffffffff);
  EXPECT_EQ(ghosts_.Recall(0), 0u);
  EXPECT_EQ(ghosts_.Recall(0), std::nullopt);
  EXPECT_EQ(ghosts_.Recall(0xffffffff), 0u);
  EXPECT_EQ(ghosts_.Recall(5), std::nullopt);
}

TEST_F(GhostTableTest, RemembersTheNewestAndFewThatWereNotThere) {
  ghosts_.Grow();
  Remember(Tags(100'000, 1));
  const std::vector<uint32_t> newest = Tags(ghosts_.marks() / 3, 2);
  Remember(newest);
  EXPECT_GT(CountRecalled(newest), newest.size() * 95 / 100);
  // One in 170 looks as if it was.
  const std::vector<uint32_t> others = Tags(100'000, 3);
  EXPECT_LT(CountRecalled(others), others.size() / 100);
}

TEST_F(GhostTableTest, TellsAboutHowManyCameLater) {
  ghosts_.Grow();
  const std::vector<uint32_t> tags = Tags(500, 4);
  Remember(tags);
  Remember(Tags(ghosts_.marks() / 2, 5));
  uint64_t sum = 0;
  size_t recalled = 0;
  for (uint32_t tag : tags) {
    const std::optional<uint64_t> others = ghosts_.Recall(tag);
    if (!others) continue;
    sum += *others;
    ++recalled;
  }
  ASSERT_GT(recalled, tags.size() / 2);
  const double mean = static_cast<double>(sum) / static_cast<double>(recalled);
  EXPECT_GT(mean, 0.7 * static_cast<double>(ghosts_.marks() / 2));
  EXPECT_LT(mean, 1.3 * static_cast<double>(ghosts_.marks() / 2));
}

TEST_F(GhostTableTest, KeysOfOneNameDoNotCrowdOneWord) {
  ghosts_.Grow();
  // The upper 20 bits are the name's.
  std::vector<uint32_t> keys;
  for (uint32_t i = 0; i < 100; ++i) keys.push_back(0xabcde000 + i * 37);
  Remember(keys);
  EXPECT_GT(CountRecalled(keys), 95u);
}

TEST_F(GhostTableTest, GrowingKeepsAllAndHalvingTheNewer) {
  ghosts_.Grow();
  const size_t least = ghosts_.marks();
  std::vector<uint32_t> tags = Tags(least / 3, 6);
  Remember(tags);
  while (ghosts_.octets() < ghosts_.octets_max()) ghosts_.Grow();
  EXPECT_EQ(ghosts_.octets(), kLeast * 8);
  EXPECT_GT(CountRecalled(tags), tags.size() * 95 / 100);
  const std::vector<uint32_t> older = Tags(least * 3, 7);
  tags = Tags(least, 8);
  Remember(older);
  Remember(tags);
  ghosts_.Halve();
  ghosts_.Halve();
  EXPECT_EQ(ghosts_.octets(), kLeast * 2);
  EXPECT_GT(CountRecalled(tags), tags.size() * 75 / 100);
  EXPECT_LT(CountRecalled(older), older.size() / 2);
}

TEST(GhostTableMemoryTest, HalvingGivesMemoryBack) {
  constexpr size_t kMib = size_t{1} << 20;
  GhostTable ghosts;
  ASSERT_TRUE(ghosts.Reserve(4 * kMib, 3));
  while (ghosts.octets() < ghosts.octets_max()) ghosts.Grow();
  const size_t before = ResidentOctets();
  ASSERT_GE(before, 32 * kMib);
  while (ghosts.octets() > ghosts.octets_min()) ghosts.Halve();
  EXPECT_LE(ResidentOctets() + 24 * kMib, before);
}

TEST(GhostTableDeathTest, GrowsAndHalvesWithinItsRange) {
  GhostTable table;
  ASSERT_TRUE(table.Reserve(4096, 1));
  table.Grow();
  EXPECT_DEATH(table.Halve(), "broken contract");
  table.Grow();
  EXPECT_DEATH(table.Grow(), "broken contract");
}

}  // namespace
}  // namespace tern::cache
