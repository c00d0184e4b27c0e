// What the commands of the control socket do with the daemon.
//
// Thread: the control socket's calls what control::Steered has. Each hands its work to the main
// thread, which makes this and asks `is_stopping`.
// Bound: one task at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "resolver/control/steered.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/main_tasks.h"
#include "resolver/daemon/making_way.h"

namespace tern::resolver::daemon {

class Steering final : public control::Steered {
 public:
  // Of the main thread. All of it outlives the steering.
  struct Parts {
    Daemon* daemon = nullptr;
    MainTasks* tasks = nullptr;
    std::string configuration;             // its file, or what stands for it
    std::function<absl::Status()> reload;  // reads the configuration again
    MakingWay* making_way = nullptr;       // null: Upgrade is not called
  };

  explicit Steering(Parts parts) : parts_(std::move(parts)) {}

  absl::StatusOr<control::DaemonStatus> ReadStatus() override;
  absl::StatusOr<control::ReloadReport> Reload() override;
  absl::StatusOr<std::vector<control::EventFile>> ReopenFiles() override;
  absl::StatusOr<control::SettingsNow> ReadSettings() override;
  absl::StatusOr<control::ChangeReport> Change(const control::SettingsEdit& edit) override;
  absl::Status Drain(bool drains) override;
  absl::Status Stop() override;
  absl::StatusOr<control::UpgradeReport> Upgrade() override;
  absl::StatusOr<std::shared_ptr<const policy::CoreSettings>> SettingsInForce() override;
  absl::StatusOr<uint64_t> Flush(const control::FlushWish& wish) override;

  bool is_stopping() const { return is_stopping_; }

 private:
  bool IsUpgrading() const {
    return parts_.making_way != nullptr && parts_.making_way->is_under_way();
  }

  const Parts parts_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool is_stopping_ = false;  // of the main thread
};

}  // namespace tern::resolver::daemon
