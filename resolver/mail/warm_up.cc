#include "resolver/mail/warm_up.h"

#include <chrono>
#include <new>
#include <utility>

namespace tern::resolver::mail {
namespace {

constexpr std::chrono::seconds kFollowedPause(5);
// Makes marks of their own for renewals.
constexpr uint64_t kOfRenewal = 0xa0761d6478bd642f;

}  // namespace

bool WarmUp::MayFollow(uint64_t question) {
  const Time now = facilities_.environment.Now();
  if (followed_.Has(question, now)) return false;
  followed_.Put(question, now + kFollowedPause);
  return true;
}

bool WarmUp::MayRenew(uint64_t question) { return MayFollow(question ^ kOfRenewal); }

FanOut* WarmUp::Take() {
  if (FanOut* const free = free_.PopFront()) return free;
  if (all_.size() >= kFanOutsMax) {
    ++facilities_.counters.of_limits.mail_fan_outs_met;
    return nullptr;
  }
  try {
    all_.push_back(std::make_unique<FanOut>(&facilities_, &table_, &warmed_, this));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  return all_.back().get();
}

void WarmUp::Start(Questions questions, const Allowance& allowance) {
  FanOut* const fan_out = Take();
  if (fan_out == nullptr) return;
  ++facilities_.counters.mail_fan_outs;
  facilities_.counters.of_limits.mail_fan_outs.Set(++under_way_);
  fan_out->Start(std::move(questions), allowance);
  table_.Drain();
}

void WarmUp::OnDone(FanOut* fan_out) {
  facilities_.counters.of_limits.mail_fan_outs.Set(--under_way_);
  free_.PushFront(fan_out);
}

}  // namespace tern::resolver::mail
