// The way of events from a worker to the thread that writes the query log and dnstap.
//
// A ring of octets with one producer, the worker, and one consumer, the writer. Putting an event in
// takes no lock, no memory and no system call. One exception: the event that makes the ring half
// full wakes the writer if it sleeps. When there is no room, the event is dropped and counted, and
// the worker goes on.
//
// Thread: Put is the worker's, Take the writer's, the counts may be read by any.
// Bound: kOctets for each worker.
// Invariant: an event and its octets are adjacent, so they can be read in place.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "resolver/base/event.h"

namespace tern::resolver {

// Wakes the writer. An alarm that comes while the writer does not sleep is lost, and it looks again
// soon by itself.
using EventBell = std::condition_variable;

class EventRing {
 public:
  static constexpr size_t kOctets = size_t{1} << 20;

  // `bell` outlives the ring. `octets` is a power of two. Throws std::bad_alloc.
  explicit EventRing(EventBell* bell, size_t octets = kOctets)
      : octets_(octets), memory_(new uint8_t[octets]), bell_(bell) {}
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;

  // False when there is no room for it.
  bool Put(const Event& event);
  // Gives the oldest event to `use`, then forgets it. The octets of the event lie in the ring.
  // False when there is none.
  template <typename Use>
  bool Take(const Use& use);

  uint64_t put() const { return put_.load(std::memory_order_relaxed); }
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  size_t octets() const { return octets_; }
  // How many octets are taken. Any thread.
  size_t used() const {
    const uint64_t tail = tail_.load(std::memory_order_acquire);
    const uint64_t head = head_.load(std::memory_order_acquire);
    return head > tail ? static_cast<size_t>(head - tail) : 0;
  }

 private:
  // Before each event. A place with `octets` 0 says that the next event is at the ring's begin.
  struct Place {
    uint64_t octets = 0;  // with this, rounded up to a multiple of its size
  };
  static_assert(alignof(Event) <= sizeof(Place));

  static constexpr size_t RoundUp(size_t octets) {
    return (octets + sizeof(Place) - 1) / sizeof(Place) * sizeof(Place);
  }
  uint8_t* At(uint64_t position) const { return memory_.get() + (position & (octets_ - 1)); }
  size_t ToEnd(uint64_t position) const {
    return octets_ - static_cast<size_t>(position & (octets_ - 1));
  }

  const size_t octets_;
  const std::unique_ptr<uint8_t[]> memory_;
  EventBell* const bell_;
  // Positions count on for ever.
  alignas(64) std::atomic<uint64_t> head_ = 0;  // the producer's: the next event's place
  uint64_t known_tail_ = 0;                     // the producer's: a tail that it has seen
  std::atomic<uint64_t> put_ = 0;
  std::atomic<uint64_t> dropped_ = 0;
  alignas(64) std::atomic<uint64_t> tail_ = 0;  // the consumer's: the oldest event's place
};

template <typename Use>
bool EventRing::Take(const Use& use) {
  uint64_t tail = tail_.load(std::memory_order_relaxed);
  const uint64_t head = head_.load(std::memory_order_acquire);
  if (tail == head) return false;
  Place place;
  std::memcpy(&place, At(tail), sizeof place);
  if (place.octets == 0) {
    tail += ToEnd(tail);
    std::memcpy(&place, At(tail), sizeof place);
  }
  const uint8_t* from = At(tail) + sizeof place;
  Event event;
  std::memcpy(static_cast<void*>(&event), from, sizeof event);
  from += sizeof event;
  for (auto* octets : {&event.zone, &event.query, &event.reply, &event.error_text}) {
    *octets = {from, octets->size()};
    from += octets->size();
  }
  use(event);
  tail_.store(tail + place.octets, std::memory_order_release);
  return true;
}

}  // namespace tern::resolver
