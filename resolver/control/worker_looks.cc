#include "resolver/control/worker_looks.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace tern::resolver::control {

// A worker holds the lock for an exchange of pointers only, and so does who looks.
struct WorkerLooks::Answers {
  struct OfWorker {
    std::shared_ptr<const resolution::InFlight> last;
    Time told_at;
    std::optional<Time> asked_at;  // while it is asked
  };

  Answers(size_t workers, Time (*now_)()) : now(now_), of(workers) {}

  void Take(size_t worker, std::shared_ptr<const resolution::InFlight> answer) {
    {
      const std::lock_guard guard(lock);
      if (answer != nullptr) {
        of[worker].last.swap(answer);
        of[worker].told_at = now();
      }
      of[worker].asked_at.reset();
    }
    changed.notify_all();
  }
  bool AllHaveAnswered() const {
    return std::none_of(of.begin(), of.end(), [](const OfWorker& each) { return each.asked_at; });
  }

  Time (*const now)();
  std::mutex lock;
  std::condition_variable changed;
  std::vector<OfWorker> of;
};

// Ends the asking of a worker.
struct WorkerLooks::TakeBack {
  void operator()(Answers* answers) const { answers->Take(worker, nullptr); }
  size_t worker;
};

WorkerLooks::WorkerLooks(std::vector<AskWorker> workers, Time (*now)())
    : workers_(std::move(workers)),
      now_(now),
      answers_(std::make_shared<Answers>(workers_.size(), now)) {}

void WorkerLooks::Ask(size_t worker) {
  {
    const std::lock_guard guard(answers_->lock);
    if (answers_->of[worker].asked_at) return;
    answers_->of[worker].asked_at = now_();
  }
  // When memory is too short to ask, the worker is asked at the next look.
  std::unique_ptr<Answers, TakeBack> asks(answers_.get(), TakeBack{worker});
  workers_[worker]([answers = answers_, worker](std::shared_ptr<const resolution::InFlight> told) {
    answers->Take(worker, std::move(told));
  });
  static_cast<void>(asks.release());
}

std::vector<WorkerLook> WorkerLooks::Look(std::chrono::milliseconds wait_max) {
  std::vector<WorkerLook> looks(workers_.size());
  for (size_t i = 0; i < workers_.size(); ++i) Ask(i);
  std::unique_lock lock(answers_->lock);
  answers_->changed.wait_for(lock, wait_max, [this] { return answers_->AllHaveAnswered(); });
  const Time now = now_();
  for (size_t i = 0; i < workers_.size(); ++i) {
    const Answers::OfWorker& of = answers_->of[i];
    looks[i].in_flight = of.last;
    looks[i].told_at = of.told_at;
    if (of.asked_at) looks[i].silent_for = now - *of.asked_at;
  }
  return looks;
}

}  // namespace tern::resolver::control
