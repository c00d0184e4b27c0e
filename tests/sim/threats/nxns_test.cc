// "NXNSAttack": a delegation to many names without addresses costs few look-ups, for any result of
// these. They count for the whole client query.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

// Servers that failed are asked in leaner forms at last, with so many queries.
constexpr size_t kLastRound = 4;
constexpr size_t kQueriesMax = 19;  // "100 glueless NS cost < 20 upstream queries"

class NxnsTest : public ThreatTest {
 protected:
  NxnsTest() { internet_.com().conduct().payload_max = 4096; }

  // `count` servers ns0.`zone` and so on for attack.com., without glue.
  static std::string Glueless(int count, std::string_view zone,
                              std::string_view cut = "attack.com.") {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += std::string(cut) + " 3600 NS n" + std::to_string(i) + "." + std::string(zone) + "\n";
    }
    return text;
  }
  static std::string Number(int i) { return std::to_string(i); }

  // Asks, and returns the upstream queries that it cost. The resolver knows the way to com. and
  // net.
  size_t CostOf(std::string_view name, Rcode expected = Rcode::kServFail) {
    internet_.Lookup("com.", RRType::kNS);
    internet_.Lookup("net.", RRType::kNS);
    const size_t before = Sent();
    EXPECT_EQ(internet_.Lookup(name, RRType::kA).rcode, expected) << Trace();
    internet_.world().RunFor(seconds(20));
    return UpstreamSince(before);
  }
};

TEST_F(NxnsTest, HundredServersThatDoNotExist) {
  internet_.AddToTld("com.", Glueless(100, "victim.net."));
  ZoneServer* victim =
      internet_.AddDomain("victim.net.", {"192.0.2.60"}, "www 300 A 198.51.100.1\n").at(0);
  internet_.Start();
  EXPECT_LE(CostOf("www.attack.com."), kQueriesMax) << Trace();
  // Five failed address look-ups; those that take one query count half, and NXDOMAIN answers for
  // both families. The first denial of a server is asked for once more in lower case.
  EXPECT_LE(victim->queries(), 2 * 5u + 1) << Trace();
  EXPECT_EQ(StoredServers(internet_, "attack.com.").size(),
            13 * std::string_view("n00.victim.net.\n").size() - 10)
      << StoredServers(internet_, "attack.com.");
  EXPECT_GT(internet_.resolver().ReadCounters().of_limits.query_failed_addresses_met, 0u);
  // While the failure is remembered, no server is asked.
  EXPECT_EQ(internet_.Lookup("www.attack.com.", RRType::kA).rcode, Rcode::kServFail);
}

TEST_F(NxnsTest, ServersThatExistWithoutAddresses) {
  std::string records;
  for (int i = 0; i < 100; ++i) records += "n" + Number(i) + " 300 TXT \"x\"\n";
  internet_.AddToTld("com.", Glueless(100, "victim.net."));
  ZoneServer* victim = internet_.AddDomain("victim.net.", {"192.0.2.60"}, records).at(0);
  internet_.Start();
  EXPECT_LE(CostOf("www.attack.com."), kQueriesMax) << Trace();
  EXPECT_EQ(victim->queries(), 10u + 1) << Trace();  // five, in both families
}

// The names and the addresses are real, but the servers there do not serve the zone.
TEST_F(NxnsTest, ServersThatExistAndRefuse) {
  std::string records;
  for (int i = 0; i < 100; ++i) records += "n" + Number(i) + " 300 A 203.0.113." + Number(i) + "\n";
  internet_.AddToTld("com.", Glueless(100, "victim.net."));
  internet_.AddDomain("victim.net.", {"192.0.2.60"}, records);
  ZoneServer refuses("other.org.", "@ 60 SOA a. b. 1 2 3 4 5\n");
  internet_.world().SetServerElsewhere(&refuses);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_LE(CostOf("www.attack.com."), kQueriesMax) << Trace();
  EXPECT_LE(refuses.queries(), 13u);
}

TEST_F(NxnsTest, AnOperatorMayAllowFewerFailedLookUps) {
  internet_.settings().resolution.budget.failed_addresses = 2;
  internet_.AddToTld("com.", Glueless(100, "victim.net."));
  ZoneServer* victim =
      internet_.AddDomain("victim.net.", {"192.0.2.60"}, "www 300 A 198.51.100.1\n").at(0);
  internet_.Start();
  EXPECT_LE(CostOf("www.attack.com."), kQueriesMax) << Trace();
  EXPECT_LE(victim->queries(), 2 * 2u + 1) << Trace();
}

TEST_F(NxnsTest, ServersThatExistAndAreSilent) {
  std::string records;
  for (int i = 0; i < 100; ++i) records += "n" + Number(i) + " 300 A 203.0.113." + Number(i) + "\n";
  internet_.AddToTld("com.", Glueless(100, "victim.net."));
  ZoneServer* victim = internet_.AddDomain("victim.net.", {"192.0.2.60"}, records).at(0);
  internet_.Start();
  EXPECT_LE(CostOf("www.attack.com."), kQueriesMax) << Trace();
  EXPECT_LE(victim->queries(), 13u);
}

// Each name is in a zone of its own, whose servers are as many names in further zones.
TEST_F(NxnsTest, NestedDelegationsShareTheAllowance) {
  std::string text;
  for (int i = 0; i < 13; ++i) {
    text += "attack.com. 3600 NS ns.a" + Number(i) + ".net.\n";
    for (int j = 0; j < 13; ++j) {
      internet_.AddToTld("net.", "a" + Number(i) + ".net. 3600 NS ns" + Number(j) + ".b" +
                                     Number(i) + "x" + Number(j) + ".net.\n");
    }
  }
  internet_.AddToTld("com.", text);
  internet_.net().conduct().payload_max = 4096;
  internet_.Start();
  EXPECT_LE(CostOf("www.attack.com."), kQueriesMax) << Trace();
  EXPECT_LE(internet_.last_latency(), milliseconds(5050));
}

// Some have glue, to servers that give nothing useful.
TEST_F(NxnsTest, MixedWithGlueThatIsOfNoUse) {
  std::string text = Glueless(50, "victim.net.");
  for (int i = 0; i < 50; ++i) {
    text += "attack.com. 3600 NS g" + Number(i) + ".attack.com.\ng" + Number(i) +
            ".attack.com. 3600 A 203.0.113." + Number(i) + "\n";
  }
  internet_.AddToTld("com.", text);
  ZoneServer* victim =
      internet_.AddDomain("victim.net.", {"192.0.2.60"}, "www 300 A 198.51.100.1\n").at(0);
  ZoneServer refuses("other.org.", "@ 60 SOA a. b. 1 2 3 4 5\n");
  internet_.world().SetServerElsewhere(&refuses);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_LE(CostOf("www.attack.com."), kQueriesMax) << Trace();
  EXPECT_LE(victim->queries(), 10u);
}

// `count` servers with glue.
std::string Glued(int count, const std::string& zone) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::string server = "ns" + std::to_string(i) + "." + zone;
    text += zone + " 3600 NS " + server + "\n" + server + " 3600 A 203.0.113." + std::to_string(i) +
            "\n";
  }
  return text;
}

// "<= 13 name servers a zone"
TEST_F(NxnsTest, ThirteenNameServersAreKeptOfFourteen) {
  internet_.AddToTld("com.", Glued(13, "z13.com.") + Glued(14, "z14.com."));
  ZoneServer everything(
      "com.", "@ 60 SOA a. b. 1 2 3 4 5\n*.z13 60 A 198.51.100.1\n*.z14 60 A 198.51.100.1\n");
  internet_.world().SetServerElsewhere(&everything);
  const RestCheck rest(&internet_);
  internet_.Start();
  for (const char* zone : {"z13.com.", "z14.com."}) {
    EXPECT_EQ(internet_.Lookup("www." + std::string(zone), RRType::kA).answer.size(), 1u)
        << Trace();
    const std::string servers = StoredServers(internet_, zone);
    EXPECT_EQ(std::count(servers.begin(), servers.end(), '\n'), 13) << servers;
  }
}

TEST_F(NxnsTest, AnOperatorMayKeepFewerNameServers) {
  internet_.settings().resolution.limits.name_servers = 3;
  internet_.AddToTld("com.", Glued(5, "five.com."));
  ZoneServer refuses("other.org.", "@ 60 SOA a. b. 1 2 3 4 5\n");
  internet_.world().SetServerElsewhere(&refuses);
  const RestCheck rest(&internet_);
  internet_.Start();
  internet_.Lookup("www.five.com.", RRType::kA);
  EXPECT_EQ(refuses.queries(), 3u + kLastRound) << Trace();
  const std::string servers = StoredServers(internet_, "five.com.");
  EXPECT_EQ(std::count(servers.begin(), servers.end(), '\n'), 3) << servers;
}

// Two name servers with nine addresses each, which all refuse: glue.com. has them as glue, own.com.
// in a zone of their own.
class ManyAddressesTest : public NxnsTest {
 protected:
  ManyAddressesTest() {
    std::string glue = "glue.com. 3600 NS ns.glue.com.\nown.com. 3600 NS ns.addresses.net.\n";
    std::string records;
    for (int i = 1; i <= 9; ++i) {
      glue += "ns.glue.com. 3600 A 203.0.113." + Number(i) + "\n";
      records += "ns 300 A 203.0.113." + Number(100 + i) + "\n";
    }
    internet_.AddToTld("com.", glue);
    internet_.AddDomain("addresses.net.", {"192.0.2.61"}, records);
    internet_.world().SetServerElsewhere(&refuses_);
  }
  void ExpectAsked(std::string_view name, size_t in_all) {
    internet_.Lookup(name, RRType::kA);
    EXPECT_EQ(refuses_.queries(), in_all) << Trace();
  }

  ZoneServer refuses_{"other.org.", "@ 60 SOA a. b. 1 2 3 4 5\n"};
};

// "<= 6 addresses a server", from glue and from its own zone alike.
TEST_F(ManyAddressesTest, SixAddressesOfANameServerAreAsked) {
  const RestCheck rest(&internet_);
  internet_.Start();
  ExpectAsked("www.glue.com.", 6 + kLastRound);
  ExpectAsked("www.own.com.", 12 + 2 * kLastRound);
}

// BIND 3592: one address under many names gets no more tries than under one.
TEST_F(ManyAddressesTest, OneAddressUnderManyNamesIsOneServer) {
  std::string same;
  for (int i = 0; i < 13; ++i) {
    same += "same.com. 3600 NS ns" + std::to_string(i) + ".same.com.\n";
    for (int j = 0; j < 3; ++j)
      same += "ns" + std::to_string(i) + ".same.com. 3600 A 203.0.113.77\n";
  }
  internet_.AddToTld("com.", same);
  internet_.com().conduct().payload_max = 4096;
  ZoneServer silent("same.com.", "@ 60 SOA a. b. 1 2 3 4 5\n");
  silent.conduct().fault = Fault::kSilent;
  internet_.world().AddServer("203.0.113.77", &silent);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.same.com.", RRType::kA).rcode, Rcode::kServFail);
  internet_.world().RunFor(seconds(10));
  EXPECT_LE(silent.queries(), 4u) << Trace();
}

TEST_F(ManyAddressesTest, AnOperatorMayUseFewerAddresses) {
  internet_.settings().resolution.limits.addresses = 2;
  const RestCheck rest(&internet_);
  internet_.Start();
  ExpectAsked("www.glue.com.", 2 + kLastRound);
  ExpectAsked("www.own.com.", 4 + 2 * kLastRound);
  // Only those that the store knows by now.
  internet_.Lookup("ftp.own.com.", RRType::kA);
  EXPECT_LE(refuses_.queries(), 6u + 3 * kLastRound) << Trace();
}

}  // namespace
}  // namespace tern::sim
