#include "resolver/io/timer_heap.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace tern::resolver::io {
namespace {

Time At(int64_t microseconds) { return Time(Duration(microseconds)); }

class Recorder final : public Timer {
 public:
  explicit Recorder(std::function<void()> action) : action_(std::move(action)) {}
  void OnTimer() override { action_(); }

 private:
  std::function<void()> action_;
};

TEST(TimerHeapTest, FiresInOrderOfTimeAndOnlyWhatIsDue) {
  TimerHeap heap;
  std::vector<int> fired;
  std::vector<std::unique_ptr<Recorder>> timers;
  for (int at : {50, 10, 40, 20, 30}) {
    timers.push_back(std::make_unique<Recorder>([&fired, at] { fired.push_back(at); }));
    heap.Arm(timers.back().get(), At(at));
  }
  heap.RunDue(At(30));
  EXPECT_EQ(fired, (std::vector<int>{10, 20, 30}));
  EXPECT_EQ(heap.Next(), At(40));
  EXPECT_FALSE(timers[1]->IsArmed());
  EXPECT_TRUE(timers[0]->IsArmed());
}

TEST(TimerHeapTest, AMovedTimerFiresOnceAtItsNewTime) {
  TimerHeap heap;
  int fired = 0;
  Recorder timer([&fired] { ++fired; });
  heap.Arm(&timer, At(10));
  heap.Arm(&timer, At(100));
  heap.RunDue(At(50));
  EXPECT_EQ(fired, 0);
  heap.Arm(&timer, At(60));
  heap.RunDue(At(100));
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(heap.empty());
}

TEST(TimerHeapTest, ATimerMayDisarmAnotherThatIsDueInTheSameRun) {
  TimerHeap heap;
  int fired = 0;
  Recorder second([&fired] { ++fired; });
  Recorder first([&heap, &second] { heap.Disarm(&second); });
  heap.Arm(&first, At(1));
  heap.Arm(&second, At(2));
  heap.RunDue(At(10));
  EXPECT_EQ(fired, 0);
}

TEST(TimerHeapTest, ATimerThatArmsItselfForThePastFiresInTheNextRun) {
  TimerHeap heap;
  int fired = 0;
  Recorder* self = nullptr;
  Recorder timer([&] {
    ++fired;
    heap.Arm(self, At(0));
  });
  self = &timer;
  heap.Arm(&timer, At(5));
  heap.RunDue(At(10));
  EXPECT_EQ(fired, 1);
  heap.RunDue(At(11));
  EXPECT_EQ(fired, 2);
}

TEST(TimerHeapTest, DisarmingWhatIsNotArmedDoesNothing) {
  TimerHeap heap;
  Recorder timer([] {});
  heap.Disarm(&timer);
  EXPECT_TRUE(heap.empty());
}

// Against an ordered map.
TEST(TimerHeapTest, AgreesWithAnOrderedMapOverRandomOperations) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    TimerHeap heap;
    std::multimap<int64_t, size_t> expected;
    std::vector<std::multimap<int64_t, size_t>::iterator> places(200, expected.end());
    std::vector<std::pair<int64_t, size_t>> fired;
    std::vector<std::unique_ptr<Recorder>> timers;
    std::vector<int64_t> times(200);
    for (size_t i = 0; i < 200; ++i) {
      timers.push_back(
          std::make_unique<Recorder>([&fired, &times, i] { fired.emplace_back(times[i], i); }));
    }
    int64_t now = 0;
    for (int step = 0; step < 3000; ++step) {
      const size_t i = random() % timers.size();
      const uint32_t choice = random() % 10;
      if (choice < 6) {
        if (places[i] != expected.end()) expected.erase(places[i]);
        times[i] = now + 1 + static_cast<int64_t>(random() % 500);
        places[i] = expected.emplace(times[i], i);
        heap.Arm(timers[i].get(), At(times[i]));
      } else if (choice < 8) {
        if (places[i] != expected.end()) expected.erase(places[i]);
        places[i] = expected.end();
        heap.Disarm(timers[i].get());
      } else {
        now += static_cast<int64_t>(random() % 100);
        fired.clear();
        heap.RunDue(At(now));
        size_t due = 0;
        while (!expected.empty() && expected.begin()->first <= now) {
          ASSERT_LT(due, fired.size());
          EXPECT_EQ(fired[due++].first, expected.begin()->first);
          places[expected.begin()->second] = expected.end();
          expected.erase(expected.begin());
        }
        EXPECT_EQ(due, fired.size());
      }
      ASSERT_EQ(heap.size(), expected.size());
      if (!expected.empty()) {
        ASSERT_EQ(heap.Next(), At(expected.begin()->first));
      }
    }
  }
}

}  // namespace
}  // namespace tern::resolver::io
