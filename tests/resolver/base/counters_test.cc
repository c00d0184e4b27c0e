#include "resolver/base/counters.h"

#include <gtest/gtest.h>

#include <set>

namespace tern::resolver {
namespace {

TEST(CountersTest, CountFromZero) {
  WorkerCounters counters;
  EXPECT_EQ(counters.hedges, 0u);
  ++counters.hedges;
  counters.hedges.Add(4);
  EXPECT_EQ(counters.hedges, 5u);
  EXPECT_EQ(counters.jobs, 0u);
}

TEST(CountersTest, ASnapshotHasTheSumOfAllWorkersForEachCounter) {
  WorkerCounters first;
  WorkerCounters second;
  uint64_t count = 0;
  for (Counter WorkerCounters::*counter : kCounts<Counter>) {
    (first.*counter).Add(++count);
    (second.*counter).Add(1000);
  }
  CounterSnapshot sum;
  AddTo(&sum, first);
  AddTo(&sum, second);
  std::set<uint64_t> seen;
  for (uint64_t CounterSnapshot::*counter : kCounts<uint64_t>) seen.insert(sum.*counter);
  EXPECT_EQ(seen.size(), count) << "no counter is in the list twice";
  EXPECT_EQ(*seen.begin(), 1001u);
  EXPECT_EQ(*seen.rbegin(), 1000 + count);
  EXPECT_EQ(sum.udp_queries, 1001u);
}

}  // namespace
}  // namespace tern::resolver
