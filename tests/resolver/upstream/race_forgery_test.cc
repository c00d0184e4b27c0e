// What a race does about signs of forgery; race_cookies_test.cc is about cookies.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "tests/resolver/upstream/race_fixture.h"

namespace tern::resolver::upstream {
namespace {

class RaceForgeryTest : public RaceWorld {};

// A wrong id for an open query is counted and sends that exchange to TCP.
TEST_F(RaceForgeryTest, WrongIdSendsTheExchangeToTcp) {
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

TEST_F(RaceForgeryTest, SpoofedRepliesAreNeverBelieved) {
  StartTwo();
  Spoofer spoofer;
  world_.world().SetSpoofer(&spoofer);
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_GE(world_.recursor().counters().forgeries, 1u);
}

// A question has one open exchange. While somebody guesses, each further datagram would be one more
// chance to guess right.
TEST_F(RaceForgeryTest, AfterASignOfForgeryOneDatagramIsOpenAtATime) {
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
TEST_F(RaceForgeryTest, ASignOfForgeryClosesOlderDatagrams) {
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
TEST_F(RaceForgeryTest, AForgedZoneIsNotHedgedForAWhileAndOthersAre) {
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

TEST_F(RaceForgeryTest, AServerThatLosesTheCaseIsAskedOverTcpOnce) {
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

TEST_F(RaceForgeryTest, AServerThatLosesTheCaseAndRefusesTcpIsAskedWithoutRandomCase) {
  StartOne();
  a_->conduct().copies_case = false;
  a_->conduct().tcp_refused = true;
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_EQ(world_.Lookup("mail.example.").text, "mail.example. A 203.0.113.2\n");
  world_.Run(seconds(8));
  EXPECT_TRUE(world_.IsAtRest());
}

// B is about to answer when it shows that A has no TCP, and would have to be asked in lower case.
TEST_F(RaceForgeryTest, ALastTryWaitsForTheDatagramThatIsOpen) {
  AddBoth(kZone, milliseconds(100), milliseconds(400));
  a_->conduct().copies_case = false;
  a_->conduct().tcp_refused = true;
  a_->conduct().fault = Fault::kTruncatesAlways;
  world_.Start(kTwoServers);
  for (int i = 0; i < 30; ++i) {
    world_.table().NoteAnswer(KeyOf(kServerA), milliseconds(50), Now());
    world_.table().NoteAnswer(KeyOf(kServerB), milliseconds(400), Now());
  }
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_EQ(Sent(kServerA), 2u);
  EXPECT_EQ(Sent(kServerB), 1u);
  world_.Run(seconds(8));
  EXPECT_TRUE(world_.IsAtRest());
}

// A server whose datagram is closed for another's sake has not had its time, and is asked again.
TEST_F(RaceForgeryTest, AServerThatWasNotGivenItsTimeIsTriedAgain) {
  constexpr std::string_view kC = "192.0.2.3";
  // So far apart that they are asked in this order.
  a_ = world_.Add(kServerA, "example.", kZone, milliseconds(10));
  b_ = world_.Add(kServerB, "example.", kZone, milliseconds(60));
  sim::ZoneServer* c = world_.Add(kC, "example.", kZone, milliseconds(90));
  world_.settings().resolution.limits.tries = 1;
  world_.Start(std::string(kTwoServers) +
               "example. 3600 NS c.example.\nc.example. 3600 A 192.0.2.3\n");
  WarmUp();
  for (int i = 0; i < 30; ++i) {
    world_.table().NoteAnswer(KeyOf(kServerA), milliseconds(10), Now());
    world_.table().NoteAnswer(KeyOf(kServerB), milliseconds(60), Now());
    world_.table().NoteAnswer(KeyOf(kC), milliseconds(90), Now());
  }
  a_->conduct().fault = b_->conduct().fault = Fault::kSilent;
  c->conduct().fault = Fault::kWrongId;
  c->conduct().tcp_silent = true;
  world_.Ask("www.example.", RRType::kA);
  ASSERT_TRUE(world_.world().RunUntil([&] { return world_.recursor().counters().forgeries > 0; },
                                      milliseconds(299)));
  EXPECT_EQ(Sent(kServerA), 1u);
  EXPECT_EQ(Sent(kServerB), 1u);
  world_.Run(seconds(8));
  EXPECT_EQ(Sent(kServerA), 2u);
  EXPECT_EQ(Sent(kServerB), 1u) << "its datagram stayed open";
  EXPECT_TRUE(world_.IsAtRest());
}

// Nobody but the server itself sends another id over TCP.
TEST_F(RaceForgeryTest, AServerThatIsUnsoundOverTcpTooIsLeftForAMinute) {
  StartOne();
  a_->conduct().fault = Fault::kWrongId;
  const HeardAnswer& heard = world_.Lookup("www.example.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  EXPECT_EQ(heard.error, wire::ExtendedError::kInvalidData);
  EXPECT_TRUE(world_.table().IsLame(KeyOf(kServerA), N("example."), Now()));
  EXPECT_EQ(world_.table().WhyLame(KeyOf(kServerA), N("example."), Now()), WhyAvoided::kUnsound);
  world_.Run(seconds(61));
  EXPECT_FALSE(world_.table().IsLame(KeyOf(kServerA), N("example."), Now()));
}

// It may be a server that keeps no case: a sign, but nothing that somebody forged for certain.
TEST_F(RaceForgeryTest, AnotherCaseIsASignAndNoForgery) {
  StartOne();
  a_->conduct().copies_case = false;
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kNoError);
  EXPECT_EQ(world_.recursor().counters().forgeries, 0u);
  EXPECT_TRUE(world_.table().IsForged(N("example."), Now()));
  EXPECT_FALSE(world_.table().IsForged(N("."), Now()));
}

}  // namespace
}  // namespace tern::resolver::upstream
