#include "resolver/upstream/race.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/resolver/upstream/race_fixture.h"

namespace tern::resolver::upstream {
namespace {

using sim::Conduct;

constexpr std::string_view kZone = "www 300 A 203.0.113.1\nmail 300 A 203.0.113.2\n";

class RaceTest : public RaceFixture {
 protected:
  void StartOne() {
    a_ = world_.Add(kServerA, "example.", kZone);
    world_.Start(kOneServer);
  }
  void StartTwo(milliseconds a = milliseconds(10), milliseconds b = milliseconds(10)) {
    AddBoth(kZone, a, b);
    world_.Start(kTwoServers);
  }
  // Makes the root and both servers known, and how fast they are.
  void WarmUp() {
    for (int i = 0; i < 40; ++i) world_.Lookup("w" + std::to_string(i) + ".example.");
    first_ = world_.world().upstream().size();
  }
  size_t Sent(std::string_view address = "") {
    return world_.world().CountUpstream(address, first_);
  }
  std::vector<Duration> SendTimes() {
    std::vector<Duration> times;
    const auto& upstream = world_.world().upstream();
    for (size_t i = first_; i < upstream.size(); ++i) {
      times.push_back(upstream[i].at - upstream[first_].at);
    }
    return times;
  }

  size_t first_ = 0;
};

TEST_F(RaceTest, OneQueryWhenTheServerAnswers) {
  StartTwo();
  WarmUp();
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_EQ(Sent(), 1u);
  EXPECT_TRUE(world_.IsAtRest());
}

// RFC 1035 section 7.2, RFC 9520 section 3.1: the only server is asked at most three times, each
// time after a longer pause.
TEST_F(RaceTest, TheOnlyServerIsAskedThreeTimesBackingOff) {
  StartOne();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  const HeardAnswer& heard = world_.Lookup("www.example.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  world_.Run(seconds(8));
  const std::vector<Duration> times = SendTimes();
  ASSERT_EQ(times.size(), 3u);
  EXPECT_GE(times[1], milliseconds(300));
  EXPECT_GE(times[2] - times[1], (times[1] - times[0]) * 3 / 2);
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(RaceTest, ALostQueryIsMadeUpFor) {
  StartOne();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  HeardAnswer* heard = world_.Ask("www.example.", RRType::kA);
  world_.Run(milliseconds(200));
  a_->conduct().fault = Fault::kNone;
  world_.Run(seconds(1));
  ASSERT_EQ(heard->count, 1);
  EXPECT_EQ(heard->rcode, Rcode::kNoError);
  EXPECT_EQ(Sent(), 2u);
}

// The reply to the first attempt counts, although a second attempt was made meanwhile.
TEST_F(RaceTest, ALateReplyStillCounts) {
  StartOne();
  WarmUp();
  a_->conduct().think_time = milliseconds(500);
  const HeardAnswer& heard = world_.Lookup("www.example.");
  EXPECT_EQ(heard.rcode, Rcode::kNoError);
  EXPECT_LT(heard.latency, milliseconds(600));
  EXPECT_EQ(Sent(), 2u);
}

TEST_F(RaceTest, AnotherReplicaIsAskedSoonWhenTheFirstIsSilent) {
  StartTwo();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  Duration slowest{0};
  for (int i = 0; i < 20; ++i) {
    const HeardAnswer& heard = world_.Lookup("x" + std::to_string(i) + ".example.");
    EXPECT_EQ(heard.rcode, Rcode::kNXDomain);
    slowest = std::max(slowest, heard.latency);
  }
  EXPECT_LT(slowest, milliseconds(150));
  // After it was found silent, most questions do not ask it.
  EXPECT_LE(Sent(kServerA), 5u);
}

// A lost packet must not cost a server its share for ever.
TEST_F(RaceTest, AServerThatWasSilentOnceComesBack) {
  StartTwo();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  for (int i = 0; i < 4; ++i) world_.Lookup("x" + std::to_string(i) + ".example.");
  a_->conduct().fault = Fault::kNone;
  world_.Run(seconds(30));
  first_ = world_.world().upstream().size();
  for (int i = 0; i < 100; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  EXPECT_GE(Sent(kServerA), 20u);
  EXPECT_GE(Sent(kServerB), 20u);
}

TEST_F(RaceTest, ReplicasShareTheLoad) {
  StartTwo();
  WarmUp();
  for (int i = 0; i < 200; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  EXPECT_GE(Sent(kServerA), 60u);
  EXPECT_GE(Sent(kServerB), 60u);
  EXPECT_LE(Sent(), 210u);
}

TEST_F(RaceTest, TheNearerReplicaGetsMost) {
  StartTwo(milliseconds(5), milliseconds(150));
  for (int i = 0; i < 60; ++i) world_.Lookup("w" + std::to_string(i) + ".example.");
  first_ = world_.world().upstream().size();
  for (int i = 0; i < 100; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  EXPECT_GE(Sent(kServerA), 95u);
}

// Hedging adds at most 5 % of queries when no server is silent.
TEST_F(RaceTest, HealthyServersSeeFewHedges) {
  AddBoth(kZone);
  world_.Start(kTwoServers);
  for (const std::string_view address : {kServerA, kServerB}) {
    world_.world().SetLink(address, {.latency = sim::Latency::LogNormal(milliseconds(20), 0.5)});
  }
  for (int i = 0; i < 3000; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  EXPECT_LE(world_.recursor().counters().hedges, 3000 / 30 + 32);
}

// A hedge without credit must not end the race.
TEST_F(RaceTest, WithoutCreditTheNextServerIsAskedWhenTheFirstIsSilent) {
  StartTwo();
  WarmUp();
  while (world_.recursor().facilities().hedge_credit.Spend()) {
  }
  a_->conduct().fault = Fault::kSilent;
  for (int i = 0; i < 6; ++i) {
    const HeardAnswer& heard = world_.Lookup("x" + std::to_string(i) + ".example.");
    EXPECT_EQ(heard.rcode, Rcode::kNXDomain) << i;
  }
}

TEST_F(RaceTest, FailingServersAreLeftAtOnceForTheNext) {
  for (const Fault fault : {Fault::kRefused, Fault::kServFail, Fault::kNotImp, Fault::kRefersUpward,
                            Fault::kRefersToItself, Fault::kNotAuthoritative, Fault::kUnreachable,
                            Fault::kGarbage, Fault::kEmpty, Fault::kFormErr}) {
    RecursorWorld world;
    sim::ZoneServer* a = world.Add(kServerA, "example.", kZone);
    world.Add(kServerB, "example.", kZone);
    a->conduct().fault = fault;
    world.Start(kTwoServers);
    for (int i = 0; i < 8; ++i) {
      const HeardAnswer& heard = world.Lookup("x" + std::to_string(i) + ".example.");
      EXPECT_EQ(heard.rcode, Rcode::kNXDomain) << static_cast<int>(fault);
      EXPECT_LT(heard.latency, milliseconds(150)) << static_cast<int>(fault);
    }
    world.Run(seconds(8));
    EXPECT_TRUE(world.IsAtRest());
  }
}

TEST_F(RaceTest, LameServersAreRemembered) {
  StartTwo();
  a_->conduct().fault = Fault::kRefersToItself;
  for (int i = 0; i < 50; ++i) world_.Lookup("x" + std::to_string(i) + ".example.");
  EXPECT_LE(world_.world().CountUpstream(kServerA), 1u);
}

TEST_F(RaceTest, TruncatedAnswersComeOverTcpFromTheSameServer) {
  StartTwo();
  WarmUp();
  a_->conduct().fault = Fault::kTruncatesAlways;
  b_->conduct().fault = Fault::kTruncatesAlways;
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  world_.Run(seconds(8));
  // The handshake takes a round trip. That is no reason to ask the other server meanwhile.
  EXPECT_EQ(Sent(), 2u);
  EXPECT_EQ(world_.world().upstream().back().transport, Transport::kTcp);
  EXPECT_EQ(world_.world().upstream().back().server, world_.world().upstream()[first_].server);
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(RaceTest, AServerThatTruncatesAndRefusesTcpIsLeft) {
  StartTwo();
  for (sim::ZoneServer* server : {a_, b_}) {
    server->conduct().fault = Fault::kTruncatesAlways;
    server->conduct().tcp_refused = true;
  }
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kServFail);
  world_.Run(seconds(8));
  EXPECT_TRUE(world_.IsAtRest());
}

// RFC 6891 section 7.
TEST_F(RaceTest, FormatErrorsAreTriedAgainWithoutEdnsAndRemembered) {
  StartOne();
  a_->conduct().with_edns = Fault::kFormErr;
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kNoError);
  EXPECT_TRUE(world_.table().Get(*Endpoint::Parse(kServerA, 53)).plain_dns);
  first_ = world_.world().upstream().size();
  EXPECT_EQ(world_.Lookup("mail.example.").rcode, Rcode::kNoError);
  EXPECT_EQ(Sent(), 1u);
}

// A lack of EDNS is never learnt from a timeout, or from a server that fails without EDNS too.
TEST_F(RaceTest, PlainDnsIsLearntFromSuccessOnly) {
  StartOne();
  a_->conduct().with_edns = Fault::kSilent;
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kServFail);
  world_.Run(seconds(8));
  EXPECT_FALSE(world_.table().Get(*Endpoint::Parse(kServerA, 53)).plain_dns);
  a_->conduct().with_edns = Fault::kFormErr;
  a_->conduct().fault = Fault::kServFail;
  EXPECT_EQ(world_.Lookup("mail.example.").rcode, Rcode::kServFail);
  EXPECT_FALSE(world_.table().Get(*Endpoint::Parse(kServerA, 53)).plain_dns);
}

// A wrong id for an open query is counted and sends that exchange to TCP.
TEST_F(RaceTest, WrongIdSendsTheExchangeToTcp) {
  for (const Fault fault : {Fault::kWrongId, Fault::kWrongQuestion}) {
    RecursorWorld world;
    sim::ZoneServer* a = world.Add(kServerA, "example.", kZone);
    world.Start(kOneServer);
    a->conduct().fault = fault;
    (void)world.Lookup("www.example.");
    EXPECT_GE(world.recursor().counters().forgeries, 1u);
    const auto& upstream = world.world().upstream();
    bool tcp = false;
    for (const sim::UpstreamQuery& query : upstream) tcp |= query.transport == Transport::kTcp;
    EXPECT_TRUE(tcp);
    world.Run(seconds(8));
    EXPECT_TRUE(world.IsAtRest());
  }
}

// Sends one reply with an id of its own before every real one.
class Spoofer final : public sim::SimServer {
 public:
  SimAnswer OnQuery(const SimQuery& query) override {
    auto message = PlainMessage::Decode(query.octets);
    if (!message || message->questions.size() != 1) return {};
    message->flags = wire::kFlagQR | wire::kFlagAA;
    message->id ^= 0x5555;
    message->answer = test::Records("www.example. 300 A 203.0.113.66");
    return {.replies = {{message->Encode()}}};
  }
};

TEST_F(RaceTest, SpoofedRepliesAreNeverBelieved) {
  StartTwo();
  Spoofer spoofer;
  world_.world().SetSpoofer(&spoofer);
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_GE(world_.recursor().counters().forgeries, 1u);
}

// A question has one open exchange. While somebody guesses, each further datagram would be one more
// chance to guess right.
TEST_F(RaceTest, AfterASignOfForgeryOneDatagramIsOpenAtATime) {
  for (const bool spoofed : {false, true}) {
    RecursorWorld world;
    sim::ZoneServer* a = world.Add(kServerA, "example.", kZone);
    sim::ZoneServer* b = world.Add(kServerB, "example.", kZone);
    world.Start(kTwoServers);
    for (int i = 0; i < 40; ++i) world.Lookup("w" + std::to_string(i) + ".example.");
    world.world().ForgetMost();  // the root was primed beside the first question
    // No server answers and no server takes TCP, so the race goes on for as long as it can.
    for (sim::ZoneServer* server : {a, b}) {
      server->conduct().fault = Fault::kSilent;
      server->conduct().tcp_silent = true;
    }
    Spoofer spoofer;
    if (spoofed) world.world().SetSpoofer(&spoofer);
    EXPECT_EQ(world.Lookup("www.example.").rcode, Rcode::kServFail);
    world.Run(seconds(8));
    if (spoofed) {
      EXPECT_EQ(world.world().open_datagrams_max(), 1u);
    } else {
      EXPECT_GE(world.world().open_datagrams_max(), 2u);
    }
    EXPECT_TRUE(world.IsAtRest());
  }
}

// When the sign comes, only one of the open datagrams stays open.
TEST_F(RaceTest, ASignOfForgeryClosesOlderDatagrams) {
  StartTwo();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  b_->conduct().fault = Fault::kWrongId;
  b_->conduct().think_time = milliseconds(60);
  a_->conduct().tcp_silent = true;
  b_->conduct().tcp_silent = true;
  HeardAnswer* heard = world_.Ask("www.example.", RRType::kA);
  ASSERT_TRUE(world_.world().RunUntil([&] { return world_.recursor().counters().forgeries > 0; },
                                      seconds(1)));
  // One went on over TCP, and at most one is open beside it.
  EXPECT_LE(world_.world().open_exchanges(), 2u);
  world_.world().ForgetMost();
  world_.Run(seconds(8));
  EXPECT_LE(world_.world().open_datagrams_max(), 1u);
  ASSERT_NE(heard, nullptr);
  EXPECT_EQ(heard->count, 1);
  EXPECT_TRUE(world_.IsAtRest());
}

// The zone is guarded for a while: one replica is asked after the other's timeout. Other zones of
// the same servers are not guarded.
TEST_F(RaceTest, AForgedZoneIsNotHedgedForAWhileAndOthersAre) {
  AddBoth(kZone);
  const std::string soa = "@ 3600 SOA ns root 1 3600 600 86400 300\n";
  for (sim::ZoneServer* server : {a_, b_}) server->AddZone("other.", soa + std::string(kZone));
  world_.Start(std::string(kTwoServers) + "other. 3600 NS a.example.\nother. 3600 NS b.example.\n");
  WarmUp();
  world_.Lookup("www.other.");
  Spoofer spoofer;
  world_.world().SetSpoofer(&spoofer);
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kNoError);
  world_.world().SetSpoofer(nullptr);
  a_->conduct().fault = Fault::kSilent;
  const auto slowest_of = [&](const std::string& zone, const std::string& prefix) {
    world_.world().ForgetMost();
    Duration slowest{0};
    for (int i = 0; i < 6; ++i) {
      const HeardAnswer& heard = world_.Lookup(prefix + std::to_string(i) + "." + zone);
      EXPECT_EQ(heard.rcode, Rcode::kNXDomain);
      slowest = std::max(slowest, heard.latency);
      world_.Run(seconds(1));
    }
    return slowest;
  };
  const Duration guarded = slowest_of("example.", "x");
  EXPECT_GE(guarded, milliseconds(300));
  EXPECT_LE(guarded, milliseconds(900));
  EXPECT_EQ(world_.world().open_datagrams_max(), 1u);
  a_->conduct().fault = Fault::kNone;
  world_.Run(seconds(7));
  for (int i = 0; i < 20; ++i) world_.Lookup("w" + std::to_string(i) + ".other.");
  a_->conduct().fault = Fault::kSilent;
  EXPECT_LT(slowest_of("other.", "y"), milliseconds(150));
  EXPECT_EQ(world_.world().open_datagrams_max(), 2u);
  // 20 s after the sign the zone is as before.
  a_->conduct().fault = Fault::kNone;
  world_.Run(seconds(10));
  for (int i = 0; i < 20; ++i) world_.Lookup("v" + std::to_string(i) + ".example.");
  a_->conduct().fault = Fault::kSilent;
  EXPECT_LT(slowest_of("example.", "z"), milliseconds(150));
  EXPECT_EQ(world_.world().open_datagrams_max(), 2u);
}

// A query before the timeout goes to another server. A server's own timeouts double.
TEST_F(RaceTest, AServerIsNotAskedAgainBeforeItsOwnTimeout) {
  StartTwo();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  b_->conduct().fault = Fault::kSilent;
  world_.Lookup("www.example.");
  world_.Run(seconds(8));
  for (const std::string_view address : {kServerA, kServerB}) {
    std::vector<Time> times;
    const auto& upstream = world_.world().upstream();
    for (size_t i = first_; i < upstream.size(); ++i) {
      if (upstream[i].server.address.ToText() == address) times.push_back(upstream[i].at);
    }
    ASSERT_EQ(times.size(), 3u) << address;
    EXPECT_GE(times[1] - times[0], milliseconds(300));
    EXPECT_GE(times[2] - times[1], milliseconds(600));
  }
}

TEST_F(RaceTest, AServerThatLosesTheCaseIsAskedOverTcpOnce) {
  StartOne();
  a_->conduct().copies_case = false;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(world_.Lookup("name" + std::to_string(i) + ".example.").rcode, Rcode::kNXDomain);
  }
  size_t tcp = 0;
  for (const sim::UpstreamQuery& query : world_.world().upstream()) {
    tcp += query.transport == Transport::kTcp ? 1 : 0;
  }
  EXPECT_EQ(tcp, 1u);
}

TEST_F(RaceTest, AServerThatLosesTheCaseAndRefusesTcpIsAskedWithoutRandomCase) {
  StartOne();
  a_->conduct().copies_case = false;
  a_->conduct().tcp_refused = true;
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_EQ(world_.Lookup("mail.example.").text, "mail.example. A 203.0.113.2\n");
  world_.Run(seconds(8));
  EXPECT_TRUE(world_.IsAtRest());
}

// The slower replica is measured again after a while, because it may be the nearer one now.
TEST_F(RaceTest, AServerThatWasNotAskedForLongIsMeasuredAgain) {
  StartTwo(milliseconds(10), milliseconds(100));
  WarmUp();
  const size_t before = Sent(kServerB);
  for (int minute = 0; minute < 10; ++minute) {
    world_.Run(seconds(60));
    for (int i = 0; i < 5; ++i) {
      world_.Lookup("m" + std::to_string(minute) + "-" + std::to_string(i) + ".example.");
    }
  }
  const size_t again = Sent(kServerB) - before;
  EXPECT_GE(again, 1u);
  EXPECT_LE(again, 12u);
}

// It is too large for the store, and is answered all the same.
TEST_F(RaceTest, AnRRsetTooLargeToKeepIsAnswered) {
  std::string zone;
  for (int i = 0; i < 200; ++i) {
    zone += "big 300 TXT \"" + std::string(240, 'x') + std::to_string(i) + "\"\n";
  }
  a_ = world_.Add(kServerA, "example.", zone);
  world_.Start(kOneServer);
  EXPECT_EQ(world_.Lookup("big.example.", RRType::kTXT).rcode, Rcode::kNoError);
  const size_t once = Sent();
  EXPECT_EQ(world_.Lookup("big.example.", RRType::kTXT).rcode, Rcode::kNoError);
  EXPECT_GT(Sent(), once);
}

// Some servers send the owner of an answer in the case of the question. That case must not get out.
TEST_F(RaceTest, NamesKeepTheirOwnCase) {
  StartOne();
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  bool mixed = false;
  for (const sim::UpstreamQuery& query : world_.world().upstream()) {
    mixed |= !query.name.view().EqualsExactly(N(wire::ToText(query.name.view()))) ||
             wire::ToText(query.name.view()).find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") !=
                 std::string::npos;
  }
  EXPECT_TRUE(mixed);
}

TEST_F(RaceTest, QueriesHaveIdsOfTheirOwn) {
  StartOne();
  std::set<uint16_t> ids;
  for (int i = 0; i < 200; ++i) world_.Lookup("x" + std::to_string(i) + ".example.");
  for (const sim::UpstreamQuery& query : world_.world().upstream()) ids.insert(query.id);
  EXPECT_GE(ids.size(), 195u);
}

TEST_F(RaceTest, AllReplicasSilentIsOverByTheClientsDeadline) {
  StartTwo();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  b_->conduct().fault = Fault::kSilent;
  const HeardAnswer& heard = world_.Lookup("www.example.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  EXPECT_EQ(heard.error, wire::ExtendedError::kNoReachableAuthority);
  EXPECT_LE(heard.latency, milliseconds(1850));
  world_.Run(seconds(10));
  EXPECT_LE(Sent(kServerA), 3u);
  EXPECT_LE(Sent(kServerB), 3u);
  EXPECT_TRUE(world_.IsAtRest());
}

// Of thirteen replicas the only living one is found, even if all others before it are silent.
TEST_F(RaceTest, TheOnlyLivingOfThirteenReplicasIsFound) {
  std::string root;
  std::vector<std::string> addresses;
  for (int i = 0; i < 13; ++i) {
    const std::string server = "n" + std::to_string(i) + ".example.";
    addresses.push_back("192.0.2." + std::to_string(10 + i));
    root += "example. 3600 NS " + server + "\n" + server + " 3600 A " + addresses.back() + "\n";
  }
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    RecursorWorld world({.seed = seed});
    world.Add(addresses[0], "example.", kZone);
    world.Start(root);
    HeardAnswer* heard = world.Ask("www.example.", RRType::kA);
    world.Run(seconds(8));
    ASSERT_EQ(heard->count, 1);
    // The client may have got no answer in time. The store has it.
    EXPECT_TRUE(world.store().Find(N("www.example."), cache::KeySpace::kData, RRType::kA)) << seed;
    EXPECT_TRUE(world.IsAtRest());
  }
}

TEST_F(RaceTest, OutOfSocketsIsNotTheZonesFault) {
  RecursorWorld world({.exchanges_max = 0});
  world.Add(kServerA, "example.", kZone);
  world.Start(kOneServer);
  const HeardAnswer& heard = world.Lookup("www.example.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  EXPECT_EQ(heard.error, wire::ExtendedError::kNotReady);
  EXPECT_FALSE(world.store().Find(N("www.example."), cache::KeySpace::kFailure, RRType::kA));
  EXPECT_TRUE(world.IsAtRest());
}

}  // namespace
}  // namespace tern::resolver::upstream
