// What a worker still verifies in this turn of its loop. When that is used up, validations wait for
// the next turn, and clients whose answers are known go first. Validations that wait go before
// those that begin. So under overload none waits for ever.
//
// Thread: one worker's.
#pragma once

#include <cstddef>
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
    if (left_ > 0 && (waiting_ == 0 || is_turn_of_waiting_)) return true;
    ran_out_ = true;
    return false;
  }
  void Charge(int work) { left_ -= work; }
  // One more validation waits for the next turn, or one less.
  void AddWaiting() { ++waiting_; }
  void RemoveWaiting() { --waiting_; }
  // The validation that goes on now has waited.
  void SetTurnOfWaiting(bool is) { is_turn_of_waiting_ = is; }
  bool ran_out() const { return ran_out_; }
  // The same, and false from then on.
  bool TakeRanOut() { return std::exchange(ran_out_, false); }

 private:
  Time now_ = Time::min();
  int left_ = kValidationWorkOfTurn;
  size_t waiting_ = 0;
  bool is_turn_of_waiting_ = false;
  bool ran_out_ = false;
};

}  // namespace tern::resolver::dnssec
