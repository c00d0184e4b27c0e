// Whom a race asks next, and how long it waits for whom.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/resolver/upstream/race_fixture.h"

namespace tern::resolver::upstream {
namespace {

class RacePickTest : public RaceWorld {};

// RFC 1035 section 7.2, RFC 9520 section 3.1: the only server is asked at most three times, each
// time after a longer pause.
TEST_F(RacePickTest, TheOnlyServerIsAskedThreeTimesBackingOff) {
  StartOne();
  WarmUp();
  SpendTheHedgeCredit();
  a_->conduct().fault = Fault::kSilent;
  const HeardAnswer& heard = world_.Lookup("www.example.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  world_.Run(seconds(8));
  const std::vector<Duration> times = SendTimes();
  ASSERT_EQ(times.size(), 3u + 1u);  // the last one asks the zone's parent
  EXPECT_GE(times[1], milliseconds(300));
  EXPECT_GE(times[2] - times[1], (times[1] - times[0]) * 3 / 2);
  EXPECT_TRUE(world_.IsAtRest());
}

// A lost packet is made up for as soon as the reply is overdue. After that, the pauses are as long
// as ever.
TEST_F(RacePickTest, AQueryThatIsOverdueIsRepeatedOnceAtOnce) {
  StartOne();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kServFail);
  world_.Run(seconds(8));
  const std::vector<Duration> times = SendTimes();
  ASSERT_EQ(times.size(), 3u + 1u);  // the last one asks the zone's parent
  EXPECT_GE(times[1], milliseconds(14));
  EXPECT_LE(times[1], milliseconds(20));
  EXPECT_GE(times[2] - times[1], milliseconds(600));
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(RacePickTest, WhatRepeatsAQueryIsInTheSameForm) {
  StartOne();
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  world_.Lookup("www.example.");
  world_.Run(seconds(8));
  const auto& upstream = world_.world().upstream();
  ASSERT_EQ(upstream.size() - first_, 3u + 1u);  // the last one asks the zone's parent
  EXPECT_FALSE(upstream[first_ + 1].cookie.empty());
  // The third try is as lean as if the second had been leaner.
  EXPECT_TRUE(upstream[first_ + 2].cookie.empty());
  EXPECT_FALSE(upstream[first_ + 2].edns);
}

// A far replica answers later than the server itself would, if only a packet was lost.
TEST_F(RacePickTest, AnOverdueQueryIsRepeatedBeforeAFarReplicaIsAsked) {
  for (const bool far : {true, false}) {
    SCOPED_TRACE(far);
    RecursorWorld world;
    sim::ZoneServer* near = world.Add(kServerA, "example.", kZone, milliseconds(40));
    world.Add(kServerB, "example.", kZone, milliseconds(far ? 60 : 44));
    world.Start(kTwoServers);
    for (int i = 0; i < 60; ++i) world.Lookup("w" + std::to_string(i) + ".example.");
    near->conduct().fault = Fault::kSilent;
    const auto& upstream = world.world().upstream();
    size_t first = 0;
    for (int i = 0; i < 20; ++i) {
      first = upstream.size();
      world.Lookup("x" + std::to_string(i) + ".example.");
      if (upstream[first].server.address.ToText() == kServerA) break;
    }
    ASSERT_GE(upstream.size(), first + 2);
    EXPECT_EQ(upstream[first + 1].server.address.ToText(), far ? kServerA : kServerB);
  }
}

// A lost packet must not cost a server its share for ever.
TEST_F(RacePickTest, AServerThatWasSilentOnceComesBack) {
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

TEST_F(RacePickTest, ReplicasShareTheLoad) {
  StartTwo();
  WarmUp();
  for (int i = 0; i < 200; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  EXPECT_GE(Sent(kServerA), 60u);
  EXPECT_GE(Sent(kServerB), 60u);
  EXPECT_LE(Sent(), 210u);
}

// Chance may delay the one reply that a server is judged by.
TEST_F(RacePickTest, AReplicaWhoseFirstReplyWasDelayedSharesTheLoad) {
  StartTwo();
  b_->conduct().think_time = milliseconds(60);
  int asked = 0;
  while (world_.world().CountUpstream(kServerB) == 0 && asked < 40) {
    world_.Lookup("v" + std::to_string(asked++) + ".example.");
  }
  ASSERT_EQ(world_.world().CountUpstream(kServerB), 1u);
  world_.Run(seconds(1));
  b_->conduct().think_time = milliseconds(0);
  WarmUp();
  for (int i = 0; i < 100; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  EXPECT_GE(Sent(kServerA), 30u);
  EXPECT_GE(Sent(kServerB), 30u);
}

TEST_F(RacePickTest, AFarReplicaIsMeasuredTwice) {
  StartTwo(milliseconds(10), milliseconds(60));
  for (int i = 0; i < 100; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  // A second question may come before the first reply.
  EXPECT_LE(world_.world().CountUpstream(kServerB), 3u);
  EXPECT_FALSE(world_.table().Get(KeyOf(kServerB)).IsMeasuredOnce());
}

TEST_F(RacePickTest, OneQuestionOfManyMeasuresAFarReplicaAgain) {
  StartTwo(milliseconds(10), milliseconds(60));
  WarmUp();
  world_.table().Forget(KeyOf(kServerB));
  world_.table().NoteAnswer(KeyOf(kServerB), milliseconds(60), Now());
  for (int i = 0; i < 20; ++i) world_.Ask("y" + std::to_string(i) + ".example.", RRType::kA);
  world_.Run(milliseconds(5));
  EXPECT_EQ(Sent(kServerA), 19u);
  EXPECT_EQ(Sent(kServerB), 1u);
}

TEST_F(RacePickTest, TheNearerReplicaGetsMost) {
  StartTwo(milliseconds(5), milliseconds(150));
  for (int i = 0; i < 60; ++i) world_.Lookup("w" + std::to_string(i) + ".example.");
  first_ = world_.world().upstream().size();
  for (int i = 0; i < 100; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  EXPECT_GE(Sent(kServerA), 95u);
}

TEST_F(RacePickTest, LameServersAreRemembered) {
  StartTwo();
  a_->conduct().fault = Fault::kRefersToItself;
  for (int i = 0; i < 50; ++i) world_.Lookup("x" + std::to_string(i) + ".example.");
  EXPECT_LE(world_.world().CountUpstream(kServerA), 1u);
}

// A query before the timeout goes to another server. A server's own timeouts double.
TEST_F(RacePickTest, AServerIsNotAskedAgainBeforeItsOwnTimeout) {
  StartTwo();
  WarmUp();
  // Of the credit is left what the first hedge costs: the other replica is asked.
  SpendTheHedgeCredit();
  world_.recursor().facilities().hedge_credit.GiveBack(1);
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

// The slower replica is measured again after a while, because it may be the nearer one now.
TEST_F(RacePickTest, AServerThatWasNotAskedForLongIsMeasuredAgain) {
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

// Of thirteen replicas the only living one is found, even if all others before it are silent.
TEST_F(RacePickTest, TheOnlyLivingOfThirteenReplicasIsFound) {
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

// Near: within a sixteenth of the best round trip and 2 ms.
TEST_F(RacePickTest, ReplicasAreNearWithinASixteenthAndTwoMilliseconds) {
  for (const bool near : {true, false}) {
    SCOPED_TRACE(near);
    RecursorWorld world;
    world.Add(kServerA, "example.", kZone, milliseconds(32));
    world.Add(kServerB, "example.", kZone, milliseconds(near ? 35 : 37));
    world.Start(kTwoServers);
    for (int i = 0; i < 60; ++i) world.Lookup("w" + std::to_string(i) + ".example.");
    const size_t first = world.world().upstream().size();
    for (int i = 0; i < 40; ++i) world.Lookup("y" + std::to_string(i) + ".example.");
    EXPECT_EQ(world.world().CountUpstream("", first), 40u);
    if (near) {
      EXPECT_GE(world.world().CountUpstream(kServerB, first), 8u);
    } else {
      EXPECT_EQ(world.world().CountUpstream(kServerB, first), 0u);
    }
  }
}

TEST_F(RacePickTest, ADeadServerComesAfterASlowOne) {
  StartTwo(milliseconds(10), milliseconds(200));
  WarmUp();
  for (int i = 0; i < kDeadAfter; ++i) {
    world_.table().NoteSilence(KeyOf(kServerA), milliseconds(0), Now());
  }
  ASSERT_GE(world_.table().Get(KeyOf(kServerA)).silences, kDeadAfter);
  ASSERT_LT(world_.table().Get(KeyOf(kServerA)).srtt, milliseconds(20));
  world_.Ask("www.example.", RRType::kA);
  world_.Run(milliseconds(5));
  EXPECT_EQ(Sent(kServerB), 1u);
  EXPECT_EQ(Sent(kServerA), 0u);
}

TEST_F(RacePickTest, ALameServerComesLastForItsZoneAndIsAskedWhenThereIsNoOther) {
  StartTwo(milliseconds(10), milliseconds(200));
  WarmUp();
  world_.table().NoteAnswer(KeyOf(kServerB), milliseconds(200), Now());
  world_.table().NoteLame(KeyOf(kServerA), N("example."), seconds(60), Now());
  for (int i = 0; i < 10; ++i) world_.Lookup("y" + std::to_string(i) + ".example.");
  EXPECT_EQ(Sent(kServerA), 0u);
  world_.table().NoteLame(KeyOf(kServerB), N("example."), seconds(60), Now());
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kNoError);
  EXPECT_EQ(Sent(kServerA), 1u);
  // Lame for one zone only.
  world_.table().NoteLame(KeyOf(kServerB), N("other."), seconds(60), Now());
  world_.Run(seconds(61));
  EXPECT_EQ(world_.Lookup("mail.example.").rcode, Rcode::kNoError);
  EXPECT_EQ(Sent(kServerA), 2u);
}

// Of many questions one tries whether the silent server lives again.
TEST_F(RacePickTest, OneQuestionProbesASilentServer) {
  StartTwo(milliseconds(10), milliseconds(30));
  WarmUp();
  a_->conduct().fault = Fault::kSilent;
  for (int i = 0; i < 2; ++i) {
    world_.table().NoteSilence(KeyOf(kServerA), milliseconds(100), Now() + i * milliseconds(100));
  }
  const auto ask_ten = [&](char letter) {
    const size_t before = Sent(kServerA);
    for (int i = 0; i < 10; ++i) {
      world_.Ask(letter + std::to_string(i) + ".example.", RRType::kA);
    }
    world_.Run(milliseconds(5));
    return Sent(kServerA) - before;
  };
  EXPECT_EQ(ask_ten('x'), 0u) << "not due";
  world_.Run(milliseconds(1100));
  EXPECT_EQ(ask_ten('y'), 1u);
  EXPECT_EQ(ask_ten('z'), 0u) << "another question has the probe";
}

TEST_F(RacePickTest, AServerThatNeverAnsweredIsProbedSeldom) {
  StartTwo();
  for (int i = 0; i < 10; ++i) {
    world_.Lookup("w" + std::to_string(i) + ".example.");
    world_.table().NoteAnswer(KeyOf(kServerB), milliseconds(10), Now());
  }
  const std::string_view stranger = "192.0.2.3";
  const ServerState unheard = world_.table().Get(KeyOf(stranger));
  ASSERT_FALSE(unheard.HasAnswered());
  world_.root().AddZone(".", std::string("@ 3600 SOA ns root 1 3600 600 86400 300\n"
                                         "far. 3600 NS a.far.\nfar. 3600 NS b.far.\n"
                                         "a.far. 3600 A 192.0.2.3\nb.far. 3600 A 192.0.2.2\n"));
  b_->AddZone("far.", "@ 3600 SOA ns root 1 3600 600 86400 300\n* 300 A 203.0.113.9\n");
  world_.Lookup("one.far.");
  world_.table().NoteSilence(KeyOf(stranger), milliseconds(100), Now());
  world_.Run(seconds(29));
  const size_t before = world_.world().upstream().size();
  world_.Lookup("two.far.");
  EXPECT_EQ(world_.world().CountUpstream(stranger, before), 0u);
  world_.Run(seconds(2));
  world_.Lookup("three.far.");
  EXPECT_EQ(world_.world().CountUpstream(stranger, before), 1u);
}

// A zone below a top level domain: the servers of that and of the root have no limit.
class PickAtTheLimitTest : public testing::Test {
 protected:
  static constexpr std::string_view kDelegation =
      "deep.example. 3600 NS a.deep.example.\na.deep.example. 3600 A 192.0.2.1\n";

  // How many of 20 questions are on their way to the silent server. The others must have failed at
  // once, and not by the zone's fault.
  size_t OpenOf20(const std::function<void(RecursorWorld&, ServerKey)>& prepare) {
    RecursorWorld world;
    world.settings().resolution.limits.per_server = 16;
    sim::ZoneServer* server = world.Add(kServerA, "deep.example.", "* 300 A 203.0.113.1\n");
    world.Start(kDelegation);
    world.Lookup("first.deep.example.");
    server->conduct().fault = Fault::kSilent;
    prepare(world, world.table().KeyOf(*Endpoint::Parse(kServerA, 53)));
    std::vector<HeardAnswer*> heard;
    for (int i = 0; i < 20; ++i) {
      heard.push_back(world.Ask("x" + std::to_string(i) + ".deep.example.", RRType::kA));
    }
    world.Run(milliseconds(1));
    size_t open = 0;
    for (const HeardAnswer* each : heard) {
      if (each->count == 0) {
        ++open;
        continue;
      }
      EXPECT_EQ(each->error, wire::ExtendedError::kNotReady);
    }
    EXPECT_EQ(world.world().open_exchanges(), open);
    return open;
  }
};

TEST_F(PickAtTheLimitTest, AServerHasSoManyQueriesOpen) {
  EXPECT_EQ(OpenOf20([](RecursorWorld&, ServerKey) {}), 16u);
}

TEST_F(PickAtTheLimitTest, ADeadServerHasAnEighth) {
  EXPECT_EQ(OpenOf20([](RecursorWorld& world, ServerKey server) {
              world.Run(seconds(11));
              for (int i = 0; i < kDeadAfter; ++i) {
                world.table().NoteSilence(server, milliseconds(0), world.world().Now());
              }
            }),
            2u);
}

TEST_F(PickAtTheLimitTest, AServerThatNeverAnsweredHasHalf) {
  RecursorWorld world;
  world.settings().resolution.limits.per_server = 16;
  world.Add(kServerA, "deep.example.", "")->conduct().fault = Fault::kSilent;
  world.Start(kDelegation);
  for (int i = 0; i < 20; ++i) {
    world.Ask("x" + std::to_string(i) + ".deep.example.", RRType::kA);
  }
  world.Run(milliseconds(100));
  EXPECT_EQ(world.world().CountUpstream(kServerA), 8u);
}

TEST_F(PickAtTheLimitTest, TheServersOfATopLevelDomainHaveNone) {
  RecursorWorld world;
  world.settings().resolution.limits.per_server = 2;
  world.Add(kServerA, "example.", kZone)->conduct().fault = Fault::kSilent;
  world.Start(kOneServer);
  for (int i = 0; i < 20; ++i) world.Ask("x" + std::to_string(i) + ".example.", RRType::kA);
  world.Run(milliseconds(100));
  EXPECT_EQ(world.world().CountUpstream(kServerA), 20u);
}

// What is a little late is waited for; a very even server has an eighth of its round trip more.
TEST_F(RacePickTest, AKnownServerHasAnEighthMoreThanItsRoundTrip) {
  StartTwo(milliseconds(40), milliseconds(40));
  WarmUp();
  a_->conduct().fault = b_->conduct().fault = Fault::kSilent;
  world_.Ask("www.example.", RRType::kA);
  world_.Run(milliseconds(200));
  const std::vector<Duration> times = SendTimes();
  ASSERT_GE(times.size(), 2u);
  EXPECT_GE(times[1], milliseconds(44));
  EXPECT_LE(times[1], milliseconds(46));
}

// When all are dead, each has one long try: 1.6 s and no second one.
TEST_F(RacePickTest, WhenOnlyDeadServersAreLeftEachIsTriedOnce) {
  StartTwo();
  WarmUp();
  world_.Run(seconds(11));
  for (const std::string_view address : {kServerA, kServerB}) {
    for (int i = 0; i < kDeadAfter; ++i) {
      world_.table().NoteSilence(KeyOf(address), milliseconds(0), Now());
    }
  }
  a_->conduct().fault = b_->conduct().fault = Fault::kSilent;
  const HeardAnswer& heard = world_.Lookup("www.example.");
  EXPECT_EQ(heard.rcode, Rcode::kServFail);
  EXPECT_GE(heard.latency, milliseconds(1600));
  world_.Run(seconds(8));
  EXPECT_EQ(Sent(kServerA), 1u);
  EXPECT_EQ(Sent(kServerB), 1u);
}

}  // namespace
}  // namespace tern::resolver::upstream
