#include "tests/sim/resolver_under_test.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "resolver/config/root_hints.h"
#include "resolver/dnssec/anchor_keeper.h"
#include "resolver/policy/cookies.h"
#include "resolver/service/assembly.h"
#include "wire/check.h"

namespace tern::sim {
namespace {

constexpr size_t kServersRemembered = 1024;

resolver::service::Configuration MakeConfiguration(const resolver::config::Settings& settings,
                                                   resolver::dnssec::AnchorKeeper* keeper,
                                                   int64_t wall_seconds) {
  // The same in every world, because what a prefix may ask does not depend on the world's seed.
  auto configuration = resolver::service::MakeConfiguration(settings, [] { return uint64_t{1}; });
  if (!configuration.ok()) {
    std::fprintf(stderr, "%s\n", configuration.status().ToString().c_str());
    std::abort();
  }
  configuration->cookies = std::make_shared<const resolver::policy::ServerCookies>(
      settings.cookie_secret.value_or(resolver::policy::CookieSecret{}));
  if (keeper != nullptr) {
    keeper->Configure(settings.dnssec.anchors);
    resolver::service::UseAnchors(keeper->InForce(), settings, wall_seconds, &*configuration);
  }
  return *std::move(configuration);
}

std::vector<resolver::io::WorkerPort*> WorkersOf(SimWorld* world) {
  std::vector<resolver::io::WorkerPort*> workers;
  for (size_t i = 0; i < world->workers(); ++i) workers.push_back(world->worker(i));
  return workers;
}

}  // namespace

resolver::config::Settings SimSettings(const wire::Name& root_name,
                                       const std::vector<IpAddress>& root_addresses) {
  resolver::config::Settings settings;
  settings.workers = 1;
  settings.allow = {*resolver::Prefix::Parse("10.0.0.0/8")};
  settings.resolution.root_hints = {{root_name, root_addresses}};
  if (root_addresses.empty()) settings.resolution.root_hints = resolver::config::BuiltinRootHints();
  settings.resolution.ipv6 = resolver::Ipv6Use::kOn;
  settings.resolution.never_query.clear();
  settings.dnssec.validation = resolver::Validation::kOff;
  return settings;
}

std::vector<resolver::TrustAnchor> AnchorsOf(const std::vector<PlainRecord>& records) {
  std::vector<resolver::TrustAnchor> anchors;
  for (const PlainRecord& record : records) {
    auto anchor = std::find_if(anchors.begin(), anchors.end(), [&](const auto& known) {
      return known.zone.view().Equals(record.owner);
    });
    if (anchor == anchors.end()) {
      anchor = anchors.insert(anchors.end(), resolver::TrustAnchor{record.owner, {}, {}});
    }
    auto& rdatas = record.type == wire::RRType::kDS ? anchor->ds : anchor->dnskeys;
    rdatas.emplace_back(record.rdata.begin(), record.rdata.end());
  }
  return anchors;
}

ResolverUnderTest::ResolverUnderTest(SimWorld* world, const resolver::config::Settings& settings,
                                     resolver::ListObserver* list_observer, bool checks_lists,
                                     resolver::dnssec::AnchorKeeper* anchor_keeper)
    : world_(world),
      settings_(settings),
      anchor_keeper_(anchor_keeper),
      assembly_(std::make_unique<resolver::service::Assembly>(
          resolver::service::Assembly::Options{.memory_octets = kStoreOctets,
                                               .servers = kServersRemembered,
                                               .list_observer = list_observer,
                                               .anchor_keeper = anchor_keeper,
                                               .checks_lists = checks_lists},
          MakeConfiguration(settings, anchor_keeper, world->WallSeconds()), WorkersOf(world),
          [world] { return world->random()->Next(); })) {
  debug_checks = true;
  for (size_t i = 0; i < assembly_->size(); ++i) world->Attach(&assembly_->service(i), i);
}

ResolverUnderTest::~ResolverUnderTest() {
  for (size_t i = 0; i < world_->workers(); ++i) world_->Attach(nullptr, i);
}

void ResolverUnderTest::SetPeers(std::vector<resolver::io::WorkerPort*> peers) {
  assembly_->service(0).SetPeers(std::move(peers));
}

void ResolverUnderTest::Reconfigure(const resolver::config::Settings& settings) {
  settings_ = settings;
  auto configuration = MakeConfiguration(settings, anchor_keeper_, world_->WallSeconds());
  configuration.events = events_;
  assembly_->Reconfigure(configuration);
}

void ResolverUnderTest::SetEvents(std::shared_ptr<const resolver::Events> events) {
  events_ = std::move(events);
  const resolver::config::Settings settings = settings_;
  Reconfigure(settings);
}

void ResolverUnderTest::FollowAnchors() { Reconfigure(settings_); }

cache::Store& ResolverUnderTest::store() { return assembly_->store(); }

resolver::io::Service& ResolverUnderTest::service(size_t worker) {
  return assembly_->service(worker);
}

const resolver::resolution::Recursor& ResolverUnderTest::recursor(size_t worker) const {
  return assembly_->service(worker).recursor();
}

resolver::resolution::Recursor& ResolverUnderTest::recursor(size_t worker) {
  return assembly_->service(worker).recursor();
}

size_t ResolverUnderTest::work_in_flight() const {
  size_t count = 0;
  for (size_t i = 0; i < assembly_->size(); ++i) {
    const resolver::service::RecursiveService& service = assembly_->service(i);
    const resolver::resolution::Recursor& recursor = service.recursor();
    count += service.clients_waiting() + recursor.jobs_in_flight() + recursor.frames_in_use();
  }
  return count;
}

resolver::service::Traffic ResolverUnderTest::ReadTraffic(resolver::Time now) const {
  return assembly_->ReadTraffic(now);
}

void ResolverUnderTest::LookUp(const wire::Name& name, wire::RRType type,
                               resolver::service::LookUpFrom from,
                               std::function<void(std::string)> done) {
  assembly_->LookUp(name, type, from, std::move(done));
}

resolver::CounterSnapshot ResolverUnderTest::ReadCounters() const {
  return assembly_->ReadCounters();
}

}  // namespace tern::sim
