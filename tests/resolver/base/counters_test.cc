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
  first.of_answers.answers[3][17].Add(5);
  second.of_answers.answers[3][17].Add(2);
  second.of_answers.miss_time.Note(Duration(150), 4);
  CounterSnapshot sum;
  AddTo(&sum, first);
  AddTo(&sum, second);
  std::set<uint64_t> seen;
  for (uint64_t CounterSnapshot::*counter : kCounts<uint64_t>) seen.insert(sum.*counter);
  EXPECT_EQ(seen.size(), count) << "no counter is in the list twice";
  EXPECT_EQ(*seen.begin(), 1001u);
  EXPECT_EQ(*seen.rbegin(), 1000 + count);
  EXPECT_EQ(sum.forbidden, 1001u);
  EXPECT_EQ(sum.of_answers.answers[3][17], 7u);
  EXPECT_EQ(sum.of_answers.ended(), 7u);
  EXPECT_EQ(sum.of_answers.miss_time.counts[1], 4u);
  EXPECT_EQ(sum.of_answers.miss_time.sum_micros, 600u);
}

}  // namespace
}  // namespace tern::resolver
