#include "resolver/service/assembly.h"

#include <type_traits>
#include <utility>

#include "resolver/answer/question_hash.h"
#include "resolver/policy/local_data_build.h"

namespace tern::resolver::service {
namespace {

// A copy of the configuration with a reference count of its own. Each miss keeps the settings with
// which it began, so it changes their reference count. If all workers shared that count, its cache
// line would slow every miss down. So each worker has its own count in its own cache line.
Configuration CountedApart(const Configuration& shared) {
  struct alignas(64) Share {
    Configuration configuration;
  };
  const auto share = std::make_shared<const Share>(Share{shared});
  const auto within = [&share](const auto& part) {
    return typename std::remove_cvref_t<decltype(part)>(share, part.get());
  };
  return {within(shared.gate),
          within(shared.cookies),
          View{within(shared.view.settings), within(shared.view.local_data)},
          within(shared.trust_anchors),
          shared.trace,
          shared.events,
          shared.top_clients};
}

// What the ranges of signed zones have of the cache's memory: 8 MiB of 256, for some 30,000 ranges.
size_t RangesOctets(size_t memory_octets) {
  return std::min(memory_octets / 32,
                  memory_octets - std::min(memory_octets, cache::kStoreOctetsMin));
}

}  // namespace

size_t StoreOctets(size_t memory_octets) { return memory_octets - RangesOctets(memory_octets); }

absl::StatusOr<Configuration> MakeConfiguration(const config::Settings& settings,
                                                const SeedSource& draw,
                                                std::vector<std::string>* warnings) {
  auto local_data = policy::BuildLocalData(settings.local, settings.static_zones, warnings);
  if (!local_data.ok()) return local_data.status();
  Configuration configuration;
  configuration.gate = std::make_shared<policy::Gate>(
      settings.allow, settings.deny, settings.rate_limit, settings.require_cookies, draw());
  configuration.view.settings =
      std::make_shared<const policy::CoreSettings>(config::CoreSettingsOf(settings));
  configuration.view.local_data = *std::move(local_data);
  if (settings.dnssec.validation != Validation::kOff) {
    configuration.trust_anchors =
        std::make_shared<const std::vector<std::string>>(settings.dnssec.trust_anchor_texts);
  }
  configuration.trace = settings.trace;
  configuration.top_clients = settings.http.top_clients;
  return configuration;
}

void UseAnchors(const dnssec::AnchorsInForce& in_force, const config::Settings& settings,
                int64_t now, Configuration* configuration) {
  auto core = std::make_shared<policy::CoreSettings>(*configuration->view.settings);
  core->dnssec.anchors = in_force.anchors;
  core->dnssec.time_unsure = in_force.time_unsure;
  NegativeAnchors exempt =
      config::ExemptZonesAt(settings, in_force.time_unsure ? config::kBeforeAllEnds : now);
  // Settings that share the index are compared at once.
  if (!(exempt == core->dnssec.negative_anchors)) {
    core->dnssec.negative_anchors = std::move(exempt);
  }
  if (core->dnssec.IsOn()) {
    configuration->trust_anchors =
        std::make_shared<const std::vector<std::string>>(config::AnchorTexts(in_force.anchors));
  }
  configuration->view.settings = std::move(core);
}

// The seeds are drawn in a fixed order, so that a seed of the simulation gives the same numbers on
// every machine.
struct Assembly::Seeds {
  explicit Seeds(const SeedSource& draw)
      : store(draw()), server_key{{draw(), draw()}}, servers(draw()) {}

  uint64_t store;
  SipKey server_key;
  uint64_t servers;
};

Assembly::Assembly(const Options& options, const Configuration& configuration,
                   std::vector<io::WorkerPort*> workers, const SeedSource& draw)
    : Assembly(options, configuration, std::move(workers), Seeds(draw)) {}

Assembly::Assembly(const Options& options, const Configuration& configuration,
                   std::vector<io::WorkerPort*> workers, const Seeds& seeds)
    : workers_(std::move(workers)),
      store_({.memory_octets = StoreOctets(options.memory_octets), .seed = seeds.store}),
      server_table_(seeds.servers, seeds.server_key, options.servers),
      ranges_(RangesOctets(options.memory_octets), seeds.store) {
  server_table_.families().SetObserver(options.on_family_change);
  server_table_.silent_zones().SetObserver(options.on_silence);
  store_.SetMaxStale(configuration.view.settings->cache.max_stale);
  for (io::WorkerPort* const worker : workers_) {
    services_.push_back(std::make_unique<RecursiveService>(&store_, &server_table_, &warmed_,
                                                           worker, CountedApart(configuration)));
    services_.back()->SetPeers(workers_);
    services_.back()->SetCounterSource(this);
    services_.back()->SetListObserver(options.list_observer);
    services_.back()->SetBogusObserver(options.bogus_observer);
    services_.back()->SetRanges(&ranges_);
    services_.back()->SetUnansweredTypes(&unanswered_types_);
  }
  if (!options.checks_lists && options.anchor_keeper == nullptr) return;
  if (options.checks_lists) services_.front()->CheckLists();
  if (options.anchor_keeper != nullptr) services_.front()->CheckAnchors(options.anchor_keeper);
  // On its own thread, the worker begins when it gets the configuration once more.
  workers_.front()->Post(RecursiveService::MakeReconfigure(CountedApart(configuration)).release());
}

void Assembly::Reconfigure(const Configuration& configuration) {
  std::vector<std::unique_ptr<io::Message>> messages;
  messages.reserve(workers_.size());
  for (size_t i = 0; i < workers_.size(); ++i) {
    messages.push_back(RecursiveService::MakeReconfigure(CountedApart(configuration)));
  }
  store_.SetMaxStale(configuration.view.settings->cache.max_stale);
  for (size_t i = 0; i < workers_.size(); ++i) workers_[i]->Post(messages[i].release());
}

void Assembly::AskToTurn(const std::function<void()>& on_turn) {
  for (io::WorkerPort* const worker : workers_) {
    worker->Post(RecursiveService::MakeCall(on_turn).release());
  }
}

void Assembly::AskInFlight(
    size_t worker, size_t oldest_max,
    std::function<void(std::shared_ptr<const resolution::InFlight>)> answer) {
  const resolution::Recursor* const recursor = &service(worker).recursor();
  auto look = [recursor, oldest_max, answer = std::move(answer)] {
    std::shared_ptr<const resolution::InFlight> in_flight;
    try {
      in_flight = std::make_shared<const resolution::InFlight>(recursor->ReadInFlight(oldest_max));
    } catch (const std::bad_alloc&) {
      // The worker goes on without an answer.
    }
    answer(std::move(in_flight));
  };
  workers_[worker]->Post(RecursiveService::MakeCall(std::move(look)).release());
}

void Assembly::ForgetBesideStore() {
  ranges_.Clear();
  warmed_.Clear();
  unanswered_types_.Clear();
  for (size_t i = 0; i < workers_.size(); ++i) {
    resolution::Facilities* const facilities = &service(i).recursor().facilities();
    workers_[i]->Post(RecursiveService::MakeCall([facilities] { facilities->Forget(); }).release());
  }
}

Traffic Assembly::ReadTraffic(Time now) const {
  Traffic traffic;
  for (const auto& service : services_) service->traffic().AddTo(&traffic, now);
  return traffic;
}

void Assembly::LookUp(const wire::Name& name, wire::RRType type, LookUpFrom from,
                      std::function<void(std::string)> done) {
  const size_t owner = (answer::QuestionHash(store_, name, type) >> 32) % services_.size();
  const auto look_up = [service = services_[owner].get(), name, type, from,
                        done = std::move(done)] { service->LookUp(name, type, from, done); };
  workers_[owner]->Post(RecursiveService::MakeCall(look_up).release());
}

upstream::ZoneCountSums Assembly::ReadZoneCounts() const {
  upstream::ZoneCountSums sums;
  for (const auto& service : services_) service->recursor().facilities().zone_counts.AddTo(&sums);
  return sums;
}

CounterSnapshot Assembly::ReadCounters() const {
  CounterSnapshot sum;
  for (const auto& service : services_) {
    AddTo(&sum, service->recursor().counters());
    sum.of_limits.misses += service->misses_under_way();
  }
  return sum;
}

}  // namespace tern::resolver::service
