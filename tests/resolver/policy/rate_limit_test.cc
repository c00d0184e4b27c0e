#include "resolver/policy/rate_limit.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tern::resolver::policy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint64_t kSeed = 0x1234567890abcdef;
constexpr Time kNow{seconds(1000)};

RateLimitSettings Rates(uint32_t queries, uint32_t misses = 0) {
  RateLimitSettings settings;
  settings.queries = queries;
  settings.misses = misses;
  settings.exempt = {*Prefix::Parse("127.0.0.0/8")};
  return settings;
}

RateLimit::Group GroupOf(const RateLimit& limit, std::string_view address, bool verified = false) {
  return limit.GroupOf(*IpAddress::Parse(address), verified);
}

int AllowedQueries(RateLimit& limit, RateLimit::Group group, Time now, int asked = 1000) {
  int allowed = 0;
  for (int i = 0; i < asked; ++i) allowed += limit.AllowQuery(group, now) ? 1 : 0;
  return allowed;
}

TEST(RateLimitTest, WithoutARateNothingIsLimited) {
  RateLimit limit;
  EXPECT_FALSE(limit.limits_queries());
  EXPECT_FALSE(limit.limits_misses());
  const RateLimit::Group group = GroupOf(limit, "192.0.2.1");
  limit.Prefetch(group);
  EXPECT_EQ(AllowedQueries(limit, group, kNow), 1000);
  EXPECT_TRUE(limit.AllowMiss(group, kNow));
}

TEST(RateLimitTest, ABurstIsAllowedAndThenTheRate) {
  RateLimit limit(Rates(10), kSeed);
  const RateLimit::Group group = GroupOf(limit, "192.0.2.1");
  EXPECT_EQ(AllowedQueries(limit, group, kNow), 20);
  EXPECT_EQ(AllowedQueries(limit, group, kNow + milliseconds(99)), 0);
  EXPECT_EQ(AllowedQueries(limit, group, kNow + milliseconds(100)), 1);
  EXPECT_EQ(AllowedQueries(limit, group, kNow + seconds(1)), 9);
  EXPECT_EQ(AllowedQueries(limit, group, kNow + seconds(100)), 20);
}

TEST(RateLimitTest, WhoKeepsToTheRateIsNeverDenied) {
  RateLimit limit(Rates(100), kSeed);
  const RateLimit::Group group = GroupOf(limit, "192.0.2.1");
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(limit.AllowQuery(group, kNow + i * milliseconds(10))) << i;
  }
}

// A client that floods is served at the rate all the same, not shut out until it stops.
TEST(RateLimitTest, DeniedQueriesCostNothing) {
  RateLimit limit(Rates(10), kSeed);
  const RateLimit::Group group = GroupOf(limit, "192.0.2.1");
  int allowed = 0;
  for (int i = 0; i < 10'000; ++i) {
    allowed += limit.AllowQuery(group, kNow + i * milliseconds(1)) ? 1 : 0;
  }
  EXPECT_EQ(allowed, 20 + 99);
}

TEST(RateLimitTest, TheSmallestBucketHoldsOneQuery) {
  RateLimitSettings settings = Rates(1);
  settings.burst = milliseconds(1);
  RateLimit limit(settings, kSeed);
  const RateLimit::Group group = GroupOf(limit, "192.0.2.1");
  EXPECT_EQ(AllowedQueries(limit, group, kNow), 1);
  EXPECT_EQ(AllowedQueries(limit, group, kNow + seconds(1)), 1);
}

TEST(RateLimitTest, MissesHaveABucketOfTheirOwn) {
  RateLimit limit(Rates(10, 5), kSeed);
  const RateLimit::Group group = GroupOf(limit, "192.0.2.1");
  int misses = 0;
  for (int i = 0; i < 100; ++i) misses += limit.AllowMiss(group, kNow) ? 1 : 0;
  EXPECT_EQ(misses, 10);
  EXPECT_EQ(AllowedQueries(limit, group, kNow), 20);

  RateLimit misses_only(Rates(0, 5), kSeed);
  EXPECT_EQ(AllowedQueries(misses_only, group, kNow), 1000);
}

TEST(RateLimitTest, ThePrefixCountsNotTheAddress) {
  RateLimit limit(Rates(10), kSeed);
  EXPECT_EQ(GroupOf(limit, "192.0.2.1"), GroupOf(limit, "192.0.2.254"));
  EXPECT_NE(GroupOf(limit, "192.0.2.1"), GroupOf(limit, "192.0.3.1"));
  EXPECT_EQ(GroupOf(limit, "2001:db8:0:1200::1"), GroupOf(limit, "2001:db8:0:12ff:ffff::2"));
  EXPECT_NE(GroupOf(limit, "2001:db8:0:1200::1"), GroupOf(limit, "2001:db8:0:1300::1"));
  EXPECT_EQ(AllowedQueries(limit, GroupOf(limit, "192.0.2.1"), kNow), 20);
  EXPECT_EQ(AllowedQueries(limit, GroupOf(limit, "192.0.2.2"), kNow), 0);
  EXPECT_EQ(AllowedQueries(limit, GroupOf(limit, "192.0.3.1"), kNow), 20);
}

TEST(RateLimitTest, PrefixLengthsAreTheOperators) {
  RateLimitSettings settings = Rates(10);
  settings.ipv4_prefix = 32;
  settings.ipv6_prefix = 72;
  RateLimit narrow(settings, kSeed);
  EXPECT_NE(GroupOf(narrow, "192.0.2.1"), GroupOf(narrow, "192.0.2.2"));
  EXPECT_EQ(GroupOf(narrow, "2001:db8::1200:0:0:1"), GroupOf(narrow, "2001:db8::12ff:0:0:2"));
  EXPECT_NE(GroupOf(narrow, "2001:db8::1200:0:0:1"), GroupOf(narrow, "2001:db8::1300:0:0:1"));
  settings.ipv4_prefix = 8;
  settings.ipv6_prefix = 16;
  RateLimit wide(settings, kSeed);
  EXPECT_EQ(GroupOf(wide, "192.0.2.1"), GroupOf(wide, "192.255.2.1"));
  EXPECT_EQ(GroupOf(wide, "2001:db8::1"), GroupOf(wide, "2001:ffff::1"));
}

TEST(RateLimitTest, SocketAddressesHaveTheGroupOfTheirAddress) {
  RateLimit limit(Rates(10), kSeed);
  for (const char* text : {"192.0.2.77", "2001:db8::77", "127.0.0.1"}) {
    const Endpoint endpoint{*IpAddress::Parse(text), 53};
    sockaddr_storage storage;
    endpoint.ToSockaddr(&storage);
    EXPECT_EQ(limit.GroupOf(reinterpret_cast<const sockaddr*>(&storage), false),
              GroupOf(limit, text))
        << text;
  }
  EXPECT_EQ(GroupOf(limit, "::ffff:192.0.2.1"), GroupOf(limit, "192.0.2.2"));
  EXPECT_EQ(GroupOf(limit, "::ffff:127.0.0.1"), RateLimit::Group::kExempt);
}

TEST(RateLimitTest, ExemptClientsAreNotLimited) {
  RateLimit limit(Rates(10), kSeed);
  EXPECT_EQ(GroupOf(limit, "127.1.2.3"), RateLimit::Group::kExempt);
  EXPECT_EQ(AllowedQueries(limit, RateLimit::Group::kExempt, kNow), 1000);
  EXPECT_NE(GroupOf(limit, "128.0.0.1"), RateLimit::Group::kExempt);
}

// Otherwise a forged flood would take away what its victims are sent to.
TEST(RateLimitTest, VerifiedClientsOfThePrefixHaveBucketsOfTheirOwn) {
  RateLimit limit(Rates(10), kSeed);
  EXPECT_EQ(AllowedQueries(limit, GroupOf(limit, "192.0.2.1"), kNow), 20);
  EXPECT_EQ(AllowedQueries(limit, GroupOf(limit, "192.0.2.1", true), kNow), 20);
  EXPECT_EQ(AllowedQueries(limit, GroupOf(limit, "2001:db8::", true), kNow), 20);
  EXPECT_EQ(AllowedQueries(limit, GroupOf(limit, "2001:db8::"), kNow), 20);
}

std::string Numbered(int i) {
  return "10." + std::to_string(i >> 16 & 255) + "." + std::to_string(i >> 8 & 255) + "." +
         std::to_string(i & 255);
}

// Forged prefixes push out prefixes that are idle, never the one that floods.
TEST(RateLimitTest, AFloodIsNotForgottenForManyOtherPrefixes) {
  RateLimitSettings settings = Rates(10);
  settings.ipv4_prefix = 32;
  RateLimit limit(settings, kSeed);
  const RateLimit::Group flood = GroupOf(limit, "192.0.2.1");
  EXPECT_EQ(AllowedQueries(limit, flood, kNow), 20);
  for (int i = 0; i < 200'000; ++i) {
    ASSERT_TRUE(limit.AllowQuery(GroupOf(limit, Numbered(i)), kNow)) << i;
  }
  EXPECT_EQ(AllowedQueries(limit, flood, kNow), 0);
}

// What was written for another prefix in the same place is not a newcomer's debt.
TEST(RateLimitTest, ANewPrefixStartsWithAFullBucketInAFullTable) {
  RateLimitSettings settings = Rates(10, 10);
  settings.ipv4_prefix = 32;
  RateLimit limit(settings, kSeed);
  for (int i = 0; i < 100'000; ++i) {
    const RateLimit::Group group = GroupOf(limit, Numbered(i));
    ASSERT_EQ(AllowedQueries(limit, group, kNow, 21), 20) << i;
    ASSERT_TRUE(limit.AllowMiss(group, kNow)) << i;
  }
}

TEST(RateLimitTest, AnotherSeedPutsPrefixesElsewhere) {
  std::set<RateLimit::Group> groups;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    groups.insert(GroupOf(RateLimit(Rates(0), seed), "192.0.2.1"));
  }
  EXPECT_EQ(groups.size(), 1000u);
}

// 4,096 sets of four, half full: few prefixes are without a place of their own.
TEST(RateLimitTest, NeighboursSpreadOverTheTable) {
  RateLimit limit(Rates(1), kSeed);
  constexpr int kPrefixes = 8192;
  for (int i = 0; i < kPrefixes; ++i) {
    (void)AllowedQueries(limit, GroupOf(limit, Numbered(i << 8)), kNow, 2);
  }
  int kept = 0;
  for (int i = 0; i < kPrefixes; ++i) {
    kept += limit.AllowQuery(GroupOf(limit, Numbered(i << 8)), kNow) ? 0 : 1;
  }
  EXPECT_GT(kept, kPrefixes * 9 / 10);
}

TEST(RateLimitTest, ThreadsShareABucketExactly) {
  RateLimitSettings settings = Rates(100'000);
  settings.burst = seconds(1);
  RateLimit limit(settings, kSeed);
  const RateLimit::Group group = GroupOf(limit, "192.0.2.1");
  ASSERT_TRUE(limit.AllowQuery(group, kNow));  // the place is made
  std::vector<int> allowed(4, 0);
  std::vector<std::thread> threads;
  for (int& count : allowed) {
    threads.emplace_back([&] { count = AllowedQueries(limit, group, kNow, 60'000); });
  }
  for (std::thread& thread : threads) thread.join();
  int sum = 1;
  for (const int count : allowed) sum += count;
  EXPECT_EQ(sum, 100'000);
}

}  // namespace
}  // namespace tern::resolver::policy
