// What the resolver does when servers and networks fail or lie. Every test ends with all at rest.
#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kFirst = "192.0.2.20";
constexpr std::string_view kSecond = "192.0.2.21";
constexpr std::string_view kRecords = "www 300 A 198.51.100.1\nftp 300 A 198.51.100.2\n";

class AdversityTest : public testing::Test {
 protected:
  AdversityTest() { servers_ = internet_.AddDomain("example.com.", {kFirst, kSecond}, kRecords); }
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
  // client_timeout is 1.8 s; a little for the turn of the loop.
  EXPECT_LE(internet_.last_latency(), milliseconds(1850));
  EXPECT_LE(internet_.world().upstream().size(), 64u);
}

TEST_F(AdversityTest, SilentRootDoesNotKeepTheClientWaiting) {
  internet_.root().conduct().fault = Fault::kSilent;
  internet_.Start();
  ExpectServFail();
  EXPECT_LE(internet_.last_latency(), milliseconds(1850));
}

TEST_F(AdversityTest, UnreachableServersFailAtOnce) {
  BreakAll(Fault::kUnreachable);
  internet_.Start();
  ExpectServFail();
  EXPECT_LT(internet_.last_latency(), milliseconds(1850));
}

TEST_F(AdversityTest, FailureIsRememberedAndForgotten) {
  BreakAll(Fault::kServFail);
  internet_.Start();
  ExpectServFail();
  ExpectServFail();
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  BreakAll(Fault::kNone);
  internet_.world().RunFor(seconds(301));
  ExpectAnswer();
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
    internet_.AddDomain(zone, {bad, good}, kRecords).at(0)->conduct().fault = faults[i];
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
    internet_.AddDomain(zone, {address}, kRecords).at(0)->conduct().fault = faults[i];
  }
  internet_.Start();
  for (size_t i = 0; i < faults.size(); ++i) {
    SCOPED_TRACE("fault " + std::to_string(static_cast<int>(faults[i])));
    ExpectServFail("www.fault" + std::to_string(i) + ".com.");
    EXPECT_LE(internet_.last_latency(), milliseconds(1850));
    EXPECT_LE(internet_.last_upstream_queries(), 64u);
  }
}

TEST_F(AdversityTest, ServersThatChangeTheLettersAreUsedAllTheSame) {
  for (ZoneServer* server : servers_) server->conduct().copies_case = false;
  internet_.Start();
  ExpectAnswer();
  ExpectAnswer("ftp.example.com.");
}

TEST_F(AdversityTest, ServersWithoutEdnsAreAskedWithout) {
  for (const Fault fault : {Fault::kFormErr, Fault::kNotImp}) {
    SmallInternet internet(SimWorld::Options{.seed = 5});
    ZoneServer* server = internet.AddDomain("old.com.", {kFirst}, kRecords).at(0);
    server->conduct().with_edns = fault;
    internet.Start();
    EXPECT_EQ(internet.Lookup("www.old.com.", RRType::kA).answer.size(), 1u);
    EXPECT_EQ(internet.Lookup("ftp.old.com.", RRType::kA).answer.size(), 1u);
    EXPECT_EQ(internet.last_upstream_queries(), 1u);  // remembered
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

TEST_F(AdversityTest, TruncationWithoutTcpEndsInServFail) {
  for (ZoneServer* server : servers_) {
    server->conduct().fault = Fault::kTruncatesAlways;
    server->conduct().tcp_refused = true;
  }
  internet_.Start();
  ExpectServFail();
  EXPECT_LE(internet_.last_latency(), milliseconds(1850));
}

TEST_F(AdversityTest, TruncationWithSilentTcpEndsInServFailInTime) {
  for (ZoneServer* server : servers_) {
    server->conduct().fault = Fault::kTruncatesAlways;
    server->conduct().tcp_silent = true;
  }
  internet_.Start();
  ExpectServFail();
  EXPECT_LE(internet_.last_latency(), milliseconds(1850));
}

TEST_F(AdversityTest, TruncationLeadsToTcp) {
  for (ZoneServer* server : servers_) server->conduct().fault = Fault::kTruncatesAlways;
  internet_.Start();
  ExpectAnswer();
}

TEST_F(AdversityTest, NoResourcesEndInServFailNotInSilence) {
  SmallInternet internet(SimWorld::Options{.seed = 5, .exchanges_max = 0});
  internet.AddDomain("example.com.", {kFirst}, kRecords);
  internet.Start();
  EXPECT_EQ(internet.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet.CheckRest(), "");
}

TEST_F(AdversityTest, SlowServersAreWaitedForAndTheAnswerIsKept) {
  for (ZoneServer* server : servers_) server->conduct().think_time = milliseconds(900);
  internet_.Start();
  ExpectAnswer();
}

// Puts forged answers into the network: right name, wrong id.
class BlindSpoofer : public SimServer {
 public:
  explicit BlindSpoofer(bool knows_case) : knows_case_(knows_case) {}
  SimAnswer OnQuery(const SimQuery& query) override {
    std::optional<PlainMessage> message = PlainMessage::Decode(query.octets);
    if (!message) return {};
    SimAnswer forged;
    for (int i = 1; i <= 20; ++i) {
      PlainMessage reply = *message;
      reply.id = static_cast<uint16_t>(message->id + (knows_case_ ? i : 0));
      reply.flags = wire::kFlagQR | wire::kFlagAA;
      if (!knows_case_) reply.questions[0].name.Lower();
      reply.answer.push_back(
          {reply.questions[0].name, RRType::kA, wire::RRClass::kIN, 86400, {203, 0, 113, 66}});
      forged.replies.push_back({reply.Encode(), Duration(i)});
    }
    return forged;
  }

 private:
  bool knows_case_;
};

TEST_F(AdversityTest, ForgedRepliesWithWrongIdAreNotBelieved) {
  BlindSpoofer spoofer(true);
  internet_.world().SetSpoofer(&spoofer);
  internet_.Start();
  for (const char* name : {"www.example.com.", "ftp.example.com."}) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA);
    ASSERT_EQ(answer.answer.size(), 1u) << internet_.world().Trace();
    EXPECT_NE(answer.answer[0].rdata, (Octets{203, 0, 113, 66}));
  }
  EXPECT_GT(internet_.resolver().recursor().statistics().forgeries, 0u);
}

TEST_F(AdversityTest, ForgedRepliesWithWrongLettersAreNotBelieved) {
  BlindSpoofer spoofer(false);
  internet_.world().SetSpoofer(&spoofer);
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA);
  ASSERT_EQ(answer.answer.size(), 1u) << internet_.world().Trace();
  EXPECT_EQ(answer.answer[0].rdata, (Octets{198, 51, 100, 1}));
}

TEST_F(AdversityTest, HundredGluelessServersCostFewQueries) {
  std::string delegation;
  for (int i = 0; i < 100; ++i) {
    delegation += "attack.com. 3600 NS ns" + std::to_string(i) + ".victim.net.\n";
  }
  internet_.AddToTld("com.", delegation);
  internet_.com().conduct().payload_max = 4096;
  ZoneServer* victim = internet_.AddDomain("victim.net.", {"192.0.2.60"}, kRecords).at(0);
  internet_.Start();
  ExpectServFail("www.attack.com.");
  EXPECT_LT(internet_.world().upstream().size(), 20u) << internet_.world().Trace();
  EXPECT_LE(victim->queries(), 10u);
}

TEST_F(AdversityTest, ChainOfElevenLinksIsFollowedTwelveAreNot) {
  for (const int links : {11, 12}) {
    SmallInternet internet(SimWorld::Options{.seed = 5});
    std::string records = "n" + std::to_string(links) + " 300 A 198.51.100.1\n";
    for (int i = 0; i < links; ++i) {
      records += "n" + std::to_string(i) + " 300 CNAME n" + std::to_string(i + 1) + "\n";
    }
    internet.AddDomain("chain.com.", {kFirst}, records);
    internet.Start();
    const PlainMessage answer = internet.Lookup("n0.chain.com.", RRType::kA);
    if (links == 11) {
      EXPECT_EQ(answer.rcode, Rcode::kNoError) << internet.world().Trace();
      EXPECT_EQ(answer.answer.size(), 12u);
    } else {
      EXPECT_EQ(answer.rcode, Rcode::kServFail) << internet.world().Trace();
    }
    EXPECT_EQ(internet.CheckRest(), "");
  }
}

TEST_F(AdversityTest, ChainAcrossZonesStaysWithinTheBudget) {
  // Each link leads into a zone of its own, whose servers have to be found first.
  for (int i = 0; i < 20; ++i) {
    const std::string address = "203.0.113." + std::to_string(i + 1);
    internet_.AddDomain("c" + std::to_string(i) + ".com.", {address},
                        "www 300 CNAME www.c" + std::to_string(i + 1) + ".com.\n");
  }
  internet_.Start();
  ExpectServFail("www.c0.com.");
  EXPECT_LE(internet_.world().upstream().size(), 64u);
}

// Sends everybody one label further down, to itself.
class EndlessReferrer : public SimServer {
 public:
  explicit EndlessReferrer(std::string_view address)
      : address_(*IpAddress::Parse(address)), depth_(2) {}
  SimAnswer OnQuery(const SimQuery& query) override {
    std::optional<PlainMessage> message = PlainMessage::Decode(query.octets);
    if (!message || message->questions.size() != 1) return {};
    const wire::Name& name = message->questions[0].name;
    depth_ = std::min(depth_ + 1, name.view().LabelCount());
    message->flags = wire::kFlagQR;
    const wire::Name cut(name.view().Suffix(depth_));
    const wire::Name server = NameOf("ns.x.com.");
    message->authority.push_back({cut, RRType::kNS, wire::RRClass::kIN, 3600,
                                  Octets(server.data(), server.data() + server.size())});
    message->additional.push_back({server, RRType::kA, wire::RRClass::kIN, 3600,
                                   Octets(address_.octets, address_.octets + 4)});
    return {{{message->Encode(), Duration(0)}}, false};
  }

 private:
  IpAddress address_;
  size_t depth_;
};

TEST_F(AdversityTest, EndlessReferralsStayWithinTheBudget) {
  internet_.AddToTld("com.", "x.com. 3600 NS ns.x.com.\nns.x.com. 3600 A 192.0.2.70\n");
  EndlessReferrer referrer("192.0.2.70");
  internet_.world().AddServer("192.0.2.70", &referrer);
  internet_.settings().resolution.qname_minimisation = resolver::QnameMinimisation::kOff;
  internet_.Start();
  std::string name = "x.com.";
  while (name.size() < 240) name = "a." + name;
  ExpectServFail(name);
  EXPECT_LE(internet_.world().upstream().size(), 64u);
  EXPECT_LE(internet_.last_latency(), milliseconds(1850));
  EXPECT_EQ(internet_.CheckRest(), "");  // before the server goes
}

TEST_F(AdversityTest, GluelessCycleEnds) {
  internet_.AddToTld("com.", "one.com. 3600 NS ns.two.net.\n");
  internet_.AddToTld("net.", "two.net. 3600 NS ns.one.com.\n");
  internet_.Start();
  ExpectServFail("www.one.com.");
  ExpectServFail("www.two.net.");
  EXPECT_LE(internet_.world().upstream().size(), 64u);
}

TEST_F(AdversityTest, CycleAskedFromBothEndsEnds) {
  internet_.AddToTld("com.", "one.com. 3600 NS ns.two.net.\n");
  internet_.AddToTld("net.", "two.net. 3600 NS ns.one.com.\n");
  internet_.Start();
  internet_.Ask("www.one.com.", RRType::kA);
  internet_.Ask("www.two.net.", RRType::kA);
  internet_.Ask("ns.one.com.", RRType::kA);
  internet_.Ask("ns.two.net.", RRType::kAAAA);
  internet_.world().RunFor(milliseconds(1850));
  EXPECT_EQ(internet_.world().unanswered(), 0u);
}

// Asks for 300 names over a link; returns how many answers were not what the zone says.
int WrongAnswersOver(const Link& link) {
  SmallInternet internet(SimWorld::Options{.seed = 77, .link = link});
  std::string records;
  for (int i = 0; i < 300; ++i) records += "h" + std::to_string(i) + " 300 A 198.51.100.1\n";
  internet.AddDomain("rough.com.", {kFirst, kSecond}, records);
  internet.Start();
  int wrong = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "h" + std::to_string(i) + ".rough.com.";
    const PlainMessage answer = internet.Lookup(name, RRType::kA);
    if (answer.rcode != Rcode::kNoError || answer.answer.size() != 1 ||
        answer.answer[0].rdata != Octets{198, 51, 100, 1}) {
      ++wrong;
    }
    EXPECT_LE(internet.last_latency(), milliseconds(1850));
    EXPECT_LE(internet.last_upstream_queries(), 64u);
  }
  EXPECT_EQ(internet.CheckRest(), "");
  return wrong;
}

TEST(FloodTest, NamesOfASilentZoneLeaveRoomForOtherZones) {
  SmallInternet internet{SimWorld::Options{.seed = 5, .exchanges_max = 4096}};
  internet.AddDomain("dead.com.", {kFirst}, kRecords)[0]->conduct().fault = Fault::kSilent;
  std::string records;
  for (int i = 0; i < 40; ++i) records += "h" + std::to_string(i) + " 300 A 198.51.100.1\n";
  internet.AddDomain("example.com.", {kSecond}, records);
  internet.Start();
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 400; ++j) {
      const std::string name = "r" + std::to_string(i * 400 + j) + ".dead.com.";
      (void)internet.world().AskDatagram(MakeQuery(7, name, RRType::kA).Encode());
    }
    internet.world().RunFor(milliseconds(20));
    const std::string name = "h" + std::to_string(i) + ".example.com.";
    EXPECT_EQ(internet.Lookup(name, RRType::kA).rcode, Rcode::kNoError) << name;
  }
}

TEST(RoughNetworkTest, LossAndReorderingLoseNoAnswers) {
  Link link{.latency = Latency::LogNormal(milliseconds(20), 0.5)};
  link.loss = 0.1;
  link.duplication = link.reordering = 0.05;
  EXPECT_EQ(WrongAnswersOver(link), 0);
}

TEST(RoughNetworkTest, TruncatedPacketsLoseFewAnswers) {
  // A fifth of all packets, each way. A server whose reply cannot be read may count as useless for
  // the question at hand, so a few questions lose both of theirs.
  Link link{.latency = Latency::LogNormal(milliseconds(20), 0.5)};
  link.truncation = 0.2;
  EXPECT_LT(WrongAnswersOver(link), 6);
}

TEST(RoughNetworkTest, CorruptionIsMostlyNoticed) {
  // DNS has no checksum of its own: a bit that flips in an address is believed. One packet in
  // twenty is hit, and a fifth of its octets decide what the client gets.
  Link link{.latency = Latency::LogNormal(milliseconds(20), 0.5)};
  link.corruption = 0.05;
  EXPECT_LT(WrongAnswersOver(link), 15);
}

TEST(HostileClientTest, UnsoundQueriesDoNoHarm) {
  SmallInternet internet(SimWorld::Options{.seed = 5});
  internet.AddDomain("example.com.", {kFirst}, kRecords);
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
  // What is no query at all, or too short for a header, gets nothing.
  EXPECT_LT(internet.world().unanswered(), 700u);
  for (size_t i = 0; i < internet.world().client_query_count(); ++i) {
    EXPECT_LE(internet.world().client_query(i).replies, 1);
  }
  EXPECT_EQ(internet.resolver().work_in_flight(), 0u);
  EXPECT_EQ(internet.world().open_exchanges(), 0u);
}

}  // namespace
}  // namespace tern::sim
