#include "resolver/resolution/next_turn.h"

#include "resolver/resolution/job_table.h"

namespace tern::resolver::resolution {

NextTurn::~NextTurn() {
  if (!IsArmed()) return;
  job_.facilities().environment.DisarmTimer(this);
  job_.facilities().validation->turn.RemoveWaiting();
}

void NextTurn::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  Environment& environment = job_.facilities().environment;
  job_.facilities().validation->turn.AddWaiting();
  environment.ArmTimer(this, environment.Now() + Duration(1));
}

void NextTurn::OnTimer() {
  JobTable& table = job_.table();
  dnssec::VerificationTurn& turn = job_.facilities().validation->turn;
  turn.RemoveWaiting();
  turn.SetTurnOfWaiting(true);
  waiting_.resume();  // this is gone after it
  turn.SetTurnOfWaiting(false);
  table.Drain();
}

bool StopsForTurn(Job& job) {
  return job.facilities().validation->turn.TakeRanOut() &&
         job.facilities().environment.Now() < job.terms().deadline;
}

}  // namespace tern::resolver::resolution
