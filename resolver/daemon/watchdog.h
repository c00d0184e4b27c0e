// Tells a service supervisor (systemd) again and again that the process does its work. When it is
// not told for WATCHDOG_USEC, it ends the process and starts it anew.
//
// It is told when, since the last time, each worker has turned its loop and a question to this
// process was answered.
//
// Thread: it has one of its own, which sleeps in between. Without WATCHDOG_USEC there is none.
// Bound: no memory but the thread's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "resolver/base/endpoint.h"

namespace tern::resolver::daemon {

class Watchdog {
 public:
  struct Duties {
    // Each worker calls it, on its thread, when it has turned its loop. May throw std::bad_alloc.
    std::function<void(std::function<void()> on_turn)> ask_workers;
    size_t workers = 0;
    std::function<bool()> ask_question;  // whether this process answers
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

// Asks a listener of this process a question over UDP. True when anything comes back that answers
// it, even a refusal.
bool AnswersItself(const Endpoint& listener);

}  // namespace tern::resolver::daemon
