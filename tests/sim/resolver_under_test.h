// The whole service in a simulated world, from query octets to reply octets. Only this file in
// tests/sim knows how the service is built.
//
// Thread: one. Bound: the store's ceiling of kStoreOctets, and the service's own limits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "cache/store.h"
#include "resolver/base/counters.h"
#include "resolver/base/events.h"
#include "resolver/base/list_observer.h"
#include "resolver/config/settings.h"
#include "resolver/resolution/recursor.h"
#include "tests/sim/plain_message.h"
#include "tests/sim/sim_world.h"

namespace tern::resolver::dnssec {
class AnchorKeeper;
}  // namespace tern::resolver::dnssec

namespace tern::resolver::service {
class Assembly;
struct Traffic;
enum class LookUpFrom : uint8_t;
}  // namespace tern::resolver::service

namespace tern::sim {

// The daemon's default settings, with these differences:
// - clients of the simulated world are let in;
// - the root is the server `root_name` at `root_addresses`, or the real root if there are none;
// - IPv6 is on;
// - nothing is validated, because most worlds are not signed;
// - no address is refused that a simulated server may have.
resolver::config::Settings SimSettings(const wire::Name& root_name,
                                       const std::vector<IpAddress>& root_addresses);

// Trust anchors from DS and DNSKEY records.
std::vector<resolver::TrustAnchor> AnchorsOf(const std::vector<PlainRecord>& records);

class ResolverUnderTest {
 public:
  static constexpr size_t kStoreOctets = size_t{16} << 20;

  // Attaches itself to the world, with one service for each of its workers.
  // `list_observer` may be null; it outlives this object. `checks_lists`: block lists are checked,
  // as in the daemon. `anchor_keeper` may be null too; with one, trust anchors are followed. With
  // either, a timer stays armed.
  ResolverUnderTest(SimWorld* world, const resolver::config::Settings& settings,
                    resolver::ListObserver* list_observer = nullptr, bool checks_lists = false,
                    resolver::dnssec::AnchorKeeper* anchor_keeper = nullptr);
  ~ResolverUnderTest();
  ResolverUnderTest(const ResolverUnderTest&) = delete;
  ResolverUnderTest& operator=(const ResolverUnderTest&) = delete;

  // The workers of the process, as the first one sees them.
  void SetPeers(std::vector<resolver::io::WorkerPort*> peers);

  // As the daemon does it when its configuration has changed.
  void Reconfigure(const resolver::config::Settings& settings);
  // From the next turns on the workers tell their events. Null: no longer.
  void SetEvents(std::shared_ptr<const resolver::Events> events);
  // All workers use the keeper's anchors, as the daemon does it when they have changed.
  // REQUIRES: there is a keeper.
  void FollowAnchors();

  resolver::service::Assembly& assembly() { return *assembly_; }
  cache::Store& store();
  resolver::io::Service& service(size_t worker = 0);
  const resolver::resolution::Recursor& recursor(size_t worker = 0) const;
  resolver::resolution::Recursor& recursor(size_t worker = 0);
  // Questions, coroutine frames and waiters of all workers that are under way. 0 when the resolver
  // is at rest.
  size_t work_in_flight() const;
  // The sum over all workers.
  resolver::CounterSnapshot ReadCounters() const;
  // What all workers were asked and what failed, in the last minutes.
  resolver::service::Traffic ReadTraffic(resolver::Time now) const;
  // As the page asks for it (service/look_up.h).
  void LookUp(const wire::Name& name, wire::RRType type, resolver::service::LookUpFrom from,
              std::function<void(std::string json)> done);

 private:
  SimWorld* world_;
  resolver::config::Settings settings_;
  std::shared_ptr<const resolver::Events> events_;
  resolver::dnssec::AnchorKeeper* anchor_keeper_;
  std::unique_ptr<resolver::service::Assembly> assembly_;
};

}  // namespace tern::sim
