// Whether servers answer at all over IPv4 and over IPv6.
//
// A machine may have a route for a family of addresses that leads nowhere. Then every server of
// that family is silent, and each question would find that out anew, at the cost of a hedge delay.
// A family is broken when kBrokenAfter different servers of it were silent, none of its servers
// answered meanwhile, and the other family has answered and is not like that. The servers of a
// broken family are asked last, and their addresses are not looked up. One query each kProbeEach
// still goes to it first, and one look-up each kProbeEach is made, in case none of its addresses is
// known. One answer ends it.
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

// Families of addresses: one, both or none.
struct Families {
  bool ipv4 = false;
  bool ipv6 = false;

  bool Has(bool is_ipv6) const { return is_ipv6 ? ipv6 : ipv4; }
  Families Without(Families others) const { return {ipv4 && !others.ipv4, ipv6 && !others.ipv6}; }
};

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
    return silent_count(ipv6) >= kBrokenAfter && silent_count(!ipv6) < kBrokenAfter &&
           HasAnswered(!ipv6);
  }
  // Whether any server has answered over the family.
  bool HasAnswered(bool ipv6) const {
    return families_[ipv6].has_answered.load(std::memory_order_relaxed);
  }
  bool IsOneBroken() const { return IsBroken(false) || IsBroken(true); }
  // True: this caller may ask a server of the broken family first, and nobody else in the process
  // for kProbeEach.
  bool ClaimProbe(bool ipv6, Time now) { return Claim(&families_[ipv6].probe_until, now); }
  // The same for a look-up of an address of the broken family.
  bool ClaimLookUp(bool ipv6, Time now) { return Claim(&families_[ipv6].look_up_until, now); }

  // Those whose addresses are worth a look-up. It is never empty, unless `in_use` is.
  Families WorkingOf(Families in_use) const {
    if (!in_use.ipv4 || !in_use.ipv6) return in_use;
    if (IsBroken(false)) return {.ipv6 = true};
    if (IsBroken(true)) return {.ipv4 = true};
    return in_use;
  }

 private:
  struct Family {
    std::atomic<bool> has_answered = false;
    std::atomic<uint32_t> silent_count = 0;
    std::array<std::atomic<uint64_t>, kBrokenAfter> silent{};  // the first silent_count are valid
    std::atomic<int64_t> probe_until = 0;                      // microseconds as in Time
    std::atomic<int64_t> look_up_until = 0;
    std::atomic<bool> told_broken = false;
  };

  static bool Claim(std::atomic<int64_t>* until, Time now);
  uint32_t silent_count(bool ipv6) const {
    return families_[ipv6].silent_count.load(std::memory_order_relaxed);
  }

  std::array<Family, 2> families_;
  Observer observer_ = nullptr;
};

}  // namespace tern::resolver::upstream
