// What the swarm found. Each test is the smallest world that shows it.
#include "gtest/gtest.h"
#include "resolver/upstream/avoided.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using resolver::upstream::WhyAvoided;
using wire::RRType;

// How often a server was found to be avoided for this reason.
uint64_t AvoidedFor(WhyAvoided why, SmallInternet& internet) {
  return internet.resolver().ReadCounters().of_upstream.avoided[static_cast<size_t>(why)];
}

// Seed 386 found it. A chain led to the apex of the child zone. The child's server denied the DS,
// which is in the parent, and was believed (RFC 4035 section 3.1.4.1).
TEST(SwarmFindingsTest, DsAtTheApexThatAnAliasLeadsToIsAskedAtTheParent) {
  SmallInternet internet(SimWorld::Options{.seed = 386});
  internet.AddDomain("example.com.", {"192.0.2.20"}, "alias 300 CNAME example.com.\n");
  internet.AddToTld("com.", "example.com. 3600 DS 1 8 2 " + std::string(64, '0'));
  internet.Start();
  const PlainMessage answer = internet.Lookup("alias.example.com.", RRType::kDS);
  ASSERT_EQ(answer.answer.size(), 2u) << answer.ToText();
  EXPECT_EQ(answer.answer[1].type, RRType::kDS);
  // The same from the store.
  EXPECT_EQ(internet.Lookup("example.com.", RRType::kDS).answer.size(), 1u);
}

// Seed 1048 found it. The address of the first name server led nowhere. The look-up of the second
// one was under way already, with the few queries that a look-up beside the question gets. It used
// them up, and the question failed with it, although it had many queries left.
TEST(SwarmFindingsTest, LookupThatIsNeededDoesNotEndWithTheShareOfOneThatWasNot) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SmallInternet internet(SimWorld::Options{.seed = seed});
    constexpr std::string_view kZone = "@ 300 SOA ns.one.net. m. 1 2 3 4 5\nwww 300 A 192.0.2.99\n";
    internet.AddServer("192.0.2.31", "example.com.", kZone)->conduct().fault = Fault::kRefused;
    internet.AddServer("192.0.2.32", "example.com.", kZone);
    internet.AddDomain("one.net.", {"192.0.2.41"}, "ns 3600 A 192.0.2.31\n");
    internet.AddDomain("two.net.", {"192.0.2.42"}, "ns.a.b.c.d.e.f.g.h.i 3600 A 192.0.2.32\n");
    internet.AddToTld("com.",
                      "example.com. 3600 NS ns.one.net.\n"
                      "example.com. 3600 NS ns.a.b.c.d.e.f.g.h.i.two.net.");
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.example.com.", RRType::kA);
    EXPECT_EQ(answer.rcode, wire::Rcode::kNoError) << "seed " << seed;
    EXPECT_EQ(answer.answer.size(), 1u) << "seed " << seed;
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

// Seed 7202447 found it. One of two name servers is in zones that wait for each other. Nested
// look-ups went round these zones until no failed look-up was left for the other name server.
TEST(SwarmFindingsTest, ANameServerInACycleLeavesLookUpsForTheOther) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SmallInternet internet(SimWorld::Options{.seed = seed});
    internet.settings().resolution.ipv6 = resolver::Ipv6Use::kOn;
    internet.AddServer("192.0.2.31", "example.com.",
                       "@ 300 SOA ns m. 1 2 3 4 5\nwww 300 A 192.0.2.99\n");
    internet.AddDomain("sound.net.", {"192.0.2.41"}, "ns 3600 A 192.0.2.31\n");
    internet.AddToTld("com.",
                      "example.com. 3600 NS ns.sound.net.\n"
                      "example.com. 3600 NS ns.round.net.\n");
    internet.AddToTld("net.",
                      "round.net. 3600 NS ns.about.net.\n"
                      "about.net. 3600 NS ns.round.net.\n");
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.example.com.", RRType::kA);
    EXPECT_EQ(answer.answer.size(), 1u) << "seed " << seed << internet.world().Trace();
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

// Seed 7984 found it. A zone has a DNAME for the name. It was asked for one part of the name after
// the other, and then for the whole name. But the first of these replies had shown the DNAME.
TEST(SwarmFindingsTest, RenamedNameGoesOnElsewhereAtTheFirstPartThatShowsIt) {
  for (const uint32_t ttl : {0u, 300u}) {
    SmallInternet internet(SimWorld::Options{.seed = 7984});
    internet.settings().resolution.qname_minimisation = resolver::QnameMinimisation::kRelaxed;
    internet.AddDomain("example.com.", {"192.0.2.20"},
                       "old " + std::to_string(ttl) + " DNAME example.net.\n");
    internet.AddDomain("example.net.", {"192.0.2.21"}, "a.b.c.d 300 A 192.0.2.99\n");
    internet.Start();
    const PlainMessage answer = internet.Lookup("a.b.c.d.old.example.com.", RRType::kA);
    ASSERT_EQ(answer.answer.size(), 3u) << answer.ToText();
    EXPECT_EQ(answer.answer[2].type, RRType::kA);
    // For old and for d.old only.
    EXPECT_EQ(internet.last_upstream_queries("192.0.2.20"), 2u);
    EXPECT_EQ(internet.last_upstream_queries("192.0.2.21"), 4u);
  }
}

// Seed 1036690 found it. The server is slow and knows no EDNS. A query that was sent again
// meanwhile replaced the plain one.
TEST(SwarmFindingsTest, SlowServerWithoutEdnsIsAskedPlainlyInTheEnd) {
  SmallInternet internet(SimWorld::Options{.seed = 1036690});
  ZoneServer* server =
      internet.AddDomain("example.com.", {"192.0.2.20"}, "www 300 A 192.0.2.99\n")[0];
  server->conduct().with_edns = Fault::kFormErr;
  server->conduct().think_time = std::chrono::milliseconds(410);
  internet.Start();
  EXPECT_EQ(internet.Lookup("www.example.com.", RRType::kA).answer.size(), 1u);
  EXPECT_LE(server->queries(), 5);
}

// Seed 1032687 found it. One server did not keep the case and did not speak TCP. So it was asked in
// the name's own case, with no other datagram open. For that, the last try of the other server was
// broken off, which would have been answered.
TEST(SwarmFindingsTest, TryThatWasBrokenOffIsNoneOfTheThree) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SmallInternet internet(SimWorld::Options{.seed = seed});
    const std::vector<ZoneServer*> servers =
        internet.AddDomain("example.com.", {"192.0.2.20", "192.0.2.21"}, "www 300 A 192.0.2.99\n");
    servers[0]->conduct().fault = Fault::kTruncatesAlways;
    servers[0]->conduct().copies_case = false;
    servers[0]->conduct().tcp_refused = true;
    servers[0]->conduct().think_time = std::chrono::milliseconds(100);
    servers[1]->conduct().with_edns = Fault::kFormErr;
    servers[1]->conduct().think_time = std::chrono::milliseconds(60);
    internet.Start();
    EXPECT_EQ(internet.Lookup("www.example.com.", RRType::kA).answer.size(), 1u) << seed;
  }
}

// Looks up a name of many labels. The first of two servers gives no useful answer. Returns how
// often it was asked. `*unsound` grows if it is avoided from then on for its replies over TCP.
size_t QueriesToTheUselessOne(uint64_t seed, const Conduct& conduct, uint64_t* unsound) {
  SmallInternet internet(SimWorld::Options{.seed = seed});
  internet.settings().resolution.qname_minimisation = resolver::QnameMinimisation::kRelaxed;
  const std::vector<ZoneServer*> servers = internet.AddDomain(
      "example.com.", {"192.0.2.20", "192.0.2.21"}, "a.b.c.d.e.f.g.h 300 A 192.0.2.99\n");
  servers[0]->conduct() = conduct;
  internet.Start();
  EXPECT_EQ(internet.Lookup("a.b.c.d.e.f.g.h.example.com.", RRType::kA).answer.size(), 1u);
  *unsound += AvoidedFor(WhyAvoided::kUnsound, internet);
  return servers[0]->queries();
}

// Seed 2038649 found it. One server always answered about another name, over TCP too. It was asked
// again for each label, until the question's queries were used up.
TEST(SwarmFindingsTest, ServerThatIsOfNoUseOverTcpEitherIsAskedOnce) {
  for (const Fault fault : {Fault::kWrongQuestion, Fault::kWrongId, Fault::kGarbage}) {
    uint64_t unsound = 0;
    for (uint64_t seed = 1; seed <= 8; ++seed) {
      EXPECT_LE(QueriesToTheUselessOne(seed, {.fault = fault}, &unsound), 2u) << "seed " << seed;
    }
    EXPECT_GT(unsound, 0u);
  }
}

// Seed 2038649 again. A slow server changed the case, so it had to be asked over TCP. Its replica
// answered first. So nothing was learnt of the slow server, and it was asked for the next label
// again.
TEST(SwarmFindingsTest, ServerThatWasOvertakenOverTcpIsNotTheNextOneAsked) {
  Conduct conduct;
  conduct.copies_case = false;
  conduct.think_time = std::chrono::milliseconds(350);
  uint64_t unsound = 0;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    EXPECT_LE(QueriesToTheUselessOne(seed, conduct, &unsound), 2u) << "seed " << seed;
  }
  EXPECT_EQ(unsound, 0u);
}

// The near server truncates and is silent over TCP, so its slow replica answers. After that the
// replica is asked first, although it is slower.
TEST(SwarmFindingsTest, ServerThatWasOvertakenOverTcpIsAvoided) {
  SmallInternet internet(SimWorld::Options{.seed = 1});
  const std::vector<ZoneServer*> servers =
      internet.AddDomain("example.com.", {"192.0.2.20", "192.0.2.21"}, "* 300 A 192.0.2.99\n");
  servers[0]->conduct().fault = Fault::kTruncatesAlways;
  servers[0]->conduct().tcp_silent = true;
  servers[1]->conduct().think_time = std::chrono::milliseconds(700);
  internet.Start();
  internet.Lookup("first.example.com.", RRType::kA);
  EXPECT_EQ(AvoidedFor(WhyAvoided::kOvertaken, internet), 1u);
  for (const std::string_view name : {"second.example.com.", "third.example.com."}) {
    const size_t before = internet.world().upstream().size();
    EXPECT_EQ(internet.Lookup(name, RRType::kA).answer.size(), 1u);
    ASSERT_GT(internet.world().upstream().size(), before);
    EXPECT_EQ(internet.world().upstream()[before].server.address.ToText(), "192.0.2.21");
  }
}

// Seed 2062867 found it. The only server took two seconds. After it answered the first of three
// tries, the other two counted as silence. So the tries of the next question came too early again.
TEST(SwarmFindingsTest, TriesThatTheSameServersAnswerOvertookAreNoSilence) {
  SmallInternet internet(SimWorld::Options{.seed = 2062867});
  internet.settings().resolution.budget.client_timeout = std::chrono::seconds(60);
  internet.settings().resolution.budget.failure_timeout = std::chrono::seconds(60);
  internet.settings().resolution.budget.total_timeout = std::chrono::seconds(60);
  ZoneServer* server =
      internet.AddDomain("example.com.", {"192.0.2.20"}, "* 300 A 192.0.2.99\n")[0];
  server->conduct().think_time = std::chrono::milliseconds(2200);
  internet.Start();
  for (const std::string_view name : {"a.example.com.", "b.example.com.", "c.example.com."}) {
    const ClientQueryId id = internet.Ask(name, RRType::kA);
    ASSERT_TRUE(internet.world().RunUntilAnswered(id, std::chrono::seconds(60)));
    EXPECT_EQ(internet.world().client_query(id).Message()->answer.size(), 1u);
  }
  EXPECT_EQ(server->queries(), 3u + 2u);
  EXPECT_EQ(internet.CheckRest(), "");
}

}  // namespace
}  // namespace tern::sim
