#include "wire/check.h"

#include <string>

#include "gtest/gtest.h"

namespace tern {
namespace {

std::string last_report;

void KeepReport(const char* file, int line, const char* condition) {
  last_report = std::string(file) + ":" + std::to_string(line) + ": " + condition;
}

// Restores both switches when a test ends.
class CheckTest : public testing::Test {
 protected:
  ~CheckTest() override {
    SetCheckReport(nullptr);
    debug_checks = looked_before_;
  }

 private:
  bool looked_before_ = debug_checks;
};

using CheckDeathTest = CheckTest;

// Whether `drop` ran.
bool Drops(bool condition) {
  TERN_CHECK_OR(condition, return true);
  return false;
}

TEST_F(CheckTest, WhatHoldsCostsNothing) {
  TERN_REQUIRE(1 + 1 == 2);
  EXPECT_FALSE(Drops(true));
  debug_checks = true;
  TERN_DCHECK(1 + 1 == 2);
}

TEST_F(CheckDeathTest, RequireAbortsWhateverThePolicy) {
  EXPECT_DEATH(TERN_REQUIRE(1 + 1 == 3), R"(check_test\.cc:[0-9]+: broken contract: 1 \+ 1 == 3)");
  SetCheckReport(KeepReport);
  EXPECT_DEATH(TERN_REQUIRE(1 + 1 == 3), "broken contract: 1 \\+ 1 == 3");
}

TEST_F(CheckDeathTest, CheckAbortsUnlessAReportIsSet) {
  EXPECT_DEATH(Drops(false), R"(check_test\.cc:[0-9]+: broken invariant: condition)");
}

TEST_F(CheckTest, WithAReportCheckCountsReportsAndDrops) {
  SetCheckReport(KeepReport);
  const uint64_t before = FailedChecks();
  EXPECT_TRUE(Drops(false));
  EXPECT_EQ(FailedChecks(), before + 1);
  EXPECT_NE(last_report.find("check_test.cc:"), std::string::npos) << last_report;
  EXPECT_TRUE(last_report.ends_with(": condition")) << last_report;
  EXPECT_FALSE(Drops(true));
  EXPECT_EQ(FailedChecks(), before + 1);
}

TEST_F(CheckDeathTest, DcheckLooksOnlyWhenSwitchedOn) {
  int looks = 0;
  debug_checks = false;
  TERN_DCHECK(++looks == 0);
  EXPECT_EQ(looks, 0);
  debug_checks = true;
  TERN_DCHECK(++looks == 1);
  EXPECT_EQ(looks, 1);
  EXPECT_DEATH(TERN_DCHECK(looks == 0), "broken contract: looks == 0");
}

}  // namespace
}  // namespace tern
