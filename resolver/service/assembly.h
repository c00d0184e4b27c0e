// Builds the resolver: the store, the table of servers, and a service for each worker. The daemon
// and the simulation both build theirs here, so the tested resolver is the one that runs.
//
// Thread: the one that made it calls all functions, except where `any thread` is written.
// Bound: the memory of the store, of the table and of each service.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cache/store.h"
#include "resolver/base/counters.h"
#include "resolver/base/expiring_marks.h"
#include "resolver/base/list_observer.h"
#include "resolver/config/settings.h"
#include "resolver/dnssec/anchor_keeper.h"
#include "resolver/dnssec/bogus_observer.h"
#include "resolver/io/service.h"
#include "resolver/service/configuration.h"
#include "resolver/service/look_up.h"
#include "resolver/service/recent_traffic.h"
#include "resolver/service/recursive_service.h"
#include "resolver/upstream/server_table.h"
#include "wire/check.h"

namespace tern::resolver::service {

// Draws a random number.
using SeedSource = std::function<uint64_t()>;

// Builds what the services need from the settings, except the cookies. The caller makes those,
// because their secret may change while the settings stay. The only possible error is a hosts file
// that cannot be read. `warnings` may be null; it gets texts about the hosts file's odd lines.
absl::StatusOr<Configuration> MakeConfiguration(const config::Settings& settings,
                                                const SeedSource& draw,
                                                std::vector<std::string>* warnings = nullptr);

// Puts the trust anchors into a configuration, in place of those that the settings have, the
// negative ones that have not ended at `now` (Unix time), and whether the clock is right. While it
// is not, no negative anchor ends.
void UseAnchors(const dnssec::AnchorsInForce& in_force, const config::Settings& settings,
                int64_t now, Configuration* configuration);

// What of `cache.memory` the store gets. The rest is for ranges of signed zones.
size_t StoreOctets(size_t memory_octets);

class Assembly final : public CounterSource, public TrafficSource, public LookUpSource {
 public:
  struct Options {
    size_t memory_octets = 0;                                     // for all that is cached
    size_t servers = 16384;                                       // in the table of servers
    upstream::FamilyHealth::Observer on_family_change = nullptr;  // called on workers' threads
    std::function<void()> on_silence = nullptr;       // upstream::SilentZones::SetObserver
    ListObserver* list_observer = nullptr;            // outlives the assembly
    dnssec::BogusObserver* bogus_observer = nullptr;  // outlives the assembly
    // The first worker tells it what it sees (resolution/anchor_checks.h). It outlives the
    // assembly.
    dnssec::AnchorKeeper* anchor_keeper = nullptr;
    bool checks_lists = false;  // the first worker checks the block lists (mail/list_checks.h)
  };

  // `workers` has all workers by index. They outlive the assembly. May throw std::bad_alloc.
  Assembly(const Options& options, const Configuration& configuration,
           std::vector<io::WorkerPort*> workers, const SeedSource& draw);
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  // Every worker uses the new configuration from its next turn on.
  // Throws std::bad_alloc. No worker's configuration has changed then.
  void Reconfigure(const Configuration& configuration);

  // Calls `on_turn` on the thread of each worker, in its next turn. Any thread. Throws
  // std::bad_alloc.
  void AskToTurn(const std::function<void()>& on_turn);

  // Has the worker tell what it has under way, the `oldest_max` oldest questions of clients. It
  // calls `answer` on its own thread in its next turn, with null when memory is short. Any thread.
  // Throws std::bad_alloc. REQUIRES: worker < size().
  void AskInFlight(size_t worker, size_t oldest_max,
                   std::function<void(std::shared_ptr<const resolution::InFlight>)> answer);

  // Forgets what is remembered of zones and names beside the store and the table of servers: which
  // names signed zones deny, which types zones do not answer, and on each worker, in its next turn,
  // whose keys are good. What says that somebody forges stays. Any thread. Throws std::bad_alloc.
  void ForgetBesideStore();

  // The sums of all workers' counters since the start. Any thread may call it.
  CounterSnapshot ReadCounters() const override;
  // The sums of all workers since the start, for each static zone. Any thread may call it. Throws
  // std::bad_alloc.
  upstream::ZoneCountSums ReadZoneCounts() const;
  // What all workers were asked and what failed, in the last minutes. Any thread may call it.
  Traffic ReadTraffic(Time now) const override;
  // The worker that owns the question resolves it. Any thread may call it.
  void LookUp(const wire::Name& name, wire::RRType type, LookUpFrom from,
              std::function<void(std::string json)> done) override;

  cache::Store& store() { return store_; }
  // Any thread may read it.
  const upstream::ServerTable& server_table() const { return server_table_; }
  const dnssec::AggressiveIndex& ranges() const { return ranges_; }
  upstream::SilentZones& silent_zones() { return server_table_.silent_zones(); }
  upstream::ServerTable& server_table() { return server_table_; }
  // REQUIRES: worker < size().
  RecursiveService& service(size_t worker) {
    TERN_REQUIRE(worker < services_.size());
    return *services_[worker];
  }
  size_t size() const { return services_.size(); }

 private:
  struct Seeds;
  Assembly(const Options& options, const Configuration& configuration,
           std::vector<io::WorkerPort*> workers, const Seeds& seeds);

  std::vector<io::WorkerPort*> workers_;
  cache::Store store_;
  upstream::ServerTable server_table_;
  dnssec::AggressiveIndex ranges_;
  ExpiringMarks warmed_{mail::kWarmedMax};
  ExpiringMarks unanswered_types_{resolution::kUnansweredTypesMax};
  std::vector<std::unique_ptr<RecursiveService>> services_;
};

}  // namespace tern::resolver::service
