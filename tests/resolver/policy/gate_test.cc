#include "resolver/policy/gate.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

namespace tern::resolver::policy {
namespace {

using std::chrono::seconds;

constexpr uint64_t kGateSeed = 0x1234567890abcdef;
constexpr Time kGateNow{seconds(1000)};
constexpr std::string_view kFriend = "192.0.2.1";
constexpr std::string_view kStranger = "198.51.100.1";
constexpr GateQuery kPlain = {};
constexpr GateQuery kTcp = {.transport = Transport::kTcp};
constexpr GateQuery kWithCookie = {.cookie = CookieProof::kGood};

struct Options {
  uint32_t queries = 0;
  uint32_t misses = 0;
  bool require_cookies = false;
};

std::unique_ptr<Gate> Make(const Options& options) {
  RateLimitSettings limits;
  limits.queries = options.queries;
  limits.misses = options.misses;
  limits.burst = seconds(1);
  const std::vector<Prefix> allow = {*Prefix::Parse("192.0.2.0/24"),
                                     *Prefix::Parse("192.0.2.200/32"),
                                     *Prefix::Parse("2001:db8::/32")};
  const std::vector<Prefix> deny = {*Prefix::Parse("192.0.2.128/25"),
                                    *Prefix::Parse("2001:db8:bad::/48")};
  return std::make_unique<Gate>(allow, deny, limits, options.require_cookies, kGateSeed);
}

// Comes to the gate as UDP does and as TCP does: with a sockaddr or an IpAddress.
GateVerdict Come(Gate& gate, std::string_view client, const GateQuery& query, Time now = kGateNow) {
  const IpAddress address = *IpAddress::Parse(client);
  if (query.transport == Transport::kTcp) {
    return gate.Judge(gate.MayAsk(address), gate.FindGroup(address, query), query, now);
  }
  sockaddr_in socket_address = {};
  socket_address.sin_family = AF_INET;
  EXPECT_EQ(inet_pton(AF_INET, std::string(client).c_str(), &socket_address.sin_addr), 1);
  const auto* peer = reinterpret_cast<const sockaddr*>(&socket_address);
  return gate.Judge(gate.MayAsk(peer), gate.FindGroup(peer, query), query, now);
}

TEST(GateTest, LetsInWhomTheAccessListAllows) {
  const auto gate = Make({});
  for (const GateQuery& query : {kPlain, kTcp, kWithCookie}) {
    EXPECT_EQ(Come(*gate, kFriend, query), GateVerdict::kPass);
    EXPECT_EQ(Come(*gate, kStranger, query), GateVerdict::kForbidden);
  }
}

// Also against a smaller block that is allowed.
TEST(GateTest, WhoIsDeniedIsNotLetInAlthoughHeIsAllowed) {
  const auto gate = Make({});
  EXPECT_TRUE(gate->MayAsk(*IpAddress::Parse("192.0.2.127")));
  EXPECT_TRUE(gate->MayAsk(*IpAddress::Parse("2001:db8::1")));
  for (const char* client : {"192.0.2.128", "192.0.2.200", "2001:db8:bad::1"}) {
    EXPECT_FALSE(gate->MayAsk(*IpAddress::Parse(client))) << client;
  }
  EXPECT_EQ(Come(*gate, "192.0.2.130", kPlain), GateVerdict::kForbidden);
  EXPECT_EQ(Come(*gate, "192.0.2.130", kTcp), GateVerdict::kForbidden);
}

TEST(GateTest, AccessComesBeforeTheRateOverUdpAndTcp) {
  for (const GateQuery& query : {kPlain, kTcp}) {
    const auto gate = Make({.queries = 1});
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(Come(*gate, kStranger, query), GateVerdict::kForbidden);
    }
    EXPECT_EQ(Come(*gate, kFriend, query), GateVerdict::kPass);
    EXPECT_EQ(Come(*gate, kFriend, query), GateVerdict::kOverLimit);
  }
}

TEST(GateTest, TheRateComesBeforeTheCookie) {
  const auto gate = Make({.queries = 1, .require_cookies = true});
  EXPECT_EQ(Come(*gate, kFriend, kPlain), GateVerdict::kCookieMissing);
  EXPECT_EQ(Come(*gate, kFriend, kPlain), GateVerdict::kOverLimit);
}

TEST(GateTest, ThoseWhoShowedTheirAddressHaveABucketOfTheirOwn) {
  for (const GateQuery& query : {kTcp, kWithCookie}) {
    const auto gate = Make({.queries = 1});
    EXPECT_EQ(Come(*gate, kFriend, kPlain), GateVerdict::kPass);
    EXPECT_EQ(Come(*gate, kFriend, kPlain), GateVerdict::kOverLimit);
    EXPECT_EQ(Come(*gate, kFriend, query), GateVerdict::kPass);
  }
}

TEST(GateTest, ARateLetsInAgainAsTimePasses) {
  const auto gate = Make({.queries = 1});
  EXPECT_EQ(Come(*gate, kFriend, kPlain), GateVerdict::kPass);
  EXPECT_EQ(Come(*gate, kFriend, kPlain), GateVerdict::kOverLimit);
  EXPECT_EQ(Come(*gate, kFriend, kPlain, kGateNow + seconds(2)), GateVerdict::kPass);
}

TEST(GateTest, DemandsCookiesOfUdpQuestionsOnly) {
  const auto gate = Make({.require_cookies = true});
  EXPECT_EQ(Come(*gate, kFriend, kPlain), GateVerdict::kCookieMissing);
  EXPECT_EQ(Come(*gate, kFriend, {.cookie = CookieProof::kNotGood}), GateVerdict::kCookieBad);
  EXPECT_EQ(Come(*gate, kFriend, kWithCookie), GateVerdict::kPass);
  EXPECT_EQ(Come(*gate, kFriend, kTcp), GateVerdict::kPass);
  EXPECT_EQ(Come(*gate, kFriend, {.is_question = false}), GateVerdict::kPass);
}

TEST(GateTest, DemandsNoCookiesUnlessTold) {
  const auto gate = Make({});
  EXPECT_EQ(Come(*gate, kFriend, {.cookie = CookieProof::kNotGood}), GateVerdict::kPass);
}

TEST(GateTest, MissesHaveARateOfTheirOwn) {
  const auto gate = Make({.misses = 1});
  const IpAddress client = *IpAddress::Parse(kFriend);
  const RateLimit::Group group = gate->FindGroup(client, kTcp);
  EXPECT_EQ(gate->JudgeMiss(group, kGateNow), GateVerdict::kPass);
  EXPECT_EQ(gate->JudgeMiss(group, kGateNow), GateVerdict::kOverLimit);
  EXPECT_EQ(gate->Judge(gate->MayAsk(client), group, kTcp, kGateNow), GateVerdict::kPass);
}

TEST(GateTest, WithoutARateEveryMissPasses) {
  const auto gate = Make({});
  const RateLimit::Group group = gate->FindGroup(*IpAddress::Parse(kFriend), kPlain);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(gate->JudgeMiss(group, kGateNow), GateVerdict::kPass);
}

}  // namespace
}  // namespace tern::resolver::policy
