// Tells a service supervisor (systemd) again and again that the process does its work. When it is
// not told for WATCHDOG_USEC, it ends the process and starts it anew.
//
// It is told when, since the last time, each worker has turned its loop and a question was
// answered: one of a client, or one that this process has asked itself.
//
// Thread: it has one of its own, which sleeps in between. Without WATCHDOG_USEC there is none.
// Bound: no memory but the thread's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "resolver/base/endpoint.h"

namespace tern::resolver::daemon {

class Watchdog {
 public:
  struct Duties {
    // Each worker calls it, on its thread, when it has turned its loop. May throw std::bad_alloc.
    std::function<void(std::function<void()> on_turn)> ask_workers;
    size_t workers = 0;
    std::function<bool()> ask_question;  // whether this process answers (AnswerProof)
    std::function<void()> feed;          // tells the supervisor
  };

  // `interval`: how often the supervisor is told.
  Watchdog(Duties duties, std::chrono::milliseconds interval);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void Run();
  bool Works();

  const Duties duties_;
  const std::chrono::milliseconds interval_;
  std::mutex lock_;
  std::condition_variable stop_changed_;
  bool stop_ = false;
  std::thread thread_;  // the last member, because it uses the others
};

// How often systemd wants to be told: half of WATCHDOG_USEC. Empty when it does not watch this
// process. Both may be null.
std::optional<std::chrono::milliseconds> WatchdogInterval(const char* watchdog_usec,
                                                          const char* watchdog_pid);

// Asks all listeners of this process a question over UDP. True when anything comes back that
// answers it, even a refusal, from one of them. A listener whose address this machine lacks is not
// asked. True too when that leaves none: then nobody can ask, and that is no fault of the process.
bool AnswersItself(std::span<const Endpoint> listeners);

// Whether this process answers: clients have got answers since the last call. If they have not, it
// asks itself.
//
// Thread: one. Bound: none.
class AnswerProof {
 public:
  // `answered`: how many questions were answered so far. `ask_itself`: whether one is answered now.
  AnswerProof(std::function<uint64_t()> answered, std::function<bool()> ask_itself)
      : answered_(std::move(answered)), ask_itself_(std::move(ask_itself)) {}

  bool IsThere();

 private:
  std::function<uint64_t()> answered_;
  std::function<bool()> ask_itself_;
  uint64_t last_ = 0;
};

}  // namespace tern::resolver::daemon
