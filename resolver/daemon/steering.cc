#include "resolver/daemon/steering.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "resolver/base/version.h"

namespace tern::resolver::daemon {
namespace {

constexpr std::chrono::seconds kTaskMax(5);
// A large hosts file takes its time.
constexpr std::chrono::seconds kReloadMax(30);

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
        status.time_unsure = daemon->validation_in_force().time_unsure;
        return status;
      });
}

absl::StatusOr<control::ReloadReport> Steering::Reload() {
  return AskMain<control::ReloadReport>(
      parts_.tasks, kReloadMax, [this]() -> absl::StatusOr<control::ReloadReport> {
        if (const absl::Status status = parts_.reload(); !status.ok()) return status;
        control::ReloadReport report;
        report.generation = parts_.daemon->state().generation();
        for (const std::string_view key : parts_.daemon->keys_that_need_a_start()) {
          report.needs_restart.emplace_back(key);
        }
        return report;
      });
}

absl::Status Steering::Stop() {
  return parts_.tasks->Run([this] { is_stopping_ = true; }, kTaskMax);
}

absl::StatusOr<uint64_t> Steering::Flush(const control::FlushWish& wish) {
  return AskMain<uint64_t>(parts_.tasks, kTaskMax, [this, wish]() -> absl::StatusOr<uint64_t> {
    return parts_.daemon->Flush(wish);
  });
}

}  // namespace tern::resolver::daemon
