#include "resolver/upstream/zone_servers.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>

#include "resolver/config/settings.h"
#include "tests/support/message_making.h"

namespace tern::resolver::upstream {
namespace {

using test::Delegation;
using test::N;
using test::RRset;
using wire::RRType;

constexpr cache::Instant kNow(1000);

class ZoneServersTest : public testing::Test {
 protected:
  ZoneServersTest() : reader_(store_.Register()) {
    settings_.resolution.ipv6 = Ipv6Use::kOn;
    settings_.resolution.root_hints.push_back(
        {N("a.root."), {*IpAddress::Parse("192.0.2.250"), *IpAddress::Parse("2001:db8::250")}});
  }

  void AddStatic(std::string_view zone, std::string_view to, bool forward, bool first = false) {
    settings_.static_zones.push_back({N(zone), {*Endpoint::Parse(to, 53)}, forward, first});
  }
  // A snapshot of the settings as they are now. It lives as long as the test.
  const policy::CoreSettings& Core() {
    return snapshots_.emplace_back(config::CoreSettingsOf(settings_));
  }
  bool MayAskNow(const char* address) { return MayAsk(*IpAddress::Parse(address), Core()); }
  std::string Locate(std::string_view name, bool above = false, bool use_forward = true) {
    servers_.Locate(store_, Core(), N(name), above, use_forward, kNow);
    return wire::ToText(servers_.zone().view());
  }
  std::set<std::string> Gather() {
    servers_.Gather(store_, Core(), kNow);
    std::set<std::string> found;
    for (const Candidate& candidate : servers_.candidates()) {
      found.insert(candidate.server.ToText());
    }
    EXPECT_EQ(found.size(), servers_.candidates().size()) << "a server twice";
    return found;
  }
  using Set = std::set<std::string>;

  cache::Store store_{{.memory_octets = cache::kStoreOctetsMin, .seed = 7}};
  std::unique_ptr<cache::Store::Reader> reader_;
  config::Settings settings_;
  std::deque<policy::CoreSettings> snapshots_;
  ZoneServers servers_;
};

TEST_F(ZoneServersTest, ColdStartUsesTheHints) {
  EXPECT_EQ(Locate("www.example."), ".");
  EXPECT_TRUE(servers_.from_hints());
  EXPECT_EQ(Gather(), (Set{"192.0.2.250:53", "[2001:db8::250]:53"}));
}

TEST_F(ZoneServersTest, NearestFreshCutWins) {
  test::Put(store_, Delegation(". 3600 NS a.root.", "a.root. 1 A 192.0.2.1"));
  test::Put(store_, Delegation("example. 600 NS ns.example.", "ns.example. 1 A 192.0.2.2"));
  test::Put(store_, Delegation("old.example. 60 NS ns.old.example.", "", kNow - 100), kNow - 100);
  EXPECT_EQ(Locate("www.example."), "example.");
  EXPECT_FALSE(servers_.from_hints());
  EXPECT_EQ(Gather(), (Set{"192.0.2.2:53"}));
  EXPECT_EQ(Locate("www.old.example."), "example.");
  EXPECT_EQ(Locate("example."), "example.");
  EXPECT_EQ(Locate("test."), ".");
  EXPECT_FALSE(servers_.from_hints());
}

// RFC 4035 section 3.1.4.1: DS is in the parent zone.
TEST_F(ZoneServersTest, AboveMeansTheParent) {
  test::Put(store_, Delegation(". 3600 NS a.root.", "a.root. 1 A 192.0.2.1"));
  test::Put(store_, Delegation("example. 600 NS ns.example.", "ns.example. 1 A 192.0.2.2"));
  EXPECT_EQ(Locate("example.", true), ".");
  EXPECT_EQ(Locate("www.example.", true), "example.");
  EXPECT_EQ(Locate(".", true), ".");
}

TEST_F(ZoneServersTest, StubZonesStandAtTheirPlaceInTheTree) {
  AddStatic("corp.example.", "192.0.2.77:5300", /*forward=*/false);
  test::Put(store_, Delegation("example. 600 NS ns.example.", "ns.example. 1 A 192.0.2.2"));
  test::Put(store_, Delegation("corp.example. 600 NS ns.example.", "ns.example. 1 A 192.0.2.3"));
  EXPECT_EQ(Locate("www.corp.example."), "corp.example.");
  EXPECT_FALSE(servers_.forwarded());
  EXPECT_EQ(Gather(), (Set{"192.0.2.77:5300"}));
  EXPECT_EQ(Locate("www.example."), "example.");
  EXPECT_EQ(servers_.static_zone(), nullptr);
  // A cut that the stub's servers showed is nearer.
  test::Put(store_, Delegation("lab.corp.example. 600 NS ns.lab.corp.example.",
                               "ns.lab.corp.example. 1 A 192.0.2.4"));
  EXPECT_EQ(Locate("www.lab.corp.example."), "lab.corp.example.");
  EXPECT_EQ(Gather(), (Set{"192.0.2.4:53"}));
}

// A forwarder answers for all names below its zone. Cuts in the store come from iteration while it
// failed (first: true), or from before it was configured.
TEST_F(ZoneServersTest, ForwardZonesTakeAllBelowThem) {
  AddStatic(".", "192.0.2.77:53", /*forward=*/true, /*first=*/true);
  test::Put(store_, Delegation("example. 600 NS ns.example.", "ns.example. 1 A 192.0.2.2"));
  EXPECT_EQ(Locate("www.example."), ".");
  EXPECT_TRUE(servers_.forwarded());
  EXPECT_EQ(Gather(), (Set{"192.0.2.77:53"}));
  EXPECT_EQ(Locate("www.example.", false, /*use_forward=*/false), "example.");
  EXPECT_FALSE(servers_.forwarded());
}

TEST_F(ZoneServersTest, StubZonesInsideForwardZonesAreTheirOwn) {
  AddStatic("example.", "192.0.2.77:53", /*forward=*/true);
  AddStatic("corp.example.", "192.0.2.78:53", /*forward=*/false);
  test::Put(store_, Delegation("lab.corp.example. 600 NS ns.lab.corp.example."));
  EXPECT_EQ(Locate("www.example."), "example.");
  EXPECT_TRUE(servers_.forwarded());
  EXPECT_EQ(Locate("www.corp.example."), "corp.example.");
  EXPECT_FALSE(servers_.forwarded());
  EXPECT_EQ(Locate("www.lab.corp.example."), "lab.corp.example.");
}

TEST_F(ZoneServersTest, NeverQueryIsHeldAgainstGlueNotAgainstTheConfiguration) {
  settings_.resolution.never_query.push_back(*Prefix::Parse("127.0.0.0/8"));
  settings_.resolution.never_query.push_back(*Prefix::Parse("192.0.2.16/28"));
  test::Put(store_, Delegation("example. 600 NS ns.example.",
                               "ns.example. 1 A 127.0.0.1\nns.example. 1 A 192.0.2.17\n"
                               "ns.example. 1 A 192.0.2.32"));
  Locate("www.example.");
  EXPECT_EQ(Gather(), (Set{"192.0.2.32:53"}));
  AddStatic("corp.", "127.0.0.1:5300", /*forward=*/true);
  Locate("www.corp.");
  EXPECT_EQ(Gather(), (Set{"127.0.0.1:5300"}));
}

TEST_F(ZoneServersTest, TheProcessItselfIsNotAskedUnlessTheConfigurationSaysSo) {
  settings_.resolution.own.push_back(*Prefix::Parse("192.0.2.16"));
  settings_.resolution.own.push_back(*Prefix::Parse("2001:db8::1"));
  test::Put(store_, Delegation("example. 600 NS ns.example.",
                               "ns.example. 1 A 192.0.2.16\nns.example. 1 A 192.0.2.32\n"
                               "ns.example. 1 AAAA 2001:db8::1"));
  Locate("www.example.");
  EXPECT_EQ(Gather(), (Set{"192.0.2.32:53"}));
  AddStatic("corp.", "192.0.2.16:53", /*forward=*/true);
  Locate("www.corp.");
  EXPECT_EQ(Gather(), (Set{"192.0.2.16:53"}));
}

TEST_F(ZoneServersTest, AddressesThatNobodyHasAreNotAsked) {
  for (const char* address :
       {"0.0.0.0", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "::", "ff02::1",
        // IPv4 addresses in IPv6 form would bypass the rules for IPv4.
        "::ffff:0.0.0.0", "::ffff:192.0.2.1", "::ffff:224.0.0.1"}) {
    EXPECT_FALSE(MayAskNow(address)) << address;
  }
  for (const char* address : {"192.0.2.1", "127.0.0.1", "2001:db8::1", "::1"}) {
    EXPECT_TRUE(MayAskNow(address)) << address;
  }
}

TEST_F(ZoneServersTest, FamiliesThatAreOffAreNotAsked) {
  settings_.resolution.ipv4 = false;
  EXPECT_FALSE(MayAskNow("192.0.2.1"));
  EXPECT_TRUE(MayAskNow("2001:db8::1"));
  settings_.resolution.ipv4 = true;
  settings_.resolution.ipv6 = Ipv6Use::kOff;
  EXPECT_TRUE(MayAskNow("192.0.2.1"));
  EXPECT_FALSE(MayAskNow("2001:db8::1"));
}

TEST_F(ZoneServersTest, AddressesOfServersWithoutGlueComeFromTheStore) {
  test::Put(store_, Delegation("example. 600 NS ns.elsewhere.\nexample. 600 NS ns2.elsewhere."));
  test::Put(store_, RRset("ns.elsewhere. 300 A 192.0.2.5\nns.elsewhere. 300 A 192.0.2.6"));
  test::Put(store_, RRset("ns.elsewhere. 300 AAAA 2001:db8::5"));
  test::Put(store_, RRset("ns2.elsewhere. 10 A 192.0.2.7", kNow - 100), kNow - 100);
  Locate("www.example.");
  EXPECT_EQ(Gather(), (Set{"192.0.2.5:53", "192.0.2.6:53", "[2001:db8::5]:53"}));
}

// RFC 2181 section 5.4.1: what the server's own zone says outranks glue.
TEST_F(ZoneServersTest, AddressesOfTheStoreStandBesideGlueOfServersOutside) {
  test::Put(store_,
            Delegation("example.lab. 600 NS ns.host.lab.", "ns.host.lab. 1 AAAA 2001:db8::9"));
  test::Put(store_, RRset("ns.host.lab. 300 A 192.0.2.5"));
  test::Put(store_, RRset("ns.host.lab. 300 AAAA 2001:db8::5"));
  Locate("www.example.lab.");
  EXPECT_EQ(Gather(), (Set{"192.0.2.5:53", "[2001:db8::5]:53", "[2001:db8::9]:53"}));
}

TEST_F(ZoneServersTest, UpstreamPortIsTheConfigurations) {
  settings_.resolution.upstream_port = 5300;
  test::Put(store_, Delegation("example. 600 NS ns.example.", "ns.example. 1 A 192.0.2.2"));
  Locate("www.example.");
  EXPECT_EQ(Gather(), (Set{"192.0.2.2:5300"}));
}

TEST_F(ZoneServersTest, GatheringAgainKeepsTheTries) {
  test::Put(store_, Delegation("example. 600 NS ns.elsewhere.\nexample. 600 NS ns.example.",
                               "ns.example. 1 A 192.0.2.2"));
  Locate("www.example.");
  Gather();
  servers_.candidates()[0].tries = 2;
  test::Put(store_, RRset("ns.elsewhere. 300 A 192.0.2.5"));
  EXPECT_EQ(Gather().size(), 2u);
  EXPECT_EQ(servers_.candidates()[0].tries, 2);
  servers_.ResetTries();
  EXPECT_EQ(servers_.candidates()[0].tries, 0);
}

TEST_F(ZoneServersTest, CandidatesAreBounded) {
  std::string servers;
  std::string glue;
  for (int i = 0; i < 13; ++i) {
    const std::string server = "n" + std::to_string(i) + ".example.";
    servers += "example. 600 NS " + server + "\n";
    for (int j = 1; j <= 6; ++j) {
      glue += server + " 1 A 192.0." + std::to_string(i) + "." + std::to_string(j) + "\n";
    }
  }
  test::Put(store_, Delegation(servers, glue));
  Locate("www.example.");
  EXPECT_EQ(Gather().size(), kCandidatesMax);
}

TEST_F(ZoneServersTest, EachServerIsLookedUpOnceThoseInsideTheZoneLast) {
  test::Put(store_, Delegation("example. 600 NS ns.example.\nexample. 600 NS a.elsewhere.\n"
                               "example. 600 NS b.elsewhere.\nexample. 600 NS c.elsewhere.\n"
                               "example. 600 NS glued.example.",
                               "glued.example. 1 A 192.0.2.1"));
  for (uint64_t random = 0; random < 10; ++random) {
    Locate("www.example.");
    std::vector<std::string> looked_up;
    wire::Name name;
    while (servers_.NextToLookUp(random, true, &name)) {
      looked_up.push_back(wire::ToText(name.view()));
    }
    ASSERT_EQ(looked_up.size(), 4u);
    EXPECT_EQ(looked_up.back(), "ns.example.");
    EXPECT_EQ(Set(looked_up.begin(), looked_up.end()),
              (Set{"a.elsewhere.", "b.elsewhere.", "c.elsewhere.", "ns.example."}));
  }
}

TEST_F(ZoneServersTest, LookingAheadTakesNothing) {
  test::Put(store_, Delegation("example. 600 NS a.elsewhere."));
  Locate("www.example.");
  wire::Name name;
  EXPECT_TRUE(servers_.NextToLookUp(1, false, &name));
  EXPECT_TRUE(servers_.NextToLookUp(1, true, &name));
  EXPECT_FALSE(servers_.NextToLookUp(1, false, &name));
}

// The parent of the name server's own zone knows an address that the zone itself denies.
TEST_F(ZoneServersTest, ParentsGlueHelpsOutForTheNamedServersOnly) {
  test::Put(store_, Delegation("example. 600 NS ns.elsewhere."));
  test::Put(store_, Delegation("elsewhere. 600 NS ns.elsewhere.\nelsewhere. 600 NS x.elsewhere.",
                               "ns.elsewhere. 1 A 192.0.2.8\nx.elsewhere. 1 A 192.0.2.9"));
  Locate("www.example.");
  EXPECT_EQ(Gather(), Set{});
  EXPECT_TRUE(servers_.GatherParentsGlue(store_, Core(), kNow));
  EXPECT_EQ(Gather(), (Set{"192.0.2.8:53"}));
  EXPECT_FALSE(servers_.GatherParentsGlue(store_, Core(), kNow));
}

TEST_F(ZoneServersTest, ACutWithoutAddressesDoesNotHideTheGlueAbove) {
  test::Put(store_, Delegation("example. 600 NS ns.elsewhere."));
  test::Put(store_, Delegation("ns.elsewhere. 600 NS gone.elsewhere."));
  test::Put(store_, Delegation("elsewhere. 600 NS ns.elsewhere.", "ns.elsewhere. 1 A 192.0.2.8"));
  Locate("www.example.");
  EXPECT_TRUE(servers_.GatherParentsGlue(store_, Core(), kNow));
  EXPECT_EQ(Gather(), (Set{"192.0.2.8:53"}));
}

TEST_F(ZoneServersTest, AddressesOfAFamilyAreLeftForLast) {
  test::Put(store_, Delegation("example. 600 NS a.elsewhere.\nexample. 600 NS b.elsewhere."));
  Locate("www.example.");
  wire::Name name;
  RRType type;
  const Families both = {true, true};
  EXPECT_FALSE(servers_.NextLeft(both, true, &name, &type));
  ASSERT_TRUE(servers_.NextToLookUp(0, true, &name));
  servers_.Leave({.ipv6 = true});
  ASSERT_TRUE(servers_.NextToLookUp(0, true, &name));
  EXPECT_FALSE(servers_.NextToLookUp(0, true, &name));
  servers_.Leave(both);
  EXPECT_FALSE(servers_.NextLeft({}, true, &name, &type));
  std::vector<std::string> order;
  while (servers_.NextLeft(both, true, &name, &type)) {
    order.push_back(wire::ToText(name.view()) + " " + wire::ToText(type));
  }
  EXPECT_EQ(order,
            (std::vector<std::string>{"a.elsewhere. AAAA", "b.elsewhere. AAAA", "b.elsewhere. A"}));
}

TEST_F(ZoneServersTest, StrayGlueIsForTheZonesServersOnlyAndHeldToTheRules) {
  settings_.resolution.never_query.push_back(*Prefix::Parse("127.0.0.0/8"));
  const test::ReadReply reply("example.",
                              test::PlainReply("www.sub.example.", RRType::kA,
                                               {.authority = "sub.example. 600 NS ns.elsewhere.",
                                                .additional = "ns.elsewhere. 1 A 192.0.2.8\n"
                                                              "ns.elsewhere. 1 A 127.0.0.1\n"
                                                              "other.elsewhere. 1 A 192.0.2.66",
                                                .flags = 0}));
  const test::OwnedEntry cut = Delegation("sub.example. 600 NS ns.elsewhere.");
  servers_.Descend(cache::EntryView(cut.bytes().data()));
  EXPECT_TRUE(servers_.AddStrayGlue(reply.records(), Core()));
  EXPECT_EQ(Gather(), (Set{"192.0.2.8:53"}));
}

TEST_F(ZoneServersTest, LookUpsStartAtRandom) {
  test::Put(store_, Delegation("example. 600 NS a.elsewhere.\nexample. 600 NS b.elsewhere.\n"
                               "example. 600 NS c.elsewhere."));
  Set first;
  for (uint64_t random = 0; random < 3; ++random) {
    Locate("www.example.");
    wire::Name name;
    ASSERT_TRUE(servers_.NextToLookUp(random, true, &name));
    first.insert(wire::ToText(name.view()));
  }
  EXPECT_EQ(first.size(), 3u);
}

TEST_F(ZoneServersTest, HintsAndStaticZonesHaveNobodyToLookUp) {
  wire::Name name;
  Locate("www.example.");
  EXPECT_FALSE(servers_.NextToLookUp(1, true, &name));
  AddStatic("corp.", "192.0.2.77:53", false);
  Locate("www.corp.");
  EXPECT_FALSE(servers_.NextToLookUp(1, true, &name));
}

TEST_F(ZoneServersTest, GoingDownForgetsTheServersAbove) {
  Locate("www.example.");
  Gather();
  const test::OwnedEntry cut =
      Delegation("example. 600 NS ns.example.", "ns.example. 1 A 192.0.2.2");
  servers_.Descend(cache::EntryView(cut.bytes().data()));
  EXPECT_EQ(wire::ToText(servers_.zone().view()), "example.");
  EXPECT_FALSE(servers_.from_hints());
  EXPECT_EQ(Gather(), (Set{"192.0.2.2:53"}));
}

}  // namespace
}  // namespace tern::resolver::upstream
