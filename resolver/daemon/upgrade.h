// Starts the next ternd, which is the program that lies where this one did, and makes way for it.
//
// The next process is a child of this one. It gets all sockets, so both may receive for a while,
// and nothing that waits in a socket is lost. They talk over a pair of sockets, one packet each:
//
//   next: error TEXT   it cannot start; any number
//   next: cache        it is about to read the cache
//   this: cache        the cache is in the file that it was given; or `none`
//   next: left NAME    it has no use for this descriptor; any number
//   next: ready        it answers queries
//   this: go           all is the next one's now: the file of the cache, the control socket
//
// If the next process ends before that, or says nothing for `silence_max`, it is ended, and this
// one goes on as before.
//
// Thread: Begin, Cancel and the destructor are the main thread's. Wait may be called by any thread.
// The conversation has a thread of its own, which calls the hooks.
// Bound: one upgrade at a time, one child, one thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/io/given_sockets.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {

// The next process, which is ready.
struct Successor {
  pid_t process = 0;
  std::set<std::string, std::less<>> left;  // the descriptors that it does not use
};

class Upgrade {
 public:
  struct Hooks {
    // Writes the cache into the file. False when there is none for the next process.
    std::function<bool(int fd)> copy_cache;
    // Gives all to the successor. After an error this process goes on.
    std::function<absl::Status(const Successor& successor)> hand_over;
    // The upgrade has ended, in one way or the other.
    std::function<void()> on_end;
  };
  struct Options {
    std::string program;                 // a path
    std::vector<std::string> arguments;  // all of them, the program's name too
    std::chrono::milliseconds silence_max{10'000};
  };

  Upgrade(Options options, Hooks hooks);
  // Ends the next process if it has not taken over.
  ~Upgrade();
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;

  // Starts the next process with these descriptors. An error says why there is none.
  absl::Status Begin(std::vector<io::GivenSocket> descriptors);
  bool is_under_way() const;
  // Ends the next process, unless it has taken over.
  void Cancel();

  // The process that has taken over, or why there is none. An error after `time_max`, too.
  absl::StatusOr<pid_t> Wait(std::chrono::milliseconds time_max);

 private:
  struct Child {
    pid_t process = 0;
    io::OwnedFd talk;   // to it
    io::OwnedFd cache;  // the file that it reads
  };

  absl::StatusOr<Child> Spawn(std::vector<io::GivenSocket> descriptors) const;
  void Run(Child child);
  // What it says until it is ready.
  absl::StatusOr<Successor> Listen(const Child& child);
  absl::StatusOr<std::string> Hear(int talk);
  // Ends it, and says how it ended if it did that itself.
  std::string End(Child* child);

  const Options options_;
  const Hooks hooks_;
  io::OwnedFd cancel_;  // an event
  mutable std::mutex lock_;
  std::condition_variable changed_;
  bool is_under_way_ = false;
  absl::StatusOr<pid_t> outcome_ = absl::UnavailableError("there was no upgrade");
  std::thread thread_;
};

}  // namespace tern::resolver::daemon
