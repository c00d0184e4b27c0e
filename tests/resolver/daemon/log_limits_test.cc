#include "resolver/daemon/log_limits.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr LogSite kSite = {"some.cc", 7};
constexpr LogSite kOther = {"some.cc", 8};

class LogLimitsTest : public testing::Test {
 protected:
  void Tell(std::string_view message, LogSite site = kSite) {
    limits_.Tell(LogLevel::kInfo, message, site, now_, write_);
  }
  bool TellLeftOut(bool at_end = false) { return limits_.TellLeftOut(now_, at_end, write_); }

  std::vector<std::string> lines_;
  const LogLimits::Write write_ = [this](LogLevel, std::string_view line) {
    lines_.emplace_back(line);
  };
  LogLimits::Time now_{std::chrono::hours(1)};
  LogLimits limits_;
};

TEST_F(LogLimitsTest, SomeLinesMayComeAtOnceAndThenOneASecond) {
  for (int i = 0; i < 100; ++i) Tell("full");
  EXPECT_EQ(lines_.size(), static_cast<size_t>(LogLimit::kLinesAtOnce));
  now_ += milliseconds(999);
  Tell("full");
  EXPECT_EQ(lines_.size(), static_cast<size_t>(LogLimit::kLinesAtOnce));
  now_ += milliseconds(1);
  Tell("full");
  ASSERT_EQ(lines_.size(), static_cast<size_t>(LogLimit::kLinesAtOnce) + 1);
  EXPECT_EQ(lines_.front(), "full");
  EXPECT_EQ(lines_.back(), "full (76 more since the last such line)");
  EXPECT_EQ(limits_.ReadCounts().lines_left_out, 76u);
  EXPECT_EQ(limits_.ReadCounts().messages, 1u);
  now_ += seconds(1);
  Tell("full");
  EXPECT_EQ(lines_.back(), "full");
}

TEST_F(LogLimitsTest, EachPlaceHasALimitOfItsOwn) {
  for (int i = 0; i < 100; ++i) Tell("full");
  Tell("empty", kOther);
  EXPECT_EQ(lines_.back(), "empty");
  Tell("here", LogSite::Here());
  EXPECT_EQ(lines_.back(), "here");
}

// A flood that has ended must not hide how large it was.
TEST_F(LogLimitsTest, WhatWasLeftOutIsToldWhenNoMoreComes) {
  for (int i = 0; i < 100; ++i) Tell("zone " + std::to_string(i));
  const size_t before = lines_.size();
  EXPECT_FALSE(TellLeftOut());
  EXPECT_EQ(lines_.size(), before);
  now_ += seconds(1);
  EXPECT_TRUE(TellLeftOut());
  ASSERT_EQ(lines_.size(), before + 1);
  EXPECT_EQ(lines_.back(), "75 more like: zone 24");
  EXPECT_TRUE(TellLeftOut());
  EXPECT_EQ(lines_.size(), before + 1);
}

TEST_F(LogLimitsTest, AtTheEndAllIsTold) {
  for (int i = 0; i < 100; ++i) Tell("full");
  EXPECT_TRUE(TellLeftOut(/*at_end=*/true));
  EXPECT_EQ(lines_.back(), "75 more like: full");
}

TEST_F(LogLimitsTest, ALongLineIsKeptInPart) {
  const std::string line(1000, 'x');
  for (int i = 0; i < 100; ++i) Tell(line);
  EXPECT_EQ(lines_.back(), line);
  TellLeftOut(/*at_end=*/true);
  EXPECT_EQ(lines_.back(), "75 more like: " + line.substr(0, LogLimits::kKeptOctetsMax) + "...");
}

TEST_F(LogLimitsTest, ItIsCalledOnceUntilItIsTold) {
  int calls = 0;
  limits_.SetOnLeftOut([&] { ++calls; });
  for (int i = 0; i < LogLimit::kLinesAtOnce; ++i) Tell("full");
  EXPECT_EQ(calls, 0);
  for (int i = 0; i < 100; ++i) Tell("full");
  EXPECT_EQ(calls, 1);
  TellLeftOut(/*at_end=*/true);
  Tell("full");
  EXPECT_EQ(calls, 2);
}

TEST_F(LogLimitsTest, PlacesThatFindNoRoomShareALimit) {
  for (int i = 0; i < 1000; ++i) Tell("some", {"some.cc", i});
  EXPECT_EQ(lines_.size(), LogLimits::kSitesMax - 1 + LogLimit::kLinesAtOnce);
  const LogCounts counts = limits_.ReadCounts();
  EXPECT_EQ(counts.messages, counts.messages_max);
  EXPECT_EQ(counts.shared, 1000u - counts.messages_max);
}

TEST_F(LogLimitsTest, OfThreadsThatComeAtOnceSoManyAreAdmittedAsOfOne) {
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const LogLimits::Write count = [&](LogLevel, std::string_view) { ++admitted; };
      for (int j = 0; j < 1000; ++j) limits_.Tell(LogLevel::kInfo, "full", kSite, now_, count);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, LogLimit::kLinesAtOnce);
  TellLeftOut(/*at_end=*/true);
  EXPECT_EQ(lines_.back(), std::to_string(4000 - LogLimit::kLinesAtOnce) + " more like: full");
}

}  // namespace
}  // namespace tern::resolver::daemon
