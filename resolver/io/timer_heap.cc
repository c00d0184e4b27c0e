#include "resolver/io/timer_heap.h"

#include <algorithm>

namespace tern::resolver::io {

namespace {
constexpr size_t kArity = 4;  // half the depth of a binary heap; four entries share a cache line
}  // namespace

void TimerHeap::Place(size_t index, const Entry& entry) {
  heap_[index] = entry;
  entry.timer->heap_index_ = index;
}

void TimerHeap::SiftUp(size_t index, Entry entry) {
  while (index > 0) {
    const size_t parent = (index - 1) / kArity;
    if (heap_[parent].at <= entry.at) break;
    Place(index, heap_[parent]);
    index = parent;
  }
  Place(index, entry);
}

void TimerHeap::SiftDown(size_t index, Entry entry) {
  for (;;) {
    const size_t first = index * kArity + 1;
    if (first >= heap_.size()) break;
    const size_t end = std::min(first + kArity, heap_.size());
    size_t least = first;
    for (size_t child = first + 1; child < end; ++child) {
      if (heap_[child].at < heap_[least].at) least = child;
    }
    if (entry.at <= heap_[least].at) break;
    Place(index, heap_[least]);
    index = least;
  }
  Place(index, entry);
}

void TimerHeap::Arm(Timer* timer, Time at) {
  const Entry entry{std::max(at, earliest_), timer};
  size_t index = timer->heap_index_;
  if (index == Timer::kNotArmed) {
    index = heap_.size();
    heap_.push_back(entry);
    SiftUp(index, entry);
  } else if (entry.at < heap_[index].at) {
    SiftUp(index, entry);
  } else {
    SiftDown(index, entry);
  }
  timer->at_ = entry.at;
}

void TimerHeap::Disarm(Timer* timer) {
  if (timer->heap_index_ != Timer::kNotArmed) RemoveAt(timer->heap_index_);
}

void TimerHeap::RemoveAt(size_t index) {
  heap_[index].timer->heap_index_ = Timer::kNotArmed;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;
  if (index > 0 && last.at < heap_[(index - 1) / kArity].at) {
    SiftUp(index, last);
  } else {
    SiftDown(index, last);
  }
}

void TimerHeap::RunDue(Time now) {
  earliest_ = now + Duration(1);
  while (!heap_.empty() && heap_.front().at <= now) {
    Timer* timer = heap_.front().timer;
    RemoveAt(0);
    timer->OnTimer();
  }
  earliest_ = Time::min();
}

}  // namespace tern::resolver::io
