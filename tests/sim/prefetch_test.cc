// Popular names are asked for again in the last tenth of their TTL, and no client waits for that.
#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

class PrefetchTest : public testing::Test {
 protected:
  PrefetchTest() {
    std::string records = "www 300 A 198.51.100.1\nbrief 9 A 198.51.100.2\nalias 1000 CNAME www\n";
    for (int i = 0; i < 600; ++i) records += "h" + std::to_string(i) + " 300 A 198.51.100.3\n";
    server_ = internet_.AddDomain("example.com.", {kFirstServer}, records)[0];
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }

  PlainMessage Ask(std::string_view name, RRType type = RRType::kA) {
    return internet_.Lookup(name, type);
  }
  void Wait(Duration duration) { internet_.world().RunFor(duration); }
  // Resolves the name, then uses it until it is popular.
  void MakePopular(std::string_view name, int hits = 3) {
    for (int i = 0; i <= hits; ++i) Ask(name);
  }
  uint64_t refreshes() { return internet_.resolver().recursor().counters().refreshes; }

  SmallInternet internet_{SimWorld::Options{.seed = 5}};
  ZoneServer* server_;
};

TEST_F(PrefetchTest, OneHitInTheLastTenthStartsOneRefreshAndDoesNotWait) {
  internet_.Start();
  MakePopular("www.example.com.");
  Wait(seconds(265));
  EXPECT_EQ(Ask("www.example.com.").answer.at(0).ttl, 35u);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  Wait(seconds(6));
  // The hit is answered from the old entry, as usual.
  const size_t before = internet_.world().upstream().size();
  const PlainMessage hit = Ask("www.example.com.");
  EXPECT_EQ(hit.answer.at(0).ttl, 29u);
  EXPECT_EQ(ExtendedErrorOf(hit), std::nullopt);
  EXPECT_LE(internet_.last_latency(), milliseconds(1));
  EXPECT_EQ(internet_.world().upstream().size() - before, 1u);
  // From then on the new entry serves, also after the old one's end.
  EXPECT_EQ(Ask("www.example.com.").answer.at(0).ttl, 300u);
  Wait(seconds(100));
  EXPECT_EQ(Ask("www.example.com.").answer.at(0).ttl, 200u);
  EXPECT_EQ(internet_.world().upstream().size() - before, 1u);
  EXPECT_EQ(refreshes(), 1u);
}

TEST_F(PrefetchTest, HitWithoutRecursionStartsNone) {
  internet_.Start();
  MakePopular("www.example.com.");
  Wait(seconds(275));
  const size_t before = internet_.world().upstream().size();
  PlainMessage query = MakeQuery(1, "www.example.com.", RRType::kA);
  query.flags = 0;
  const ClientQueryId id = internet_.world().AskDatagram(query.Encode());
  Wait(seconds(2));
  EXPECT_EQ(internet_.world().client_query(id).Message()->answer.at(0).ttl, 25u);
  EXPECT_EQ(internet_.world().upstream().size(), before);
  // A later question does not start another refresh.
  Ask("www.example.com.");
  EXPECT_EQ(internet_.world().upstream().size(), before + 1);
}

TEST_F(PrefetchTest, ManyHitsAreOneRefresh) {
  internet_.Start();
  MakePopular("www.example.com.");
  Wait(seconds(272));
  server_->conduct().think_time = milliseconds(200);
  const size_t before = internet_.world().upstream().size();
  for (int i = 0; i < 100; ++i) internet_.Ask("www.example.com.", RRType::kA);
  Wait(milliseconds(100));
  EXPECT_EQ(internet_.world().unanswered(), 0u);
  for (int i = 0; i < 100; ++i) internet_.Ask("www.example.com.", RRType::kA);
  Wait(seconds(5));
  EXPECT_EQ(internet_.world().upstream().size() - before, 1u);
}

TEST_F(PrefetchTest, PopularNameNeverMisses) {
  internet_.Start();
  MakePopular("www.example.com.");
  for (int i = 0; i < 3000; ++i) {
    Wait(seconds(1));
    Ask("www.example.com.");
    EXPECT_LE(internet_.last_latency(), milliseconds(1)) << i;
  }
  EXPECT_EQ(refreshes(), 11u);
}

TEST_F(PrefetchTest, UnpopularNameIsLeftToExpire) {
  internet_.Start();
  MakePopular("www.example.com.", 1);
  Wait(seconds(285));
  Ask("www.example.com.");  // its second use
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  Wait(seconds(20));
  Ask("www.example.com.");
  EXPECT_EQ(internet_.last_upstream_queries(), 1u);
  EXPECT_EQ(refreshes(), 0u);
}

// A name that is not asked for any more is not refreshed again.
TEST_F(PrefetchTest, RefreshIsNoUse) {
  internet_.Start();
  MakePopular("www.example.com.");
  Wait(seconds(275));
  Ask("www.example.com.");
  EXPECT_EQ(refreshes(), 1u);
  Wait(seconds(2000));
  EXPECT_EQ(refreshes(), 1u);
}

TEST_F(PrefetchTest, BriefEntriesAreNot) {
  internet_.Start();
  for (int i = 0; i < 100; ++i) {
    Ask("brief.example.com.");
    Wait(milliseconds(500));
  }
  EXPECT_EQ(refreshes(), 0u);
}

TEST_F(PrefetchTest, OperatorSwitchesItOff) {
  internet_.settings().cache.prefetch = false;
  internet_.Start();
  MakePopular("www.example.com.");
  Wait(seconds(280));
  Ask("www.example.com.");
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  EXPECT_EQ(refreshes(), 0u);
}

TEST_F(PrefetchTest, LinkNearItsEndIsRefreshedAlone) {
  internet_.Start();
  MakePopular("alias.example.com.");
  Wait(seconds(280));
  // The target is near its end, the alias is not.
  const size_t before = internet_.world().upstream().size();
  EXPECT_EQ(Ask("alias.example.com.").answer.size(), 2u);
  ASSERT_EQ(internet_.world().upstream().size() - before, 1u);
  EXPECT_EQ(internet_.world().upstream().back().type, RRType::kA);
  const PlainMessage after = Ask("alias.example.com.");
  EXPECT_EQ(after.answer.at(1).ttl, 300u);
  EXPECT_EQ(after.answer.at(0).ttl, 720u);
}

TEST_F(PrefetchTest, DenialIsRefreshedToo) {
  internet_.Start();
  MakePopular("none.example.com.");
  Wait(seconds(280));
  const size_t before = internet_.world().upstream().size();
  EXPECT_EQ(Ask("none.example.com.").rcode, Rcode::kNXDomain);
  EXPECT_EQ(internet_.world().upstream().size() - before, 1u);
  Wait(seconds(100));
  EXPECT_EQ(Ask("none.example.com.").rcode, Rcode::kNXDomain);
  EXPECT_EQ(internet_.world().upstream().size() - before, 1u);
}

// The old entry serves to its end, then as a stale answer.
TEST_F(PrefetchTest, FailedRefreshLosesNothing) {
  internet_.Start();
  MakePopular("www.example.com.");
  server_->conduct().fault = Fault::kServFail;
  Wait(seconds(275));
  Ask("www.example.com.");
  EXPECT_EQ(refreshes(), 1u);
  const PlainMessage fresh = Ask("www.example.com.");
  EXPECT_EQ(fresh.answer.at(0).ttl, 25u);
  EXPECT_EQ(ExtendedErrorOf(fresh), std::nullopt);
  Wait(seconds(26));
  const PlainMessage stale = Ask("www.example.com.");
  EXPECT_EQ(stale.answer.at(0).ttl, 30u);
  EXPECT_EQ(ExtendedErrorOf(stale), ExtendedError::kStaleAnswer);
  // The failure of the refresh is remembered: nobody was asked.
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(PrefetchTest, ClientThatMissesJoinsTheRefresh) {
  internet_.Start();
  MakePopular("www.example.com.");
  Wait(seconds(299));
  server_->conduct().think_time = milliseconds(1500);
  const uint64_t jobs = internet_.resolver().recursor().counters().jobs;
  internet_.Ask("www.example.com.", RRType::kA);
  Wait(milliseconds(1200));  // past its TTL
  const PlainMessage answer = Ask("www.example.com.");
  EXPECT_EQ(answer.answer.at(0).ttl, 300u);
  EXPECT_LE(internet_.last_latency(), milliseconds(400));
  EXPECT_EQ(internet_.resolver().recursor().counters().jobs - jobs, 1u);
}

TEST_F(PrefetchTest, RefreshesAreBounded) {
  internet_.Start();
  for (int i = 0; i < 600; ++i) MakePopular("h" + std::to_string(i) + ".example.com.");
  Wait(seconds(275));
  server_->conduct().fault = Fault::kSilent;
  for (int i = 0; i < 600; ++i)
    internet_.Ask("h" + std::to_string(i) + ".example.com.", RRType::kA);
  Wait(milliseconds(100));
  EXPECT_EQ(internet_.world().unanswered(), 0u);
  EXPECT_EQ(refreshes(), resolver::resolution::kRefreshesMax);
  EXPECT_EQ(internet_.resolver().recursor().jobs_in_flight(), resolver::resolution::kRefreshesMax);
  const auto limits = internet_.resolver().ReadCounters().of_limits;
  EXPECT_EQ(limits.refreshes, resolver::resolution::kRefreshesMax);
  EXPECT_GE(limits.refreshes_met, 600 - resolver::resolution::kRefreshesMax);
  server_->conduct().fault = Fault::kNone;
  Wait(seconds(20));
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.refreshes, 0u);
}

}  // namespace
}  // namespace tern::sim
