// What the resolver does when servers and networks fail or lie. tests/sim/threats has what
// attackers do. At the end of every test nothing is under way.
#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kAdversityRecords = "www 300 A 198.51.100.1\nftp 300 A 198.51.100.2\n";

class AdversityTest : public testing::Test {
 protected:
  AdversityTest() {
    servers_ =
        internet_.AddDomain("example.com.", {kFirstServer, kSecondServer}, kAdversityRecords);
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }

  void BreakAll(Fault fault) {
    for (ZoneServer* server : servers_) server->conduct().fault = fault;
  }
  void ExpectAnswer(std::string_view name = "www.example.com.") {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << internet_.world().Trace();
    EXPECT_EQ(answer.answer.size(), 1u);
  }
  void ExpectServFail(std::string_view name = "www.example.com.") {
    EXPECT_EQ(internet_.Lookup(name, RRType::kA).rcode, Rcode::kServFail)
        << internet_.world().Trace();
  }

  SmallInternet internet_{SimWorld::Options{.seed = 5}};
  std::vector<ZoneServer*> servers_;
};

// The name of the other server is in another zone, so its address must be found first.
TEST_F(AdversityTest, DeadServerWithGlueIsNotWaitedForWhenAnotherHasNone) {
  internet_.AddToTld("com.",
                     "mixed.com. 3600 NS ns1.mixed.com.\nmixed.com. 3600 NS ns.helper.net.\n"
                     "ns1.mixed.com. 3600 A 203.0.113.60\n");  // nobody is there
  internet_.AddServer("203.0.113.61", "mixed.com.",
                      "@ 300 SOA ns hostmaster 1 7200 3600 604800 300\n@ 300 NS ns.helper.net.\n" +
                          std::string(kAdversityRecords));
  internet_.AddDomain("helper.net.", {"203.0.113.62"}, "ns 300 A 203.0.113.61\n");
  internet_.Start();
  ExpectAnswer("www.mixed.com.");
  EXPECT_LT(internet_.last_latency(), milliseconds(800));
}

TEST_F(AdversityTest, OneDeadReplicaCostsLittle) {
  servers_[0]->conduct().fault = Fault::kSilent;
  internet_.Start();
  Duration worst{0};
  for (int i = 0; i < 20; ++i) {
    ExpectAnswer(i % 2 == 0 ? "www.example.com." : "ftp.example.com.");
    worst = std::max(worst, internet_.last_latency());
    internet_.world().RunFor(seconds(301));
  }
  EXPECT_LT(worst, milliseconds(500));
}

// A browser's three questions at once, or those of many clients, to unknown servers that are far
// away. The timeouts of one must not make the servers dead for the others.
TEST_F(AdversityTest, ManyQuestionsAtOnceToAFarZoneAreAllAnswered) {
  for (const Duration gap : {milliseconds(0), milliseconds(70)}) {
    for (const Duration far : {milliseconds(450), milliseconds(700), milliseconds(1300)}) {
      for (const int count : {3, 8, 20}) {
        SCOPED_TRACE(testing::Message() << count << " questions, " << far.count() << " us");
        std::string records;
        for (int i = 0; i < count; ++i) records += "h" + std::to_string(i) + " 60 A 198.51.100.1\n";
        SmallInternet internet(SimWorld::Options{.seed = 5});
        for (ZoneServer* server :
             internet.AddDomain("far.com.", {kFirstServer, kSecondServer}, records)) {
          server->conduct().think_time = far;
        }
        internet.Start();
        std::vector<ClientQueryId> ids;
        for (int i = 0; i < count; ++i) {
          ids.push_back(internet.Ask("h" + std::to_string(i) + ".far.com.", RRType::kA));
          internet.world().RunFor(gap);
        }
        internet.world().RunFor(seconds(4));
        for (const ClientQueryId id : ids) {
          const std::optional<PlainMessage> reply = internet.world().client_query(id).Message();
          ASSERT_TRUE(reply.has_value());
          EXPECT_EQ(reply->rcode, Rcode::kNoError);
        }
      }
    }
  }
}

TEST_F(AdversityTest, DeadReplicaIsLeftAloneOnceItIsKnown) {
  std::string records;
  for (int i = 0; i < 200; ++i) records += "h" + std::to_string(i) + " 300 A 198.51.100.1\n";
  const std::vector<ZoneServer*> servers =
      internet_.AddDomain("half.com.", {"192.0.2.31", "192.0.2.32"}, records);
  servers[0]->conduct().fault = Fault::kSilent;
  internet_.Start();
  for (int i = 0; i < 200; ++i) ExpectAnswer("h" + std::to_string(i) + ".half.com.");
  EXPECT_LT(servers[0]->queries(), 30u);
}

TEST_F(AdversityTest, SilentServersDoNotKeepTheClientWaiting) {
  BreakAll(Fault::kSilent);
  internet_.Start();
  ExpectServFail();
  // failure_timeout is 5 s, plus a little for the turn of the loop.
  EXPECT_LE(internet_.last_latency(), milliseconds(5050));
  EXPECT_LE(internet_.world().upstream().size(), 64u);
}

TEST_F(AdversityTest, SilentRootDoesNotKeepTheClientWaiting) {
  internet_.root().conduct().fault = Fault::kSilent;
  internet_.Start();
  ExpectServFail();
  EXPECT_LE(internet_.last_latency(), milliseconds(5050));
}

TEST_F(AdversityTest, UnreachableServersFailAtOnce) {
  BreakAll(Fault::kUnreachable);
  internet_.Start();
  ExpectServFail();
  EXPECT_LT(internet_.last_latency(), milliseconds(1000));
}

TEST_F(AdversityTest, AnyFaultOfOneReplicaLeavesTheOther) {
  const std::vector<Fault> faults = {
      Fault::kSilent,  Fault::kUnreachable,     Fault::kRefused,      Fault::kServFail,
      Fault::kNotImp,  Fault::kFormErr,         Fault::kRefersUpward, Fault::kRefersToItself,
      Fault::kWrongId, Fault::kWrongQuestion,   Fault::kNoQuestion,   Fault::kGarbage,
      Fault::kEmpty,   Fault::kNotAuthoritative};
  std::vector<std::vector<ZoneServer*>> all;
  for (size_t i = 0; i < faults.size(); ++i) {
    const std::string zone = "fault" + std::to_string(i) + ".com.";
    const std::string bad = "203.0.113." + std::to_string(2 * i + 1);
    const std::string good = "203.0.113." + std::to_string(2 * i + 2);
    internet_.AddDomain(zone, {bad, good}, kAdversityRecords).at(0)->conduct().fault = faults[i];
  }
  internet_.Start();
  for (size_t i = 0; i < faults.size(); ++i) {
    SCOPED_TRACE("fault " + std::to_string(static_cast<int>(faults[i])));
    const std::string zone = "fault" + std::to_string(i) + ".com.";
    ExpectAnswer("www." + zone);
    ExpectAnswer("ftp." + zone);
    EXPECT_LT(internet_.last_latency(), milliseconds(1800));
  }
}

TEST_F(AdversityTest, AnyFaultOfAllReplicasEndsInServFailInTime) {
  const std::vector<Fault> faults = {
      Fault::kSilent,  Fault::kUnreachable, Fault::kRefused,      Fault::kServFail,
      Fault::kNotImp,  Fault::kFormErr,     Fault::kRefersUpward, Fault::kRefersToItself,
      Fault::kWrongId, Fault::kGarbage,     Fault::kEmpty,        Fault::kWrongQuestion};
  for (size_t i = 0; i < faults.size(); ++i) {
    const std::string zone = "fault" + std::to_string(i) + ".com.";
    const std::string address = "203.0.113." + std::to_string(i + 1);
    internet_.AddDomain(zone, {address}, kAdversityRecords).at(0)->conduct().fault = faults[i];
  }
  internet_.Start();
  for (size_t i = 0; i < faults.size(); ++i) {
    SCOPED_TRACE("fault " + std::to_string(static_cast<int>(faults[i])));
    ExpectServFail("www.fault" + std::to_string(i) + ".com.");
    EXPECT_LE(internet_.last_latency(), milliseconds(5050));
    EXPECT_LE(internet_.last_upstream_queries(), 64u);
  }
}

TEST_F(AdversityTest, ServersThatChangeTheLettersAreUsedAllTheSame) {
  for (ZoneServer* server : servers_) server->conduct().copies_case = false;
  internet_.Start();
  ExpectAnswer();
  ExpectAnswer("ftp.example.com.");
}

TEST_F(AdversityTest, TruncationWithoutTcpEndsInServFail) {
  for (ZoneServer* server : servers_) {
    server->conduct().fault = Fault::kTruncatesAlways;
    server->conduct().tcp_refused = true;
  }
  internet_.Start();
  ExpectServFail();
  EXPECT_LE(internet_.last_latency(), milliseconds(5050));
}

TEST_F(AdversityTest, TruncationWithSilentTcpEndsInServFailInTime) {
  for (ZoneServer* server : servers_) {
    server->conduct().fault = Fault::kTruncatesAlways;
    server->conduct().tcp_silent = true;
  }
  internet_.Start();
  ExpectServFail();
  EXPECT_LE(internet_.last_latency(), milliseconds(5050));
}

TEST_F(AdversityTest, TruncationLeadsToTcp) {
  for (ZoneServer* server : servers_) server->conduct().fault = Fault::kTruncatesAlways;
  internet_.Start();
  ExpectAnswer();
}

TEST_F(AdversityTest, NoResourcesEndInServFailNotInSilence) {
  SmallInternet internet(SimWorld::Options{.seed = 5, .exchanges_max = 0});
  internet.AddDomain("example.com.", {kFirstServer}, kAdversityRecords);
  internet.Start();
  EXPECT_EQ(internet.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet.CheckRest(), "");
}

TEST_F(AdversityTest, SlowServersAreWaitedForAndTheAnswerIsKept) {
  for (ZoneServer* server : servers_) server->conduct().think_time = milliseconds(900);
  internet_.Start();
  ExpectAnswer();
}

TEST_F(AdversityTest, CycleAskedFromBothEndsEnds) {
  internet_.AddToTld("com.", "one.com. 3600 NS ns.two.net.\n");
  internet_.AddToTld("net.", "two.net. 3600 NS ns.one.com.\n");
  internet_.Start();
  internet_.Ask("www.one.com.", RRType::kA);
  internet_.Ask("www.two.net.", RRType::kA);
  internet_.Ask("ns.one.com.", RRType::kA);
  internet_.Ask("ns.two.net.", RRType::kAAAA);
  internet_.world().RunFor(milliseconds(5050));
  EXPECT_EQ(internet_.world().unanswered(), 0u);
}

// Asks for 300 names over a link; returns how many answers were not what the zone says.
int WrongAnswersOver(const Link& link) {
  SmallInternet internet(SimWorld::Options{.seed = 77, .link = link});
  std::string records;
  for (int i = 0; i < 300; ++i) records += "h" + std::to_string(i) + " 300 A 198.51.100.1\n";
  internet.AddDomain("rough.com.", {kFirstServer, kSecondServer}, records);
  internet.Start();
  int wrong = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "h" + std::to_string(i) + ".rough.com.";
    const PlainMessage answer = internet.Lookup(name, RRType::kA);
    if (answer.rcode != Rcode::kNoError || answer.answer.size() != 1 ||
        answer.answer[0].rdata != Octets{198, 51, 100, 1}) {
      ++wrong;
    }
    EXPECT_LE(internet.last_latency(), milliseconds(5050));
    EXPECT_LE(internet.last_upstream_queries(), 64u);
  }
  EXPECT_EQ(internet.CheckRest(), "");
  return wrong;
}

TEST(RoughNetworkTest, LossAndReorderingLoseNoAnswers) {
  Link link{.latency = Latency::LogNormal(milliseconds(20), 0.5)};
  link.loss = 0.1;
  link.duplication = link.reordering = 0.05;
  EXPECT_EQ(WrongAnswersOver(link), 0);
}

TEST(RoughNetworkTest, TruncatedPacketsLoseFewAnswers) {
  // A fifth of all packets, each way. If a server's reply cannot be read, the question may stop
  // using that server. So a few questions lose both servers.
  Link link{.latency = Latency::LogNormal(milliseconds(20), 0.5)};
  link.truncation = 0.2;
  EXPECT_LT(WrongAnswersOver(link), 6);
}

TEST(RoughNetworkTest, CorruptionIsMostlyNoticed) {
  // DNS has no checksum of its own, so an address with a flipped bit is believed. One packet in
  // twenty is hit. A fifth of its octets decide what the client gets.
  Link link{.latency = Latency::LogNormal(milliseconds(20), 0.5)};
  link.corruption = 0.05;
  EXPECT_LT(WrongAnswersOver(link), 15);
}

TEST(HostileClientTest, UnsoundQueriesDoNoHarm) {
  SmallInternet internet(SimWorld::Options{.seed = 5});
  internet.AddDomain("example.com.", {kFirstServer}, kAdversityRecords);
  internet.Start();
  SeededRandom random(9);
  const Octets sound = MakeQuery(7, "www.example.com.", RRType::kA).Encode();
  for (int i = 0; i < 2000; ++i) {
    Octets query = sound;
    if (i % 3 == 0) query.resize(random.Below(query.size()));
    for (uint64_t flips = random.Below(8); flips > 0 && !query.empty(); --flips) {
      query[random.Below(query.size())] ^= static_cast<uint8_t>(1 << random.Below(8));
    }
    if (i % 2 == 0) {
      internet.world().AskDatagram(query);
    } else {
      internet.world().AskStream(query);
    }
    if (i % 50 == 0) internet.world().RunFor(milliseconds(20));
  }
  internet.world().RunFor(seconds(30));
  EXPECT_EQ(internet.Lookup("www.example.com.", RRType::kA).answer.size(), 1u);
  // Octets that are no query, or too short for a header, get nothing.
  EXPECT_LT(internet.world().unanswered(), 700u);
  for (size_t i = 0; i < internet.world().client_query_count(); ++i) {
    EXPECT_LE(internet.world().client_query(i).replies, 1);
  }
  EXPECT_EQ(internet.resolver().work_in_flight(), 0u);
  EXPECT_EQ(internet.world().open_exchanges(), 0u);
}

}  // namespace
}  // namespace tern::sim
