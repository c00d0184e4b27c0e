// A small internet whose zones are signed, each by its own plan, and the resolver in the middle of
// it. The naive validator says what the resolver must answer.
//
//   SignedInternet internet({.seed = 1});
//   internet.AddZone(".", {"192.0.2.1"}, "");
//   internet.AddZone("example.", {"192.0.2.2"}, "www 300 A 198.51.100.1\n");
//   Break(Breakage::kExpired, &internet.PlanOf("example."));
//   internet.Start();
//   const PlainMessage reply = internet.Lookup("www.example.", wire::RRType::kA);
//   EXPECT_EQ(internet.Judge(reply), "");
//
// Thread: one.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/config/settings.h"
#include "tests/sim/resolver_under_test.h"
#include "tests/sim/sim_world.h"
#include "tests/sim/zone_server.h"
#include "tests/support/dnssec/naive_validator.h"
#include "tests/support/dnssec/signed_zone.h"

namespace tern::sim {

class SignedInternet {
 public:
  static constexpr Duration kAnswerLimit = std::chrono::seconds(15);

  explicit SignedInternet(const SimWorld::Options& options);

  // A zone with its SOA, its name servers ns1, ns2 and so on at these addresses, and these records.
  // Its parent is the nearest zone above it; that zone gets NS, glue and DS. An address that
  // several zones have is one server with all of them. Parents come first.
  void AddZone(std::string_view origin, const std::vector<std::string_view>& addresses,
               std::string_view records, const SigningPlan& plan = {});
  // The same for a zone that is not signed. Its parent has no DS for it.
  void AddUnsignedZone(std::string_view origin, const std::vector<std::string_view>& addresses,
                       std::string_view records);
  // Change it before Start.
  SigningPlan& PlanOf(std::string_view origin);

  // Change them before StartResolver. The root's DS set is not in them: see anchors().
  resolver::config::Settings& settings() { return settings_; }
  // Signs the zones, and gives them to the servers. Another call does so anew, with the plans of
  // that moment.
  void SignZones();
  // Makes the resolver. A second call replaces it by one with an empty cache.
  void StartResolver();
  // Both.
  void Start() {
    SignZones();
    StartResolver();
  }

  SimWorld& world() { return world_; }
  ResolverUnderTest& resolver() { return *resolver_; }
  ZoneServer& server(std::string_view address) { return servers_[std::string(address)]; }
  // The DS set of the root. It is known after SignZones.
  const std::vector<PlainRecord>& anchors() const { return anchors_; }
  // Knows every zone, and is not part of the network. It does not validate.
  const ZoneServer& oracle() const { return oracle_; }
  // Null if the zone is not signed.
  std::shared_ptr<const SignedZone> zone(std::string_view origin) const;

  struct Bits {
    bool dnssec_ok = true;
    bool checking_disabled = false;
    bool authentic_data = false;
  };
  PlainMessage Lookup(std::string_view name, wire::RRType type, const Bits& bits);
  PlainMessage Lookup(std::string_view name, wire::RRType type) {
    return Lookup(name, type, Bits());
  }
  // What the last look-up had to give, and how the reply differs from that.
  Verdict Expect(std::string_view name, wire::RRType type);
  std::string Judge(const PlainMessage& reply);

 private:
  struct Entry {
    std::string origin;
    std::vector<std::string> addresses;
    std::string text;  // without what its children need
    std::optional<SigningPlan> plan;
    std::shared_ptr<const SignedZone> signed_zone;
    ZoneServer alone;  // for the naive validator
  };

  Entry& EntryOf(std::string_view origin);
  const Entry* ParentOf(const Entry& entry) const;
  NaiveValidator MakeValidator();
  std::vector<PlainRecord> RecordsFor(const Entry& entry) const;

  SimWorld world_;
  resolver::config::Settings settings_;
  std::map<std::string, ZoneServer> servers_;  // by address
  std::vector<std::unique_ptr<Entry>> entries_;
  ZoneServer oracle_;
  std::unique_ptr<NaiveValidator> validator_;  // for the second in which it was made
  uint32_t validator_second_ = 0;
  std::vector<PlainRecord> anchors_;
  std::unique_ptr<ResolverUnderTest> resolver_;
  PlainMessage last_query_;
};

}  // namespace tern::sim
