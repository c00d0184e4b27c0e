#include "resolver/daemon/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
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

TEST(LogTest, LinesBelowTheLevelAreLeftOutAndAnAnnouncementNever) {
  testing::internal::CaptureStderr();
  SetLogLevel(LogLevel::kWarning);
  Log(LogLevel::kInfo, "one");
  Log(LogLevel::kWarning, "two");
  Announce("three");
  SetLogLevel(LogLevel::kError);
  Log(LogLevel::kWarning, "four");
  Log(LogLevel::kError, "five");
  SetLogLevel(LogLevel::kInfo);
  Log(LogLevel::kInfo, "six");
  const std::string log = testing::internal::GetCapturedStderr();
  for (const char* there : {"two", "three", "five", "six"}) {
    EXPECT_NE(log.find(there), std::string::npos) << log;
  }
  EXPECT_EQ(log.find("one"), std::string::npos) << log;
  EXPECT_EQ(log.find("four"), std::string::npos) << log;
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

TEST(LogTest, EachMessageHasItsLimit) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 1000; ++i) Log(LogLevel::kWarning, "full");
  Log(LogLevel::kWarning, "another");
  TellLinesLeftOut(/*at_end=*/true);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("full\n"), std::string::npos) << log;
  EXPECT_NE(log.find("another\n"), std::string::npos) << log;
  EXPECT_NE(log.find(" more like: full\n"), std::string::npos) << log;
  // Some seconds when the machine stands still in between.
  EXPECT_LE(std::count(log.begin(), log.end(), '\n'), LogLimit::kLinesAtOnce + 5) << log;
}

TEST(LogSinkTest, WritesToTheLogOrElsewhere) {
  testing::internal::CaptureStderr();
  const LogSink to_log;
  for (int i = 0; i < 100; ++i) to_log(LogLevel::kInfo, "seen");
  to_log(LogLevel::kInfo, "of another limit");
  TellLinesLeftOut(/*at_end=*/true);
  std::vector<std::string> lines;
  const LogSink elsewhere = [&](LogLevel, std::string_view line) { lines.emplace_back(line); };
  for (int i = 0; i < 100; ++i) elsewhere(LogLevel::kInfo, "not seen");
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("of another limit\n"), std::string::npos) << log;
  EXPECT_LE(std::count(log.begin(), log.end(), '\n'), LogLimit::kLinesAtOnce + 5) << log;
  EXPECT_EQ(log.find("not seen"), std::string::npos);
  EXPECT_EQ(lines.size(), 100u);
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
  EXPECT_LE(std::count(log.begin(), log.end(), '\n'), LogLimit::kLinesAtOnce + 5) << log;
}

}  // namespace
}  // namespace tern::resolver::daemon
