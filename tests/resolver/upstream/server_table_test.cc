#include "resolver/upstream/server_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/message_making.h"

namespace tern::resolver::upstream {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::N;
using test::Octets;

constexpr SipKey kCookieKey = {{1, 2}};

Endpoint Server(uint32_t number) {
  const uint8_t octets[4] = {10, static_cast<uint8_t>(number >> 16),
                             static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  return {IpAddress::FromOctets(octets), 53};
}

class ServerTableTest : public testing::Test {
 protected:
  ServerTable table_{42, kCookieKey};
  Endpoint server_ = Server(1);
  ServerKey key_ = table_.KeyOf(server_);
  Time now_ = Time(seconds(10));
};

TEST_F(ServerTableTest, KnowsNothingOfAStranger) {
  const ServerState record = table_.Get(server_);
  EXPECT_FALSE(record.IsKnown());
  EXPECT_EQ(record.silences, 0);
  EXPECT_FALSE(record.plain_dns);
}

// RFC 6298 section 2.
TEST_F(ServerTableTest, SmoothsWithTheUsualGains) {
  table_.NoteAnswer(key_, milliseconds(80), now_);
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(80));
  EXPECT_EQ(table_.Get(server_).rttvar, milliseconds(40));
  EXPECT_EQ(table_.Get(server_).Lateness(), milliseconds(240));
  table_.NoteAnswer(key_, milliseconds(160), now_);
  EXPECT_EQ(table_.Get(server_).rttvar, milliseconds(50));
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(90));
  for (int i = 0; i < 200; ++i) table_.NoteAnswer(key_, milliseconds(20), now_);
  EXPECT_LT(table_.Get(server_).srtt, milliseconds(21));
  EXPECT_LT(table_.Get(server_).Lateness(), milliseconds(22));
}

TEST_F(ServerTableTest, AFirstRoundTripThatTheSecondContradictsIsForgotten) {
  table_.NoteAnswer(key_, milliseconds(80), now_);
  EXPECT_TRUE(table_.Get(server_).IsMeasuredOnce());
  table_.NoteAnswer(key_, milliseconds(19), now_);
  EXPECT_FALSE(table_.Get(server_).IsMeasuredOnce());
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(19));
  EXPECT_EQ(table_.Get(server_).rttvar, Duration(9500));
  // Not when it is less than four times as fast, and not later.
  for (const bool later : {false, true}) {
    const ServerKey key = table_.KeyOf(Server(later ? 5 : 6));
    table_.NoteAnswer(key, milliseconds(80), now_);
    if (later) table_.NoteAnswer(key, milliseconds(80), now_);
    table_.NoteAnswer(key, milliseconds(later ? 1 : 20), now_);
    EXPECT_GT(table_.Get(key).srtt, milliseconds(70));
  }
}

TEST_F(ServerTableTest, OneThatWasSilentDidNotOnlySeemSlow) {
  table_.NoteAnswer(key_, milliseconds(80), now_);
  table_.NoteSilence(key_, milliseconds(400), now_ + seconds(1));
  EXPECT_FALSE(table_.Get(server_).IsMeasuredOnce());
}

TEST_F(ServerTableTest, EightRoundTripsSayMuch) {
  for (int i = 0; i < 8; ++i) {
    EXPECT_FALSE(table_.Get(server_).IsMeasuredWell());
    table_.NoteAnswer(key_, milliseconds(80), now_);
  }
  EXPECT_TRUE(table_.Get(server_).IsMeasuredWell());
  for (int i = 0; i < 100'000; ++i) table_.NoteAnswer(key_, seconds(20), now_);
  EXPECT_TRUE(table_.Get(server_).IsMeasuredWell());
  EXPECT_GT(table_.Get(server_).srtt, seconds(9));
}

TEST_F(ServerTableTest, PortsAndFamiliesAreServersOfTheirOwn) {
  table_.NoteAnswer(key_, milliseconds(80), now_);
  Endpoint other = server_;
  other.port = 5353;
  EXPECT_FALSE(table_.Get(other).IsKnown());
}

TEST_F(ServerTableTest, RoundTripOfNothingIsStillKnown) {
  table_.NoteAnswer(key_, Duration(0), now_);
  EXPECT_TRUE(table_.Get(server_).IsKnown());
  table_.NoteAnswer(key_, Duration(0), now_);
  EXPECT_TRUE(table_.Get(server_).IsKnown());
}

TEST_F(ServerTableTest, SilenceMakesSlowAndAnAnswerLiftsIt) {
  table_.NoteAnswer(key_, milliseconds(20), now_);
  table_.NoteSilence(key_, milliseconds(400), now_);
  table_.NoteSilence(key_, milliseconds(800), now_ + milliseconds(800));
  EXPECT_EQ(table_.Get(server_).silences, 2);
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(20));
  EXPECT_EQ(table_.Get(server_).ExpectedAt(now_, milliseconds(50)), milliseconds(1600));
  EXPECT_EQ(table_.Get(server_).last_silence, now_ + milliseconds(800));
  table_.NoteAnswer(key_, milliseconds(28), now_ + seconds(1));
  EXPECT_EQ(table_.Get(server_).silences, 0);
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(21));
  EXPECT_EQ(table_.Get(server_).ExpectedAt(now_, milliseconds(50)), milliseconds(21));
}

// One silence may be a lost packet.
TEST_F(ServerTableTest, OneSilenceOfAServerThatAnswersChangesNoExpectation) {
  table_.NoteAnswer(key_, milliseconds(20), now_);
  table_.NoteSilence(key_, milliseconds(400), now_ + seconds(1));
  EXPECT_EQ(table_.Get(server_).ExpectedAt(now_ + seconds(1), milliseconds(50)), milliseconds(20));
  const Endpoint stranger = Server(7);
  table_.NoteSilence(table_.KeyOf(stranger), milliseconds(400), now_);
  EXPECT_EQ(table_.Get(stranger).ExpectedAt(now_, milliseconds(50)), milliseconds(800));
}

TEST_F(ServerTableTest, OfSilencesThatOverlapOneCounts) {
  for (int i = 0; i < 100; ++i) table_.NoteSilence(key_, milliseconds(400), now_);
  table_.NoteSilence(key_, milliseconds(400), now_ + milliseconds(300));
  EXPECT_EQ(table_.Get(server_).silences, 1);
  EXPECT_EQ(table_.Get(server_).penalty, milliseconds(800));
  // Many silences that overlap in a row count as if one came after the other.
  for (int i = 1; i <= 80; ++i) {
    table_.NoteSilence(key_, milliseconds(400), now_ + i * milliseconds(10));
  }
  EXPECT_EQ(table_.Get(server_).silences, 3);
}

TEST_F(ServerTableTest, SilencesAreBounded) {
  for (int i = 0; i < 5000; ++i) table_.NoteSilence(key_, seconds(60), now_ + i * seconds(60));
  EXPECT_LE(table_.Get(server_).silences, 1000);
  EXPECT_LE(table_.Get(server_).srtt, seconds(10));
}

TEST_F(ServerTableTest, OldMeasurementsAreForgotten) {
  table_.NoteAnswer(key_, milliseconds(500), now_);
  table_.NoteAnswer(key_, milliseconds(20), now_ + hours(1));
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(20));
}

TEST_F(ServerTableTest, FaultsAreForgottenAfterAnHour) {
  table_.NotePlainDns(key_, now_);
  table_.NoteKeepsNoCase(key_, now_);
  EXPECT_TRUE(table_.Get(server_).plain_dns);
  EXPECT_TRUE(table_.Get(server_).keeps_no_case);
  table_.NoteAnswer(key_, milliseconds(20), now_ + minutes(30));
  EXPECT_TRUE(table_.Get(server_).plain_dns);
  EXPECT_TRUE(table_.Get(server_).keeps_no_case);
  table_.NoteAnswer(key_, milliseconds(20), now_ + minutes(61));
  EXPECT_FALSE(table_.Get(server_).plain_dns);
  EXPECT_FALSE(table_.Get(server_).keeps_no_case);
}

TEST_F(ServerTableTest, OneProbeAnInterval) {
  EXPECT_TRUE(table_.ClaimProbe(key_, seconds(2), now_));
  EXPECT_FALSE(table_.ClaimProbe(key_, seconds(2), now_));
  EXPECT_FALSE(table_.ClaimProbe(key_, seconds(2), now_ + milliseconds(1999)));
  EXPECT_TRUE(table_.ClaimProbe(key_, seconds(2), now_ + seconds(2)));
  table_.NoteAnswer(key_, milliseconds(20), now_ + seconds(3));
  EXPECT_TRUE(table_.ClaimProbe(key_, seconds(2), now_ + seconds(3)));
}

TEST_F(ServerTableTest, LameForOneZoneOnlyAndForAWhile) {
  table_.NoteLame(key_, N("example."), minutes(10), now_);
  EXPECT_TRUE(table_.IsLame(key_, N("EXAMPLE."), now_ + minutes(9)));
  EXPECT_FALSE(table_.IsLame(key_, N("example."), now_ + minutes(10)));
  EXPECT_FALSE(table_.IsLame(key_, N("sub.example."), now_));
  EXPECT_FALSE(table_.IsLame(table_.KeyOf(Server(2)), N("example."), now_));
}

TEST_F(ServerTableTest, SaysWhyAServerIsAvoided) {
  EXPECT_EQ(table_.WhyLame(key_, N("example."), now_), std::nullopt);
  table_.NoteLame(key_, N("example."), minutes(1), now_, WhyAvoided::kBogus);
  EXPECT_EQ(table_.WhyLame(key_, N("example."), now_), WhyAvoided::kBogus);
  EXPECT_EQ(table_.WhyLame(key_, N("example."), now_ + minutes(1)), std::nullopt);
  table_.NoteLame(key_, N("sub."), minutes(1), now_);
  EXPECT_EQ(table_.WhyLame(key_, N("sub."), now_), WhyAvoided::kLame);
}

TEST_F(ServerTableTest, AMillionServersTakeNoMoreRoomThanTheTableHas) {
  ServerTable small(42, kCookieKey, 64);
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    small.NoteAnswer(small.KeyOf(Server(i)), milliseconds(10), now_ + Duration(i));
    small.NoteLame(small.KeyOf(Server(i)), N("example."), hours(10), now_);
  }
  size_t known = 0;
  size_t lame = 0;
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    known += small.Get(Server(i)).IsKnown() ? 1 : 0;
    lame += small.IsLame(small.KeyOf(Server(i)), N("example."), now_) ? 1 : 0;
  }
  EXPECT_EQ(known, 64u);
  EXPECT_EQ(lame, 64u);
  EXPECT_EQ(small.size(), 64u);
  EXPECT_EQ(small.capacity(), 64u);
  EXPECT_EQ(small.replaced(), 1'000'000u - 64);
  // The server that was noted last is there.
  EXPECT_TRUE(small.Get(Server(999'999)).IsKnown());
}

// A key is not a place. It stays valid when its server was pushed out, and never gives another
// server's record.
TEST_F(ServerTableTest, AKeyOutlivesTheRecord) {
  ServerTable small(42, kCookieKey, 4);
  const ServerKey key = small.KeyOf(server_);
  small.NoteAnswer(key, milliseconds(80), now_);
  small.NotePlainDns(key, now_);
  for (uint32_t i = 2; i < 100; ++i) {
    small.NoteAnswer(small.KeyOf(Server(i)), milliseconds(10), now_ + seconds(i));
  }
  EXPECT_FALSE(small.Get(key).IsKnown());
  small.NoteSilence(key, milliseconds(100), now_ + seconds(200));
  EXPECT_EQ(small.Get(key).penalty, milliseconds(200));
  EXPECT_EQ(small.Get(key).silences, 1);
  EXPECT_FALSE(small.Get(key).plain_dns);
  EXPECT_FALSE(small.Get(key).HasAnswered());
}

TEST_F(ServerTableTest, ForgedZonesAreMarkedForAWhileAndAlone) {
  EXPECT_FALSE(table_.IsForged(N("example."), now_));
  table_.NoteForgery(N("example."), seconds(20), now_);
  EXPECT_TRUE(table_.IsForged(N("EXAMPLE."), now_ + seconds(19)));
  EXPECT_FALSE(table_.IsForged(N("example."), now_ + seconds(20)));
  EXPECT_FALSE(table_.IsForged(N("sub.example."), now_));
  EXPECT_FALSE(table_.IsForged(N("."), now_));
  EXPECT_FALSE(table_.IsLame(key_, N("example."), now_));
}

// The owner of a thousand zones marks those, but no zone of others.
TEST_F(ServerTableTest, AFloodOfForgedZonesMarksNoOther) {
  for (int i = 0; i < 100'000; ++i) {
    table_.NoteForgery(N("z" + std::to_string(i) + ".attacker."), seconds(20), now_);
  }
  size_t marked = 0;
  for (int i = 0; i < 10'000; ++i) {
    marked += table_.IsForged(N("v" + std::to_string(i) + ".example."), now_) ? 1 : 0;
  }
  EXPECT_EQ(marked, 0u);
}

TEST_F(ServerTableTest, TwoThreadsShareIt) {
  constexpr int kRounds = 20000;
  const auto work = [&](uint32_t first) {
    for (int i = 0; i < kRounds; ++i) {
      const Endpoint server = Server(first + static_cast<uint32_t>(i % 7));
      table_.NoteAnswer(table_.KeyOf(server), milliseconds(20), now_);
      table_.NoteSilence(table_.KeyOf(Server(100)), milliseconds(1), now_ + i * milliseconds(1));
      table_.NoteLame(table_.KeyOf(server), N("example."), minutes(1), now_);
      (void)table_.IsLame(table_.KeyOf(server), N("example."), now_);
      (void)table_.Get(server);
    }
  };
  std::thread other(work, 3u);
  work(1);
  other.join();
  EXPECT_EQ(table_.Get(Server(4)).srtt, milliseconds(20));
  EXPECT_EQ(table_.Get(Server(100)).silences, 1000);
}

// Fields may be of different moments, but each has a value that was noted. Here the servers of a
// single set push each other out all the time.
TEST_F(ServerTableTest, NoThreadEverReadsWhatNobodyRecorded) {
  ServerTable small(42, kCookieKey, 4);
  constexpr uint32_t kServers = 12;
  const auto work = [&](uint32_t first) {
    for (uint32_t i = 0; i < 20'000; ++i) {
      const ServerKey key = small.KeyOf(Server((first + i) % kServers));
      small.NoteAnswer(key, milliseconds(40), now_ + Duration(i));
      const ServerState record = small.Get(key);
      // The first measurement and all that follow it give 40 ms, and a deviation that only falls.
      ASSERT_TRUE(record.srtt == milliseconds(40) || record.srtt == Duration(0));
      ASSERT_LE(record.rttvar, milliseconds(20));
      ASSERT_EQ(record.silences, 0);
      ASSERT_FALSE(record.plain_dns);
      ASSERT_TRUE(record.last_answer == Time() || record.last_answer >= now_);
    }
  };
  std::thread other(work, 5u);
  work(0);
  other.join();
}

TEST_F(ServerTableTest, OneOfTwoThreadsGetsTheProbe) {
  for (uint32_t round = 0; round < 200; ++round) {
    bool other_claims = false;
    std::thread other(
        [&] { other_claims = table_.ClaimProbe(table_.KeyOf(Server(round)), seconds(1), now_); });
    const bool claims = table_.ClaimProbe(table_.KeyOf(Server(round)), seconds(1), now_);
    other.join();
    EXPECT_NE(claims, other_claims);
  }
}

// --- Cookies

Octets CookieFor(const ServerTable& table, const Endpoint& server, Time now) {
  UpstreamCookie cookie;
  table.WriteCookie(server, table.KeyOf(server), now, &cookie);
  return Octets(cookie.view().begin(), cookie.view().end());
}

// RFC 7873 section 4.1: no server learns the cookie that another one gets.
TEST_F(ServerTableTest, EachServerHasAClientCookieOfItsOwn) {
  std::set<Octets> cookies;
  for (uint32_t i = 0; i < 1000; ++i) cookies.insert(CookieFor(table_, Server(i), now_));
  Endpoint other_port = server_;
  other_port.port = 5353;
  cookies.insert(CookieFor(table_, other_port, now_));
  EXPECT_EQ(cookies.size(), 1001u);
  EXPECT_EQ(cookies.begin()->size(), kClientCookieOctets);
  EXPECT_EQ(CookieFor(table_, server_, now_), CookieFor(table_, server_, now_));
  const ServerTable restarted(42, {{1, 3}});
  EXPECT_NE(CookieFor(table_, server_, now_), CookieFor(restarted, server_, now_));
}

// RFC 7873 section 7.1. They do not all change at the same moment. The server cookie goes with the
// client cookie.
TEST_F(ServerTableTest, ClientCookiesChangeOnceADay) {
  constexpr uint32_t kServers = 24;
  std::vector<size_t> changes(25);
  for (uint32_t i = 0; i < kServers; ++i) {
    Octets cookie = CookieFor(table_, Server(i), now_);
    cookie.resize(policy::kOurCookieOctets, 9);
    table_.NoteCookie(table_.KeyOf(Server(i)), cookie, now_);
    for (size_t hour = 1; hour <= 24; ++hour) {
      const Octets then = CookieFor(table_, Server(i), now_ + hours(hour));
      if (then == cookie) continue;
      EXPECT_EQ(then.size(), kClientCookieOctets);
      EXPECT_FALSE(std::equal(then.begin(), then.end(), cookie.begin()));
      cookie = then;
      ++changes[hour];
    }
  }
  EXPECT_EQ(std::accumulate(changes.begin(), changes.end(), size_t{0}), kServers);
  EXPECT_LT(*std::max_element(changes.begin(), changes.end()), kServers / 3);
}

TEST_F(ServerTableTest, ServerCookiesOfEveryLengthComeBack) {
  for (size_t octets = kCookieOctetsMin; octets <= kCookieOctetsMax; ++octets) {
    Octets cookie = CookieFor(table_, server_, now_);
    cookie.resize(kClientCookieOctets);
    for (size_t i = kClientCookieOctets; i < octets; ++i) {
      cookie.push_back(static_cast<uint8_t>(i + octets));
    }
    table_.NoteCookie(key_, cookie, now_);
    EXPECT_EQ(CookieFor(table_, server_, now_ + minutes(1)), cookie);
    EXPECT_EQ(CookieFor(table_, Server(2), now_).size(), kClientCookieOctets);
  }
}

TEST_F(ServerTableTest, WhoGivesCookiesIsExpectedToForAnHour) {
  EXPECT_FALSE(table_.Get(key_).GivesCookiesAt(now_));
  Octets cookie = CookieFor(table_, server_, now_);
  cookie.resize(policy::kOurCookieOctets, 1);
  table_.NoteCookie(key_, cookie, now_);
  EXPECT_TRUE(table_.Get(key_).GivesCookiesAt(now_ + minutes(58)));
  EXPECT_FALSE(table_.Get(key_).GivesCookiesAt(now_ + hours(1)));
  table_.NoteCookie(key_, cookie, now_ + minutes(50));
  EXPECT_TRUE(table_.Get(key_).GivesCookiesAt(now_ + minutes(100)));
}

// Several servers are behind one address. Those that give cookies must not spoil it for the others.
TEST_F(ServerTableTest, WhoGaveNoneIsNotExpectedToForAnHour) {
  Octets cookie = CookieFor(table_, server_, now_);
  cookie.resize(policy::kOurCookieOctets, 1);
  table_.NoteCookie(key_, cookie, now_);
  table_.NoteGivesNoCookie(key_, now_);
  EXPECT_FALSE(table_.Get(key_).GivesCookiesAt(now_));
  table_.NoteCookie(key_, cookie, now_ + minutes(1));
  EXPECT_FALSE(table_.Get(key_).GivesCookiesAt(now_ + minutes(1)));
  EXPECT_EQ(CookieFor(table_, server_, now_ + minutes(1)), cookie);  // it is still sent
  table_.NoteCookie(key_, cookie, now_ + hours(1));
  EXPECT_TRUE(table_.Get(key_).GivesCookiesAt(now_ + hours(1)));
}

TEST_F(ServerTableTest, WhoTakesNoCookieIsTriedAgainAfterAnHour) {
  table_.NoteTakesNoCookie(key_, now_);
  table_.NoteAnswer(key_, milliseconds(10), now_ + minutes(59));
  EXPECT_TRUE(table_.Get(key_).takes_no_cookie);
  table_.NoteAnswer(key_, milliseconds(10), now_ + hours(1));
  EXPECT_FALSE(table_.Get(key_).takes_no_cookie);
}

// Words of two cookies do not make a cookie.
TEST_F(ServerTableTest, NoThreadEverReadsACookieThatNobodyGave) {
  ServerTable small(42, kCookieKey, 4);
  const ServerKey key = small.KeyOf(server_);
  const Octets client = CookieFor(small, server_, now_);
  const auto work = [&](uint8_t from) {
    for (uint32_t i = 0; i < 20'000; ++i) {
      Octets cookie = client;
      cookie.resize(kCookieOctetsMax, static_cast<uint8_t>(from + i % 100));
      small.NoteCookie(key, cookie, now_);
      const Octets read = CookieFor(small, server_, now_);
      if (read.size() == kClientCookieOctets) continue;
      ASSERT_EQ(read.size(), kCookieOctetsMax);
      ASSERT_TRUE(std::all_of(read.begin() + kClientCookieOctets, read.end(),
                              [&](uint8_t octet) { return octet == read.back(); }));
    }
  };
  std::thread other(work, 0);
  work(100);
  other.join();
}

TEST_F(ServerTableTest, ListsTheSilentOnesTheMostSilentFirst) {
  for (uint32_t i = 1; i <= 20; ++i) {
    const ServerKey key = table_.KeyOf(Server(i));
    for (uint32_t n = 0; n < i; ++n) {
      now_ += seconds(1);
      table_.NoteSilence(Server(i), key, milliseconds(100), now_);
    }
  }
  table_.NoteAnswer(table_.KeyOf(Server(20)), milliseconds(5), now_);
  const std::vector<SilentServer> silent = table_.ListSilent(3);
  ASSERT_EQ(silent.size(), 3u);
  EXPECT_EQ(silent[0].server, Server(19));
  EXPECT_EQ(silent[0].state.silences, 19);
  EXPECT_EQ(silent[2].server, Server(17));
  EXPECT_EQ(table_.ListSilent(100).size(), 19u);
}

TEST_F(ServerTableTest, ForgetsOneServerAndKeepsTheOthers) {
  table_.NotePlainDns(key_, now_);
  table_.NoteSilence(server_, key_, milliseconds(100), now_);
  table_.NoteAnswer(table_.KeyOf(Server(2)), milliseconds(5), now_);
  EXPECT_EQ(table_.size(), 2u);
  table_.Forget(key_);
  EXPECT_EQ(table_.size(), 1u);
  EXPECT_FALSE(table_.Get(server_).plain_dns);
  EXPECT_TRUE(table_.ListSilent(9).empty());
  EXPECT_TRUE(table_.Get(Server(2)).IsKnown());
  table_.NoteAnswer(key_, milliseconds(7), now_);
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(7));
}

TEST_F(ServerTableTest, ForgetsAllButTheForgers) {
  table_.NoteAnswer(key_, milliseconds(5), now_);
  table_.NoteLame(key_, N("example."), minutes(5), now_);
  table_.NoteForgery(N("example."), minutes(5), now_);
  table_.ForgetAll();
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(table_.replaced(), 0u);
  EXPECT_FALSE(table_.Get(server_).IsKnown());
  EXPECT_FALSE(table_.IsLame(key_, N("example."), now_));
  EXPECT_TRUE(table_.IsForged(N("example."), now_));
}

}  // namespace
}  // namespace tern::resolver::upstream
