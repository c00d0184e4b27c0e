#include "resolver/daemon/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "wire/check.h"

namespace tern::resolver::daemon {
namespace {

TEST(LogTest, LineHasTimeLevelAndMessage) {
  EXPECT_EQ(LogLine(LogLevel::kInfo, "ready", "T", false), "T ready\n");
  EXPECT_EQ(LogLine(LogLevel::kWarning, "slow", "T", false), "T warning: slow\n");
  EXPECT_EQ(LogLine(LogLevel::kError, "gone", "T", false), "T error: gone\n");
}

TEST(LogTest, JournalGetsThePriorityInstead) {
  EXPECT_EQ(LogLine(LogLevel::kInfo, "ready", "T", true), "<6>ready\n");
  EXPECT_EQ(LogLine(LogLevel::kWarning, "slow", "T", true), "<4>slow\n");
  EXPECT_EQ(LogLine(LogLevel::kError, "gone", "T", true), "<3>gone\n");
}

TEST(LogTest, MessageStaysOneHarmlessLine) {
  EXPECT_EQ(LogLine(LogLevel::kInfo, "a\nb\x1b[2Jc\x7f", "T", false), "T a\\x0ab\\x1b[2Jc\\x7f\n");
}

TEST(LogTest, KnowsTheJournalByItsDeviceAndInode) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  struct stat status;
  ASSERT_EQ(fstat(ends[1], &status), 0);
  const std::string journal = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  EXPECT_TRUE(IsJournal(ends[1], journal.c_str()));
  EXPECT_FALSE(IsJournal(ends[1], (journal + "0").c_str()));
  EXPECT_FALSE(IsJournal(ends[1], nullptr));
  close(ends[0]);
  close(ends[1]);
  EXPECT_FALSE(IsJournal(ends[1], journal.c_str()));
}

// The end of the process, a reload and the workers must not wait for the log's reader.
TEST(LogWriterTest, DropsLinesThatNobodyReadsAndCountsThem) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  LogWriter writer(ends[1], /*to_journal=*/true);
  constexpr int kLines = 5000;
  const std::string long_line(500, 'x');
  for (int i = 0; i < kLines; ++i) writer.Write(LogLevel::kInfo, long_line);
  std::string text(size_t{1} << 20, 0);
  const ssize_t first = read(ends[0], text.data(), text.size());
  ASSERT_GT(first, 0);
  const auto whole = std::count(text.begin(), text.begin() + first, '\n');
  EXPECT_GT(whole, 100);
  writer.Write(LogLevel::kInfo, "read again");
  const ssize_t second = read(ends[0], text.data(), text.size());
  ASSERT_GT(second, 0);
  EXPECT_EQ(text.substr(0, static_cast<size_t>(second)),
            "<4>" + std::to_string(kLines - whole) +
                " lines of the log were dropped, because nobody read it\n<6>read again\n");
  close(ends[0]);
  close(ends[1]);
}

TEST(LogLimitTest, AdmitsOneASecondAndCountsTheOthers) {
  LogLimit limit;
  const std::chrono::steady_clock::time_point start(std::chrono::hours(1));
  uint64_t left_out = 7;
  EXPECT_TRUE(limit.Admits(start, &left_out));
  EXPECT_EQ(left_out, 0u);
  EXPECT_FALSE(limit.Admits(start, &left_out));
  EXPECT_FALSE(limit.Admits(start + std::chrono::milliseconds(999), &left_out));
  EXPECT_TRUE(limit.Admits(start + std::chrono::milliseconds(1000), &left_out));
  EXPECT_EQ(left_out, 2u);
  EXPECT_TRUE(limit.Admits(start + std::chrono::seconds(9), &left_out));
  EXPECT_EQ(left_out, 0u);
}

TEST(LogLimitTest, OfThreadsThatComeAtOnceOneIsAdmitted) {
  LogLimit limit;
  const std::chrono::steady_clock::time_point now(std::chrono::hours(1));
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      uint64_t left_out;
      for (int j = 0; j < 1000; ++j) admitted += limit.Admits(now, &left_out);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 1);
  uint64_t left_out = 0;
  EXPECT_TRUE(limit.Admits(now + std::chrono::seconds(1), &left_out));
  EXPECT_EQ(left_out, 3999u);
}

TEST(LogLimitTest, MessagesOfOneLimitAreOneLine) {
  LogLimit limit;
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) LogLimited(&limit, LogLevel::kWarning, "full");
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("full\n"), std::string::npos) << log;
  // A second when the machine stands still in between.
  EXPECT_LE(std::count(log.begin(), log.end(), '\n'), 2) << log;
}

bool GivesUp(bool condition) {
  TERN_CHECK_OR(condition, return true);
  return false;
}

TEST(FailedCheckTest, IsLoggedAndTheProcessGoesOn) {
  SetCheckReport(LogFailedCheck);
  const uint64_t before = FailedChecks();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(GivesUp(false));
  const std::string log = testing::internal::GetCapturedStderr();
  SetCheckReport(nullptr);
  EXPECT_EQ(FailedChecks(), before + 100);
  EXPECT_NE(log.find("error: broken invariant: condition at "), std::string::npos) << log;
  EXPECT_NE(log.find("log_test.cc:"), std::string::npos) << log;
  EXPECT_LE(std::count(log.begin(), log.end(), '\n'), 2) << log;
}

}  // namespace
}  // namespace tern::resolver::daemon
