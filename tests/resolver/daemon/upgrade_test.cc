#include "resolver/daemon/upgrade.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/cleanup/cleanup.h"
#include "gtest/gtest.h"
#include "resolver/daemon/memory_file.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::milliseconds;

// Next processes that are shell scripts. Descriptor 3 is the one to talk by, 4 the cache, when no
// others are given. A packet is what one printf writes and one dd reads.
class UpgradeTest : public testing::Test {
 protected:
  UpgradeTest() {
    char name[] = "/tmp/tern-upgrade-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~UpgradeTest() override {
    upgrade_.reset();
    std::filesystem::remove_all(folder_);
  }

  // Begins an upgrade to this script, which may write the file `said`.
  absl::Status Begin(const std::string& script, milliseconds silence_max = milliseconds(5000),
                     std::vector<io::GivenSocket> descriptors = {}) {
    const std::string program = folder_ + "/next";
    std::ofstream(program) << "#!/bin/sh\n" << script;
    chmod(program.c_str(), 0700);
    upgrade_ =
        std::make_unique<Upgrade>(Upgrade::Options{.program = program,
                                                   .arguments = {"next", folder_ + "/said"},
                                                   .silence_max = silence_max},
                                  Upgrade::Hooks{.copy_cache =
                                                     [this](int fd) {
                                                       EXPECT_EQ(pwrite(fd, "entries", 7, 0), 7);
                                                       return has_cache_;
                                                     },
                                                 .hand_over =
                                                     [this](const Successor& successor) {
                                                       handed_over_ = successor;
                                                       return refusal_;
                                                     },
                                                 .on_end = [this] { ++ends_; }});
    return upgrade_->Begin(std::move(descriptors));
  }
  std::string Outcome() {
    const auto outcome = upgrade_->Wait(milliseconds(10'000));
    return outcome.ok() ? "" : std::string(outcome.status().message());
  }
  std::string Said() {
    std::ifstream file(folder_ + "/said");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
  bool has_cache_ = true;
  absl::Status refusal_;
  std::optional<Successor> handed_over_;
  std::atomic<int> ends_ = 0;
  std::unique_ptr<Upgrade> upgrade_;
};

TEST_F(UpgradeTest, TheNextProcessTakesOverWhenItIsReady) {
  ASSERT_TRUE(
      Begin("printf cache >&3; dd bs=99 count=1 <&3 >$1 2>/dev/null; cat <&4 >>$1\n"
            "printf 'left http-0' >&3; printf 'left control' >&3; printf ready >&3\n"
            "dd bs=99 count=1 <&3 >>$1 2>/dev/null; echo >>$1; mv $1 $1.whole; ln $1.whole $1\n")
          .ok());
  EXPECT_EQ(Outcome(), "");
  ASSERT_TRUE(handed_over_);
  EXPECT_EQ(handed_over_->process, *upgrade_->Wait(milliseconds(0)));
  EXPECT_EQ(handed_over_->left, (std::set<std::string, std::less<>>{"http-0", "control"}));
  upgrade_.reset();
  EXPECT_EQ(ends_, 1);
  for (int i = 0; i < 500 && !Said().ends_with("go\n"); ++i) usleep(10'000);
  EXPECT_EQ(Said(), "cacheentriesgo\n");
}

TEST_F(UpgradeTest, ItGetsTheDescriptorsAndNothingElse) {
  setenv("WATCHDOG_PID", "1", 1);
  auto file = MakeMemoryFile("given");
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(pwrite(file->get(), "socket", 6, 0), 6);
  std::vector<io::GivenSocket> descriptors;
  descriptors.push_back({*io::Duplicate(file->get()), "udp-0"});
  constexpr int kOther = 77;
  ASSERT_EQ(dup2(file->get(), kOther), kOther);  // open beyond exec
  const absl::Cleanup close_other = [] { close(kOther); };
  ASSERT_TRUE(Begin("{ echo $LISTEN_FDS $LISTEN_FDNAMES $TERN_PREDECESSOR w$WATCHDOG_PID\n"
                    "cat <&3; [ ! -e /proc/$$/fd/77 ] || echo leak; } >$1\n",
                    milliseconds(5000), std::move(descriptors))
                  .ok());
  unsetenv("WATCHDOG_PID");
  EXPECT_EQ(Outcome(), "the new process ended with exit code 0");
  EXPECT_EQ(Said(), "3 udp-0:predecessor:cache " + std::to_string(getpid()) + " w\nsocket");
}

TEST_F(UpgradeTest, ItsMistakesAreToldAndNothingIsHandedOver) {
  ASSERT_TRUE(Begin("printf 'error line 3' >&3; printf 'error line 5' >&3; exit 1\n").ok());
  EXPECT_EQ(Outcome(), "line 3\nline 5");
  EXPECT_FALSE(handed_over_);
}

TEST_F(UpgradeTest, OneThatSaysNothingIsEnded) {
  ASSERT_TRUE(Begin("echo $$ >$1; exec sleep 60\n", milliseconds(3000)).ok());
  EXPECT_TRUE(upgrade_->is_under_way());
  for (int i = 0; i < 500 && !Said().ends_with("\n"); ++i) usleep(10'000);
  EXPECT_EQ(upgrade_->Begin({}).message(), "an upgrade is under way already");
  EXPECT_EQ(Outcome(), "the new process was not ready: it said nothing for 3000 ms");
  EXPECT_FALSE(upgrade_->is_under_way());
  EXPECT_NE(kill(std::atoi(Said().c_str()), 0), 0);
  upgrade_.reset();
  EXPECT_EQ(ends_, 1);
}

TEST_F(UpgradeTest, WhatItDoesNotUnderstandEndsIt) {
  ASSERT_TRUE(Begin("printf hello >&3; exec sleep 60\n").ok());
  EXPECT_EQ(Outcome(), "the new process says what this one does not know");
}

TEST_F(UpgradeTest, OneThatMayNotTakeOverIsEnded) {
  refusal_ = absl::UnavailableError("ternd is stopping");
  ASSERT_TRUE(Begin("printf ready >&3; dd bs=99 count=1 <&3 >$1 2>/dev/null\n").ok());
  EXPECT_EQ(Outcome(), "ternd is stopping");
  EXPECT_EQ(Said(), "");
}

TEST_F(UpgradeTest, CancelEndsItSoon) {
  ASSERT_TRUE(Begin("exec sleep 60\n", milliseconds(60'000)).ok());
  const auto start = std::chrono::steady_clock::now();
  upgrade_->Cancel();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(Outcome(), "ternd is stopping");
}

TEST_F(UpgradeTest, WithoutACacheItIsTold) {
  has_cache_ = false;
  ASSERT_TRUE(Begin("printf cache >&3; dd bs=99 count=1 <&3 >$1 2>/dev/null\n").ok());
  EXPECT_EQ(Outcome(), "the new process ended with exit code 0");
  EXPECT_EQ(Said(), "none");
}

TEST_F(UpgradeTest, AProgramThatIsMissingIsNamed) {
  Upgrade upgrade({.program = folder_ + "/none", .arguments = {"none"}}, {});
  const absl::Status status = upgrade.Begin({});
  EXPECT_NE(status.message().find(folder_ + "/none: No such file"), std::string::npos) << status;
  EXPECT_FALSE(upgrade.is_under_way());
}

}  // namespace
}  // namespace tern::resolver::daemon
