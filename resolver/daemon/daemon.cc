#include "resolver/daemon/daemon.h"

#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "resolver/config/at_key.h"
#include "resolver/config/keys.h"
#include "resolver/config/root_hints.h"
#include "resolver/crypto/random.h"
#include "resolver/daemon/http_start.h"
#include "resolver/daemon/log.h"
#include "resolver/daemon/machine.h"
#include "resolver/daemon/memory_file.h"
#include "resolver/daemon/settings_doubts.h"
#include "resolver/io/sockets.h"
#include "resolver/io/steering.h"
#include "resolver/policy/name_source.h"
#include "resolver/upstream/zone_servers.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {

using config::AtKey;

namespace {

constexpr size_t kSecretsOctetsMax = 256;

size_t AllowedProcessors() {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return 1;
  return std::clamp<size_t>(static_cast<size_t>(CPU_COUNT(&processors)), 1, config::kWorkersMax);
}

// A kernel without IPv6 serves the other addresses. So one file fits all machines.
void LeaveOutMissingFamily(config::Settings* settings) {
  const auto is_impossible = [](const Endpoint& endpoint) {
    return io::StateOf(endpoint.address) == io::AddressState::kNoSuchFamily;
  };
  std::vector<Endpoint>& listen = settings->listen;
  if (std::all_of(listen.begin(), listen.end(), is_impossible)) return;
  std::erase_if(listen, [&](const Endpoint& endpoint) {
    if (!is_impossible(endpoint)) return false;
    Log(LogLevel::kWarning, Concat("not listening on ", endpoint.ToText(),
                                   ": this kernel has no addresses of this family"));
    return true;
  });
}

// Default addresses may be missing: machines without IPv6 have no ::1.
void LeaveOutMissingAddresses(config::Settings* settings) {
  if (!settings->listen_is_default) return;
  std::erase_if(settings->listen, [](const Endpoint& endpoint) {
    const bool is_there = io::StateOf(endpoint.address) == io::AddressState::kThere;
    if (!endpoint.address.IsIpv6() || is_there) return false;
    Log(LogLevel::kInfo,
        Concat("not listening on ", endpoint.ToText(), ": this machine has no such address"));
    return true;
  });
}

uint64_t DrawSeed() { return crypto::RandomGenerator().Next(); }

// A static zone's servers may have any address, except one where this process listens. That would
// be a loop.
absl::Status CheckStaticZones(const config::Settings& settings) {
  size_t forwards = 0;
  size_t stubs = 0;
  for (const StaticZone& zone : settings.static_zones) {
    const size_t place = zone.forward ? forwards++ : stubs++;
    for (const Endpoint& server : zone.to) {
      std::string why_incomplete;  // MakeConfiguration tells it
      const std::vector<Prefix> own =
          io::OwnAddresses(settings.listen, server.port, &why_incomplete);
      if (std::none_of(own.begin(), own.end(),
                       [&](const Prefix& prefix) { return prefix.Contains(server.address); })) {
        continue;
      }
      return absl::InvalidArgumentError(
          AtKey(settings, Concat(zone.forward ? "forward[" : "stub[", place, "]"),
                Concat("expected other servers than this one, found ", server.ToText(),
                       ", where it listens itself")));
    }
  }
  return absl::OkStatus();
}

// True when one of the root servers can be reached over IPv6. Hints without such an address say
// nothing, so then any global address counts.
bool ReachesIpv6(const std::vector<RootHint>& hints, const RouteCheck& has_route) {
  bool has_hint = false;
  for (const RootHint& hint : hints) {
    for (const IpAddress& address : hint.addresses) {
      if (!address.IsIpv6()) continue;
      if (has_route(address)) return true;
      has_hint = true;
    }
  }
  return !has_hint && has_route(config::BuiltinRootHints().front().addresses.back());
}

void LogFamilyChange(bool ipv6, bool works) {
  const std::string_view family = ipv6 ? "IPv6" : "IPv4";
  const std::string_view other = ipv6 ? "IPv4" : "IPv6";
  Log(works ? LogLevel::kInfo : LogLevel::kWarning,
      works ? Concat("name servers answer over ", family, " again")
            : Concat("no name server answers over ", family, ": they are asked over ", other,
                     " first"));
}

// A kernel without IPv6 has no socket for it. Each try would look like a lack of sockets.
bool KernelHasIpv6() {
  return io::StateOf(*IpAddress::Parse("::")) != io::AddressState::kNoSuchFamily;
}

Ipv6Use Ipv6Now(const ResolutionSettings& resolution, const RouteCheck& has_route) {
  if (resolution.ipv6 == Ipv6Use::kOn && !KernelHasIpv6()) return Ipv6Use::kOff;
  if (resolution.ipv6 != Ipv6Use::kAuto) return resolution.ipv6;
  return ReachesIpv6(resolution.root_hints, has_route) ? Ipv6Use::kOn : Ipv6Use::kOff;
}

// True when at least one root server may be asked.
bool HasRoot(const policy::CoreSettings& settings) {
  const auto may_ask = [&](const RootHint& hint) {
    return std::any_of(hint.addresses.begin(), hint.addresses.end(), [&](const IpAddress& address) {
      return upstream::MayAsk(address, settings);
    });
  };
  return settings.static_zones.At(wire::NameView()) != nullptr ||
         std::any_of(settings.resolution.root_hints.begin(), settings.resolution.root_hints.end(),
                     may_ask);
}

}  // namespace

absl::StatusOr<service::Configuration> MakeConfiguration(const config::Settings& settings) {
  if (const absl::Status status = CheckStaticZones(settings); !status.ok()) return status;
  config::Settings with_own = settings;
  std::string why_incomplete;
  with_own.resolution.own =
      io::OwnAddresses(settings.listen, settings.resolution.upstream_port, &why_incomplete);
  if (!why_incomplete.empty()) {
    Log(LogLevel::kWarning,
        Concat(
            "cannot list the addresses of this machine: ", why_incomplete,
            ". So queries to name servers may come back to ternd, which listens on all of them"));
  }
  with_own.resolution.ipv6 = Ipv6Now(settings.resolution, &io::HasRoute);
  if (settings.resolution.ipv6 == Ipv6Use::kOn && with_own.resolution.ipv6 != Ipv6Use::kOn) {
    Log(LogLevel::kWarning, AtKey(settings, "resolution.ipv6",
                                  "this kernel has no IPv6: servers are asked over IPv4 only"));
  }
  std::vector<std::string> warnings;
  auto configuration = service::MakeConfiguration(with_own, &DrawSeed, &warnings);
  if (!configuration.ok()) {
    return absl::InvalidArgumentError(
        AtKey(settings, "local.hosts_file", std::string(configuration.status().message())));
  }
  LogWarnings(warnings);
  return configuration;
}

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(
    config::Settings settings, const std::function<void(const absl::Status&)>& on_failure,
    std::function<void()> on_news, GivenDescriptors* given) {
  GivenDescriptors nothing;
  if (given == nullptr) given = &nothing;
  SetLogLevel(settings.log_level);
  LeaveOutMissingAddresses(&settings);
  LogWarnings(DoubtsOf(settings));
  LeaveOutMissingFamily(&settings);
  auto configuration = MakeConfiguration(settings);
  if (!configuration.ok()) return configuration.status();
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(on_news)));
  daemon->written_ = settings;
  daemon->settings_ = std::move(settings);
  daemon->configuration_ = *std::move(configuration);
  if (!HasRoot(*daemon->configuration_.view.settings)) {
    Log(LogLevel::kWarning,
        "no server of the root may be asked: resolution.never_query, ipv4 and ipv6 leave none of "
        "the addresses of resolution.root_hints");
  }
  if (const std::string line = TellPrivateZones(daemon->settings_); !line.empty()) {
    Log(LogLevel::kInfo, line);
  }
  daemon->StartAnchors(ReadWallClock());
  daemon->StartCookies(*given);
  const absl::Status opened = daemon->OpenWorkers(&given->sockets);
  if (!opened.ok()) return opened;
  try {
    daemon->event_counts_ = std::make_unique<control::EventCounts>(daemon->worker_count());
    daemon->configuration_.events = daemon->EventsFor(daemon->settings_);
    daemon->StartServices(given);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        AtKey(daemon->settings_, "cache.memory",
              "expected no more than this process may have (ulimit -v)"));
  }
  daemon->state_.SetConfiguration(daemon->settings_.static_zones);
  daemon->StartLooks();
  auto http_server = StartHttp(daemon->settings_, daemon->SourcesToWatch(), &given->sockets);
  if (!http_server.ok()) return http_server.status();
  daemon->http_server_ = *std::move(http_server);
  daemon->StartThreads(on_failure);
  if (!given->has_predecessor) daemon->StartWriters();
  return daemon;
}

void Daemon::StartCookies(const GivenDescriptors& given) {
  if (given.secrets.get() >= 0 &&
      !cookie_secrets_.Restore(ReadMemoryFile(given.secrets.get(), kSecretsOctetsMax))) {
    Log(LogLevel::kWarning,
        "the secrets of the process before are unknown: cookies of clients are "
        "renewed");
  }
  const policy::CookieSecret secret = settings_.cookie_secret.value_or(cookie_secrets_.drawn());
  configuration_.cookies = cookie_secrets_.With(secret);
  cookie_secrets_.Use(secret);
}

// All addresses are checked before any is bound, because both a wildcard address and an address
// that it covers may be ours. A given socket keeps others away.
absl::Status Daemon::CheckAddresses(const io::GivenSockets& given) const {
  for (size_t i = 0; i < settings_.listen.size(); ++i) {
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
      const Endpoint& endpoint = settings_.listen[i];
      if (given.Overlaps(type, endpoint)) continue;
      const absl::Status status = io::CheckListening(type, endpoint);
      if (status.ok()) continue;
      return absl::Status(status.code(), AtKey(settings_, Concat("listen[", i, "]"),
                                               std::string(status.message())));
    }
  }
  return absl::OkStatus();
}

absl::Status Daemon::OpenWorkers(io::GivenSockets* given) {
  const config::Settings& settings = settings_;
  if (const absl::Status status = CheckAddresses(*given); !status.ok()) return status;
  io::WorkerOptions options;
  options.outgoing = settings.resolution.outgoing;
  options.streams.streams = static_cast<size_t>(settings.connections.most);
  options.streams.streams_per_client = static_cast<size_t>(settings.connections.per_client);
  options.workers =
      settings.workers == 0 ? AllowedProcessors() : static_cast<size_t>(settings.workers);
  if (options.workers > 1) {
    io::Steering steering = io::ChooseSteering(options.workers, settings.listen);
    Log(LogLevel::kInfo,
        steering.processors.empty()
            ? Concat("the kernel spreads UDP queries over the workers by hash: ", steering.why_not)
            : "each worker gets the UDP queries that come in at a processor of its own; TCP "
              "connections are spread by hash");
    options.processors = std::move(steering.processors);
  }
  auto listeners = io::Listeners::Open(
      {.listen = settings.listen, .workers = options.workers, .processors = options.processors},
      given);
  if (!listeners.ok()) return listeners.status();
  options.listeners = &listeners_.emplace(*std::move(listeners));
  for (size_t i = 0; i < options.workers; ++i) {
    auto worker = io::Worker::Create(options, static_cast<int>(i));
    if (!worker.ok()) return worker.status();
    workers_.push_back(*std::move(worker));
  }
  const io::Worker& first = *workers_.front();
  if (!first.engine_note().empty()) Log(LogLevel::kWarning, first.engine_note());
  if (!first.limits_note().empty()) Log(LogLevel::kWarning, first.limits_note());
  return absl::OkStatus();
}

void Daemon::StartServices(GivenDescriptors* given) {
  std::vector<io::WorkerPort*> ports;
  for (const auto& worker : workers_) ports.push_back(worker.get());
  assembly_ = std::make_unique<service::Assembly>(
      service::Assembly::Options{.memory_octets = settings_.cache.memory_octets,
                                 .on_family_change = &LogFamilyChange,
                                 .on_silence = on_news_,
                                 .list_observer = &list_log_,
                                 .bogus_observer = &bogus_log_,
                                 .anchor_keeper = &anchor_keeper_,
                                 .checks_lists = true},
      configuration_, std::move(ports), &DrawSeed);
  for (size_t i = 0; i < workers_.size(); ++i) workers_[i]->SetService(&assembly_->service(i));
  ReadCache(given);
  ForgetLocalNames();
}

Watchdog::Duties Daemon::DutiesOfWatchdog(std::function<void()> feed) {
  AnswerProof proof([this] { return counters().ReadCounters().of_answers.answered(); },
                    [listeners = listening()] { return AnswersItself(listeners); });
  return {[this](const std::function<void()>& on_turn) { assembly_->AskToTurn(on_turn); },
          worker_count(), [proof]() mutable { return proof.IsThere(); }, std::move(feed)};
}

io::SocketBounds Daemon::ReadSocketBounds() const {
  io::SocketBounds sum;
  for (const auto& worker : workers_) worker->AddTo(&sum);
  return sum;
}

control::Sources Daemon::SourcesToWatch() {
  return {.counters = assembly_.get(),
          .store = &assembly_->store(),
          .servers = &assembly_->server_table(),
          .daemon = &state_,
          .looks = &*worker_looks_,
          .events = event_counts_.get(),
          .traffic = assembly_.get(),
          .look_up = assembly_.get(),
          .ranges = &assembly_->ranges(),
          .sockets = [this] { return ReadSocketBounds(); },
          .zone_counts = [assembly = assembly_.get()] { return assembly->ReadZoneCounts(); },
          .log = &ReadLogCounts,
          .http_connections = &state_.http_connections(),
          .workers = worker_count(),
          .now = &io::ReadMonotonicClock,
          .unix_now = [] { return ReadWallClock().now; }};
}

void Daemon::StartLooks() {
  std::vector<control::AskWorker> workers;
  for (size_t i = 0; i < worker_count(); ++i) {
    workers.push_back([assembly = assembly_.get(), i](control::InFlightAnswer answer) {
      assembly->AskInFlight(i, control::kInFlightTold, std::move(answer));
    });
  }
  worker_looks_.emplace(std::move(workers), &io::ReadMonotonicClock);
}

control::ControlSources Daemon::SourcesOfControl(control::Steered* steered) {
  return {.steered = steered,
          .store = &store(),
          .watched = SourcesToWatch(),
          .connections = &state_.control_connections()};
}

void Daemon::StartThreads(const std::function<void(const absl::Status&)>& on_failure) {
  for (const auto& worker : workers_) {
    threads_.emplace_back([worker = worker.get(), on_failure] {
      const absl::Status status = worker->Run();
      if (!status.ok()) on_failure(status);
    });
  }
}

Daemon::~Daemon() {
  http_server_.reset();
  listeners_.reset();  // the workers have the last descriptors now
  for (const auto& worker : workers_) worker->Stop();
  for (std::thread& thread : threads_) thread.join();
  event_writer_.reset();
}

// At the start such a server is a mistake (CheckStaticZones). Later it is the machine that changed.
std::vector<Endpoint> Daemon::OwnServersNow(const OwnAddressesSource& own_addresses) const {
  std::vector<Endpoint> own_servers;
  for (const StaticZone& zone : settings_.static_zones) {
    for (const Endpoint& server : zone.to) {
      std::string why_incomplete;  // CoreSettingsNow tells it
      const std::vector<Prefix> own = own_addresses(settings_.listen, server.port, &why_incomplete);
      const bool is_own = std::any_of(own.begin(), own.end(), [&](const Prefix& prefix) {
        return prefix.Contains(server.address);
      });
      const bool was_own =
          std::find(own_servers_.begin(), own_servers_.end(), server) != own_servers_.end();
      if (is_own || (was_own && !why_incomplete.empty())) own_servers.push_back(server);
    }
  }
  return own_servers;
}

std::shared_ptr<const policy::CoreSettings> Daemon::CoreSettingsNow(
    const RouteCheck& has_route, const OwnAddressesSource& own_addresses,
    const std::vector<Endpoint>& own_servers) const {
  config::Settings settings = settings_;
  for (StaticZone& zone : settings.static_zones) {
    std::erase_if(zone.to, [&](const Endpoint& server) {
      return std::find(own_servers.begin(), own_servers.end(), server) != own_servers.end();
    });
  }
  settings.resolution.ipv6 = Ipv6Now(settings_.resolution, has_route);
  std::string why_incomplete;
  settings.resolution.own =
      own_addresses(settings.listen, settings.resolution.upstream_port, &why_incomplete);
  auto now = std::make_shared<policy::CoreSettings>(config::CoreSettingsOf(settings));
  now->dnssec = configuration_.view.settings->dnssec;  // the anchors in force
  if (!why_incomplete.empty()) {
    Log(LogLevel::kWarning, Concat("cannot list the addresses of this machine: ", why_incomplete,
                                   ". Those that were known stay"));
    now->never_asked = configuration_.view.settings->never_asked;
  }
  return now;
}

void Daemon::FollowNetwork(const RouteCheck& has_route, const OwnAddressesSource& own_addresses) {
  const std::shared_ptr<const policy::CoreSettings> before = configuration_.view.settings;
  std::vector<Endpoint> own_servers = OwnServersNow(own_addresses);
  const std::shared_ptr<const policy::CoreSettings> now =
      CoreSettingsNow(has_route, own_addresses, own_servers);
  const bool has_new_route = now->resolution.ipv6 != before->resolution.ipv6;
  const bool has_new_addresses =
      now->never_asked != before->never_asked || own_servers != own_servers_;
  if (!has_new_route && !has_new_addresses) return;
  service::Configuration configuration = configuration_;
  configuration.view.settings = now;
  assembly_->Reconfigure(configuration);
  configuration_ = std::move(configuration);
  if (has_new_route) {
    Log(LogLevel::kInfo,
        asks_over_ipv6() ? "this machine has a route for IPv6: servers are asked over it too"
                         : "this machine has no route for IPv6: servers are asked over IPv4 only");
  }
  for (const Endpoint& server : own_servers) {
    if (std::find(own_servers_.begin(), own_servers_.end(), server) != own_servers_.end()) continue;
    Log(LogLevel::kWarning, Concat("this machine has the address of the configured server ",
                                   server.ToText(), " now, so that server is not asked"));
  }
  own_servers_ = std::move(own_servers);
}

std::optional<Duration> Daemon::TellSilence() {
  const Time now = io::ReadMonotonicClock();
  const std::optional<Time> next =
      silence_log_.Tell(assembly_->silent_zones().Look(), settings_.static_zones, now);
  return next ? std::optional(*next - now) : std::nullopt;
}

bool Daemon::MayAsk(const IpAddress& server) const {
  return upstream::MayAsk(server, *configuration_.view.settings);
}

void Daemon::RollCookieSecret() {
  if (settings_.cookie_secret) return;
  const policy::CookieSecret secret = CookieSecrets::Draw();
  service::Configuration configuration = configuration_;
  configuration.cookies = cookie_secrets_.With(secret);
  assembly_->Reconfigure(configuration);
  configuration_ = std::move(configuration);
  cookie_secrets_.SetDrawn(secret);
  cookie_secrets_.Use(secret);
}

ForgetFrom Daemon::FlushesFrom() {
  return {.store = &store(),
          .servers = &assembly_->server_table(),
          .upstream_port = configuration_.view.settings->resolution.upstream_port,
          .zones = settings_.static_zones};
}

void Daemon::OnFlushed() {
  assembly_->ForgetBesideStore();
  if (cache_saver_ != nullptr) cache_saver_->OnFlush();
}

}  // namespace tern::resolver::daemon
