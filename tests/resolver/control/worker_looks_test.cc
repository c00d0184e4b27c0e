#include "resolver/control/worker_looks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace tern::resolver::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Time SteadyNow() {
  return Time(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

InFlightAnswer asked_of_busy;
int asked_count = 0;

// Answers at once.
void Quick(InFlightAnswer answer) {
  auto in_flight = std::make_shared<resolution::InFlight>();
  in_flight->jobs = 7;
  answer(std::move(in_flight));
}

// Answers when the test wants it.
void Busy(InFlightAnswer answer) {
  ++asked_count;
  asked_of_busy = std::move(answer);
}

class WorkerLooksTest : public testing::Test {
 protected:
  void SetUp() override { asked_count = 0; }
  void TearDown() override { asked_of_busy = nullptr; }

  static std::shared_ptr<const resolution::InFlight> Jobs(size_t jobs) {
    auto in_flight = std::make_shared<resolution::InFlight>();
    in_flight->jobs = jobs;
    return in_flight;
  }

  WorkerLooks looks_{{&Quick, &Busy}, &SteadyNow};
};

TEST_F(WorkerLooksTest, ABusyWorkerIsNotWaitedForAndIsTold) {
  const auto began = std::chrono::steady_clock::now();
  const std::vector<WorkerLook> looks = looks_.Look(milliseconds(50));
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(5));
  ASSERT_EQ(looks.size(), 2u);
  ASSERT_NE(looks[0].in_flight, nullptr);
  EXPECT_EQ(looks[0].in_flight->jobs, 7u);
  EXPECT_FALSE(looks[0].silent_for.has_value());
  EXPECT_EQ(looks[1].in_flight, nullptr);
  ASSERT_TRUE(looks[1].silent_for.has_value());
  EXPECT_GE(*looks[1].silent_for, milliseconds(50));
}

TEST_F(WorkerLooksTest, AWorkerThatHasNotAnsweredIsNotAskedAgain) {
  for (int i = 0; i < 5; ++i) (void)looks_.Look(milliseconds(0));
  EXPECT_EQ(asked_count, 1);
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_GE(*looks_.Look(milliseconds(0))[1].silent_for, milliseconds(20));
  asked_of_busy(Jobs(3));
  const std::vector<WorkerLook> looks = looks_.Look(milliseconds(0));
  EXPECT_EQ(asked_count, 2);
  EXPECT_EQ(looks[1].in_flight->jobs, 3u);  // what it said the last time
}

TEST_F(WorkerLooksTest, AnAnswerEndsTheWaiting) {
  static std::atomic<bool> is_asked;
  is_asked = false;
  WorkerLooks all({&Busy,
                   [](InFlightAnswer answer) {
                     is_asked = true;
                     Quick(std::move(answer));
                   }},
                  &SteadyNow);
  (void)all.Look(milliseconds(0));
  is_asked = false;
  std::thread worker([] {
    while (!is_asked) std::this_thread::yield();
    std::this_thread::sleep_for(milliseconds(20));
    asked_of_busy(Jobs(4));
  });
  const auto began = std::chrono::steady_clock::now();
  const std::vector<WorkerLook> looks = all.Look(seconds(60));
  worker.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(30));
  EXPECT_EQ(looks[0].in_flight->jobs, 4u);
  EXPECT_FALSE(looks[0].silent_for.has_value());
}

TEST_F(WorkerLooksTest, ALateAnswerDoesNoHarm) {
  {
    WorkerLooks looks({&Busy}, &SteadyNow);
    (void)looks.Look(milliseconds(0));
  }
  asked_of_busy(Jobs(1));
}

TEST_F(WorkerLooksTest, AWorkerWithoutMemoryKeepsWhatItSaid) {
  (void)looks_.Look(milliseconds(0));
  asked_of_busy(Jobs(3));
  (void)looks_.Look(milliseconds(0));
  asked_of_busy(nullptr);
  EXPECT_EQ(looks_.Look(milliseconds(0))[1].in_flight->jobs, 3u);
}

}  // namespace
}  // namespace tern::resolver::control
