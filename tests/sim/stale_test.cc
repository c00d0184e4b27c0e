// RFC 8767: when no server answers, clients get expired data. Nobody else does.
#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using cache::EntryView;
using cache::KeySpace;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kStaleTestRecords =
    "www 300 A 198.51.100.1\n"
    "zero 0 A 198.51.100.2\n"
    "alias 300 CNAME www.other.net.\n"
    "old 300 DNAME new.example.com.\nhost.new 300 A 198.51.100.3\n";

class StaleTest : public testing::Test {
 protected:
  StaleTest() {
    servers_ =
        internet_.AddDomain("example.com.", {kFirstServer, kSecondServer}, kStaleTestRecords);
    other_ = internet_.AddDomain("other.net.", {"192.0.2.30"}, "www 600 A 198.51.100.9\n");
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }

  void Break(Fault fault) {
    for (ZoneServer* server : servers_) server->conduct().fault = fault;
  }
  // The root, com. and example.com. each take this time.
  void ThinkEverywhere(Duration duration) {
    internet_.root().conduct().think_time = duration;
    internet_.com().conduct().think_time = duration;
    for (ZoneServer* server : servers_) server->conduct().think_time = duration;
  }
  PlainMessage Ask(std::string_view name, RRType type = RRType::kA) {
    return internet_.Lookup(name, type);
  }
  void Wait(Duration duration) { internet_.world().RunFor(duration); }

  // NOERROR with records of a TTL of 30 and EDE 3.
  void ExpectStale(const PlainMessage& answer, size_t records = 1) {
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << internet_.world().Trace();
    EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kStaleAnswer);
    ASSERT_EQ(answer.answer.size(), records);
    for (const PlainRecord& record : answer.answer) EXPECT_EQ(record.ttl, 30u) << record.ToText();
  }
  static void ExpectServFail(const PlainMessage& answer) {
    EXPECT_EQ(answer.rcode, Rcode::kServFail);
    EXPECT_TRUE(answer.answer.empty());
  }
  static void ExpectFresh(const PlainMessage& answer) {
    EXPECT_EQ(answer.rcode, Rcode::kNoError);
    EXPECT_EQ(ExtendedErrorOf(answer), std::nullopt);
    EXPECT_EQ(answer.answer.size(), 1u);
  }
  EntryView Find(std::string_view name, KeySpace space, RRType type = RRType::kA) {
    return internet_.resolver().store().Find(NameOf(name), space, type);
  }

  SmallInternet internet_{SimWorld::Options{.seed = 5}};
  std::vector<ZoneServer*> servers_;
  std::vector<ZoneServer*> other_;
};

// Section 4: an answer without an SOA is kept for seconds only, but it ends the stale data too.
TEST_F(StaleTest, AnEmptyAnswerStandsAgainstStaleData) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Wait(seconds(301));
  for (ZoneServer* server : servers_) {
    server->AddZone("example.com.", "@ 300 SOA ns m 1 2 3 4 5\nwww 300 TXT x\n");
    server->conduct().without_soa = true;
  }
  const PlainMessage empty = Ask("www.example.com.");
  EXPECT_EQ(empty.rcode, Rcode::kNoError);
  EXPECT_TRUE(empty.answer.empty());
  Break(Fault::kServFail);
  Wait(seconds(6));
  ExpectServFail(Ask("www.example.com."));
}

// Section 5: the client response timer is 1.8 seconds; the TTL is 30.
TEST_F(StaleTest, ClientOfSilentServersGetsWhatExpiredWhenItsTimeIsOver) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Break(Fault::kSilent);
  Wait(seconds(301));
  ExpectStale(Ask("www.example.com."));
  EXPECT_GE(internet_.last_latency(), milliseconds(1800));
  EXPECT_LE(internet_.last_latency(), milliseconds(1801));
  // The resolution goes on, and its end is remembered.
  Wait(seconds(7));
  EXPECT_TRUE(Find("www.example.com.", KeySpace::kFailure)
                  .IsFresh(internet_.resolver().recursor().StoreNow()));
}

TEST_F(StaleTest, FailedServersAreNotWaitedFor) {
  internet_.Start();
  for (const Fault fault : {Fault::kServFail, Fault::kRefused, Fault::kUnreachable}) {
    SCOPED_TRACE(static_cast<int>(fault));
    Break(Fault::kNone);
    Wait(seconds(1200));
    ExpectFresh(Ask("www.example.com."));
    Break(fault);
    Wait(seconds(301));
    ExpectStale(Ask("www.example.com."));
    EXPECT_LT(internet_.last_latency(), milliseconds(1000));
  }
}

// Section 5: the client response timer is for stale answers only. Without one a client waits until
// the query resolution timer ends the search.
TEST_F(StaleTest, ClientWithoutAStaleAnswerGetsTheOneThatIsLate) {
  for (ZoneServer* server : servers_) server->conduct().think_time = milliseconds(2500);
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  EXPECT_GE(internet_.last_latency(), milliseconds(2500));
  EXPECT_LE(internet_.last_latency(), milliseconds(2600));
}

TEST_F(StaleTest, ClientWithoutAStaleAnswerGetsAFailureAfterItsOwnTime) {
  ThinkEverywhere(milliseconds(1900));
  internet_.Start();
  const PlainMessage failure = Ask("www.example.com.");
  ExpectServFail(failure);
  EXPECT_EQ(ExtendedErrorOf(failure), ExtendedError::kNoReachableAuthority);
  EXPECT_GE(internet_.last_latency(), milliseconds(5000)) << internet_.world().Trace();
  EXPECT_LE(internet_.last_latency(), milliseconds(5001));
  // The search goes on, for the next client.
  Wait(seconds(2));
  ExpectFresh(Ask("www.example.com."));
  EXPECT_LE(internet_.last_latency(), milliseconds(1));
}

TEST_F(StaleTest, OperatorSetsBothTimes) {
  internet_.settings().resolution.budget.client_timeout = milliseconds(300);
  internet_.settings().resolution.budget.failure_timeout = milliseconds(700);
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Break(Fault::kSilent);
  Wait(seconds(301));
  ExpectServFail(Ask("ftp.example.com."));
  EXPECT_EQ(internet_.last_latency() / milliseconds(1), 700);
  ExpectStale(Ask("www.example.com."));
  EXPECT_EQ(internet_.last_latency() / milliseconds(1), 300);
}

// Each client has its own two times, also when the question has been asked for a while.
TEST_F(StaleTest, ClientThatJoinsLaterHasItsOwnTimes) {
  ThinkEverywhere(milliseconds(2300));
  internet_.Start();
  const ClientQueryId first = internet_.Ask("www.example.com.", RRType::kA);
  Wait(milliseconds(1500));
  const ClientQueryId second = internet_.Ask("www.example.com.", RRType::kA);
  Wait(seconds(8));
  for (const ClientQueryId id : {first, second}) {
    EXPECT_EQ(internet_.world().client_query(id).Latency() / milliseconds(1), 5000);
    ExpectServFail(internet_.world().client_query(id).Message().value_or(PlainMessage()));
  }
}

// RFC 9520 with RFC 8767 section 5: one try each 30 seconds, and stale answers at once meanwhile.
TEST_F(StaleTest, RememberedFailureCostsNoQueryAndNoTime) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Break(Fault::kSilent);
  Wait(seconds(301));
  ExpectStale(Ask("www.example.com."));
  Wait(seconds(7));
  for (int i = 0; i < 10; ++i) {
    ExpectStale(Ask("www.example.com."));
    EXPECT_EQ(internet_.last_upstream_queries(), 0u);
    EXPECT_LE(internet_.last_latency(), milliseconds(10));
    Wait(seconds(2));
  }
  Break(Fault::kNone);
  Wait(seconds(30));
  ExpectFresh(Ask("www.example.com."));
}

// One client causes the refresh; the others wait or get a stale answer.
TEST_F(StaleTest, HerdAtExpiryIsOneRefresh) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Break(Fault::kSilent);
  Wait(seconds(301));
  std::vector<ClientQueryId> clients;
  const size_t before = internet_.world().upstream().size();
  for (int i = 0; i < 400; ++i) {
    clients.push_back(internet_.Ask("www.example.com.", RRType::kA));
    Wait(milliseconds(10));
  }
  Wait(seconds(8));
  // Three tries for each of two servers (RFC 9520 section 3.1), and one query to the zone's parent.
  EXPECT_LE(internet_.world().upstream().size() - before, 6u + 1u);
  for (size_t i = 0; i < clients.size(); ++i) {
    const ClientQuery& client = internet_.world().client_query(clients[i]);
    ExpectStale(client.Message().value_or(PlainMessage()));
    // A client that asks when the servers are known to be late need not wait.
    EXPECT_LE(client.Latency(), milliseconds(i >= 182 ? 10 : 1801)) << i;
  }
}

TEST_F(StaleTest, HerdAtExpiryOfLivingServersIsOneQuery) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Wait(seconds(301));
  const size_t before = internet_.world().upstream().size();
  std::vector<ClientQueryId> clients;
  for (int i = 0; i < 400; ++i) clients.push_back(internet_.Ask("www.example.com.", RRType::kA));
  Wait(seconds(2));
  EXPECT_EQ(internet_.world().upstream().size() - before, 1u);
  for (const ClientQueryId client : clients) {
    ExpectFresh(internet_.world().client_query(client).Message().value_or(PlainMessage()));
  }
}

TEST_F(StaleTest, WhatExpiredTooLongAgoIsNotServed) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Break(Fault::kServFail);
  Wait(hours(24) + seconds(200));  // 299 seconds before the limit
  ExpectStale(Ask("www.example.com."));
  Wait(seconds(120));
  ExpectServFail(Ask("www.example.com."));
}

TEST_F(StaleTest, OperatorSetsTheLimitAndTheTtl) {
  internet_.settings().cache.max_stale = 100;
  internet_.settings().cache.stale_ttl = 7;
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Break(Fault::kServFail);
  Wait(seconds(380));
  EXPECT_EQ(Ask("www.example.com.").answer.at(0).ttl, 7u);
  Wait(seconds(60));
  ExpectServFail(Ask("www.example.com."));
}

TEST_F(StaleTest, ZeroSwitchesItOff) {
  internet_.settings().cache.max_stale = 0;
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  Break(Fault::kServFail);
  Wait(seconds(301));
  ExpectServFail(Ask("www.example.com."));
}

// Section 5: "unusable even for stale fallback".
TEST_F(StaleTest, TtlOfZeroIsNeverServedStale) {
  internet_.Start();
  ExpectFresh(Ask("zero.example.com."));
  Break(Fault::kServFail);
  Wait(seconds(2));
  ExpectServFail(Ask("zero.example.com."));
}

TEST_F(StaleTest, ChainIsServedWholeOrNotAtAll) {
  internet_.Start();
  EXPECT_EQ(Ask("alias.example.com.").answer.size(), 2u);
  Break(Fault::kServFail);
  other_[0]->conduct().fault = Fault::kServFail;
  Wait(seconds(301));
  // The target is fresh and keeps what is left of its TTL.
  const PlainMessage half = Ask("alias.example.com.");
  EXPECT_EQ(ExtendedErrorOf(half), ExtendedError::kStaleAnswer);
  ASSERT_EQ(half.answer.size(), 2u);
  EXPECT_EQ(half.answer[0].ttl, 30u);
  EXPECT_GT(half.answer[1].ttl, 250u);
  Wait(seconds(400));
  ExpectStale(Ask("alias.example.com."), 2);
  internet_.resolver().store().Erase(NameOf("www.other.net."), KeySpace::kData, RRType::kA);
  Wait(seconds(400));
  ExpectServFail(Ask("alias.example.com."));
}

TEST_F(StaleTest, DnameMakesItsAliasAgain) {
  internet_.Start();
  EXPECT_EQ(Ask("host.old.example.com.").answer.size(), 3u);
  Break(Fault::kServFail);
  Wait(seconds(301));
  ExpectStale(Ask("host.old.example.com."), 3);
}

TEST_F(StaleTest, DenialsAreServedWithTheirOwnCode) {
  internet_.Start();
  EXPECT_EQ(Ask("none.example.com.").rcode, Rcode::kNXDomain);
  EXPECT_EQ(Ask("www.example.com.", RRType::kTXT).rcode, Rcode::kNoError);
  Break(Fault::kServFail);
  Wait(hours(2));
  const PlainMessage none = Ask("none.example.com.");
  EXPECT_EQ(none.rcode, Rcode::kNXDomain);
  EXPECT_EQ(ExtendedErrorOf(none), ExtendedError::kStaleNXDomainAnswer);
  ASSERT_EQ(none.authority.size(), 1u);
  EXPECT_EQ(none.authority[0].ttl, 30u);
  const PlainMessage no_type = Ask("www.example.com.", RRType::kTXT);
  EXPECT_EQ(no_type.rcode, Rcode::kNoError);
  EXPECT_TRUE(no_type.answer.empty());
  EXPECT_EQ(ExtendedErrorOf(no_type), ExtendedError::kStaleAnswer);
}

// Section 4: an authoritative NXDOMAIN refreshes the data. What was known before is gone.
TEST_F(StaleTest, DenialOfAnAuthorityStandsAgainstWhatItDenies) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  for (ZoneServer* server : servers_) {
    server->AddZone("example.com.",
                    "@ 3600 SOA ns1 root 1 2 3 4 300\n@ 3600 NS ns1\nns1 3600 A 192.0.2.20\n");
  }
  Wait(seconds(301));
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kNXDomain);
  EXPECT_EQ(ExtendedErrorOf(Ask("www.example.com.")), std::nullopt);
  Break(Fault::kServFail);
  Wait(hours(1));
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kNXDomain);
  EXPECT_EQ(ExtendedErrorOf(Ask("www.example.com.")), ExtendedError::kStaleNXDomainAnswer);
}

TEST_F(StaleTest, StaleAnswerIsNotKept) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  const cache::Instant expiry = Find("www.example.com.", KeySpace::kData).expiry();
  Break(Fault::kServFail);
  Wait(seconds(301));
  for (int i = 0; i < 3; ++i) ExpectStale(Ask("www.example.com."));
  EXPECT_EQ(Find("www.example.com.", KeySpace::kData).expiry(), expiry);
  // Without recursion only fresh data counts.
  PlainMessage query = MakeQuery(7, "www.example.com.", RRType::kA);
  query.flags = 0;
  const ClientQueryId id = internet_.world().AskDatagram(query.Encode());
  ASSERT_TRUE(internet_.world().RunUntilAnswered(id, seconds(1)));
  EXPECT_TRUE(internet_.world().client_query(id).Message()->answer.empty());
}

// Ghost domains: the parent has taken a delegation away. Then its servers are not asked again, even
// if all others are dead. Their addresses are not taken from stale entries either.
TEST_F(StaleTest, DelegationPastItsTtlIsNotUsed) {
  internet_.Start();
  ExpectFresh(Ask("www.example.com."));
  internet_.com().conduct().fault = Fault::kSilent;
  Wait(seconds(3601));
  const size_t asked = servers_[0]->queries() + servers_[1]->queries();
  ExpectStale(Ask("www.example.com."));
  ExpectServFail(Ask("ftp.example.com."));
  Wait(seconds(10));
  EXPECT_EQ(servers_[0]->queries() + servers_[1]->queries(), asked);
}

TEST_F(StaleTest, NestedLookupsGetNoStaleAddress) {
  // The only server of far.com. has its name in other.net.
  internet_.AddServer("192.0.2.40", "far.com.",
                      "@ 3600 SOA ns root 1 2 3 4 300\n@ 3600 NS ns.other.net.\n"
                      "www 60 A 198.51.100.7\nftp 60 A 198.51.100.8\n");
  internet_.AddToTld("com.", "far.com. 86400 NS ns.other.net.\n");
  other_[0]->AddZone("other.net.",
                     "@ 3600 SOA ns1 root 1 2 3 4 300\n@ 3600 NS ns1\nns1 3600 A 192.0.2.30\n"
                     "ns 60 A 192.0.2.40\n");
  internet_.Start();
  ExpectFresh(Ask("www.far.com."));
  other_[0]->conduct().fault = Fault::kSilent;
  Wait(seconds(100));
  const size_t before = internet_.world().upstream().size();
  ExpectServFail(Ask("ftp.far.com."));
  Wait(seconds(10));
  EXPECT_EQ(internet_.world().CountUpstream("192.0.2.40", before), 0u);
  // A client that asks for this address itself is served.
  ExpectStale(Ask("ns.other.net."));
}

}  // namespace
}  // namespace tern::sim
