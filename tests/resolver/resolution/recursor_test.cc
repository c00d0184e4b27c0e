#include "resolver/resolution/recursor.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/allocation_count.h"
#include "tests/support/miss_world.h"
#include "tests/support/recursor_world.h"

namespace tern::resolver::resolution {
namespace {

using sim::Fault;
using test::HeardAnswer;
using test::kAliasZone;
using test::kOneServer;
using test::kServerA;
using test::milliseconds;
using test::N;
using test::RecursorWorld;
using test::seconds;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

class RecursorTest : public testing::Test {
 protected:
  RecursorTest() { a_ = world_.Add(kServerA, "example.", kAliasZone); }

  RecursorWorld world_;
  sim::ZoneServer* a_ = nullptr;
};

TEST_F(RecursorTest, ResolvesColdAndKnowsItWarm) {
  world_.Start(kOneServer);
  EXPECT_EQ(world_.Lookup("www.example.").text, "www.example. A 203.0.113.1\n");
  world_.Run(seconds(1));
  // One query to the root for the name, one for the root itself (RFC 9609), and one to the zone.
  EXPECT_EQ(world_.world().upstream().size(), 3u);
  EXPECT_EQ(world_.Queries("www.example.", kServerA), 1u);
  EXPECT_EQ(world_.Lookup("www.example.").latency, Duration(0));
  EXPECT_EQ(world_.world().upstream().size(), 3u);
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(RecursorTest, EqualQuestionsAreOneJob) {
  world_.Start(kOneServer);
  std::vector<HeardAnswer*> heard;
  for (int i = 0; i < 100; ++i) {
    heard.push_back(world_.Ask(i % 2 == 0 ? "www.example." : "WWW.example.", RRType::kA));
  }
  world_.Run(seconds(1));
  for (const HeardAnswer* each : heard) {
    EXPECT_EQ(each->count, 1);
    EXPECT_EQ(each->rcode, Rcode::kNoError);
  }
  EXPECT_EQ(world_.Queries("www.example.", kServerA), 1u);
}

TEST_F(RecursorTest, OtherTypesAreOtherQuestions) {
  world_.Start(kOneServer);
  HeardAnswer* a = world_.Ask("www.example.", RRType::kA);
  HeardAnswer* aaaa = world_.Ask("www.example.", RRType::kAAAA);
  world_.Run(seconds(1));
  EXPECT_NE(a->text, "");
  EXPECT_EQ(aaaa->text, "");
  EXPECT_EQ(world_.Queries("www.example.", kServerA), 2u);
}

// DNSBomb: waiters of one question are bounded.
TEST_F(RecursorTest, WaitersOfOneQuestionAreBounded) {
  world_.Start(kOneServer);
  std::vector<HeardAnswer*> heard;
  for (int i = 0; i < ResolutionLimits().waiters + 10; ++i) {
    heard.push_back(world_.Ask("www.example.", RRType::kA));
    ASSERT_NE(heard.back(), nullptr);
  }
  // The clients that waited longest were given up.
  for (size_t i = 0; i < heard.size(); ++i) EXPECT_EQ(heard[i]->count, i < 10 ? 1 : 0);
  EXPECT_NE(world_.Ask("alias.example.", RRType::kA), nullptr);
  world_.Run(seconds(10));
  for (size_t i = 0; i < heard.size(); ++i) {
    EXPECT_EQ(heard[i]->count, 1);
    EXPECT_EQ(heard[i]->rcode, i < 10 ? Rcode::kServFail : Rcode::kNoError);
    EXPECT_EQ(heard[i]->error, i < 10 ? ExtendedError::kNotReady : ExtendedError::kNone);
  }
  EXPECT_TRUE(world_.IsAtRest());
}

// Jobs are bounded; the oldest is dropped first.
TEST_F(RecursorTest, JobsAreBoundedAndComeBackToZero) {
  world_.Start(kOneServer);
  a_->conduct().fault = Fault::kSilent;
  std::vector<HeardAnswer*> heard;
  for (size_t i = 0; i < kJobsMax + 500; ++i) {
    heard.push_back(world_.Ask("x" + std::to_string(i) + ".example.", RRType::kA));
    ASSERT_NE(heard.back(), nullptr);
    // Priming takes a job, too.
    ASSERT_LE(world_.recursor().jobs_in_flight(), kJobsMax + 1);
  }
  EXPECT_EQ(world_.recursor().counters().dropped, 500u);
  EXPECT_EQ(world_.recursor().counters().of_limits.jobs_met, 500u);
  EXPECT_EQ(world_.recursor().counters().of_limits.jobs_max, NestedJobs(kJobsMax));
  for (size_t i = 0; i < heard.size(); ++i) {
    ASSERT_EQ(heard[i]->count, i < 500 ? 1 : 0) << i;
    EXPECT_EQ(heard[i]->error, i < 500 ? ExtendedError::kNotReady : ExtendedError::kNone);
  }
  world_.Run(seconds(12));
  for (const HeardAnswer* each : heard) {
    ASSERT_EQ(each->count, 1);
    EXPECT_EQ(each->rcode, Rcode::kServFail);
    EXPECT_LE(each->latency, milliseconds(5050));
  }
  EXPECT_TRUE(world_.IsAtRest());
  EXPECT_NE(world_.Ask("y.example.", RRType::kA), nullptr);
}

// A flood of names without an answer fills the resolver. A question that has an answer still gets
// it.
TEST_F(RecursorTest, FullResolverStillAnswersWhatHasAnAnswer) {
  world_.Start(std::string(kOneServer) + "dead. 3600 NS ns.dead.\nns.dead. 3600 A 192.0.2.66\n");
  world_.Lookup("warm.example.");
  world_.Lookup("warm.dead.");
  for (size_t i = 0; i < kJobsMax + 100; ++i) {
    (void)world_.Ask("x" + std::to_string(i) + ".dead.", RRType::kA);
    if (i % 400 == 0) world_.Run(milliseconds(1));
  }
  EXPECT_GE(world_.recursor().counters().dropped, 1u);
  EXPECT_EQ(world_.Lookup("www.example.").rcode, Rcode::kNoError);
  world_.Run(seconds(10));
  EXPECT_TRUE(world_.IsAtRest());
}

// A dropped job also drops the look-ups that only it waited for. Look-ups that others wait for go
// on.
TEST_F(RecursorTest, DroppedJobTakesItsLookUpsAlong) {
  sim::ZoneServer* host = world_.Add("192.0.2.30", "host.", "ns1 60 A 192.0.2.1\n");
  world_.Start(
      "glueless. 3600 NS ns1.host.\nalso. 3600 NS ns1.host.\n"
      "host. 3600 NS ns.host.\nns.host. 3600 A 192.0.2.30\n");
  host->conduct().think_time = seconds(2);
  for (const bool shared : {false, true}) {
    SCOPED_TRACE(shared);
    HeardAnswer* first = world_.Ask("www.glueless.", RRType::kA);
    if (shared) {
      world_.Run(milliseconds(100));
      ASSERT_NE(world_.Ask("www.also.", RRType::kA), nullptr);
    }
    world_.Run(milliseconds(100));
    EXPECT_GE(world_.recursor().jobs_in_flight(), 2u);
    const uint64_t dropped = world_.recursor().counters().dropped;
    for (size_t i = 0; i < kJobsMax; ++i) {
      (void)world_.Ask("x" + std::to_string(i) + ".nowhere.", RRType::kA);
      if (first->count > 0) break;
    }
    EXPECT_EQ(first->count, 1);
    EXPECT_EQ(first->error, ExtendedError::kNotReady);
    // The job, and its look-up if nobody else waits for that.
    EXPECT_EQ(world_.recursor().counters().dropped - dropped, shared ? 1u : 2u);
    world_.Run(seconds(12));
    EXPECT_TRUE(world_.IsAtRest());
    world_.Run(seconds(1000));
  }
}

// A service frees its clients before its recursor.
TEST_F(RecursorTest, EndsWhileALookUpWaitsBehindAClientThatIsGone) {
  sim::ZoneServer* host = world_.Add("192.0.2.30", "host.", "ns1 60 A 192.0.2.1\n");
  world_.Start("glueless. 3600 NS ns1.host.\nhost. 3600 NS ns.host.\nns.host. 3600 A 192.0.2.30\n");
  host->conduct().think_time = seconds(1);
  auto client = std::make_unique<HeardAnswer>(&world_.world());
  ASSERT_TRUE(world_.recursor().Ask(N("ns1.host."), RRType::kA, client.get()));
  ASSERT_NE(world_.Ask("www.glueless.", RRType::kA), nullptr);
  world_.Run(milliseconds(200));
  EXPECT_EQ(client->count, 0);
  client.reset();
  world_.Stop();
}

TEST_F(RecursorTest, ClientThatIsGivenUpHearsItOnce) {
  world_.Start(kOneServer);
  HeardAnswer* first = world_.Ask("www.example.", RRType::kA);
  HeardAnswer* second = world_.Ask("www.example.", RRType::kA);
  world_.recursor().GiveUp(first);
  EXPECT_EQ(first->count, 1);
  EXPECT_EQ(first->error, ExtendedError::kNotReady);
  world_.Run(seconds(5));
  EXPECT_EQ(first->count, 1);
  EXPECT_EQ(second->count, 1);
  EXPECT_EQ(second->rcode, Rcode::kNoError);
}

// A client always gets an answer before it gives up; the work goes on for the store.
TEST_F(RecursorTest, ClientsAreToldInTimeWhileTheWorkGoesOn) {
  world_.settings().resolution.budget.failure_timeout = milliseconds(1800);
  world_.Start(kOneServer);
  a_->conduct().think_time = milliseconds(2200);
  HeardAnswer* first = world_.Ask("www.example.", RRType::kA);
  world_.Run(milliseconds(1000));
  HeardAnswer* second = world_.Ask("www.example.", RRType::kA);
  world_.Run(milliseconds(850));
  EXPECT_EQ(first->count, 1);
  EXPECT_EQ(first->rcode, Rcode::kServFail);
  EXPECT_EQ(first->error, ExtendedError::kNoReachableAuthority);
  EXPECT_EQ(second->count, 0);
  world_.Run(seconds(8));
  EXPECT_EQ(first->count, 1);
  EXPECT_EQ(second->count, 1);
  EXPECT_EQ(second->rcode, Rcode::kNoError);
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(RecursorTest, EveryWaiterHasItsOwnDeadline) {
  world_.Start(kOneServer);
  a_->conduct().fault = Fault::kSilent;
  std::vector<HeardAnswer*> heard;
  for (int i = 0; i < 20; ++i) {
    heard.push_back(world_.Ask("www.example.", RRType::kA));
    world_.Run(milliseconds(50));
  }
  world_.Run(seconds(10));
  for (const HeardAnswer* each : heard) {
    EXPECT_EQ(each->count, 1);
    EXPECT_LE(each->latency, milliseconds(5050));
  }
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(RecursorTest, DestroyingItInTheMiddleLeavesNothing) {
  world_.Start(kOneServer);
  a_->conduct().fault = Fault::kSilent;
  for (int i = 0; i < 50; ++i) {
    ASSERT_NE(world_.Ask("x" + std::to_string(i) + ".example.", RRType::kA), nullptr);
  }
  world_.Run(milliseconds(100));
  EXPECT_GT(world_.world().open_exchanges(), 0u);
  world_.Stop();
  EXPECT_EQ(world_.world().open_exchanges(), 0u);
  EXPECT_EQ(world_.world().armed_timers(), 0u);
  world_.Run(seconds(5));
}

// Jobs, frames, exchanges and their timers are reused. The store's memory is its own.
TEST(RecursorMissTest, InTheSteadyStateAMissAllocatesNothing) {
  bench::MissWorld world;
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(world.MissNext());
  const size_t before = test::AllocationCount();
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(world.MissNext());
  EXPECT_EQ(test::AllocationCount(), before);
}

// Otherwise a burst of large answers would stay in memory for ever.
TEST_F(RecursorTest, ALargeAnswerGivesItsMemoryBack) {
  constexpr int kNames = 20;
  std::string records;
  for (int name = 0; name < kNames; ++name) {
    for (int i = 0; i < 100; ++i) {
      records += "big" + std::to_string(name) + " 300 TXT \"" + std::string(200, 'x') +
                 std::to_string(i) + "\"\n";
    }
  }
  world_.Start(kOneServer);
  world_.Add(kServerA, "example.", records);
  for (int name = 0; name < kNames; ++name) {
    const HeardAnswer* heard = world_.Ask("big" + std::to_string(name) + ".example.", RRType::kTXT);
    ASSERT_NE(heard, nullptr);
  }
  world_.Run(seconds(5));
  EXPECT_TRUE(world_.IsAtRest());
  EXPECT_GT(world_.recursor().counters().jobs, uint64_t{kNames});
  EXPECT_LE(world_.recursor().answer_octets(), (kNames + 2) * size_t{4096});
}

// A forward zone that a reload took away, while a question still waits for its forwarder.
TEST_F(RecursorTest, SettingsLiveAsLongAsTheQuestionsThatBeganWithThem) {
  world_.Start(kOneServer);
  sim::ZoneServer* forwarder = world_.Add("192.0.2.53", "example.", kAliasZone);
  forwarder->conduct().fault = sim::Fault::kSilent;
  const auto local = world_.recursor().facilities().local_data;
  config::Settings settings = world_.settings();
  auto without = std::make_shared<const policy::CoreSettings>(config::CoreSettingsOf(settings));
  settings.static_zones = {{N("example."), {*Endpoint::Parse("192.0.2.53", 53)}, true, true}};
  auto with = std::make_shared<const policy::CoreSettings>(config::CoreSettingsOf(settings));
  const std::weak_ptr<const policy::CoreSettings> watched = with;
  world_.recursor().SetSettings(std::move(with), local);
  HeardAnswer* heard = world_.Ask("www.example.", RRType::kA);
  world_.Run(milliseconds(5));
  world_.recursor().SetSettings(std::move(without), local);
  EXPECT_FALSE(watched.expired());
  // It goes on as it began: from the forwarder to the zone's own servers.
  world_.Run(seconds(10));
  EXPECT_EQ(heard->count, 1);
  EXPECT_EQ(heard->rcode, Rcode::kNoError);
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace tern::resolver::resolution
