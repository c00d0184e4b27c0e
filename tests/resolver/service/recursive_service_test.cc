// Datagrams that come in one call, as the engines hand them over. What single queries get is tested
// in tests/sim.
#include "resolver/service/recursive_service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/policy/cookies.h"
#include "tests/sim/small_internet.h"

namespace tern::resolver::service {
namespace {

using sim::ClientQueryId;
using sim::MakeQuery;
using sim::Octets;
using sim::PlainMessage;
using sim::SimWorld;
using sim::SmallInternet;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kOnlyServer = "192.0.2.20";
constexpr policy::CookieSecret kSecret = {1, 2, 3, 4, 5, 6, 7, 8};

// Names n0 to n99 of example.com., each with an address of its own.
std::string NumberedName(size_t number) { return "n" + std::to_string(number) + ".example.com."; }
std::string NumberedAddress(size_t number) { return "198.51.100." + std::to_string(number); }

Octets Query(std::string_view name, uint16_t id = 7) {
  return MakeQuery(id, name, RRType::kA).Encode();
}

class BatchTest : public testing::Test {
 protected:
  explicit BatchTest(size_t workers = 1)
      : internet_(SimWorld::Options{.seed = 11, .workers = workers}) {
    std::string records;
    for (size_t i = 0; i < 100; ++i) {
      records += "n" + std::to_string(i) + " 300 A " + NumberedAddress(i) + "\n";
    }
    internet_.AddDomain("example.com.", {kOnlyServer}, records);
    internet_.settings().cookie_secret = kSecret;
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), left_) << world().Trace(); }

  SimWorld& world() { return internet_.world(); }
  // The servers of example.com. and these names are known from here on.
  void LearnNames(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      ASSERT_EQ(internet_.Lookup(NumberedName(i), RRType::kA).rcode, Rcode::kNoError);
    }
    before_ = world().upstream().size();
  }
  // Upstream queries since LearnNames.
  size_t Sent() { return world().upstream().size() - before_; }

  // All in one call; the first one's number.
  ClientQueryId Ask(const std::vector<Octets>& queries) {
    const ClientQueryId first = world().AskDatagrams(queries);
    // The turn in which they come in, and no other.
    world().RunFor(Duration(0));
    return first;
  }
  bool IsAnswered(ClientQueryId id) { return world().client_query(id).answered.has_value(); }
  PlainMessage ReplyTo(ClientQueryId id) {
    return world().client_query(id).Message().value_or(PlainMessage());
  }
  // Of the reply's one record; empty when there is no such reply.
  std::string AddressFor(ClientQueryId id) {
    const PlainMessage reply = ReplyTo(id);
    if (reply.rcode != Rcode::kNoError || reply.answer.size() != 1) return "";
    return IpAddress::FromOctets(reply.answer[0].rdata).ToText();
  }

  SmallInternet internet_;
  size_t before_ = 0;
  std::string left_;  // what CheckRest says at the end
};

TEST_F(BatchTest, EveryHitHasItsOwnAnswerInTheSameCall) {
  internet_.Start();
  LearnNames(io::kBatch);
  std::vector<Octets> queries;
  for (size_t i = 0; i < io::kBatch; ++i) {
    queries.push_back(Query(NumberedName(i), static_cast<uint16_t>(1000 + i)));
  }
  const ClientQueryId first = Ask(queries);
  for (size_t i = 0; i < io::kBatch; ++i) {
    ASSERT_TRUE(IsAnswered(first + i)) << i;
    EXPECT_EQ(ReplyTo(first + i).id, 1000 + i);
    EXPECT_EQ(AddressFor(first + i), NumberedAddress(i));
  }
  EXPECT_EQ(Sent(), 0u);
  EXPECT_EQ(internet_.resolver().ReadCounters().of_answers.asked(), 2 * io::kBatch);
}

// Hits, misses, what is refused and what is dropped, in one another's midst.
TEST_F(BatchTest, EachQueryGoesItsOwnWay) {
  internet_.Start();
  LearnNames(10);
  const Octets reply_sent_to_us = [] {
    PlainMessage message = MakeQuery(7, "n0.example.com.", RRType::kA);
    message.flags |= wire::kFlagQR;
    return message.Encode();
  }();
  const Octets without_recursion = [] {
    PlainMessage message = MakeQuery(7, "www.example.net.", RRType::kA);
    message.flags &= static_cast<uint16_t>(~wire::kFlagRD);
    return message.Encode();
  }();
  std::vector<Octets> queries;
  for (size_t i = 0; i < 10; ++i) {
    queries.push_back(Query(NumberedName(i)));
    queries.push_back(Query(NumberedName(50 + i)));
    queries.push_back(reply_sent_to_us);
    queries.push_back({1, 2, 3});
    queries.push_back(without_recursion);
    queries.push_back(MakeQuery(7, "example.com.", RRType::kAXFR).Encode());
  }
  const ClientQueryId first = Ask(queries);
  for (size_t i = 0; i < 10; ++i) {
    const ClientQueryId at = first + 6 * i;
    EXPECT_EQ(AddressFor(at), NumberedAddress(i));
    EXPECT_FALSE(IsAnswered(at + 1)) << "it is known to nobody yet";
    const PlainMessage referral = ReplyTo(at + 4);
    EXPECT_TRUE(referral.answer.empty());
    EXPECT_FALSE(referral.authority.empty());
    EXPECT_EQ(ReplyTo(at + 5).rcode, Rcode::kRefused);
  }
  world().RunFor(std::chrono::seconds(10));
  for (size_t i = 0; i < 10; ++i) {
    const ClientQueryId at = first + 6 * i;
    EXPECT_EQ(AddressFor(at + 1), NumberedAddress(50 + i));
    EXPECT_FALSE(IsAnswered(at + 2)) << "a reply is not answered";
    EXPECT_FALSE(IsAnswered(at + 3)) << "nor what is no message";
    for (ClientQueryId id = at; id < at + 6; ++id) {
      EXPECT_LE(world().client_query(id).replies, 1);
    }
  }
  EXPECT_EQ(Sent(), 10u);
  left_ = "20 unanswered; ";
}

TEST_F(BatchTest, EqualMissesAreOneExchange) {
  internet_.Start();
  LearnNames(1);
  const ClientQueryId first = Ask(std::vector<Octets>(io::kBatch, Query(NumberedName(70))));
  world().RunFor(std::chrono::seconds(1));
  for (size_t i = 0; i < io::kBatch; ++i) EXPECT_EQ(AddressFor(first + i), NumberedAddress(70));
  EXPECT_EQ(Sent(), 1u);
}

TEST_F(BatchTest, TheGateJudgesEachClient) {
  // The last digit of a client's address is that of its query.
  internet_.settings().allow = {*Prefix::Parse("10.0.0.8/29"), *Prefix::Parse("10.0.0.0/32")};
  internet_.Start();
  LearnNames(1);
  const ClientQueryId first = Ask(std::vector<Octets>(31, Query(NumberedName(0))));
  ASSERT_EQ(first, 1u);
  for (ClientQueryId id = first; id < first + 31; ++id) {
    const bool may_ask = id >= 8 && id < 16;
    EXPECT_EQ(ReplyTo(id).rcode, may_ask ? Rcode::kNoError : Rcode::kRefused) << id;
    EXPECT_EQ(AddressFor(id), may_ask ? NumberedAddress(0) : "") << id;
  }
}

// The refusal needs the question, and what an OPT alone behind it says. Other records are not read.
TEST_F(BatchTest, OfClientsThatMayNotAskOnlyTheQuestionIsRead) {
  internet_.settings().allow = {*Prefix::Parse("192.0.2.0/24")};
  internet_.Start();
  PlainMessage query = MakeQuery(7, NumberedName(0), RRType::kA, 1232);
  const ClientQueryId plain = Ask({query.Encode()});
  query.additional.push_back(
      {query.questions[0].name, RRType::kA, wire::RRClass::kIN, 0, Octets{192, 0, 2, 1}});
  const ClientQueryId more = Ask({query.Encode()});
  for (const ClientQueryId id : {plain, more}) EXPECT_EQ(ReplyTo(id).rcode, Rcode::kRefused);
  EXPECT_TRUE(ReplyTo(plain).edns.has_value());
  EXPECT_FALSE(ReplyTo(more).edns.has_value());
}

Octets QueryForTrace(size_t number) {
  PlainMessage query = MakeQuery(7, NumberedName(number), RRType::kA, 1232);
  query.edns->options = {0xfd, 0xe9, 0, static_cast<uint8_t>(wire::kTraceRequest.size())};
  query.edns->options.insert(query.edns->options.end(), wire::kTraceRequest.begin(),
                             wire::kTraceRequest.end());
  return query.Encode();
}

TEST_F(BatchTest, TheConfigurationMaySwitchTheTraceOff) {
  internet_.settings().allow = {*Prefix::Parse("0.0.0.0/0")};
  internet_.settings().trace = false;
  internet_.Start();
  const ClientQueryId id = world().AskStreamFromLoopback(QueryForTrace(0));
  world().RunFor(std::chrono::seconds(1));
  EXPECT_EQ(AddressFor(id), NumberedAddress(0));
  ASSERT_TRUE(ReplyTo(id).edns.has_value());
  EXPECT_TRUE(ReplyTo(id).edns->options.empty());
}

TEST_F(BatchTest, ATraceCountsAsAMiss) {
  internet_.settings().allow = {*Prefix::Parse("0.0.0.0/0")};
  internet_.settings().rate_limit.misses = 2;
  internet_.settings().rate_limit.burst = std::chrono::seconds(1);
  internet_.settings().rate_limit.ipv4_prefix = 8;
  internet_.settings().rate_limit.exempt.clear();
  internet_.Start();
  int answered = 0;
  for (size_t i = 0; i < 10; ++i) {
    const ClientQueryId id = world().AskStreamFromLoopback(QueryForTrace(0));
    world().RunFor(std::chrono::milliseconds(1));
    if (ReplyTo(id).rcode != Rcode::kRefused) ++answered;
  }
  EXPECT_EQ(answered, 2);
}

// The leak check of the asan preset looks at the one that still waits.
TEST(TracedClientTest, GetsATraceAndIsGoneWithTheService) {
  SmallInternet internet(SimWorld::Options{.seed = 11});
  internet.AddDomain("example.com.", {kOnlyServer}, "n0 300 A 198.51.100.1\n");
  internet.settings().allow = {*Prefix::Parse("0.0.0.0/0")};
  internet.Start();
  const ClientQueryId id = internet.world().AskStreamFromLoopback(QueryForTrace(0));
  internet.world().RunFor(std::chrono::seconds(1));
  const std::optional<PlainMessage> reply = internet.world().client_query(id).Message();
  ASSERT_TRUE(reply && reply->edns);
  EXPECT_FALSE(reply->edns->options.empty());
  const ClientQueryId waits = internet.world().AskStreamFromLoopback(QueryForTrace(1));
  internet.world().RunFor(Duration(0));
  EXPECT_FALSE(internet.world().client_query(waits).answered.has_value());
}

// As many as the bucket holds, whether they are hits or misses.
TEST_F(BatchTest, TheRateLimitCountsEachQuery) {
  policy::RateLimitSettings& limit = internet_.settings().rate_limit;
  limit.queries = 10;
  limit.burst = std::chrono::seconds(2);
  limit.ipv4_prefix = 8;
  limit.slip = 1;  // all that are over the limit are told so
  for (const bool hit : {true, false}) {
    SCOPED_TRACE(hit);
    internet_.Start();
    LearnNames(1);
    world().RunFor(std::chrono::seconds(10));
    std::vector<Octets> queries;
    for (size_t i = 0; i < io::kBatch; ++i) queries.push_back(Query(NumberedName(hit ? 0 : i)));
    const ClientQueryId first = Ask(queries);
    world().RunFor(std::chrono::seconds(5));
    size_t answered = 0;
    size_t truncated = 0;
    for (size_t i = 0; i < io::kBatch; ++i) {
      const PlainMessage reply = ReplyTo(first + i);
      (reply.Has(wire::kFlagTC) ? truncated : answered) += 1;
    }
    EXPECT_EQ(answered, 20u);
    EXPECT_EQ(truncated, io::kBatch - 20);
  }
}

TEST_F(BatchTest, TheRateOfMissesIsChargedToTheMissesOnly) {
  policy::RateLimitSettings& limit = internet_.settings().rate_limit;
  limit.misses = 5;
  limit.burst = std::chrono::seconds(1);
  limit.ipv4_prefix = 8;
  limit.slip = 1;
  internet_.Start();
  LearnNames(1);
  world().RunFor(std::chrono::seconds(10));
  std::vector<Octets> queries;
  for (size_t i = 0; i < 30; ++i) {
    queries.push_back(Query(NumberedName(0)));
    queries.push_back(Query(NumberedName(40 + i)));
  }
  const ClientQueryId first = Ask(queries);
  world().RunFor(std::chrono::seconds(1));
  for (size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(AddressFor(first + 2 * i), NumberedAddress(0));
    EXPECT_EQ(AddressFor(first + 2 * i + 1), i < 5 ? NumberedAddress(40 + i) : "");
    EXPECT_EQ(ReplyTo(first + 2 * i + 1).Has(wire::kFlagTC), i >= 5);
  }
  EXPECT_EQ(Sent(), 5u);
}

// RFC 9018 section 4.4: a cookie is of its client's address.
TEST_F(BatchTest, EachClientGetsItsOwnCookie) {
  internet_.Start();
  LearnNames(1);
  const auto client_cookie = [](size_t i) {
    return Octets{9, 9, 9, 9, 9, 9, 9, static_cast<uint8_t>(i)};
  };
  std::vector<Octets> queries;
  for (size_t i = 0; i < 32; ++i) {
    PlainMessage query = MakeQuery(7, NumberedName(0), RRType::kA);
    if (i % 2 == 0) query.SetCookie(client_cookie(i));
    queries.push_back(query.Encode());
  }
  const ClientQueryId first = Ask(queries);
  const policy::ServerCookies cookies(kSecret);
  for (size_t i = 0; i < 32; ++i) {
    const auto cookie = ReplyTo(first + i).Cookie();
    ASSERT_EQ(cookie.has_value(), i % 2 == 0) << i;
    if (!cookie) continue;
    const Octets sent = client_cookie(i);
    EXPECT_TRUE(std::equal(sent.begin(), sent.end(), cookie->begin())) << i;
    EXPECT_TRUE(cookies.Verify(*cookie, world().client_query(first + i).path.peer.address,
                               world().WallSeconds()))
        << i;
  }
}

TEST_F(BatchTest, WhatIsNearItsExpiryIsAnsweredAndAskedForAgain) {
  internet_.Start();
  LearnNames(20);
  // Often enough that the names count as popular, and each is in the last tenth of its 300 s.
  for (int times = 0; times < 4; ++times) {
    for (size_t i = 0; i < 20; ++i) (void)internet_.Lookup(NumberedName(i), RRType::kA);
  }
  world().RunFor(std::chrono::seconds(280));
  before_ = world().upstream().size();
  std::vector<Octets> queries;
  for (size_t i = 0; i < 20; ++i) queries.push_back(Query(NumberedName(i)));
  queries.push_back(Query(NumberedName(80)));
  const ClientQueryId first = Ask(queries);
  for (size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(AddressFor(first + i), NumberedAddress(i));
    EXPECT_LE(ReplyTo(first + i).answer.at(0).ttl, 30u);
  }
  world().RunFor(std::chrono::seconds(1));
  EXPECT_EQ(AddressFor(first + 20), NumberedAddress(80));
  EXPECT_EQ(Sent(), 21u);
  const PlainMessage again = internet_.Lookup(NumberedName(19), RRType::kA);
  ASSERT_EQ(again.answer.size(), 1u);
  EXPECT_GE(again.answer[0].ttl, 290u);
}

TEST_F(BatchTest, ABatchLargerThanTheServiceHasRoomForIsAMistakeOfOurs) {
  internet_.Start();
  std::array<io::Datagram, io::kBatch + 1> batch;
  EXPECT_DEATH(internet_.resolver().service().OnDatagrams(batch), "kBatch");
}

class BatchOfTwoWorkersTest : public BatchTest {
 protected:
  BatchOfTwoWorkersTest() : BatchTest(2) {}
};

TEST_F(BatchOfTwoWorkersTest, EachMissGoesToItsOwner) {
  internet_.Start();
  LearnNames(1);
  std::vector<Octets> queries;
  for (size_t i = 0; i < io::kBatch; ++i) queries.push_back(Query(NumberedName(30 + i)));
  const CounterSnapshot before = internet_.resolver().ReadCounters();
  const ClientQueryId first = Ask(queries);
  world().RunFor(std::chrono::seconds(1));
  for (size_t i = 0; i < io::kBatch; ++i) {
    EXPECT_EQ(AddressFor(first + i), NumberedAddress(30 + i));
  }
  const uint64_t handed_over = internet_.resolver().ReadCounters().misses_sent - before.misses_sent;
  EXPECT_GT(handed_over, io::kBatch / 4);
  EXPECT_LT(handed_over, io::kBatch * 3 / 4);
  EXPECT_EQ(Sent(), io::kBatch);
}

}  // namespace
}  // namespace tern::resolver::service
