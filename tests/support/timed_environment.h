// The clock, the timers and the random numbers of an environment that tests and benchmarks move by
// hand. Its exchanges are a subclass's own.
//
// Thread: one.
#pragma once

#include <chrono>
#include <cstdint>

#include "resolver/base/environment.h"
#include "resolver/io/timer_heap.h"

namespace tern::resolver::test {

class TimedEnvironment : public Environment {
 public:
  Time Now() const override { return now_; }
  uint32_t WallSeconds() override { return 1'700'000'000; }
  uint64_t Random() override {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return state_ ^ state_ >> 29;
  }
  void ArmTimer(Timer* timer, Time at) override { timers_.Arm(timer, at); }
  void DisarmTimer(Timer* timer) override { timers_.Disarm(timer); }

 protected:
  Time now_{std::chrono::seconds(1000)};
  io::TimerHeap timers_{64};

 private:
  uint64_t state_ = 88172645463325252;
};

}  // namespace tern::resolver::test
