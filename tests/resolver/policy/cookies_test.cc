#include "resolver/policy/cookies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "wire/text_encoding.h"

namespace tern::resolver::policy {
namespace {

using Octets = std::vector<uint8_t>;

Octets Hex(std::string_view text) {
  const auto octets = wire::FromHex(text);
  EXPECT_TRUE(octets.has_value());
  return Octets(octets->begin(), octets->end());
}

CookieSecret Secret(std::string_view text) {
  CookieSecret secret{};
  const Octets octets = Hex(text);
  std::copy(octets.begin(), octets.end(), secret.begin());
  return secret;
}

constexpr uint32_t kUnixNow = 1'559'731'985;  // 2019-06-05 10:53:05 UTC
const CookieSecret kSecret = Secret("e5e973e5a6b2a43f48e7dc849e37bfcf");
const IpAddress kClient = *IpAddress::Parse("198.51.100.100");

Octets Made(const ServerCookies& cookies, const Octets& sent, const IpAddress& client,
            uint32_t now) {
  Octets made(kOurCookieOctets);
  cookies.Make(std::span(sent).first<kClientCookieOctets>(), client, now, made.data());
  return made;
}

// RFC 9018 appendix A.1.
TEST(CookiesTest, LearningANewServerCookie) {
  const ServerCookies cookies(kSecret);
  EXPECT_EQ(Made(cookies, Hex("2464c4abcf10c957"), kClient, kUnixNow),
            Hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480"));
}

// RFC 9018 appendix A.2: 40 minutes later.
TEST(CookiesTest, TheSameClientLearningARenewedServerCookie) {
  const ServerCookies cookies(kSecret);
  const Octets sent = Hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  EXPECT_TRUE(cookies.Verify(sent, kClient, kUnixNow + 2400));
  EXPECT_EQ(Made(cookies, sent, kClient, kUnixNow + 2400),
            Hex("2464c4abcf10c957010000005cf7a871d4a564a1442aca77"));
}

// RFC 9018 appendix A.3: another server of the secret wrote something into the reserved octets.
TEST(CookiesTest, AnotherClientLearningARenewedServerCookie) {
  const ServerCookies cookies(kSecret);
  const IpAddress client = *IpAddress::Parse("203.0.113.203");
  const Octets sent = Hex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5");
  constexpr uint32_t kThen = 0x5cf7a9ac;
  EXPECT_EQ(Made(cookies, sent, client, kThen),
            Hex("fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"));
  // It is 6,715 seconds old by then; within its hour it was good.
  EXPECT_FALSE(cookies.Verify(sent, client, kThen));
  EXPECT_TRUE(cookies.Verify(sent, client, 0x5cf78f71 + 3600));
}

// RFC 9018 appendix A.4.
TEST(CookiesTest, AnIpv6QueryWithARolledOverSecret) {
  const CookieSecret before = Secret("dd3bdf9344b678b185a6f5cb60fca715");
  const CookieSecret after = Secret("445536bcd2513298075a5d379663c962");
  const IpAddress client = *IpAddress::Parse("2001:db8:220:1:59de:d0f4:8769:82b8");
  const Octets sent = Hex("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
  constexpr uint32_t kThen = 0x5cf7c609;
  EXPECT_FALSE(ServerCookies(after).Verify(sent, client, kThen));
  const ServerCookies cookies(after, before);
  EXPECT_TRUE(cookies.Verify(sent, client, kThen));
  const Octets made = Made(cookies, sent, client, kThen);
  EXPECT_EQ(made, Hex("22681ab97d52c298010000005cf7c609a6bb79d16625507a"));
  EXPECT_TRUE(ServerCookies(after).Verify(made, client, kThen));
}

// RFC 9018 section 4.3, in serial arithmetic: also where the 32 bits go round.
TEST(CookiesTest, AreGoodForAnHourAndFromFiveMinutesAhead) {
  const ServerCookies cookies(kSecret);
  for (const uint32_t made_at : {kUnixNow, 0u, 100u, 0xffffffffu, 0x7fffffffu}) {
    const Octets cookie = Made(cookies, Octets(8, 7), kClient, made_at);
    for (const uint32_t age : {0u, 1u, 1800u, 3600u}) {
      EXPECT_TRUE(cookies.Verify(cookie, kClient, made_at + age)) << made_at << " " << age;
    }
    for (const uint32_t age : {3601u, 86400u, 0x7fffffffu, 0x80000000u}) {
      EXPECT_FALSE(cookies.Verify(cookie, kClient, made_at + age)) << made_at << " " << age;
    }
    for (const uint32_t ahead : {1u, 299u, 300u}) {
      EXPECT_TRUE(cookies.Verify(cookie, kClient, made_at - ahead)) << made_at << " " << ahead;
    }
    EXPECT_FALSE(cookies.Verify(cookie, kClient, made_at - 301)) << made_at;
  }
}

TEST(CookiesTest, EveryBitCounts) {
  const ServerCookies cookies(kSecret);
  const Octets cookie = Made(cookies, Octets(8, 7), kClient, kUnixNow);
  ASSERT_TRUE(cookies.Verify(cookie, kClient, kUnixNow));
  for (size_t bit = 0; bit < 8 * cookie.size(); ++bit) {
    Octets other = cookie;
    other[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(cookies.Verify(other, kClient, kUnixNow)) << bit;
  }
  EXPECT_FALSE(cookies.Verify(cookie, *IpAddress::Parse("198.51.100.101"), kUnixNow));
  EXPECT_FALSE(ServerCookies(CookieSecret{}).Verify(cookie, kClient, kUnixNow));
}

TEST(CookiesTest, OtherLengthsAreNotOurs) {
  const ServerCookies cookies(kSecret);
  const Octets cookie = Made(cookies, Octets(8, 7), kClient, kUnixNow);
  for (size_t size = 0; size <= kCookieOctetsMax; ++size) {
    Octets other = cookie;
    other.resize(size);
    EXPECT_EQ(cookies.Verify(other, kClient, kUnixNow), size == kOurCookieOctets) << size;
    EXPECT_EQ(IsCookieLength(size), size == 8 || size >= 16) << size;
  }
  EXPECT_FALSE(IsCookieLength(41));
}

}  // namespace
}  // namespace tern::resolver::policy
