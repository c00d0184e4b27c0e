// Lets a job wait until the worker's loop has looked after everybody else.
//
//   co_await NextTurn(job);
//
// Thread: one worker's.
#pragma once

#include <coroutine>

#include "resolver/base/environment.h"
#include "resolver/resolution/job.h"

namespace tern::resolver::resolution {

class NextTurn final : public Timer {
 public:
  // REQUIRES: `job` outlives it.
  explicit NextTurn(Job& job) : job_(job) {}
  // The job may be dropped while it waits.
  ~NextTurn();
  NextTurn(const NextTurn&) = delete;
  NextTurn& operator=(const NextTurn&) = delete;

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  void await_resume() const {}

 private:
  void OnTimer() override;

  Job& job_;
  std::coroutine_handle<> waiting_;
};

// Whether the verifications that were just tried stopped because the turn of the loop is over. Then
// the caller waits for the next one and tries again. False when the job has no more time.
bool StopsForTurn(Job& job);

}  // namespace tern::resolver::resolution
