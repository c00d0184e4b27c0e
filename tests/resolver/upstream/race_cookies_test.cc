// Cookies to upstream servers (RFC 7873 section 5.3): servers that know them, do not know them, or
// lie.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/upstream/race.h"
#include "tests/resolver/upstream/race_fixture.h"

namespace tern::resolver::upstream {
namespace {

using sim::CookieUse;
using std::chrono::hours;

class RaceCookiesTest : public RaceFixture {
 protected:
  void Start(CookieUse use, std::string_view delegations = kOneServer) {
    AddBoth("* 300 A 203.0.113.1\n");
    a_->conduct().cookies = b_->conduct().cookies = use;
    world_.Start(delegations);
  }
  void TearDown() override {
    if (a_ == nullptr) return;  // for a test with a world of its own
    world_.Run(seconds(8));
    EXPECT_TRUE(world_.IsAtRest());
  }
  // Asks for one more name. Returns the queries for it without those to the root.
  std::vector<sim::UpstreamQuery> Ask(Rcode expected = Rcode::kNoError) {
    const size_t before = world_.world().upstream().size();
    const HeardAnswer& heard = world_.Lookup("n" + std::to_string(++asked_) + ".example.");
    EXPECT_EQ(heard.rcode, expected) << world_.world().Trace();
    if (expected == Rcode::kNoError) {
      EXPECT_TRUE(heard.text.ends_with("A 203.0.113.1\n")) << heard.text;
    }
    std::vector<sim::UpstreamQuery> queries;
    const auto& upstream = world_.world().upstream();
    for (size_t i = before; i < upstream.size(); ++i) {
      if (upstream[i].server.address.ToText() != RecursorWorld::kRoot) {
        queries.push_back(upstream[i]);
      }
    }
    return queries;
  }
  ServerState Record() { return world_.table().Get(*Endpoint::Parse(kServerA, 53)); }
  bool GivesCookies() { return Record().GivesCookiesAt(world_.world().Now()); }
  uint64_t forgeries() { return world_.recursor().counters().forgeries; }

  int asked_ = 0;
};

TEST_F(RaceCookiesTest, EachServerIsSentAClientCookieOfItsOwn) {
  Start(CookieUse::kIgnores, kTwoServers);
  for (int i = 0; i < 40; ++i) Ask();
  std::map<std::string, std::set<Octets>> cookies;
  for (const sim::UpstreamQuery& query : world_.world().upstream()) {
    EXPECT_EQ(query.cookie.size(), kClientCookieOctets);
    cookies[query.server.ToText()].insert(query.cookie);
  }
  ASSERT_EQ(cookies.size(), 3u);
  std::set<Octets> all;
  for (const auto& [server, of_server] : cookies) {
    EXPECT_EQ(of_server.size(), 1u) << server;
    all.insert(of_server.begin(), of_server.end());
  }
  EXPECT_EQ(all.size(), 3u);
}

TEST_F(RaceCookiesTest, TheServersCookieComesBack) {
  for (const uint8_t octets : {8, 16, 32}) {
    RecursorWorld world;
    sim::ZoneServer* server = world.Add(kServerA, "example.", "* 300 A 203.0.113.1\n");
    server->conduct().cookies = CookieUse::kGives;
    server->conduct().server_cookie_octets = octets;
    world.Start(kOneServer);
    (void)world.Lookup("one.example.");
    EXPECT_EQ(world.world().upstream().back().cookie.size(), kClientCookieOctets);
    (void)world.Lookup("two.example.");
    EXPECT_EQ(world.world().upstream().back().cookie.size(), kClientCookieOctets + octets);
    EXPECT_EQ(world.recursor().counters().forgeries, 0u);
  }
}

// RFC 7873 section 4.2: a server cookie has 32 octets at most. A longer one is not a server cookie.
TEST_F(RaceCookiesTest, CookiesThatAreTooLongAreNotKept) {
  Start(CookieUse::kGives);
  a_->conduct().server_cookie_octets = 33;
  for (int i = 0; i < 3; ++i) Ask();
  EXPECT_EQ(world_.world().upstream().back().cookie.size(), kClientCookieOctets);
  EXPECT_FALSE(GivesCookies());
}

TEST_F(RaceCookiesTest, BadCookieIsAskedAgainWithTheNewOne) {
  Start(CookieUse::kDemands);
  for (const uint8_t secret : {1, 2}) {  // the server forgets its old secret
    a_->conduct().cookie_secret = secret;
    const auto first = Ask();
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].transport, Transport::kUdp);
    EXPECT_EQ(first[1].transport, Transport::kUdp);
    EXPECT_NE(first[0].cookie, first[1].cookie);
    EXPECT_NE(first[0].id, first[1].id);
    EXPECT_EQ(Ask().size(), 1u);
  }
  EXPECT_EQ(forgeries(), 0u);
}

TEST_F(RaceCookiesTest, BadCookieTwiceLeadsToTcp) {
  Start(CookieUse::kAllAreBad);
  (void)Ask();
  const auto queries = Ask();
  ASSERT_EQ(queries.size(), 3u);
  EXPECT_EQ(queries[1].transport, Transport::kUdp);
  EXPECT_EQ(queries[2].transport, Transport::kTcp);
}

TEST_F(RaceCookiesTest, BadCookieForEverIsTheNextServersTurn) {
  Start(CookieUse::kGives, kTwoServers);
  a_->conduct().cookies = CookieUse::kAllAreBad;
  a_->conduct().tcp_refused = true;
  for (int i = 0; i < 10; ++i) Ask();
}

// RFC 7873 section 5.3: the reply is discarded. Over TCP the server itself wrote it, so that is
// remembered.
// Says BADCOOKIE to every cookie, over TCP too.
class NeverPleased final : public sim::SimServer {
 public:
  SimAnswer OnQuery(const SimQuery& query) override {
    auto message = PlainMessage::Decode(query.octets);
    if (!message) return {};
    message->flags = wire::kFlagQR | wire::kFlagAA;
    auto cookie = message->Cookie();
    if (cookie) {
      message->rcode = Rcode::kBadCookie;
      cookie->resize(24, 9);
      message->SetCookie(*cookie);
    } else {
      message->answer = test::Records("n1.example. 300 A 203.0.113.1");
    }
    return {.replies = {{message->Encode()}}};
  }
};

TEST_F(RaceCookiesTest, BadCookieOverTcpTooEndsWithAQueryWithoutACookie) {
  NeverPleased server;
  a_ = world_.Add(kServerB, "example.", "* 300 A 203.0.113.1\n");
  world_.AddHost(kServerA, &server);
  world_.Start(kOneServer);
  const auto queries = Ask();
  // with a cookie, with the new one, over TCP, and without one
  EXPECT_EQ(queries.size(), 4u);
  EXPECT_TRUE(queries.back().cookie.empty());
}

TEST_F(RaceCookiesTest, ACookieThatAnswersNoneIsNotKept) {
  Start(CookieUse::kIgnores);
  a_->conduct().with_cookie = Fault::kFormErr;  // so it is sent none
  Ask();
  ASSERT_TRUE(Record().takes_no_cookie);
  class Giver final : public sim::SimServer {
   public:
    SimAnswer OnQuery(const SimQuery& query) override {
      auto message = PlainMessage::Decode(query.octets);
      EXPECT_FALSE(message->Cookie());
      message->flags = wire::kFlagQR | wire::kFlagAA;
      message->SetCookie({1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9});
      message->answer = test::Records("n2.example. 300 A 203.0.113.1");
      return {.replies = {{message->Encode()}}};
    }
  } giver;
  world_.AddHost(kServerA, &giver);
  Ask();
  EXPECT_FALSE(GivesCookies());
  upstream::UpstreamCookie cookie;
  const Endpoint server = *Endpoint::Parse(kServerA, 53);
  world_.table().WriteCookie(server, world_.table().KeyOf(server), world_.world().Now(), &cookie);
  EXPECT_EQ(cookie.size, kClientCookieOctets);
}

TEST_F(RaceCookiesTest, AWrongClientCookieIsASignOfForgery) {
  Start(CookieUse::kGives);
  a_->conduct().wrong_client_cookie = true;
  const auto first = Ask();
  EXPECT_EQ(first.back().transport, Transport::kTcp);
  EXPECT_EQ(forgeries(), 1u);
  EXPECT_TRUE(Record().takes_no_cookie);
  const auto second = Ask();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_TRUE(second[0].edns);
  EXPECT_TRUE(second[0].cookie.empty());
}

TEST_F(RaceCookiesTest, TheClientCookieAloneIsBelieved) {
  Start(CookieUse::kCopies);
  (void)Ask();
  EXPECT_EQ(Ask().size(), 1u);
  EXPECT_EQ(forgeries(), 0u);
  EXPECT_FALSE(GivesCookies());
}

// Its replies are right except for the cookie, which an attacker who is not on the path cannot
// know.
class LuckySpoofer final : public sim::SimServer {
 public:
  enum class Cookie : uint8_t { kNone, kNoEdns, kGuessed };
  explicit LuckySpoofer(Cookie cookie) : cookie_(cookie) {}
  SimAnswer OnQuery(const SimQuery& query) override {
    auto message = PlainMessage::Decode(query.octets);
    if (!message || message->questions.size() != 1) return {};
    const auto sent = message->Cookie();
    message->flags = wire::kFlagQR | wire::kFlagAA;
    if (cookie_ == Cookie::kNoEdns) message->edns.reset();
    if (message->edns) message->edns->options.clear();
    if (cookie_ == Cookie::kGuessed && sent) {
      Octets guess(policy::kOurCookieOctets, 0x42);
      message->SetCookie(guess);
    }
    const Octets address = {203, 0, 113, 66};
    message->answer.push_back(
        {message->questions[0].name, RRType::kA, wire::RRClass::kIN, 300, address});
    return {.replies = {{message->Encode()}}};
  }

 private:
  Cookie cookie_;
};

TEST_F(RaceCookiesTest, ForgeriesWithoutTheCookieAreNeverBelieved) {
  Start(CookieUse::kGives, kTwoServers);
  for (int i = 0; i < 20; ++i) Ask();
  for (const auto cookie : {LuckySpoofer::Cookie::kNone, LuckySpoofer::Cookie::kNoEdns,
                            LuckySpoofer::Cookie::kGuessed}) {
    LuckySpoofer spoofer(cookie);
    world_.world().SetSpoofer(&spoofer);
    for (int i = 0; i < 5; ++i) {
      const auto queries = Ask();  // this compares the answer
      EXPECT_EQ(queries.back().transport, Transport::kTcp);
    }
    world_.world().SetSpoofer(nullptr);
    EXPECT_TRUE(GivesCookies());
  }
  EXPECT_EQ(forgeries(), 5u);  // the guessed ones; a reply without a cookie may be the server's own
}

// It is not known whether a new server gives cookies. But a wrong cookie is wrong in any case.
TEST_F(RaceCookiesTest, AGuessedCookieIsNotBelievedOfAStrangerEither) {
  Start(CookieUse::kGives);
  LuckySpoofer spoofer(LuckySpoofer::Cookie::kGuessed);
  world_.world().SetSpoofer(&spoofer);
  Ask();
}

TEST_F(RaceCookiesTest, AServerThatGivesNoneAnyMoreIsAskedOverTcpOnce) {
  Start(CookieUse::kGives);
  (void)Ask();
  EXPECT_TRUE(GivesCookies());
  a_->conduct().cookies = CookieUse::kIgnores;
  const auto queries = Ask();
  ASSERT_EQ(queries.size(), 2u);
  EXPECT_EQ(queries[1].transport, Transport::kTcp);
  EXPECT_FALSE(GivesCookies());
  // The same holds when it changes all the time, as several servers behind one address do.
  for (int i = 0; i < 6; ++i) {
    a_->conduct().cookies = i % 2 == 0 ? CookieUse::kGives : CookieUse::kIgnores;
    EXPECT_EQ(Ask().size(), 1u);
  }
  world_.Run(hours(2));
  a_->conduct().cookies = CookieUse::kGives;
  (void)Ask();
  EXPECT_TRUE(GivesCookies());
}

TEST_F(RaceCookiesTest, AServerThatGivesNoneAnyMoreAndRefusesTcpIsBelieved) {
  Start(CookieUse::kGives);
  (void)Ask();
  a_->conduct().cookies = CookieUse::kIgnores;
  a_->conduct().tcp_refused = true;
  const auto queries = Ask();
  ASSERT_EQ(queries.size(), 3u);
  EXPECT_EQ(queries[2].transport, Transport::kUdp);
}

TEST_F(RaceCookiesTest, WhatIsExpectedOfAServerIsForgotten) {
  Start(CookieUse::kGives);
  (void)Ask();
  a_->conduct().cookies = CookieUse::kIgnores;
  a_->conduct().tcp_refused = true;
  world_.Run(hours(1));
  EXPECT_EQ(Ask().size(), 1u);
}

TEST_F(RaceCookiesTest, FormatErrorToTheCookieAloneIsRememberedAsThat) {
  Start(CookieUse::kIgnores);
  a_->conduct().with_cookie = Fault::kFormErr;
  const auto first = Ask();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_TRUE(first[1].edns);
  EXPECT_TRUE(first[1].cookie.empty());
  EXPECT_TRUE(Record().takes_no_cookie);
  EXPECT_FALSE(Record().plain_dns);
  const auto second = Ask();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_TRUE(second[0].edns);
  EXPECT_TRUE(second[0].cookie.empty());
}

TEST_F(RaceCookiesTest, FormatErrorToEdnsIsNotTheCookiesFault) {
  Start(CookieUse::kIgnores);
  a_->conduct().with_edns = Fault::kFormErr;
  EXPECT_EQ(Ask().size(), 3u);  // with a cookie, without, without EDNS
  EXPECT_TRUE(Record().plain_dns);
  EXPECT_FALSE(Record().takes_no_cookie);
  EXPECT_EQ(Ask().size(), 1u);
}

// NOTIMP is about EDNS, so nothing is tried in between.
TEST_F(RaceCookiesTest, NotImpLeadsToPlainDnsAtOnce) {
  Start(CookieUse::kIgnores);
  a_->conduct().with_edns = Fault::kNotImp;
  EXPECT_EQ(Ask().size(), 2u);
  EXPECT_TRUE(Record().plain_dns);
}

// It may be chance, and this server takes cookies.
TEST_F(RaceCookiesTest, SilenceOfAServerThatTookACookieTeachesNothing) {
  Start(CookieUse::kGives);
  (void)Ask();
  a_->conduct().with_cookie = Fault::kSilent;
  (void)Ask();
  world_.Run(seconds(8));
  EXPECT_FALSE(Record().takes_no_cookie);
  EXPECT_FALSE(Record().plain_dns);
  EXPECT_TRUE(GivesCookies());
}

// They are asked for over TCP anyway. There is no sign of forgery, and nothing to learn.
TEST_F(RaceCookiesTest, TruncatedRepliesNeedNoCookie) {
  Start(CookieUse::kGives);
  (void)Ask();
  a_->conduct().fault = Fault::kTruncatesAlways;
  const auto queries = Ask();
  ASSERT_EQ(queries.size(), 2u);
  EXPECT_EQ(queries[1].cookie.size(), policy::kOurCookieOctets);
  EXPECT_FALSE(world_.table().IsForged(N("example."), world_.world().Now()));
  EXPECT_TRUE(GivesCookies());
}

TEST_F(RaceCookiesTest, NoneAreSentWhenTheyAreSwitchedOff) {
  world_.settings().resolution.cookies = false;
  Start(CookieUse::kGives);
  (void)Ask();
  EXPECT_EQ(Ask().size(), 1u);
  for (const sim::UpstreamQuery& query : world_.world().upstream()) {
    EXPECT_TRUE(query.edns);
    EXPECT_TRUE(query.cookie.empty());
  }
}

// RFC 9018 section 3: no cookie is seen from two of our addresses.
TEST_F(RaceCookiesTest, NoneAreSentFromSeveralAddresses) {
  for (const bool several : {false, true}) {
    RecursorWorld world;
    world.settings().resolution.outgoing = {*IpAddress::Parse("10.0.0.1"),
                                            *IpAddress::Parse("2001:db8::1")};
    if (several) world.settings().resolution.outgoing.push_back(*IpAddress::Parse("10.0.0.2"));
    world.Add(kServerA, "example.", "* 300 A 203.0.113.1\n");
    world.Start(kOneServer);
    (void)world.Lookup("www.example.");
    EXPECT_EQ(world.world().upstream().back().cookie.empty(), several);
  }
}

TEST_F(RaceCookiesTest, TomorrowTheCookieIsAnother) {
  Start(CookieUse::kDemands);
  (void)Ask();
  const Octets today = Ask().back().cookie;
  ASSERT_EQ(today.size(), policy::kOurCookieOctets);
  world_.Run(hours(24));
  const auto queries = Ask();
  // The server cookie belonged to the old client cookie, so it is not sent with the new one.
  const sim::UpstreamQuery& first = queries[queries.size() - 2];
  EXPECT_EQ(first.cookie.size(), kClientCookieOctets);
  EXPECT_FALSE(std::equal(first.cookie.begin(), first.cookie.end(), today.begin()));
  EXPECT_EQ(Ask().size(), 1u);
}

}  // namespace
}  // namespace tern::resolver::upstream
