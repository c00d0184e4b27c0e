// A question of any type inside another resolution. The resolution that asks is suspended until the
// answer is there.
//
// It joins a job for the same question if there is one. If that job waits for the asking job,
// perhaps through others, it does not join. Such a cycle of delegations fails at once instead of
// waiting for itself.
//
// The answer is taken as it came, without validation. Addresses of name servers need none, and
// validation checks DS and DNSKEY records itself.
//
// Thread: one worker's. Awaited once, as a named local of the coroutine.
#pragma once

#include <coroutine>

#include "resolver/resolution/job.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

class NestedQuestion : public Waiter {
 public:
  NestedQuestion(const NestedQuestion&) = delete;
  NestedQuestion& operator=(const NestedQuestion&) = delete;

  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<> waiting);

  // The question brought nothing, and somewhere below it zones waited for each other. A question
  // for the other address family would meet the same cycle.
  bool met_cycle() const { return met_cycle_; }

 protected:
  // REQUIRES: `parent` and `name` outlive it.
  NestedQuestion(Job& parent, const wire::Name& name, wire::RRType type)
      : parent_(parent), name_(name), type_(type) {
    TakeUnchecked(true);
  }
  // If the parent is dropped, this ends before its answer has come.
  ~NestedQuestion();

  const Job& parent() const { return parent_; }
  wire::RRType type() const { return type_; }

 private:
  // Takes what it needs from the answer, which is valid during the call. False when it found
  // nothing.
  virtual bool Keep(const answer::Answer& answer) = 0;
  void OnAnswer(const answer::Answer& answer) final;
  void MeetCycle();

  Job& parent_;
  const wire::Name& name_;
  const wire::RRType type_;
  std::coroutine_handle<> waiting_;
  bool met_cycle_ = false;
};

// Keeps the whole answer, of any type.
class NestedAnswer final : public NestedQuestion {
 public:
  NestedAnswer(Job& parent, const wire::Name& name, wire::RRType type)
      : NestedQuestion(parent, name, type) {
    answer_.SetFailure(wire::ExtendedError::kOther, "the nested question could not be asked");
  }
  // A copy, valid as long as this object. SERVFAIL when the question failed or could not be asked.
  const answer::Answer& await_resume() const { return answer_; }

 private:
  bool Keep(const answer::Answer& answer) override {
    answer_ = answer;
    return answer.rcode() != wire::Rcode::kServFail;
  }

  answer::Answer answer_;
};

}  // namespace tern::resolver::resolution
