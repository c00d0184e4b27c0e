// The running resolver: the store, the workers with their threads and services, and the
// configuration that they work by.
//
// Thread: all functions from the one thread that made it (main's). The workers' threads see the
// store and what Configuration shares, nothing else of this.
// Invariants: a configuration is applied whole or not at all; what cannot change while the process
// runs (the fixed keys of config/keys.h) keeps its first value.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cache/store.h"
#include "resolver/config/settings.h"
#include "resolver/io/worker.h"
#include "resolver/service/assembly.h"
#include "resolver/service/configuration.h"

namespace tern::resolver::daemon {

// What the services read of the settings, with what is built from them. Reads the hosts file.
absl::StatusOr<service::Configuration> MakeConfiguration(const config::Settings& settings);

// That queries can leave from each of resolution.outgoing; an error names place, key and address.
absl::Status CheckOutgoing(const config::Settings& settings);

// Puts the soft limit of file descriptors up to the hard one; true when it could.
bool RaiseDescriptorLimit();

class Daemon {
 public:
  // Opens all sockets and starts the workers' threads, which inherit the caller's signal mask.
  // `on_failure` is called from a worker's thread that cannot go on.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(
      config::Settings settings, const std::function<void(const absl::Status&)>& on_failure);
  // Ends the workers and waits for them.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Applies what can change while the process runs, and tells in the log what cannot. On an error
  // the old configuration stays in force.
  absl::Status Reload(config::Settings settings);
  // What jobs that were under way at a Reload learnt under the old configuration is to be forgotten
  // then, by ForgetAgain; nothing when there is nothing to forget.
  std::optional<std::chrono::steady_clock::time_point> forget_again_at() const {
    return forget_again_at_;
  }
  void ForgetAgain();
  // Draws a new secret for cookies where the configuration has none; cookies of the one before stay
  // good for their hour. To be called once a day (RFC 7873 section 7.1).
  void RollCookieSecret();

  const std::vector<Endpoint>& listening() const { return workers_.front()->listening(); }
  size_t worker_count() const { return workers_.size(); }
  cache::Store& store() { return assembly_->store(); }  // for tests
  std::string_view engine_name() const { return workers_.front()->engine_name(); }

 private:
  Daemon() = default;

  absl::Status OpenWorkers();
  void UseCookieSecret();
  void ForgetChangedSources(const config::Settings& before);
  void Forget();
  void StartServices();
  void StartThreads(const std::function<void(const absl::Status&)>& on_failure);

  config::Settings settings_;
  service::Configuration configuration_;  // made from settings_
  policy::CookieSecret drawn_cookie_secret_;
  std::optional<policy::CookieSecret>
      cookie_secret_;  // in force: the drawn one, or the configuration's
  std::optional<policy::CookieSecret> previous_cookie_secret_;
  std::vector<wire::Name> zones_to_forget_;
  std::optional<std::chrono::steady_clock::time_point> forget_again_at_;
  std::vector<std::unique_ptr<io::Worker>> workers_;
  // Destroyed before the workers that it uses.
  std::unique_ptr<service::Assembly> assembly_;
  std::vector<std::thread> threads_;
};

}  // namespace tern::resolver::daemon
