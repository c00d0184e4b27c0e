// A small internet whose root, com. and net. are signed, for tests of validation. A domain is
// signed by its plan, or unsigned.
//
//   SignedTlds internet({.seed = 1});
//   internet.AddSigned("example.com.", "192.0.2.20", "www 300 A 198.51.100.1\n");
//   internet.Start();
//
// Thread: one.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/resolver_under_test.h"
#include "tests/sim/sim_world.h"
#include "tests/sim/zone_server.h"
#include "tests/support/dnssec/signed_zone.h"

namespace tern::sim {

class SignedTlds {
 public:
  static constexpr std::string_view kRoot = "192.0.2.1";
  static constexpr std::string_view kCom = "192.0.2.10";
  static constexpr std::string_view kNet = "192.0.2.11";

  explicit SignedTlds(const SimWorld::Options& options);

  // Adds a child of com. or net. on a server of its own, which is returned.
  ZoneServer* AddSigned(std::string_view zone, std::string_view address, std::string_view records,
                        const SigningPlan& plan = {});
  ZoneServer* AddUnsigned(std::string_view zone, std::string_view address,
                          std::string_view records);
  // Lines for the zone com. or net. itself.
  void AddToTld(std::string_view tld, std::string_view records);
  void AddToTld(std::string_view tld, const std::vector<PlainRecord>& records);
  // From now on the parent has the DS records of this plan for the zone, after Start.
  void ReplaceDs(std::string_view zone, const SigningPlan& plan);
  // Change them before Start.
  SigningPlan& root_plan() { return root_plan_; }
  SigningPlan& tld_plan() { return tld_plan_; }
  resolver::config::Settings& settings() { return settings_; }
  void SetValidation(resolver::Validation validation) { validation_ = validation; }

  // Signs the root and the top level domains, and starts the resolver with the root's keys.
  void Start();
  // Signs the root anew with its plan of this moment, as in a roll of its keys.
  void SignRoot();
  // Trust anchors are followed from the next start on. The keeper outlives this object.
  void SetAnchorKeeper(resolver::dnssec::AnchorKeeper* keeper) { keeper_ = keeper; }
  // Starts the resolver anew with the settings.
  void Restart();

  SimWorld& world() { return world_; }
  ResolverUnderTest& resolver() { return *resolver_; }
  ZoneServer& com() { return com_; }
  ZoneServer& net() { return net_; }
  // Has every zone, and is not part of the network. What a forwarder may say.
  const ZoneServer& all() const { return all_; }

  // What the resolver answers. `flags`: of the query, such as CD and AD. `dnssec_ok`: with EDNS,
  // whether DO is set. If no answer comes, the message has opcode 15.
  struct How {
    bool dnssec_ok = true;
    uint16_t flags = wire::kFlagRD;
    bool edns = true;
  };
  PlainMessage Lookup(std::string_view name, wire::RRType type, const How& how);
  PlainMessage Lookup(std::string_view name, wire::RRType type) { return Lookup(name, type, {}); }
  size_t last_upstream_queries() const { return world_.upstream().size() - upstream_before_; }
  Duration last_latency() const { return last_latency_; }

 private:
  void SignTld(std::string_view tld);
  std::string Text(std::string_view zone, std::string_view address, std::string_view records);

  SimWorld world_;
  resolver::config::Settings settings_;
  SigningPlan root_plan_;
  SigningPlan tld_plan_;
  std::deque<ZoneServer> servers_;  // stable addresses
  ZoneServer root_;
  ZoneServer com_;
  ZoneServer net_;
  ZoneServer all_;
  std::map<std::string, std::vector<PlainRecord>> tld_records_;
  resolver::Validation validation_ = resolver::Validation::kOn;
  resolver::dnssec::AnchorKeeper* keeper_ = nullptr;
  std::unique_ptr<ResolverUnderTest> resolver_;
  size_t upstream_before_ = 0;
  Duration last_latency_{0};
};

}  // namespace tern::sim
