// Servers that fail because of what a query carries beside its question: capitals, a cookie, EDNS,
// room for a large reply.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "resolver/upstream/race.h"
#include "tests/resolver/upstream/race_fixture.h"

namespace tern::resolver::upstream {
namespace {

constexpr Fault kFailures[] = {
    Fault::kRefused,          Fault::kServFail,     Fault::kFormErr,        Fault::kNotImp,
    Fault::kNotAuthoritative, Fault::kRefersUpward, Fault::kRefersToItself, Fault::kSilent};

// All names have an address; big.example. has a text of about 1,000 octets.
std::string FormZone() {
  std::string text = "* 300 A 203.0.113.1\nbig 300 TXT";
  for (int i = 0; i < 5; ++i) text += " \"" + std::string(200, 'x') + "\"";
  return text + "\nbig2 300 TXT" + text.substr(text.find(" \"")) + "\n";
}

// Servers A and B, of which the delegation names one or both.
struct FormWorld {
  explicit FormWorld(std::string_view delegations = kOneServer) {
    const std::string zone = FormZone();
    a = world.Add(kServerA, "example.", zone);
    b = world.Add(kServerB, "example.", zone);
    world.Start(delegations);
  }
  // Asks, and returns the number of queries.
  size_t Ask(std::string_view name, RRType type = RRType::kA, Rcode expected = Rcode::kNoError) {
    const size_t before = world.world().upstream().size();
    const HeardAnswer& heard = world.Lookup(name, type);
    EXPECT_EQ(heard.rcode, expected) << world.world().Trace();
    latency = heard.latency;
    world.Run(seconds(8));
    EXPECT_TRUE(world.IsAtRest());
    return world.world().upstream().size() - before;
  }
  // Asks for one more name, in which some letter is as good as certainly sent as a capital.
  size_t AskNext(Rcode expected = Rcode::kNoError) {
    return Ask("a-name-with-quite-some-letters" + std::to_string(++asked) + ".example.", RRType::kA,
               expected);
  }
  const sim::UpstreamQuery& last() { return world.world().upstream().back(); }
  ServerState Known() { return world.table().Get(*Endpoint::Parse(kServerA, 53)); }
  bool IsMarked() { return world.table().IsForged(N("example."), world.world().Now()); }

  RecursorWorld world;
  sim::ZoneServer* a;
  sim::ZoneServer* b;
  Duration latency{0};
  int asked = 0;
};

TEST(RaceFormTest, AHealthyServerIsAskedOnceAndInFull) {
  FormWorld world;
  (void)world.AskNext();
  EXPECT_EQ(world.AskNext(), 1u);
  EXPECT_TRUE(world.last().edns);
  EXPECT_EQ(world.last().payload_octets, wire::kEdnsPayloadDefault);
  EXPECT_FALSE(world.last().cookie.empty());
  EXPECT_TRUE(world.Known().TakesAllAt(world.world.world().Now()));
}

TEST(RaceFormTest, CapitalsAreTakenBackWhateverTheSignWas) {
  for (const Fault fault : kFailures) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world;
    world.a->conduct().with_capitals = fault;
    for (int i = 0; i < 3; ++i) (void)world.AskNext();
    EXPECT_EQ(world.AskNext(), 1u);
    EXPECT_TRUE(world.Known().takes_no_capitals);
  }
}

TEST(RaceFormTest, TheCookieIsTakenBackWhateverTheSignWas) {
  for (const Fault fault : kFailures) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world;
    world.a->conduct().with_cookie = fault;
    for (int i = 0; i < 3; ++i) (void)world.AskNext();
    EXPECT_EQ(world.AskNext(), 1u);
  }
}

TEST(RaceFormTest, EdnsIsTakenBackWhateverTheSignWas) {
  for (const Fault fault : kFailures) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world;
    world.a->conduct().with_edns = fault;
    for (int i = 0; i < 3; ++i) (void)world.AskNext();
    EXPECT_EQ(world.AskNext(), 1u);
    EXPECT_TRUE(world.Known().plain_dns);
  }
}

TEST(RaceFormTest, SeveralServersThatTakeNothingAreAnsweredFrom) {
  for (const Fault fault : kFailures) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world(kTwoServers);
    for (sim::ZoneServer* server : {world.a, world.b}) {
      server->conduct().with_capitals = server->conduct().with_edns = fault;
    }
    for (int i = 0; i < 8; ++i) {
      (void)world.AskNext();
      EXPECT_LT(world.latency, milliseconds(1800));
    }
  }
}

// A failure of all servers costs four queries more, however many they are. Servers that took all
// before are asked in the leanest form only.
TEST(RaceFormTest, FailingServersAreAskedFourTimesMore) {
  for (const bool took_all : {false, true}) {
    FormWorld world(kTwoServers);
    if (took_all) {
      for (int i = 0; i < 20; ++i) (void)world.AskNext();
    } else {
      (void)world.world.Lookup("nobody.");  // asks the root only
    }
    world.a->conduct().fault = world.b->conduct().fault = Fault::kRefused;
    const size_t of_root = took_all ? 0 : 1;
    EXPECT_EQ(world.AskNext(Rcode::kServFail), of_root + 2 + (took_all ? 2 : 4));
    EXPECT_FALSE(world.Known().plain_dns);
    EXPECT_FALSE(world.Known().takes_no_capitals);
  }
}

TEST(RaceFormTest, OneHonestReplicaMakesLeanerTriesNeedless) {
  FormWorld world(kTwoServers);
  (void)world.AskNext();
  world.a->conduct().fault = Fault::kRefused;
  for (int i = 0; i < 6; ++i) EXPECT_LE(world.AskNext(), 2u);
}

// It may have been chance, and firewalls are mended.
TEST(RaceFormTest, WhatIsGuessedFromSilenceIsForgottenAfterTenMinutes) {
  FormWorld world;
  world.a->conduct().with_edns = Fault::kSilent;
  (void)world.AskNext();
  EXPECT_EQ(world.AskNext(), 1u);
  world.a->conduct().with_edns = Fault::kNone;
  world.world.Run(seconds(600));
  (void)world.AskNext();  // its answer ends the mark
  EXPECT_EQ(world.AskNext(), 1u);
  EXPECT_TRUE(world.last().edns);
}

// RFC 6891: a server that cannot add OPT makes its reply unreadable. In no case is that a denial.
TEST(RaceFormTest, AReplyThatEdnsMadeUnreadableIsAskedForWithoutEdns) {
  for (const Fault fault : {Fault::kZeroesOpt, Fault::kAnnouncesOne, Fault::kOtherClass}) {
    SCOPED_TRACE(static_cast<int>(fault));
    FormWorld world;
    world.a->conduct().with_edns = fault;
    (void)world.AskNext();
    EXPECT_TRUE(world.Known().plain_dns);
    EXPECT_EQ(world.AskNext(), 1u);
    world.a->conduct().fault = fault;
    world.a->conduct().with_edns = Fault::kNone;
    (void)world.AskNext(Rcode::kServFail);
  }
}

TEST(RaceFormTest, LargeRepliesThatDoNotArriveAreAskedForInAnotherWay) {
  FormWorld world;
  (void)world.AskNext();
  world.a->conduct().udp_octets_max = 512;
  (void)world.Ask("big.example.", RRType::kTXT);
  EXPECT_LT(world.latency, milliseconds(1800));
  EXPECT_TRUE(world.Known().loses_large_replies);
  EXPECT_FALSE(world.Known().plain_dns);
  // The next one is truncated, and asked for over TCP.
  EXPECT_EQ(world.Ask("big2.example.", RRType::kTXT), 2u);
  EXPECT_EQ(world.last().transport, Transport::kTcp);
  EXPECT_LT(world.latency, milliseconds(100));
  EXPECT_EQ(world.AskNext(), 1u);
  EXPECT_EQ(world.last().payload_octets, wire::kEdnsPayloadMin);
  EXPECT_FALSE(world.last().cookie.empty());
}

// A lost packet is chance: it costs a server that took all nothing.
TEST(RaceFormTest, ALostPacketTakesNothingFromAHealthyServer) {
  FormWorld world;
  (void)world.AskNext();
  world.a->conduct().with_cookie = Fault::kSilent;
  (void)world.AskNext();
  world.a->conduct().with_cookie = Fault::kNone;
  EXPECT_EQ(world.AskNext(), 1u);
  EXPECT_FALSE(world.last().cookie.empty());
  EXPECT_FALSE(world.Known().takes_no_capitals);
}

// c-ares 1271: some routers send back a cookie of an earlier query.
TEST(RaceFormTest, AServerThatSendsAnotherCookieIsAskedWithoutOne) {
  for (const bool tcp_refused : {false, true}) {
    FormWorld world;
    world.a->conduct().old_cookie = true;
    world.a->conduct().tcp_refused = tcp_refused;
    EXPECT_LE(world.AskNext(), 5u);  // with two to the root
    EXPECT_TRUE(world.Known().takes_no_cookie);
    world.world.Run(seconds(20));
    EXPECT_EQ(world.AskNext(), 1u);
    EXPECT_FALSE(world.IsMarked());
  }
}

// A server that gives our cookie back did not write the reply with the wrong one.
TEST(RaceFormTest, AServerThatGivesOurCookieIsNotAskedWithoutOne) {
  FormWorld world;
  world.a->conduct().cookies = sim::CookieUse::kGives;
  (void)world.AskNext();
  world.a->conduct().wrong_client_cookie = true;
  world.a->conduct().tcp_refused = true;
  (void)world.AskNext(Rcode::kServFail);
  EXPECT_FALSE(world.Known().takes_no_cookie);
}

}  // namespace
}  // namespace tern::resolver::upstream
