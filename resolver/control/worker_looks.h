// Asks the workers what they have under way, and waits for none that is busy.
//
// A worker gets a message, and answers in its next turn. One that does not answer in time is
// reported with what it said the last time. It is asked again only after it has answered.
//
// Thread: any may look. The workers outlive it; answers that come later than its end do no harm.
// Bound: a message under way and an answer for each worker.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "resolver/base/time.h"
#include "resolver/resolution/in_flight.h"

namespace tern::resolver::control {

// How many questions are told, of a worker and of all workers.
inline constexpr size_t kInFlightTold = 100;
// The control socket waits so long for workers.
inline constexpr std::chrono::milliseconds kLookMax(500);

using InFlightAnswer = std::function<void(std::shared_ptr<const resolution::InFlight>)>;
// Has a worker call `answer` in its next turn, on its own thread. It returns at once.
// Null as the answer: the worker had no memory for one.
using AskWorker = std::function<void(InFlightAnswer answer)>;

struct WorkerLook {
  std::shared_ptr<const resolution::InFlight> in_flight;  // null: it has never answered
  // For how long it has not answered. Nothing when it has, so that `in_flight` is new.
  std::optional<Duration> silent_for;
  Time told_at = {};  // when `in_flight` came
};

class WorkerLooks {
 public:
  // Throws std::bad_alloc.
  WorkerLooks(std::vector<AskWorker> workers, Time (*now)());

  // One for each worker. It asks all workers and waits for them, for `wait_max` at most. With 0 it
  // gives what they said the last time, so a page that looks every second sees the second before.
  // Throws std::bad_alloc.
  std::vector<WorkerLook> Look(std::chrono::milliseconds wait_max);

 private:
  struct Answers;
  struct TakeBack;

  void Ask(size_t worker);

  const std::vector<AskWorker> workers_;
  Time (*const now_)();
  const std::shared_ptr<Answers> answers_;  // the calls under way share it
};

}  // namespace tern::resolver::control
