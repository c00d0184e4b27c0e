// The armed timers of one worker, earliest first: a 4-ary heap of pointers. Each Timer knows its
// place, so moving and disarming cost O(log n) and nothing is searched.
//
// Thread: the worker's.
// Invariants: every entry is an armed timer whose index names its place. Times are copied into the
// heap, so that sifting touches only the timers that move.
// Bound: one entry (16 octets) for each armed timer; the owners of timers bound them. Arming takes
// no memory up to the number that the heap was made for.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "resolver/base/environment.h"

namespace tern::resolver::io {

class TimerHeap {
 public:
  // Takes the memory for so many armed timers at once.
  explicit TimerHeap(size_t expected = 0) { heap_.reserve(expected); }
  TimerHeap(const TimerHeap&) = delete;
  TimerHeap& operator=(const TimerHeap&) = delete;

  // Arms, or moves an armed timer.
  void Arm(Timer* timer, Time at);
  void Disarm(Timer* timer);

  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  std::optional<Time> Next() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().at;
  }

  // Fires what is due at `now`, in the order of time. Callbacks may arm and disarm any timer. What
  // they arm for `now` or earlier fires in the next run, so that a run ends.
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
  Time earliest_ = Time::min();  // nothing is armed before this: later than `now` during a run
};

}  // namespace tern::resolver::io
