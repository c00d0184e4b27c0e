#include "resolver/daemon/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gtest/gtest.h"

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

}  // namespace
}  // namespace tern::resolver::daemon
