// The running resolver: the store, the workers with their threads and services, and the
// configuration in force.
//
// Thread: the one that made it (main's) calls all functions. The workers' threads see only the
// store and what Configuration shares.
// Invariants:
// 1. A configuration is applied as a whole or not at all.
// 2. The fixed keys (config/keys.h), which cannot change while the process runs, keep their first
//    value.
// Bound: cache.memory for the store, and the limits of each worker and service.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cache/store.h"
#include "resolver/base/version.h"
#include "resolver/base/zone_set.h"
#include "resolver/config/settings.h"
#include "resolver/config/settings_changes.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/daemon_state.h"
#include "resolver/control/event_counts.h"
#include "resolver/control/event_file.h"
#include "resolver/control/event_writer.h"
#include "resolver/control/http_server.h"
#include "resolver/control/reload_report.h"
#include "resolver/control/sources.h"
#include "resolver/control/steered.h"
#include "resolver/control/worker_looks.h"
#include "resolver/daemon/anchor_file.h"
#include "resolver/daemon/bogus_log.h"
#include "resolver/daemon/cache_file.h"
#include "resolver/daemon/cache_saver.h"
#include "resolver/daemon/cookie_secrets.h"
#include "resolver/daemon/forgetting.h"
#include "resolver/daemon/given_descriptors.h"
#include "resolver/daemon/list_log.h"
#include "resolver/daemon/machine.h"
#include "resolver/daemon/silence_log.h"
#include "resolver/daemon/watchdog.h"
#include "resolver/dnssec/anchor_keeper.h"
#include "resolver/io/given_sockets.h"
#include "resolver/io/listeners.h"
#include "resolver/io/socket_bounds.h"
#include "resolver/io/sockets.h"
#include "resolver/io/worker.h"
#include "resolver/service/assembly.h"
#include "resolver/service/configuration.h"

namespace tern::resolver::daemon {

// Values and items of lists that commands may have changed since the last reload.
inline constexpr size_t kRunTimeChangesMax = 1000;

// Makes what the services need from the settings. It reads the hosts file.
absl::StatusOr<service::Configuration> MakeConfiguration(const config::Settings& settings);

using RouteCheck = std::function<bool(const IpAddress&)>;
using OwnAddressesSource = std::function<std::vector<Prefix>(
    std::span<const Endpoint> listen, uint16_t port, std::string* why_incomplete)>;

class Daemon {
 public:
  // Opens all sockets and starts the workers' threads. The threads inherit the caller's signal
  // mask. `on_failure` is called from the thread of a worker that cannot go on.
  // `on_news` is called from any thread when FollowAnchors or TellSilence has something to do. It
  // may be null.
  // Takes from `given` what it uses. It may be null.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(
      config::Settings settings, const std::function<void(const absl::Status&)>& on_failure,
      std::function<void()> on_news = nullptr, GivenDescriptors* given = nullptr);
  // Stops the workers and waits for their threads.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Applies the keys of a file that can change while the process runs. What Change did is gone,
  // unless the file says it too.
  // When there is an error, the old configuration stays in force.
  // Throws std::bad_alloc. The old configuration stays in force then too.
  absl::Status Reload(config::Settings settings);
  // What the last Reload without an error did.
  const control::ReloadReport& last_reload() const { return last_reload_; }
  // Puts settings() as a command has changed them in force, until the next Reload. They differ from
  // written() in kRunTimeChangesMax values and items of lists at most.
  // Errors and exceptions as Reload's.
  absl::Status Change(config::Settings settings);
  // Opens the files of the query log and of dnstap again, and says what became of each. An error:
  // nobody writes them. Throws std::bad_alloc.
  absl::StatusOr<std::vector<control::EventFile>> ReopenEventFiles();
  // What the file said at the start or at the last Reload.
  const config::Settings& written() const { return written_; }
  // What commands have changed and the file, as it was read, does not say.
  std::vector<config::KeyChange> ChangesByCommands() const { return ChangesAtRunTime(settings_); }
  // What a flush erases (forgetting.h).
  ForgetFrom FlushesFrom();
  // To be called when a flush has erased. Forgets what is remembered beside the store, because it
  // may say the same as what was erased. cache.file is removed, and a save of it that is under way
  // is given up. Throws std::bad_alloc.
  void OnFlushed();
  // A job that began before a Reload may still store data under the old configuration. At this time
  // all such jobs have ended, and ForgetAgain is due. Empty when nothing is to be forgotten. After
  // a start it is due at once if the process before may have cached what is a local name now.
  std::optional<std::chrono::steady_clock::time_point> forget_again_at() const {
    return forget_again_at_;
  }
  // In a large store it takes seconds. After that time, or a little more, it returns, and is due
  // again.
  void ForgetAgain(std::chrono::milliseconds at_most = std::chrono::hours(1));
  // Replaces the secret for cookies by a new random one, unless the configuration has a secret.
  // Cookies of the old secret stay valid for their hour. To be called once a day
  // (RFC 7873 section 7.1).
  // Throws std::bad_alloc. The old secret stays in force then.
  void RollCookieSecret();

  // Looks whether the trust anchors have changed, whether a negative one has ended, and whether the
  // clock is wrong, or right again.
  // Gives that to the workers, writes it to the log, and keeps it in dnssec.state_file.
  // Throws std::bad_alloc. Then it is done at the next call.
  void FollowAnchors(const WallClock& clock = ReadWallClock());

  // How long it is until the next negative trust anchor ends. FollowAnchors is due then.
  std::chrono::seconds UntilAnchorEnds(const WallClock& clock = ReadWallClock()) const;

  // Writes to the log which zones have fallen silent, and which answer again (silence_log.h).
  // Returns how long it is until more is to be told, if nothing changes before.
  // Throws std::bad_alloc.
  std::optional<Duration> TellSilence();

  // The end comes. Writes cache.file a last time, in at most that time. The workers still answer
  // meanwhile, but who asks is told that no new queries should come (/ready).
  void SaveCache(std::chrono::milliseconds at_most);
  // What of the cache the next process may have, if it reads the file that this one has read. It
  // knows nothing of what commands have changed.
  // - Left out is what is being forgotten, and names whose servers or trust commands have changed.
  // - Nothing when that is all of it, or when the clock is wrong: nobody can tell its age then.
  // Throws std::bad_alloc.
  std::optional<CacheToKeep> ToKeep() const;
  // Writes the cache into an empty file, for the next process. The workers still answer meanwhile.
  // An error says why the next process gets none. Any thread.
  absl::Status CopyCache(int fd, const CacheToKeep& what, std::chrono::milliseconds at_most);
  bool has_cache_file() const { return cache_file_.has_value(); }
  // The secrets of cookies in a file in memory, for the next process.
  absl::StatusOr<io::OwnedFd> CopySecrets() const;

  // The sockets on which clients come, as the next process gets them. `is_given`: this process was
  // started with it.
  struct ListeningSocket {
    int fd;
    std::string_view name;
    bool is_given;
  };
  std::vector<ListeningSocket> ListeningSockets() const;
  const control::HttpServer& http_server() const { return *http_server_; }

  // The next process does from now on what only one may do: it writes the files, and serves HTTP.
  void MakeWay();
  // From now on this process writes the files: cache.file, and those of events. Start has begun
  // that, unless there is a process before.
  void StartWriters();

  struct Rest {
    std::chrono::milliseconds at_most;
    bool with_streams = false;                          // waits for idle clients over TCP too
    std::set<std::string, std::less<>> serves_on = {};  // sockets that nobody else serves
    std::function<bool()> is_wanted = {};               // asked now and then; no: it ends at once
  };
  // Takes no new queries any more. Then waits until those that were taken are answered. Called
  // once, before the end.
  void AnswerTheRest(const Rest& rest);

  // Looks at the machine's network again. To be called when it has changed (io/network_changes.h).
  // - The addresses behind a wildcard listener: those that have come are not asked, and those that
  //   have gone may be. This holds for the servers of static zones too. When the machine does not
  //   tell them, those that were known stay.
  // - When resolution.ipv6 is `auto`, the route for IPv6. When it has come or gone, servers are
  //   asked over IPv6 or no longer, and a line in the log says so.
  // Throws std::bad_alloc. Nothing has changed then.
  void FollowNetwork(const RouteCheck& has_route = &io::HasRoute,
                     const OwnAddressesSource& own_addresses = &io::OwnAddresses);
  std::shared_ptr<const policy::CoreSettings> settings_in_force() const {
    return configuration_.view.settings;
  }
  const ValidationSettings& validation_in_force() const {
    return configuration_.view.settings->dnssec;
  }
  bool asks_over_ipv6() const {
    return configuration_.view.settings->resolution.ipv6 == Ipv6Use::kOn;
  }
  bool MayAsk(const IpAddress& server) const;

  const std::vector<Endpoint>& listening() const { return workers_.front()->listening(); }
  const std::vector<Endpoint>& http_listening() const { return http_server_->listening(); }
  // Any thread may fulfil them while the daemon lives.
  Watchdog::Duties DutiesOfWatchdog(std::function<void()> feed);
  // What is told to those who watch.
  control::DaemonState& state() { return state_; }
  // What the commands of the control socket read. `steered` is what they steer.
  control::ControlSources SourcesOfControl(control::Steered* steered);
  size_t worker_count() const { return workers_.size(); }
  const config::Settings& settings() const { return settings_; }
  const CounterSource& counters() const { return *assembly_; }
  cache::Store& store() { return assembly_->store(); }
  std::string_view engine_name() const { return workers_.front()->engine_name(); }

 private:
  explicit Daemon(std::function<void()> on_news)
      : on_news_(std::move(on_news)), anchor_keeper_(kReleasedSeconds, on_news_) {}

  void StartCookies(const GivenDescriptors& given);
  absl::Status CheckAddresses(const io::GivenSockets& given) const;
  absl::Status OpenWorkers(io::GivenSockets* given);
  bool AllTurn(std::chrono::steady_clock::time_point deadline);
  bool IsAnythingUnderWay(bool with_streams) const;
  absl::Status PutInForce(config::Settings settings);
  // What the file said, with the fixed keys of `settings`: those wait for a restart.
  config::Settings WrittenFor(const config::Settings& settings) const;
  std::vector<config::KeyChange> ChangesAtRunTime(const config::Settings& settings) const;
  std::shared_ptr<const policy::CoreSettings> CoreSettingsNow(
      const RouteCheck& has_route, const OwnAddressesSource& own_addresses,
      const std::vector<Endpoint>& own_servers) const;
  std::vector<Endpoint> OwnServersNow(const OwnAddressesSource& own_addresses) const;
  ZoneSet ZonesToForget(const config::Settings& after, const ValidationSettings& validation) const;
  void ForgetChangedSources(const config::Settings& before);
  bool IsToForget(cache::EntryView entry) const;
  void EraseNamesToForget();
  void ForgetAgainAt(std::chrono::steady_clock::time_point when);
  void ForgetZones(ZoneSet zones);
  void StartAnchors(const WallClock& clock);
  void OpenAnchorFile();
  void TellAnchors();
  std::vector<NegativeAnchor> ChangedExemptions(const NegativeAnchors& after) const;
  void TellExemptions(const std::vector<NegativeAnchor>& changed) const;
  void StartServices(GivenDescriptors* given);
  void ReadCache(GivenDescriptors* given);
  void ForgetLocalNames();
  void TellSaver();
  void StartLooks();
  control::Sources SourcesToWatch();
  io::SocketBounds ReadSocketBounds() const;
  // What workers are to tell under these settings. Throws std::bad_alloc.
  std::shared_ptr<const Events> EventsFor(const config::Settings& settings) const;
  void StartEventWriter();
  void StartSaver();
  // After a reload.
  void FollowEvents(const config::Settings& before);
  std::vector<control::EventFile> UnopenedEventFiles() const;
  void StartThreads(const std::function<void(const absl::Status&)>& on_failure);

  const std::function<void()> on_news_;
  config::Settings settings_;
  config::Settings written_;
  control::ReloadReport last_reload_;
  service::Configuration configuration_;  // made from settings_
  // Servers of static zones whose address has become this machine's own. They are not asked.
  std::vector<Endpoint> own_servers_;
  CookieSecrets cookie_secrets_;
  ZoneSet zones_to_forget_;
  std::optional<std::chrono::steady_clock::time_point> forget_again_at_;
  size_t shards_forgotten_ = 0;  // by ForgetAgain
  dnssec::AnchorKeeper anchor_keeper_;
  std::optional<AnchorFile> anchor_file_;
  ListLog list_log_;
  BogusLog bogus_log_;
  SilenceLog silence_log_;
  std::optional<io::Listeners> listeners_;
  std::vector<std::unique_ptr<io::Worker>> workers_;
  // Uses the workers, so it is destroyed before them.
  std::unique_ptr<service::Assembly> assembly_;
  std::optional<CacheFile> cache_file_;      // without it nothing is kept
  std::unique_ptr<CacheSaver> cache_saver_;  // uses the store
  std::optional<control::WorkerLooks> worker_looks_;
  control::DaemonState state_{ReadWallClock().now};
  std::unique_ptr<control::EventCounts> event_counts_;
  std::unique_ptr<control::EventWriter> event_writer_;
  std::unique_ptr<control::HttpServer> http_server_;
  std::vector<std::thread> threads_;
};

}  // namespace tern::resolver::daemon
