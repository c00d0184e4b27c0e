#include "resolver/base/counters.h"

#include <gtest/gtest.h>

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
  auto* const counters = reinterpret_cast<Counter*>(&first);
  for (size_t i = 0; i < kCounterCount; ++i) counters[i].Add(i + 1);
  second.forbidden.Add(1000);
  second.of_answers.answers[3][17].Add(2000);
  second.of_limits.misses_met.Add(3000);
  CounterSnapshot sum;
  AddTo(&sum, first);
  const auto* const sums = reinterpret_cast<const uint64_t*>(&sum);
  for (size_t i = 0; i < kCounterCount; ++i) EXPECT_EQ(sums[i], i + 1);
  const CounterSnapshot before = sum;
  AddTo(&sum, second);
  EXPECT_EQ(sum.forbidden, before.forbidden + 1000);
  EXPECT_EQ(sum.over_limit, before.over_limit);
  EXPECT_EQ(sum.of_answers.answers[3][17], before.of_answers.answers[3][17] + 2000);
  EXPECT_EQ(sum.of_limits.misses_met, before.of_limits.misses_met + 3000);
}

TEST(CountersTest, WhatWasDroppedIsNotAnswered) {
  WorkerCounters counters;
  counters.of_answers.answers[static_cast<size_t>(AnswerSource::kCache)][0].Add(5);
  counters.of_answers.answers[static_cast<size_t>(AnswerSource::kRefused)][5].Add(2);
  counters.of_answers.answers[static_cast<size_t>(AnswerSource::kDropped)][0].Add(100);
  counters.of_answers.miss_time.Note(Duration(150), 4);
  CounterSnapshot sum;
  AddTo(&sum, counters);
  EXPECT_EQ(sum.of_answers.ended(), 107u);
  EXPECT_EQ(sum.of_answers.answered(), 7u);
  EXPECT_EQ(sum.of_answers.miss_time.counts[1], 4u);
  EXPECT_EQ(sum.of_answers.miss_time.sum_micros, 600u);
}

}  // namespace
}  // namespace tern::resolver
