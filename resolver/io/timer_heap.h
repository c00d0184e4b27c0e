// The armed timers of one worker, earliest first, in a 4-ary heap of pointers. Each Timer knows its
// place in the heap. So moving and disarming take O(log n) and need no search.
//
// Thread: the worker's.
// Invariants:
// 1. Every entry is an armed timer whose index names its place.
// 2. The heap holds copies of the times, so sifting touches only the timers that move.
// Bound: one entry (16 octets) for each armed timer; the owners of timers bound their number.
// Arming takes no memory up to the number for which the heap was made.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "resolver/base/environment.h"

namespace tern::resolver::io {

class TimerHeap {
 public:
  // Allocates memory for `expected` armed timers.
  explicit TimerHeap(size_t expected = 0) { heap_.reserve(expected); }
  TimerHeap(const TimerHeap&) = delete;
  TimerHeap& operator=(const TimerHeap&) = delete;

  // Arms the timer, or moves it when it is armed.
  void Arm(Timer* timer, Time at);
  void Disarm(Timer* timer);

  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  std::optional<Time> Next() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().at;
  }

  // Fires the timers that are due at `now`, in the order of their times. Callbacks may arm and
  // disarm any timer. A timer that a callback arms for `now` or earlier fires in the next run, so
  // each run ends.
  void RunDue(Time now);

 private:
  struct Entry {
    Time at;
    Timer* timer;
  };

  void Place(size_t index, const Entry& entry);
  void SiftUp(size_t index, Entry entry);
  void SiftDown(size_t index, Entry entry);
  void RemoveAt(size_t index);

  std::vector<Entry> heap_;
  Time earliest_ = Time::min();  // the earliest time to arm for; later than `now` during a run
};

}  // namespace tern::resolver::io
