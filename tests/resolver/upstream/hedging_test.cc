// What hedging costs healthy servers, and what it saves clients. Each test prints its table:
//   build/upstream_tests --gtest_filter='HedgingTest.*'
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/replica_world.h"

namespace tern::resolver::upstream {
namespace {

using test::milliseconds;
using test::ReplicaWorld;

constexpr uint64_t kSeeds = 3;

ReplicaWorld::Outcome RunAndPrint(const ReplicaWorld::Options& options) {
  const ReplicaWorld::Outcome outcome = ReplicaWorld(options).Run();
  static constexpr const char* kCredit[] = {"as built", "no hedging", "unlimited"};
  const auto ms = [&](double part) {
    return static_cast<double>(outcome.Quantile(part).count()) / 1000;
  };
  std::printf(
      "%zu replicas, %zu silent, loss %.2f, sigma %.2f, %-10s seed %d: %.4f queries a question, "
      "ms p50 %.0f p99 %.0f p99.9 %.0f\n",
      options.replicas, options.silent, options.loss, options.sigma,
      kCredit[static_cast<size_t>(options.credit)], static_cast<int>(options.seed),
      outcome.queries_a_question, ms(0.5), ms(0.99), ms(0.999));
  EXPECT_EQ(outcome.unanswered, 0u);
  return outcome;
}

TEST(HedgingTest, HealthyServersSeeAtMostFivePercentMore) {
  for (const double loss : {0.0, 0.01}) {
    for (const double sigma : {0.1, 0.25, 0.5}) {
      for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const auto outcome = RunAndPrint({.seed = seed, .sigma = sigma, .loss = loss});
        EXPECT_LE(outcome.queries_a_question, 1.05);
        EXPECT_GE(outcome.queries_a_question, 1.0);
      }
    }
  }
}

// On paths where servers are late all the time, only the credit limits the cost.
TEST(HedgingTest, WithoutTheCreditLivelyWaysCostMore) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    EXPECT_LE(RunAndPrint({.seed = seed, .sigma = 0.8}).queries_a_question, 1.05);
    ReplicaWorld::Options options = {.seed = seed, .sigma = 1.2};
    const double limited = RunAndPrint(options).queries_a_question;
    options.credit = ReplicaWorld::Credit::kUnlimited;
    EXPECT_GT(RunAndPrint(options).queries_a_question, limited + 0.02);
  }
}

// A hedge must not make the usual case worse: what was overtaken is still measured.
TEST(HedgingTest, WithoutLossTheSlowestOfAHundredIsNoSlower) {
  for (const double sigma : {0.1, 0.25, 0.5}) {
    double with = 0;
    double without = 0;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      ReplicaWorld::Options options = {.seed = seed, .sigma = sigma};
      with += static_cast<double>(RunAndPrint(options).Quantile(0.99).count());
      options.credit = ReplicaWorld::Credit::kNone;
      without += static_cast<double>(RunAndPrint(options).Quantile(0.99).count());
    }
    EXPECT_LE(with, without);
  }
}

TEST(HedgingTest, LostPacketsAreHardlyFelt) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    ReplicaWorld::Options options = {.seed = seed, .loss = 0.01};
    const Duration with = RunAndPrint(options).Quantile(0.99);
    options.credit = ReplicaWorld::Credit::kNone;
    const Duration without = RunAndPrint(options).Quantile(0.99);
    EXPECT_LT(with, milliseconds(250));
    EXPECT_LT(with, without * 2 / 3);
  }
}

// One dead replica of two, three and four, and more. The farthest living replica is 300 ms away.
TEST(HedgingTest, DeadReplicasAreHardlyFelt) {
  struct Row {
    size_t replicas;
    size_t silent;
    milliseconds p99_max;
  };
  for (const Row& row :
       {Row{2, 1, milliseconds(450)}, Row{3, 1, milliseconds(300)}, Row{4, 1, milliseconds(250)},
        Row{4, 2, milliseconds(500)}, Row{4, 3, milliseconds(950)}}) {
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      ReplicaWorld::Options options = {
          .seed = seed, .replicas = row.replicas, .silent = row.silent};
      const Duration with = RunAndPrint(options).Quantile(0.99);
      options.credit = ReplicaWorld::Credit::kNone;
      EXPECT_LT(with, RunAndPrint(options).Quantile(0.99));
      EXPECT_LE(with, row.p99_max);
    }
  }
}

}  // namespace
}  // namespace tern::resolver::upstream
