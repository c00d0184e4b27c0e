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

// Two addresses for the name servers of a test's domain.
inline constexpr std::string_view kFirstServer = "192.0.2.20";
inline constexpr std::string_view kSecondServer = "192.0.2.21";

// The root, with com. and net.
inline constexpr std::string_view kRootZone = R"(
.                    86400 SOA k.root-servers.net. hostmaster. 1 2 3 4 900
.                    518400 NS k.root-servers.net.
k.root-servers.net.  518400 A  192.0.2.1
com.                 172800 NS a.gtld-servers.net.
net.                 172800 NS e.gtld-servers.net.
a.gtld-servers.net.  172800 A  192.0.2.10
e.gtld-servers.net.  172800 A  192.0.2.11
)";

class SmallInternet {
 public:
  static constexpr std::string_view kRoot = "192.0.2.1";
  static constexpr std::string_view kCom = "192.0.2.10";
  static constexpr std::string_view kNet = "192.0.2.11";
  // By then there is an answer in every case: total_timeout and a little.
  static constexpr Duration kAnswerLimit = std::chrono::milliseconds(7500);

  explicit SmallInternet(const SimWorld::Options& options);

  // Adds a child of com. or net. For each address it has one name server with glue: ns1.ZONE and so
  // on. It has its SOA and NS records. Returns the servers, which a test may make misbehave.
  std::vector<ZoneServer*> AddDomain(std::string_view zone,
                                     const std::vector<std::string_view>& addresses,
                                     std::string_view records);
  // Adds lines to the zone of com. or net. itself, for example a delegation without glue.
  void AddToTld(std::string_view tld, std::string_view records);
  // Adds a server without a delegation.
  ZoneServer* AddServer(std::string_view address, std::string_view zone, std::string_view text);

  // Change them before Start.
  resolver::config::Settings& settings() { return settings_; }
  // Makes the resolver. A second call replaces it by one with an empty cache.
  void Start();
  // Hears what block lists do. Set it before Start. It outlives this object. `checks`: they are
  // checked, as in the daemon.
  void SetListObserver(resolver::ListObserver* observer, bool checks = false) {
    list_observer_ = observer;
    checks_lists_ = checks;
  }

  SimWorld& world() { return world_; }
  ResolverUnderTest& resolver() { return *resolver_; }
  ZoneServer& root() { return *root_; }
  ZoneServer& com() { return *com_; }
  ZoneServer& net() { return *net_; }
  // Knows every zone, and is not part of the network. It says what an answer must be.
  const ZoneServer& oracle() const { return oracle_; }

  ClientQueryId Ask(std::string_view name, wire::RRType type);
  // Asks, and runs until the answer has come. If none comes within kAnswerLimit, the message has
  // opcode 15, which no other message has.
  PlainMessage Lookup(std::string_view name, wire::RRType type);
  Duration last_latency() const { return last_latency_; }
  // Upstream queries of the last Lookup. After it the network is quiet.
  size_t last_upstream_queries() const { return world_.upstream().size() - upstream_before_; }
  size_t last_upstream_queries(std::string_view address) const {
    return world_.CountUpstream(address, upstream_before_);
  }

  // Lets everything under way end, and says what did not. Empty when all is at rest.
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
  resolver::ListObserver* list_observer_ = nullptr;
  bool checks_lists_ = false;
  std::unique_ptr<ResolverUnderTest> resolver_;
  Duration last_latency_{0};
  size_t upstream_before_ = 0;
};

}  // namespace tern::sim
