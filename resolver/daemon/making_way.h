// How the running process makes way for the next one: what the next one gets, and what this one
// stops when it does (upgrade.h).
//
// Thread: the main thread's, but any thread may call Wait and is_under_way. The upgrade's own
// thread hands what it needs of the daemon to the main thread as a task. Bound: that of upgrade.h.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/control/control_server.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/main_tasks.h"
#include "resolver/daemon/supervisor.h"
#include "resolver/daemon/upgrade.h"

namespace tern::resolver::daemon {

class MakingWay {
 public:
  // All of it outlives this.
  struct Parts {
    Daemon* daemon = nullptr;
    MainTasks* tasks = nullptr;
    const Supervisor* supervisor = nullptr;
  };

  // `on_end` is called from another thread when an upgrade has ended.
  MakingWay(Parts parts, Upgrade::Options options, std::function<void()> on_end);
  // May be null. It outlives this.
  void SetControl(control::ControlServer* control) { control_ = control; }

  // The log tells an error too.
  absl::Status Begin();
  bool is_under_way() const { return upgrade_.is_under_way(); }
  absl::StatusOr<pid_t> Wait(std::chrono::milliseconds time_max) { return upgrade_.Wait(time_max); }
  // Ends an upgrade that is under way. Tasks must be closed before.
  void Cancel() { upgrade_.Cancel(); }

  // The process that has taken over, if one has. Then this one must end.
  const std::optional<Successor>& successor() const { return successor_; }
  // Answers what this process has taken, and its clients over TCP until they are idle. `is_wanted`
  // is asked now and then.
  void AnswerTheRest(std::chrono::milliseconds at_most, const std::function<bool()>& is_wanted);

 private:
  absl::StatusOr<std::vector<io::GivenSocket>> DescriptorsForNext() const;
  bool CopyCache(int fd);
  absl::Status HandOver(const Successor& successor);

  const Parts parts_;
  control::ControlServer* control_ = nullptr;
  std::optional<Successor> successor_;
  Upgrade upgrade_;  // the last member, because its thread uses the others
};

}  // namespace tern::resolver::daemon
