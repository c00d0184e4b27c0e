#include "resolver/daemon/steering.h"

#include <atomic>
#include <functional>
#include <thread>

#include "tests/resolver/daemon/loopback_daemon.h"

namespace tern::resolver::daemon {
namespace {

class SteeringTest : public testing::Test {
 protected:
  SteeringTest() : daemon_(Started(LoopbackSettings())) {
    steering_ = std::make_unique<Steering>(
        Steering::Parts{daemon_.get(), &tasks_, "tern.yaml",
                        [] { return absl::UnknownError("a mistake"); }, nullptr});
  }

  // Runs `command` in a thread of its own, as the control socket's, and does what it asks of this
  // one.
  void Give(const std::function<void()>& command) {
    std::atomic<bool> done = false;
    std::thread socket([&] {
      command();
      done = true;
    });
    while (!done) {
      tasks_.DoAll();
      std::this_thread::yield();
    }
    socket.join();
  }

  std::unique_ptr<Daemon> daemon_;
  MainTasks tasks_{[] {}};
  std::unique_ptr<Steering> steering_;
};

TEST_F(SteeringTest, DrainIsTakenBackAndAStopDrainsFirst) {
  Give([&] { EXPECT_TRUE(steering_->Drain(true).ok()); });
  EXPECT_TRUE(daemon_->state().draining());
  Give([&] { EXPECT_TRUE(steering_->ReadStatus()->draining); });
  Give([&] { EXPECT_TRUE(steering_->Drain(false).ok()); });
  EXPECT_FALSE(daemon_->state().draining());
  EXPECT_FALSE(steering_->is_stopping());
  Give([&] { EXPECT_TRUE(steering_->Stop().ok()); });
  EXPECT_TRUE(daemon_->state().draining());
  EXPECT_TRUE(steering_->is_stopping());
}

TEST_F(SteeringTest, AChangeThatIsRefusedChangesNothing) {
  Give([&] {
    const auto report = steering_->Change([](config::Settings* settings, int64_t) {
      settings->log_level = LogLevel::kError;
      return absl::InvalidArgumentError("no");
    });
    EXPECT_EQ(report.status().message(), "no");
  });
  EXPECT_EQ(daemon_->settings().log_level, LogLevel::kInfo);
}

TEST_F(SteeringTest, AChangeSaysWhatTheFileDoesNotSay) {
  const control::SettingsEdit edit = [](config::Settings* settings, int64_t now) {
    EXPECT_GT(now, 0);
    settings->local.data = {*policy::ParseLocalRecord("a.example. A 192.0.2.1")};
    return absl::OkStatus();
  };
  Give([&] {
    const auto report = steering_->Change(edit);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->generation, 2u);
    EXPECT_EQ(report->changes.size(), 1u);
    EXPECT_EQ(report->to_keep.size(), 1u);
  });
  // All is so already.
  Give([&] {
    const auto report = steering_->Change(edit);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->generation, 2u);
    EXPECT_TRUE(report->changes.empty());
  });
  Give([&] {
    const auto now = steering_->ReadSettings();
    ASSERT_TRUE(now.ok()) << now.status();
    EXPECT_EQ(now->in_force.local.data.size(), 1u);
    EXPECT_TRUE(now->written.local.data.empty());
  });
}

TEST_F(SteeringTest, AReloadThatFailsSaysWhy) {
  Give([&] { EXPECT_EQ(steering_->Reload().status().message(), "a mistake"); });
}

}  // namespace
}  // namespace tern::resolver::daemon
