// The running daemon, as the commands of operators see it.
//
// Thread: the control socket's thread calls it. Each function waits for the main thread, and ends
// with an error when that thread is busy for too long. No function waits for a worker.
// Bound: the values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/config/settings.h"
#include "resolver/control/event_file.h"
#include "resolver/control/flush_wish.h"
#include "resolver/control/reload_report.h"
#include "resolver/control/settings_edit.h"
#include "resolver/policy/core_settings.h"

namespace tern::resolver::control {

struct DaemonStatus {
  std::string version;
  int64_t pid = 0;
  int64_t uptime_seconds = 0;
  uint64_t workers = 0;
  std::string engine;
  std::vector<std::string> listening;
  std::string configuration;  // the file, or `built-in defaults`
  uint64_t generation = 0;    // of the configuration in force: 1, and 1 more with each reload
  uint64_t cache_octets = 0;
  uint64_t cache_octets_max = 0;
  uint64_t cache_entries = 0;
  std::string validation;  // `true`, `log` or `false`, as dnssec.validation
  bool time_unsure = false;
  bool draining = false;
};

// The configuration in force, and what its file said when it was read last.
struct SettingsNow {
  config::Settings in_force;
  config::Settings written;
  std::string configuration;  // the file, or `built-in defaults`
  uint64_t generation = 0;
  int64_t now = 0;  // Unix time
};

struct UpgradeReport {
  int64_t process = 0;  // the number of the one that has taken over
  // What commands had changed and the file does not say. The new process does not know it.
  std::vector<config::KeyChange> dropped = {};
};

class Steered {
 public:
  virtual absl::StatusOr<DaemonStatus> ReadStatus() = 0;
  // An error has a line for each mistake. The old configuration stays in force then.
  virtual absl::StatusOr<ReloadReport> Reload() = 0;
  // Opens the files of the query log and of dnstap again, and says what became of each. An error:
  // nobody writes them.
  virtual absl::StatusOr<std::vector<EventFile>> ReopenFiles() = 0;
  virtual absl::StatusOr<SettingsNow> ReadSettings() = 0;
  // Puts the settings in force as `edit` changes them, until the next reload. `edit` is called in
  // the main thread. After an error nothing has changed.
  virtual absl::StatusOr<ChangeReport> Change(const SettingsEdit& edit) = 0;
  // Whether /ready says that no new queries should come. All that come are answered.
  virtual absl::Status Drain(bool drains) = 0;
  // Drains. Returns before the daemon has stopped.
  virtual absl::Status Stop() = 0;
  // After an error this process goes on.
  virtual absl::StatusOr<UpgradeReport> Upgrade() = 0;
  virtual absl::StatusOr<std::shared_ptr<const policy::CoreSettings>> SettingsInForce() = 0;
  // How many entries went. It walks over the store on the caller's thread.
  virtual absl::StatusOr<uint64_t> Flush(const FlushWish& wish) = 0;

 protected:
  ~Steered() = default;
};

}  // namespace tern::resolver::control
