// What validation counts of its own work, and the mode in which nothing is refused for it.
#include <string>

#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"
#include "tests/support/dnssec/breakages.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr std::string_view kCostlyAddress = "192.0.2.20";
constexpr std::string_view kCostlyRecords = "www 300 A 198.51.100.1\nmail 300 A 198.51.100.2\n";

TEST(ValidationCostTest, EachQuestionIsCountedOnceByWhatItTook) {
  SignedTlds internet({.seed = 14});
  internet.AddSigned("example.com.", kCostlyAddress, kCostlyRecords);
  internet.Start();
  // Keys of three zones, two DS sets and the address: six signatures, three digests of keys.
  EXPECT_EQ(internet.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kNoError);
  resolver::CounterSnapshot counters = internet.resolver().ReadCounters();
  EXPECT_EQ(counters.validation_checks_8, 1u);
  EXPECT_EQ(counters.validation_hashes_4, 1u);
  EXPECT_EQ(counters.validation_zones_3, 1u);
  EXPECT_EQ(counters.validation_tags_1, 1u);
  // Now the address alone.
  EXPECT_EQ(internet.Lookup("mail.example.com.", RRType::kA).rcode, Rcode::kNoError);
  EXPECT_EQ(internet.Lookup("mail.example.com.", RRType::kA).rcode, Rcode::kNoError);
  counters = internet.resolver().ReadCounters();
  EXPECT_EQ(counters.validation_checks_2, 1u);
  EXPECT_EQ(counters.validation_zones_0, 1u);
  EXPECT_EQ(counters.validation_tags_1, 2u);
  EXPECT_EQ(counters.validation_checks_8, 1u);
}

TEST(ValidationCostTest, LogModeCountsWhatTheBudgetWouldRefuse) {
  for (const auto mode : {resolver::Validation::kOn, resolver::Validation::kLog}) {
    SignedTlds internet({.seed = 15});
    internet.SetValidation(mode);
    SigningPlan plan;
    AddKeyTrap(5, 3, &plan, BrokenSets());
    internet.AddSigned("example.com.", kCostlyAddress, kCostlyRecords, plan);
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.example.com.", RRType::kA);
    const bool logs = mode == resolver::Validation::kLog;
    EXPECT_EQ(answer.rcode, logs ? Rcode::kNoError : Rcode::kServFail) << answer.ToText();
    EXPECT_FALSE(answer.Has(wire::kFlagAD));
    const resolver::CounterSnapshot counters = internet.resolver().ReadCounters();
    EXPECT_GE(counters.bogus_budget, 1u);
    EXPECT_EQ(counters.bogus_budget, counters.bogus_answers);
    EXPECT_EQ(counters.validation_tags_more, 1u);
  }
}

}  // namespace
}  // namespace tern::sim
