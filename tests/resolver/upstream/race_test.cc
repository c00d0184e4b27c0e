#include "resolver/upstream/race.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tests/resolver/upstream/race_fixture.h"

namespace tern::resolver::upstream {
namespace {

class RaceTest : public RaceWorld {};

TEST_F(RaceTest, OneQueryWhenTheServerAnswers) {
  StartTwo();
  WarmUp();
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  EXPECT_EQ(Sent(), 1u);
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(RaceTest, ALostQueryIsMadeUpFor) {
  StartOne();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  HeardAnswer* heard = world_.Ask("www.example.", RRType::kA);
  world_.Run(milliseconds(10));
  a_->conduct().fault = Fault::kNone;
  world_.Run(seconds(1));
  ASSERT_EQ(heard->count, 1);
  EXPECT_EQ(heard->rcode, Rcode::kNoError);
  EXPECT_LT(heard->latency, milliseconds(30));
  EXPECT_EQ(Sent(), 2u);
  // The server has answered, so its first try is no silence.
  EXPECT_EQ(world_.table().Get(KeyOf(kServerA)).silences, 0);
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
  SpendTheHedgeCredit();
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

// A zone has 32 connections at most.
TEST_F(RaceTest, ATruncatedReplyWaitsForAConnection) {
  a_ = world_.Add(kServerA, "example.", "* 300 A 203.0.113.1\n");
  world_.Start(kOneServer);
  WarmUp();
  a_->conduct().fault = Fault::kTruncatesAlways;
  constexpr size_t kNames = 150;
  std::vector<HeardAnswer*> heard;
  for (size_t i = 0; i < kNames; ++i) {
    heard.push_back(world_.Ask("n" + std::to_string(i) + ".example.", RRType::kA));
  }
  world_.Run(seconds(8));
  for (const HeardAnswer* answer : heard) {
    EXPECT_EQ(answer->rcode, Rcode::kNoError);
    EXPECT_LT(answer->latency, milliseconds(400));
  }
  // Each is asked once over UDP and once over TCP.
  EXPECT_EQ(Sent(), 2 * kNames);
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(RaceTest, AQuestionThatGetsNoConnectionEndsAtItsDeadline) {
  StartOne();
  WarmUp();
  a_->conduct().fault = Fault::kTruncatesAlways;
  a_->conduct().tcp_silent = true;
  for (size_t i = 0; i < 40; ++i) {
    (void)world_.Ask("n" + std::to_string(i) + ".example.", RRType::kA);
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

// A lack of EDNS is never learnt from a server that is silent or fails without EDNS too.
TEST_F(RaceTest, PlainDnsIsLearntFromSuccessOnly) {
  StartOne();
  a_->conduct().fault = Fault::kSilent;
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kServFail);
  world_.Run(seconds(8));
  EXPECT_FALSE(world_.table().Get(*Endpoint::Parse(kServerA, 53)).plain_dns);
  a_->conduct().with_edns = Fault::kFormErr;
  a_->conduct().fault = Fault::kServFail;
  EXPECT_EQ(world_.Lookup("mail.example.").rcode, Rcode::kServFail);
  EXPECT_FALSE(world_.table().Get(*Endpoint::Parse(kServerA, 53)).plain_dns);
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
  EXPECT_LE(heard.latency, milliseconds(5050));
  world_.Run(seconds(10));
  EXPECT_LE(Sent(kServerA), 3u);
  EXPECT_LE(Sent(kServerB), 3u);
  EXPECT_TRUE(world_.IsAtRest());
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
