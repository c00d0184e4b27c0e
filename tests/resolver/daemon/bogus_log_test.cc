#include "resolver/daemon/bogus_log.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::seconds;

class BogusLogTest : public testing::Test {
 protected:
  void Tell(bool passes = false) {
    const wire::Name name = *wire::ParseName("www.example.");
    const wire::Name zone = *wire::ParseName("example.");
    log_.OnBogus(name, wire::RRType::kA,
                 dnssec::ProblemAt(dnssec::Reason::kNoSignature, name, wire::RRType::kA, zone),
                 passes, now_);
  }

  std::vector<std::string> lines_;
  Time now_{seconds(60)};
  BogusLog log_{[this](LogLevel level, std::string_view line) {
    EXPECT_EQ(level, LogLevel::kWarning);
    lines_.emplace_back(line);
  }};
};

TEST_F(BogusLogTest, ALineHasTheNameTheTypeAndTheReason) {
  Tell();
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0],
            "www.example. A is bogus: no RRSIG of www.example. A, and example. is signed");
}

TEST_F(BogusLogTest, WhatPassesWouldHaveFailed) {
  Tell(/*passes=*/true);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_TRUE(lines_[0].starts_with("www.example. A is bogus and would have failed: no RRSIG"))
      << lines_[0];
}

TEST_F(BogusLogTest, AZoneThatContradictsItselfHasALineOfItsOwn) {
  Tell();
  const wire::Name zone = *wire::ParseName("example.");
  log_.OnContradiction(zone, *wire::ParseName("www.example."), wire::RRType::kMX, now_);
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_EQ(lines_[1],
            "zone example. has changed, or contradicts itself: it signed www.example. MX, and also "
            "that there is none. For 15 minutes each of its names is asked for.");
}

}  // namespace
}  // namespace tern::resolver::daemon
