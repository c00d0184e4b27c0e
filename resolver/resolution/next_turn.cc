#include "resolver/resolution/next_turn.h"

#include "resolver/resolution/job_table.h"

namespace tern::resolver::resolution {

void NextTurn::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  Environment& environment = job_.facilities().environment;
  environment.ArmTimer(this, environment.Now() + Duration(1));
}

void NextTurn::OnTimer() {
  JobTable& table = job_.table();
  waiting_.resume();  // this is gone after it
  table.Drain();
}

bool StopsForTurn(Job& job) {
  return job.facilities().validation->turn.TakeRanOut() &&
         job.facilities().environment.Now() < job.terms().deadline;
}

}  // namespace tern::resolver::resolution
