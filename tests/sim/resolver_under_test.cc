#include "tests/sim/resolver_under_test.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "resolver/config/root_hints.h"
#include "resolver/policy/access.h"
#include "resolver/policy/local_data_build.h"
#include "resolver/policy/rate_limit.h"
#include "resolver/service/recursive_service.h"
#include "resolver/upstream/server_table.h"
#include "wire/check.h"

namespace tern::sim {
namespace {

using resolver::service::Configuration;
using resolver::service::RecursiveService;

constexpr size_t kServersRemembered = 1024;
constexpr uint64_t kRateLimitSeed = 1;

Configuration MakeConfiguration(const resolver::config::Settings& settings) {
  Configuration configuration;
  configuration.access = std::make_shared<const resolver::policy::AccessList>(settings.allow);
  configuration.rate_limit =
      std::make_shared<resolver::policy::RateLimit>(settings.rate_limit, kRateLimitSeed);
  configuration.cookies = std::make_shared<const resolver::policy::ServerCookies>(
      settings.cookie_secret.value_or(resolver::policy::CookieSecret{}));
  auto local_data = resolver::policy::BuildLocalData(settings.local, settings.static_zones);
  if (!local_data.ok()) {
    std::fprintf(stderr, "%s\n", local_data.status().ToString().c_str());
    std::abort();
  }
  configuration.local_data = *std::move(local_data);
  configuration.settings =
      std::make_shared<const resolver::policy::CoreSettings>(resolver::config::CoreOf(settings));
  configuration.require_cookies = settings.require_cookies;
  return configuration;
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
  return settings;
}

// In the order in which they must be made.
struct ResolverUnderTest::Parts {
  Parts(SimWorld* world, const resolver::config::Settings& settings)
      : store({.memory_octets = kStoreOctets, .seed = world->random()->Next()}),
        server_table(world->random()->Next(),
                     resolver::SipKey{{world->random()->Next(), world->random()->Next()}},
                     kServersRemembered) {
    const Configuration configuration = MakeConfiguration(settings);
    std::vector<resolver::io::WorkerPort*> workers;
    for (size_t i = 0; i < world->workers(); ++i) {
      workers.push_back(world->worker(i));
      services.push_back(
          std::make_unique<RecursiveService>(&store, &server_table, workers.back(), configuration));
      world->Attach(services.back().get(), i);
    }
    for (const auto& service : services) service->SetPeers(workers);
  }

  cache::Store store;
  resolver::upstream::ServerTable server_table;
  std::vector<std::unique_ptr<RecursiveService>> services;
};

ResolverUnderTest::ResolverUnderTest(SimWorld* world, const resolver::config::Settings& settings)
    : world_(world), parts_(std::make_unique<Parts>(world, settings)) {
  debug_checks = true;
}

ResolverUnderTest::~ResolverUnderTest() {
  for (size_t i = 0; i < world_->workers(); ++i) world_->Attach(nullptr, i);
}

void ResolverUnderTest::SetPeers(std::vector<resolver::io::WorkerPort*> peers) {
  parts_->services[0]->SetPeers(std::move(peers));
}

cache::Store& ResolverUnderTest::store() { return parts_->store; }

const resolver::resolution::Recursor& ResolverUnderTest::recursor(size_t worker) const {
  return parts_->services[worker]->recursor();
}

size_t ResolverUnderTest::work_in_flight() const {
  size_t count = 0;
  for (const auto& service : parts_->services) {
    const resolver::resolution::Recursor& recursor = service->recursor();
    count += service->clients_waiting() + recursor.jobs_in_flight() + recursor.frames_in_use();
  }
  return count;
}

}  // namespace tern::sim
