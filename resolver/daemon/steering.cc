#include "resolver/daemon/steering.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "resolver/base/version.h"
#include "resolver/config/settings_changes.h"
#include "resolver/daemon/log.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

constexpr std::chrono::seconds kTaskMax(5);
// A large hosts file takes its time.
constexpr std::chrono::seconds kReloadMax(30);
constexpr std::chrono::seconds kUpgradeMax(30);

absl::Status UpgradeUnderWay() {
  return absl::UnavailableError("an upgrade is under way; try again when it has ended");
}

std::string_view WordOf(Validation validation) {
  switch (validation) {
    case Validation::kOn:
      return "true";
    case Validation::kLog:
      return "log";
    case Validation::kOff:
      break;
  }
  return "false";
}

// Has the main thread make a value.
template <typename Value, typename Make>
absl::StatusOr<Value> AskMain(MainTasks* tasks, std::chrono::milliseconds time_max, Make make) {
  const auto value = std::make_shared<absl::StatusOr<Value>>();
  const absl::Status status =
      tasks->Run([value, make = std::move(make)] { *value = make(); }, time_max);
  if (!status.ok()) return status;
  return std::move(*value);
}

}  // namespace

absl::StatusOr<control::DaemonStatus> Steering::ReadStatus() {
  return AskMain<control::DaemonStatus>(
      parts_.tasks, kTaskMax, [this]() -> absl::StatusOr<control::DaemonStatus> {
        Daemon* const daemon = parts_.daemon;
        control::DaemonStatus status;
        status.version = kVersion;
        status.pid = getpid();
        status.uptime_seconds = std::chrono::duration_cast<std::chrono::seconds>(
                                    std::chrono::steady_clock::now() - start_)
                                    .count();
        status.workers = daemon->worker_count();
        status.engine = daemon->engine_name();
        for (const Endpoint& endpoint : daemon->listening()) {
          status.listening.push_back(endpoint.ToText());
        }
        status.configuration = parts_.configuration;
        status.generation = daemon->state().generation();
        const cache::StoreStatistics cache = daemon->store().Statistics();
        status.cache_octets = cache.octets;
        status.cache_octets_max = cache.octets_max;
        status.cache_entries = cache.entries;
        status.validation = WordOf(daemon->validation_in_force().validation);
        status.draining = daemon->state().draining();
        status.time_unsure = daemon->validation_in_force().time_unsure;
        return status;
      });
}

absl::StatusOr<control::ReloadReport> Steering::Reload() {
  return AskMain<control::ReloadReport>(
      parts_.tasks, kReloadMax, [this]() -> absl::StatusOr<control::ReloadReport> {
        if (IsUpgrading()) return UpgradeUnderWay();
        if (const absl::Status status = parts_.reload(); !status.ok()) return status;
        return parts_.daemon->last_reload();
      });
}

absl::StatusOr<std::vector<control::EventFile>> Steering::ReopenFiles() {
  using Files = std::vector<control::EventFile>;
  return AskMain<Files>(parts_.tasks, kTaskMax, [this]() -> absl::StatusOr<Files> {
    if (IsUpgrading()) return UpgradeUnderWay();
    return parts_.daemon->ReopenEventFiles();
  });
}

absl::StatusOr<control::SettingsNow> Steering::ReadSettings() {
  return AskMain<control::SettingsNow>(
      parts_.tasks, kTaskMax, [this]() -> absl::StatusOr<control::SettingsNow> {
        const Daemon& daemon = *parts_.daemon;
        return control::SettingsNow{daemon.settings(), daemon.written(), parts_.configuration,
                                    parts_.daemon->state().generation(), ReadWallClock().now};
      });
}

absl::StatusOr<control::ChangeReport> Steering::Change(const control::SettingsEdit& edit) {
  return AskMain<control::ChangeReport>(
      parts_.tasks, kReloadMax, [this, edit]() -> absl::StatusOr<control::ChangeReport> {
        if (IsUpgrading()) return UpgradeUnderWay();
        Daemon* const daemon = parts_.daemon;
        config::Settings settings = daemon->settings();
        absl::Status status = edit(&settings, ReadWallClock().now);
        if (!status.ok()) return status;
        control::ChangeReport report;
        report.changes = config::ChangesBetween(daemon->settings(), settings);
        report.to_keep = config::UndoneIn(daemon->written(), report.changes);
        if (!report.changes.empty()) status = daemon->Change(std::move(settings));
        if (!status.ok()) return status;
        report.generation = daemon->state().generation();
        for (const config::KeyChange& change : report.changes) {
          Log(LogLevel::kInfo, Concat("by a command: ", ToText(change)));
        }
        return report;
      });
}

absl::Status Steering::Drain(bool drains) {
  return parts_.tasks->Run(
      [this, drains] {
        parts_.daemon->state().SetDraining(drains);
        Log(LogLevel::kInfo, drains ? "drains, by a command: /ready says no, queries are answered"
                                    : "does not drain any longer, by a command");
      },
      kTaskMax);
}

absl::StatusOr<control::UpgradeReport> Steering::Upgrade() {
  using Changes = std::vector<config::KeyChange>;
  auto dropped = AskMain<Changes>(parts_.tasks, kTaskMax, [this]() -> absl::StatusOr<Changes> {
    const absl::Status begun = parts_.making_way->Begin();
    if (!begun.ok()) return begun;
    return parts_.daemon->ChangesByCommands();
  });
  if (!dropped.ok()) return dropped.status();
  const absl::StatusOr<pid_t> process = parts_.making_way->Wait(kUpgradeMax);
  if (!process.ok()) return process.status();
  return control::UpgradeReport{*process, *std::move(dropped)};
}

absl::Status Steering::Stop() {
  return parts_.tasks->Run(
      [this] {
        parts_.daemon->state().SetDraining(true);
        is_stopping_ = true;
      },
      kTaskMax);
}

absl::StatusOr<std::shared_ptr<const policy::CoreSettings>> Steering::SettingsInForce() {
  return AskMain<std::shared_ptr<const policy::CoreSettings>>(
      parts_.tasks, kTaskMax,
      [this]() -> absl::StatusOr<std::shared_ptr<const policy::CoreSettings>> {
        return parts_.daemon->settings_in_force();
      });
}

// The walk over a large store takes seconds, so it is done on this thread.
absl::StatusOr<uint64_t> Steering::Flush(const control::FlushWish& wish) {
  const auto from =
      AskMain<ForgetFrom>(parts_.tasks, kTaskMax, [this]() -> absl::StatusOr<ForgetFrom> {
        if (IsUpgrading()) return UpgradeUnderWay();
        return parts_.daemon->FlushesFrom();
      });
  if (!from.ok()) return from.status();
  auto count = Forget(wish, *from);
  if (!count.ok()) return count.status();
  return AskMain<uint64_t>(parts_.tasks, kTaskMax, [this, count]() -> absl::StatusOr<uint64_t> {
    parts_.daemon->OnFlushed();
    // The next process may have what is gone here.
    if (IsUpgrading()) return UpgradeUnderWay();
    return count;
  });
}

}  // namespace tern::resolver::daemon
