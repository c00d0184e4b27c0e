// A small internet of zone servers and the resolver in the middle of it: a root, com. and net., and
// the domains that a test adds.
//
//   SmallInternet internet({.seed = 1});
//   internet.AddDomain("example.com.", {"192.0.2.20"}, "www 300 A 198.51.100.1\n");
//   internet.Start();
//   PlainMessage answer = internet.Lookup("www.example.com.", wire::RRType::kA);
//
// Thread: one.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/config/settings.h"
#include "tests/sim/resolver_under_test.h"
#include "tests/sim/sim_world.h"
#include "tests/sim/zone_server.h"

namespace tern::sim {

class SmallInternet {
 public:
  static constexpr std::string_view kRoot = "192.0.2.1";
  static constexpr std::string_view kCom = "192.0.2.10";
  static constexpr std::string_view kNet = "192.0.2.11";
  // An answer is there by then, whatever happens: total_timeout and a little.
  static constexpr Duration kAnswerLimit = std::chrono::milliseconds(7500);

  explicit SmallInternet(const SimWorld::Options& options);

  // A child of com. or net. with one name server an address, ns1.ZONE and so on, with glue, and
  // its SOA and NS records. Returns the servers, which may be told to misbehave.
  std::vector<ZoneServer*> AddDomain(std::string_view zone,
                                     const std::vector<std::string_view>& addresses,
                                     std::string_view records);
  // Lines for the zone of com. or net. itself, e.g. a delegation without glue.
  void AddToTld(std::string_view tld, std::string_view records);
  // A server outside of any delegation made here.
  ZoneServer* AddServer(std::string_view address, std::string_view zone, std::string_view text);

  // Before Start.
  resolver::config::Settings& settings() { return settings_; }
  // Makes the resolver, or another one with an empty cache in its place.
  void Start();

  SimWorld& world() { return world_; }
  ResolverUnderTest& resolver() { return *resolver_; }
  ZoneServer& root() { return *root_; }
  ZoneServer& com() { return *com_; }
  ZoneServer& net() { return *net_; }
  // Knows every zone and is no part of the network: says what an answer must be.
  const ZoneServer& oracle() const { return oracle_; }

  ClientQueryId Ask(std::string_view name, wire::RRType type);
  // Asks and runs until the answer is there. Without one within kAnswerLimit, the message says
  // opcode 15, which nothing else does.
  PlainMessage Lookup(std::string_view name, wire::RRType type);
  Duration last_latency() const { return last_latency_; }
  // Upstream queries of the last Lookup; after it the network is quiet.
  size_t last_upstream_queries() const { return world_.upstream().size() - upstream_before_; }
  size_t last_upstream_queries(std::string_view address) const {
    return world_.CountUpstream(address, upstream_before_);
  }

  // Lets all that is under way end and says what did not; empty when all is at rest.
  std::string CheckRest();

 private:
  void RebuildTld(std::string_view tld);

  SimWorld world_;
  resolver::config::Settings settings_;
  std::deque<ZoneServer> servers_;  // stable addresses
  ZoneServer oracle_;
  std::map<std::string, std::string> tld_records_;
  ZoneServer* root_;
  ZoneServer* com_;
  ZoneServer* net_;
  std::unique_ptr<ResolverUnderTest> resolver_;
  Duration last_latency_{0};
  size_t upstream_before_ = 0;
};

}  // namespace tern::sim
