#include "resolver/base/event_ring.h"

#include <algorithm>
#include <type_traits>

namespace tern::resolver {

static_assert(std::is_trivially_copyable_v<Event>);

bool EventRing::Put(const Event& event) {
  const size_t content =
      event.zone.size() + event.query.size() + event.reply.size() + event.error_text.size();
  const size_t octets = RoundUp(sizeof(Place) + sizeof event + content);
  const uint64_t head = head_.load(std::memory_order_relaxed);
  const size_t to_end = ToEnd(head);
  const size_t skipped = octets > to_end ? to_end : 0;
  const uint64_t next = head + skipped + octets;
  if (next - known_tail_ > octets_) known_tail_ = tail_.load(std::memory_order_acquire);
  if (next - known_tail_ > octets_) {
    dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return false;
  }
  if (skipped != 0) {
    const Place at_begin;
    std::memcpy(At(head), &at_begin, sizeof at_begin);
  }
  const Place place = {.octets = octets};
  uint8_t* to = At(head + skipped);
  std::memcpy(to, &place, sizeof place);
  to += sizeof place;
  std::memcpy(to, static_cast<const void*>(&event), sizeof event);
  to += sizeof event;
  for (const auto& piece : {event.zone, event.query, event.reply, event.error_text}) {
    to = std::copy(piece.begin(), piece.end(), to);
  }
  head_.store(next, std::memory_order_release);
  put_.store(put_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  const size_t half = octets_ / 2;
  if (next - known_tail_ < half) return true;
  // What is known of the tail may be old.
  known_tail_ = tail_.load(std::memory_order_acquire);
  if (head - known_tail_ < half && next - known_tail_ >= half) bell_->notify_one();
  return true;
}

}  // namespace tern::resolver
