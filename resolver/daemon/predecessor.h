// The ternd that has started this one, and makes way for it (upgrade.h). Without one, nothing
// happens.
//
// Thread: the main thread's. Bound: two descriptors.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "resolver/io/given_sockets.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {

class Predecessor {
 public:
  using Clock = std::chrono::steady_clock;

  // It has half a minute to answer its clients (ternd_main.cc), and then two seconds.
  static constexpr std::chrono::seconds kEndsWithin{35};

  // `talk`: the descriptor of this name that was given. Its number may be -1: there is none.
  // `process` is its number.
  Predecessor(io::OwnedFd talk, pid_t process, std::chrono::milliseconds ends_within = kEndsWithin);

  bool is_there() const { return talk_.get() >= 0; }
  void TellError(std::string_view text) const;
  // Waits until it has written the cache. False when there is none.
  bool AskForCache() const;
  // This process answers queries, and has no use for `left`. Waits until all is this process's. An
  // error: it is not to go on.
  absl::Status TakeOver(const std::vector<std::string_view>& left);

  // It answers what it has taken, and then it ends. When it is still there at this time, OnDue ends
  // it.
  std::optional<Clock::time_point> due() const { return due_; }
  void OnDue();

 private:
  const std::chrono::milliseconds ends_within_;
  io::OwnedFd talk_;
  io::OwnedFd process_;  // a pidfd, so that no other process of its number is ended
  std::optional<Clock::time_point> due_;
};

}  // namespace tern::resolver::daemon
