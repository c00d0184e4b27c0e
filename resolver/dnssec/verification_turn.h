// What a worker still verifies in this turn of its loop. When that is used up, validations wait for
// the next turn, and clients whose answers are known go first.
//
// Thread: one worker's.
#pragma once

#include <utility>

#include "resolver/base/limits.h"
#include "resolver/base/time.h"

namespace tern::resolver::dnssec {

class VerificationTurn {
 public:
  // Some verifications begin. `now`: the loop's time, which is the same for a whole turn.
  void Enter(Time now) {
    ran_out_ = false;
    if (now == now_) return;
    now_ = now;
    left_ = kValidationWorkOfTurn;
  }
  // Whether one more verification may begin. If not, ran_out is told.
  bool Allows() {
    if (left_ > 0) return true;
    ran_out_ = true;
    return false;
  }
  void Charge(int work) { left_ -= work; }
  bool ran_out() const { return ran_out_; }
  // The same, and false from then on.
  bool TakeRanOut() { return std::exchange(ran_out_, false); }

 private:
  Time now_ = Time::min();
  int left_ = kValidationWorkOfTurn;
  bool ran_out_ = false;
};

}  // namespace tern::resolver::dnssec
