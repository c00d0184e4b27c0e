// Whether servers answer at all over IPv4 and over IPv6.
//
// A machine may have a route for a family of addresses that leads nowhere. Then every server of
// that family is silent, and each question would find that out anew, at the cost of a hedge delay.
// A family is broken when kBrokenAfter servers of it were silent in a row, none of its servers
// answered meanwhile, and the other family is not like that. The servers of a broken family are
// asked last. One query each kProbeEach still goes to it first. One answer ends it.
//
// Bounded: a few words. Thread: any; no lock. Numbers may be off by the few servers that other
// threads note at the same moment.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "resolver/base/time.h"

namespace tern::resolver::upstream {

class FamilyHealth {
 public:
  static constexpr uint32_t kBrokenAfter = 5;
  static constexpr Duration kProbeEach = std::chrono::seconds(30);

  // Called when a family breaks (`works` is false) and when it works again. On the thread that
  // noted it.
  using Observer = void (*)(bool ipv6, bool works);

  // To be called before other threads use the object.
  void SetObserver(Observer observer) { observer_ = observer; }

  void NoteAnswer(bool ipv6);
  // `server` tells servers apart.
  void NoteSilence(bool ipv6, uint64_t server);

  bool IsBroken(bool ipv6) const {
    return silent_in_a_row(ipv6) >= kBrokenAfter && silent_in_a_row(!ipv6) < kBrokenAfter;
  }
  bool IsOneBroken() const { return IsBroken(false) || IsBroken(true); }
  // True: this caller may ask a server of the broken family first, and nobody else in the process
  // for kProbeEach.
  bool ClaimProbe(bool ipv6, Time now);

 private:
  struct Family {
    std::atomic<uint32_t> silent_in_a_row = 0;
    std::atomic<uint64_t> last_silent = 0;
    std::atomic<int64_t> probe_until = 0;  // microseconds as in Time
    std::atomic<bool> told_broken = false;
  };

  uint32_t silent_in_a_row(bool ipv6) const {
    return families_[ipv6].silent_in_a_row.load(std::memory_order_relaxed);
  }

  std::array<Family, 2> families_;
  Observer observer_ = nullptr;
};

}  // namespace tern::resolver::upstream
