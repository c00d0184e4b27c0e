#include "resolver/daemon/main_tasks.h"

#include <atomic>
#include <chrono>
#include <new>
#include <thread>

#include "gtest/gtest.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(MainTasksTest, TheMainThreadDoesWhatAnotherWaitsFor) {
  std::atomic<bool> woken = false;
  MainTasks tasks([&] { woken = true; });
  std::thread::id did_it;
  absl::Status status = absl::UnknownError("");
  std::thread other(
      [&] { status = tasks.Run([&] { did_it = std::this_thread::get_id(); }, seconds(20)); });
  while (!woken) std::this_thread::yield();
  tasks.DoAll();
  other.join();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(did_it, std::this_thread::get_id());
}

TEST(MainTasksTest, ATaskThatWaitedTooLongIsTakenBack) {
  MainTasks tasks([] {});
  bool done = false;
  EXPECT_EQ(tasks.Run([&] { done = true; }, milliseconds(1)).message(),
            "ternd is busy; nothing was done");
  tasks.DoAll();
  EXPECT_FALSE(done);
}

TEST(MainTasksTest, ATaskThatHasBegunIsNotTakenBack) {
  std::string message;
  for (const int wait_ms : {50, 200, 1000, 5000}) {
    std::atomic<bool> woken = false;
    std::atomic<bool> has_given_up = false;
    MainTasks tasks([&] { woken = true; });
    std::thread other([&] {
      const auto task = [&] {
        while (!has_given_up) std::this_thread::yield();
      };
      message = std::string(tasks.Run(task, milliseconds(wait_ms)).message());
      has_given_up = true;
    });
    while (!woken) std::this_thread::yield();
    tasks.DoAll();
    other.join();
    // It had not begun: the machine stood still.
    if (message != "ternd is busy; nothing was done") break;
  }
  EXPECT_EQ(message, "ternd has begun, and is not ready yet");
}

TEST(MainTasksTest, WithoutMemoryTheTaskFailsAndNothingElse) {
  std::atomic<bool> woken = false;
  MainTasks tasks([&] { woken = true; });
  absl::Status status;
  std::thread other([&] { status = tasks.Run([] { throw std::bad_alloc(); }, seconds(20)); });
  while (!woken) std::this_thread::yield();
  tasks.DoAll();
  other.join();
  EXPECT_EQ(status.message(), "out of memory");
}

TEST(MainTasksTest, CloseEndsAllWaiting) {
  std::atomic<bool> woken = false;
  MainTasks tasks([&] { woken = true; });
  absl::Status status;
  std::thread other([&] { status = tasks.Run([] {}, seconds(60)); });
  while (!woken) std::this_thread::yield();
  tasks.Close();
  other.join();
  EXPECT_EQ(status.message(), "ternd is stopping");
  EXPECT_EQ(tasks.Run([] {}, seconds(60)).message(), "ternd is stopping");
}

}  // namespace
}  // namespace tern::resolver::daemon
