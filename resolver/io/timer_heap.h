// The armed timers of one worker, earliest first: a 4-ary heap of pointers; each Timer knows its
// place, so that moving and disarming cost O(log n) and nothing is searched.
//
// Thread: the worker's.
// Invariants: every entry is an armed timer whose index names its place; times are copied into the
// heap, so that sifting touches no timer but those that move.
// Bound: one entry (16 octets) an armed timer; who arms timers bounds them.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "resolver/base/environment.h"

namespace tern::resolver::io {

class TimerHeap {
 public:
  TimerHeap() = default;
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

  // Fires what is due at `now`, in the order of time. Callbacks may arm and disarm anything; what
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
