#include "resolver/base/four_way_table.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>

namespace tern::resolver {
namespace {

struct Numbers {
  std::array<std::atomic<int>, 4> numbers{};
};
using Table = FourWayTable<Numbers>;
constexpr auto kRelaxed = std::memory_order_relaxed;

TEST(FourWayTableTest, IsEmptyUntilItHasPlaces) {
  EXPECT_TRUE(Table().empty());
  EXPECT_FALSE(Table(1).empty());
}

TEST(FourWayTableTest, UpperHalfOfAKeyChoosesItsSet) {
  const Table table(32);  // 8 sets
  const auto& set = table.SetOf(uint64_t{5} << 32 | 1);
  EXPECT_EQ(&table.SetOf(uint64_t{5} << 32 | 77), &set);
  EXPECT_EQ(&table.SetOf(uint64_t{13} << 32 | 1), &set);
  EXPECT_NE(&table.SetOf(uint64_t{6} << 32 | 1), &set);
  EXPECT_EQ(table.NumberOf(set), 5u);
}

TEST(FourWayTableTest, RoundsPlacesUpToAPowerOfTwo) {
  const Table table(20);  // five sets, so eight
  EXPECT_EQ(table.NumberOf(table.SetOf(uint64_t{7} << 32)), 7u);
  EXPECT_EQ(table.NumberOf(table.SetOf(uint64_t{8} << 32)), 0u);
}

TEST(FourWayTableTest, FindsTheWayOfAKey) {
  const Table table(4);
  auto& set = table.SetOf(9);
  EXPECT_EQ(set.Find(9, kRelaxed), Table::kWays);
  set.keys[2].store(9, kRelaxed);
  EXPECT_EQ(set.Find(9, kRelaxed), 2u);
  EXPECT_EQ(set.Find(8, kRelaxed), Table::kWays);
}

TEST(FourWayTableTest, LeastWayIsTheFirstOfEquals) {
  const int worth[] = {3, 1, 2, 1};
  EXPECT_EQ(Table::LeastWay([&](size_t way) { return worth[way]; }), 1u);
  const int same[] = {5, 5, 5, 5};
  EXPECT_EQ(Table::LeastWay([&](size_t way) { return same[way]; }), 0u);
}

TEST(FourWayTableDeathTest, WithoutPlacesThereIsNoSet) {
  const Table table;
  EXPECT_DEATH((void)table.SetOf(1), "empty");
}

}  // namespace
}  // namespace tern::resolver
