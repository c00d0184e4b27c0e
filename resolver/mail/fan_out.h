// Asks a list of questions behind an answer. No client waits for them. One allowance pays for all.
//
// Some questions are under way side by side, in their order. If somebody asks the same question
// already, it is left to them. If a client asks it meanwhile, the client joins it. While the worker
// is busy no further question is started.
//
// The names to look up come from answers, so they may be anybody's. After some addresses that are
// not there, no further question is started: so nobody can turn one question into many for the
// servers of somebody else (as in NXNSAttack).
//
// Bounded: kQuestionsMax questions, kAtOnce of them under way.
//
// Thread: one worker's. It may end before its questions do only when the job table ends with it.
#pragma once

#include <array>
#include <cstddef>

#include "resolver/base/allowance.h"
#include "resolver/base/expiring_marks.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/mail/question.h"
#include "resolver/mail/spf.h"
#include "resolver/resolution/job_table.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::mail {

struct OfWarmUp;

class FanOut final : public ListNode<OfWarmUp> {
 public:
  // It is told when the last question has ended. The fan-out may start anew from there.
  class Owner {
   public:
    virtual void OnDone(FanOut* fan_out) = 0;

   protected:
    ~Owner() = default;
  };

  // `warmed`: warm_up.h.
  FanOut(resolution::Facilities* facilities, resolution::JobTable* table, ExpiringMarks* warmed,
         Owner* owner);

  // REQUIRES: nothing is under way. The owner may be told before this returns.
  void Start(Questions questions, const Allowance& allowance);

 private:
  static constexpr size_t kAtOnce = 8;  // four hosts in both families

  struct Asked final : public resolution::Waiter {
    void OnAnswer(const answer::Answer& answer) override { fan_out->OnAnswer(this, answer); }
    FanOut* fan_out = nullptr;
    wire::Name name;
    Purpose purpose = Purpose::kKeep;
    wire::RRType type = wire::RRType::kNone;
    bool open = false;
  };

  Asked* FindFree();
  // Whether the question may start now. It waits while as many are under way as may end in vain: so
  // that limit is kept. SPF records have a limit of their own.
  bool MayStart(const Question& question) const;
  // Starts questions until enough are under way.
  void GoOn();
  void OnAnswer(Asked* asked, const answer::Answer& answer);
  void NoteWarmed(cache::EntryView end);
  void NoteInVain(const Asked& asked, wire::Rcode rcode);
  // Adds the TLSA questions of an exchanger whose address has come.
  void FollowHost(wire::NameView host, const answer::Answer& address);
  // Adds what the answer leads to.
  void Follow(Purpose purpose, cache::EntryView end);
  void FollowSafely(Purpose purpose, cache::EntryView end);
  bool FollowKnown(const Question& question);

  resolution::Facilities& facilities_;
  resolution::JobTable& table_;
  ExpiringMarks& warmed_;
  Owner& owner_;
  Allowance allowance_;
  Questions questions_;
  size_t next_ = 0;
  size_t open_ = 0;
  int spf_lookups_left_ = 0;
  int spf_void_left_ = 0;
  int in_vain_left_ = 0;
  std::array<Asked, kAtOnce> asked_;
};

}  // namespace tern::resolver::mail
