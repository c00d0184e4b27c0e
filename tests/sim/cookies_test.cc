// Cookies to clients (RFC 7873 section 5.2), through the whole service.
#include "resolver/policy/cookies.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>

#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using resolver::kClientCookieOctets;
using resolver::policy::CookieSecret;
using resolver::policy::kOurCookieOctets;
using resolver::policy::ServerCookies;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kAddress = "192.0.2.20";
const CookieSecret kSecret = {1, 2, 3, 4, 5, 6, 7, 8};
const Octets kClientCookie = {0xc0, 0xff, 0xee, 1, 2, 3, 4, 5};

class CookiesTest : public testing::Test {
 protected:
  CookiesTest() {
    std::string records = "www 300 A 198.51.100.1\n";
    for (int i = 0; i < 40; ++i) records += "big 300 TXT \"" + std::string(90, 'x') + "\"\n";
    // With a cookie's 28 octets it is too large for 512. Without them it is not.
    for (int i = 0; i < 4; ++i) {
      records += "fits 300 TXT \"" + std::string(98, static_cast<char>('a' + i)) + "\"\n";
    }
    internet_.AddDomain("example.com.", {kAddress}, records);
    internet_.AddDomain("broken.com.", {"192.0.2.21"}, records)[0]->conduct().fault =
        Fault::kServFail;
    internet_.settings().cookie_secret = kSecret;
  }
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }

  // The address of the client that asks next.
  IpAddress NextClient() {
    const size_t id = internet_.world().client_query_count();
    const uint8_t octets[4] = {10, static_cast<uint8_t>(id >> 16), static_cast<uint8_t>(id >> 8),
                               static_cast<uint8_t>(id)};
    return IpAddress::FromOctets(octets);
  }
  // A cookie that was made so long ago for the client that asks next.
  Octets GoodCookie(uint32_t age = 0) {
    Octets cookie(kOurCookieOctets);
    ServerCookies(kSecret).Make(std::span(kClientCookie).first<kClientCookieOctets>(), NextClient(),
                                internet_.world().WallSeconds() - age, cookie.data());
    return cookie;
  }

  PlainMessage Ask(const PlainMessage& query, bool stream = false) {
    SimWorld& world = internet_.world();
    client_ = NextClient();
    const ClientQueryId id =
        stream ? world.AskStream(query.Encode()) : world.AskDatagram(query.Encode());
    EXPECT_TRUE(world.RunUntilAnswered(id, SmallInternet::kAnswerLimit)) << query.ToText();
    octets_ = world.client_query(id).reply.size();
    return world.client_query(id).Message().value_or(PlainMessage());
  }
  static PlainMessage Query(std::string_view name, RRType type, const Octets& cookie) {
    PlainMessage query = MakeQuery(7, name, type);
    query.SetCookie(cookie);
    return query;
  }
  // The reply must have the client's cookie and a good one of ours for the client that asked last.
  void ExpectCookie(const PlainMessage& reply) {
    const auto cookie = reply.Cookie();
    ASSERT_TRUE(cookie.has_value()) << reply.ToText();
    ASSERT_EQ(cookie->size(), kOurCookieOctets);
    EXPECT_TRUE(std::equal(kClientCookie.begin(), kClientCookie.end(), cookie->begin()));
    EXPECT_TRUE(ServerCookies(kSecret).Verify(*cookie, client_, internet_.world().WallSeconds()));
  }

  SmallInternet internet_{SimWorld::Options{.seed = 5}};
  IpAddress client_;
  size_t octets_ = 0;
};

TEST_F(CookiesTest, EveryKindOfReplyHasOne) {
  internet_.Start();
  PlainMessage chaos = Query("version.bind.", RRType::kTXT, kClientCookie);
  chaos.questions[0].rrclass = wire::RRClass::kCH;
  for (const bool stream : {false, true}) {
    for (const int time : {1, 2}) {  // resolved, then cached
      for (const auto& [name, type, rcode] :
           {std::tuple("www.example.com.", RRType::kA, Rcode::kNoError),
            std::tuple("www.example.com.", RRType::kMX, Rcode::kNoError),
            std::tuple("none.example.com.", RRType::kA, Rcode::kNXDomain),
            std::tuple("big.example.com.", RRType::kTXT, Rcode::kNoError),
            std::tuple("www.broken.com.", RRType::kA, Rcode::kServFail),
            std::tuple("localhost.", RRType::kA, Rcode::kNoError),
            std::tuple("www.example.com.", RRType::kANY, Rcode::kNoError),
            std::tuple("www.example.com.", RRType::kAXFR, Rcode::kRefused)}) {
        SCOPED_TRACE(std::string(name) + (stream ? " tcp" : " udp"));
        const PlainMessage reply = Ask(Query(name, type, kClientCookie), stream);
        EXPECT_EQ(reply.rcode, rcode) << time;
        ExpectCookie(reply);
      }
    }
    ExpectCookie(Ask(chaos, stream));
  }
}

TEST_F(CookiesTest, TheRefusedHaveOneToo) {
  internet_.settings().allow.clear();
  internet_.Start();
  for (const bool stream : {false, true}) {
    const PlainMessage reply = Ask(Query("www.example.com.", RRType::kA, kClientCookie), stream);
    EXPECT_EQ(reply.rcode, Rcode::kRefused);
    ExpectCookie(reply);
  }
}

TEST_F(CookiesTest, WhoSendsNoneGetsNone) {
  internet_.Start();
  EXPECT_FALSE(Ask(MakeQuery(7, "www.example.com.", RRType::kA)).Cookie().has_value());
  EXPECT_FALSE(Ask(MakeQuery(7, "www.example.com.", RRType::kA)).Cookie().has_value());
  EXPECT_FALSE(Ask(MakeQuery(7, "none.example.com.", RRType::kA, 0)).edns.has_value());
}

TEST_F(CookiesTest, TheyCountInTheSizeOfAReply) {
  internet_.Start();
  for (const int time : {1, 2}) {  // resolved, then cached
    PlainMessage query = MakeQuery(7, "fits.example.com.", RRType::kTXT, 512);
    const PlainMessage whole = Ask(query);
    EXPECT_FALSE(whole.Has(wire::kFlagTC)) << octets_ << " " << time;
    query.SetCookie(kClientCookie);
    const PlainMessage cut = Ask(query);
    EXPECT_TRUE(cut.Has(wire::kFlagTC));
    EXPECT_LE(octets_, 512u);
    ExpectCookie(cut);
  }
}

// RFC 7873 section 5.2.2.
TEST_F(CookiesTest, MalformedOnesAreFormatErrors) {
  internet_.Start();
  for (size_t size = 0; size <= 45; ++size) {
    const PlainMessage reply = Ask(Query("www.example.com.", RRType::kA, Octets(size, 7)));
    const bool sound = size == 8 || (size >= 16 && size <= 40);
    EXPECT_EQ(reply.rcode, sound ? Rcode::kNoError : Rcode::kFormErr) << size;
    EXPECT_EQ(reply.Cookie().has_value(), sound) << size;
  }
}

TEST_F(CookiesTest, OfSeveralTheFirstCounts) {
  internet_.Start();
  PlainMessage query = Query("www.example.com.", RRType::kA, kClientCookie);
  query.edns->options.insert(query.edns->options.end(), {0, 10, 0, 3, 1, 2, 3});
  ExpectCookie(Ask(query));
}

// RFC 7873 section 5.2.3: answered as if there were no cookie, with a fresh one.
TEST_F(CookiesTest, BadOnesAreAnsweredUnlessTheyAreRequired) {
  internet_.Start();
  for (const Octets& cookie : {GoodCookie(4000), Octets(16, 1), Octets(24, 1), Octets(40, 1)}) {
    Octets sent = cookie;
    std::copy(kClientCookie.begin(), kClientCookie.end(), sent.begin());
    const PlainMessage reply = Ask(Query("www.example.com.", RRType::kA, sent));
    EXPECT_EQ(reply.rcode, Rcode::kNoError);
    EXPECT_EQ(reply.answer.size(), 1u);
    ExpectCookie(reply);
  }
}

TEST_F(CookiesTest, WhereTheyAreRequiredUdpClientsNeedAGoodOne) {
  internet_.settings().require_cookies = true;
  internet_.Start();
  const auto expect = [&](const PlainMessage& reply, Rcode rcode, bool truncated) {
    EXPECT_EQ(reply.rcode, rcode) << reply.ToText();
    EXPECT_EQ(reply.Has(wire::kFlagTC), truncated);
    EXPECT_EQ(reply.answer.size(), rcode == Rcode::kNoError && !truncated ? 1u : 0u);
  };
  for (int time = 0; time < 2; ++time) {
    for (const uint16_t payload : {0, 1232}) {
      expect(Ask(MakeQuery(7, "www.example.com.", RRType::kA, payload)), Rcode::kNoError, true);
    }
    const auto ask = [&](const Octets& cookie) {
      const PlainMessage reply = Ask(Query("www.example.com.", RRType::kA, cookie));
      ExpectCookie(reply);
      return reply;
    };
    EXPECT_EQ(internet_.world().upstream().empty(), time == 0);
    expect(ask(kClientCookie), Rcode::kBadCookie, false);
    expect(ask(GoodCookie(3601)), Rcode::kBadCookie, false);
    expect(ask(GoodCookie(0 - 301u)), Rcode::kBadCookie, false);
    expect(ask(GoodCookie()), Rcode::kNoError, false);
    expect(ask(GoodCookie(3500)), Rcode::kNoError, false);
    // Over TCP the client's address is proved.
    expect(Ask(MakeQuery(7, "www.example.com.", RRType::kA), true), Rcode::kNoError, false);
    expect(Ask(Query("www.example.com.", RRType::kA, kClientCookie), true), Rcode::kNoError, false);
  }
}

// Only cookies depend on the wall clock. When it jumps, no TTL changes.
TEST_F(CookiesTest, AStepOfTheWallClockAgesCookiesOnly) {
  internet_.settings().require_cookies = true;
  internet_.Start();
  EXPECT_EQ(Ask(Query("www.example.com.", RRType::kA, GoodCookie())).answer.size(), 1u);
  const Octets old = GoodCookie();
  internet_.world().SetWallSeconds(internet_.world().WallSeconds() + 86400);
  EXPECT_EQ(Ask(Query("www.example.com.", RRType::kA, old)).rcode, Rcode::kBadCookie);
  const size_t upstream = internet_.world().upstream().size();
  const PlainMessage reply = Ask(Query("www.example.com.", RRType::kA, GoodCookie()));
  ASSERT_EQ(reply.answer.size(), 1u);
  EXPECT_GT(reply.answer[0].ttl, 290u);
  EXPECT_EQ(internet_.world().upstream().size(), upstream);
}

// RFC 7873 section 5.4.
TEST_F(CookiesTest, ACookieMayBeAskedForWithoutAQuestion) {
  internet_.Start();
  for (const bool stream : {false, true}) {
    const auto ask = [&](const Octets& cookie) {
      PlainMessage query = Query("www.example.com.", RRType::kA, cookie);
      query.questions.clear();
      const PlainMessage reply = Ask(query, stream);
      EXPECT_TRUE(reply.questions.empty());
      EXPECT_TRUE(reply.answer.empty());
      return reply;
    };
    PlainMessage reply = ask(kClientCookie);
    EXPECT_EQ(reply.rcode, Rcode::kNoError);
    ExpectCookie(reply);
    reply = ask(GoodCookie());
    EXPECT_EQ(reply.rcode, Rcode::kNoError);
    ExpectCookie(reply);
    reply = ask(GoodCookie(4000));
    EXPECT_EQ(reply.rcode, Rcode::kBadCookie);
    ExpectCookie(reply);
    EXPECT_EQ(ask(Octets(9, 1)).rcode, Rcode::kFormErr);
    PlainMessage nothing = MakeQuery(7, "www.example.com.", RRType::kA);
    nothing.questions.clear();
    EXPECT_EQ(Ask(nothing, stream).rcode, Rcode::kFormErr);
  }
}

}  // namespace
}  // namespace tern::sim
