#include "resolver/server_table.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/resolver/core/message_making.h"

namespace tern::resolver {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::N;

Endpoint Server(uint32_t number) {
  const uint8_t octets[4] = {10, static_cast<uint8_t>(number >> 16),
                             static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  return {IpAddress::FromOctets(octets), 53};
}

class ServerTableTest : public testing::Test {
 protected:
  ServerTable table_{42};
  Endpoint server_ = Server(1);
  Time now_ = Time(seconds(10));
};

TEST_F(ServerTableTest, KnowsNothingOfAStranger) {
  const ServerRecord record = table_.Get(server_);
  EXPECT_FALSE(record.IsKnown());
  EXPECT_EQ(record.silences, 0);
  EXPECT_FALSE(record.plain_dns);
}

// RFC 6298 section 2.
TEST_F(ServerTableTest, SmoothsWithTheUsualGains) {
  table_.RecordAnswer(server_, milliseconds(80), now_);
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(80));
  EXPECT_EQ(table_.Get(server_).rttvar, milliseconds(40));
  EXPECT_EQ(table_.Get(server_).Lateness(), milliseconds(240));
  table_.RecordAnswer(server_, milliseconds(160), now_);
  EXPECT_EQ(table_.Get(server_).rttvar, milliseconds(50));
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(90));
  for (int i = 0; i < 200; ++i) table_.RecordAnswer(server_, milliseconds(20), now_);
  EXPECT_LT(table_.Get(server_).srtt, milliseconds(21));
  EXPECT_LT(table_.Get(server_).Lateness(), milliseconds(22));
}

TEST_F(ServerTableTest, PortsAndFamiliesAreServersOfTheirOwn) {
  table_.RecordAnswer(server_, milliseconds(80), now_);
  Endpoint other = server_;
  other.port = 5353;
  EXPECT_FALSE(table_.Get(other).IsKnown());
}

TEST_F(ServerTableTest, RoundTripOfNothingIsStillKnown) {
  table_.RecordAnswer(server_, Duration(0), now_);
  EXPECT_TRUE(table_.Get(server_).IsKnown());
  table_.RecordAnswer(server_, Duration(0), now_);
  EXPECT_TRUE(table_.Get(server_).IsKnown());
}

TEST_F(ServerTableTest, SilenceMakesSlowAndAnAnswerLiftsIt) {
  table_.RecordAnswer(server_, milliseconds(20), now_);
  table_.RecordSilence(server_, milliseconds(400), now_);
  table_.RecordSilence(server_, milliseconds(800), now_);
  EXPECT_EQ(table_.Get(server_).silences, 2);
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(1600));
  EXPECT_EQ(table_.Get(server_).last_silence, now_);
  table_.RecordAnswer(server_, milliseconds(30), now_ + seconds(1));
  EXPECT_EQ(table_.Get(server_).silences, 0);
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(30));
}

TEST_F(ServerTableTest, SilencesAreBounded) {
  for (int i = 0; i < 5000; ++i) table_.RecordSilence(server_, seconds(60), now_);
  EXPECT_LE(table_.Get(server_).silences, 1000);
  EXPECT_LE(table_.Get(server_).srtt, seconds(10));
}

TEST_F(ServerTableTest, OldMeasurementsAreForgotten) {
  table_.RecordAnswer(server_, milliseconds(500), now_);
  table_.RecordAnswer(server_, milliseconds(20), now_ + hours(1));
  EXPECT_EQ(table_.Get(server_).srtt, milliseconds(20));
}

TEST_F(ServerTableTest, FaultsAreForgottenAfterAnHour) {
  table_.RecordPlainDns(server_, now_);
  table_.RecordKeepsNoCase(server_, now_);
  EXPECT_TRUE(table_.Get(server_).plain_dns);
  EXPECT_TRUE(table_.Get(server_).keeps_no_case);
  table_.RecordAnswer(server_, milliseconds(20), now_ + minutes(30));
  EXPECT_TRUE(table_.Get(server_).plain_dns);
  EXPECT_TRUE(table_.Get(server_).keeps_no_case);
  table_.RecordAnswer(server_, milliseconds(20), now_ + minutes(61));
  EXPECT_FALSE(table_.Get(server_).plain_dns);
  EXPECT_FALSE(table_.Get(server_).keeps_no_case);
}

TEST_F(ServerTableTest, OneProbeAnInterval) {
  EXPECT_TRUE(table_.ClaimProbe(server_, seconds(2), now_));
  EXPECT_FALSE(table_.ClaimProbe(server_, seconds(2), now_));
  EXPECT_FALSE(table_.ClaimProbe(server_, seconds(2), now_ + milliseconds(1999)));
  EXPECT_TRUE(table_.ClaimProbe(server_, seconds(2), now_ + seconds(2)));
  table_.RecordAnswer(server_, milliseconds(20), now_ + seconds(3));
  EXPECT_TRUE(table_.ClaimProbe(server_, seconds(2), now_ + seconds(3)));
}

TEST_F(ServerTableTest, LameForOneZoneOnlyAndForAWhile) {
  table_.RecordLame(server_, N("example."), minutes(10), now_);
  EXPECT_TRUE(table_.IsLame(server_, N("EXAMPLE."), now_ + minutes(9)));
  EXPECT_FALSE(table_.IsLame(server_, N("example."), now_ + minutes(10)));
  EXPECT_FALSE(table_.IsLame(server_, N("sub.example."), now_));
  EXPECT_FALSE(table_.IsLame(Server(2), N("example."), now_));
}

TEST_F(ServerTableTest, AMillionServersTakeNoMoreRoomThanTheTableHas) {
  ServerTable small(42, 64);
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    small.RecordAnswer(Server(i), milliseconds(10), now_ + Duration(i));
    small.RecordLame(Server(i), N("example."), hours(10), now_);
  }
  size_t known = 0;
  size_t lame = 0;
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    known += small.Get(Server(i)).IsKnown() ? 1 : 0;
    lame += small.IsLame(Server(i), N("example."), now_) ? 1 : 0;
  }
  EXPECT_EQ(known, 64u);
  EXPECT_EQ(lame, 64u);
  // The last one heard of is there.
  EXPECT_TRUE(small.Get(Server(999'999)).IsKnown());
}

TEST_F(ServerTableTest, TwoThreadsShareIt) {
  constexpr int kRounds = 20000;
  const auto work = [&](uint32_t first) {
    for (int i = 0; i < kRounds; ++i) {
      const Endpoint server = Server(first + static_cast<uint32_t>(i % 7));
      table_.RecordAnswer(server, milliseconds(20), now_);
      table_.RecordSilence(Server(100), milliseconds(1), now_);
      table_.RecordLame(server, N("example."), minutes(1), now_);
      (void)table_.IsLame(server, N("example."), now_);
      (void)table_.Get(server);
    }
  };
  std::thread other(work, 3u);
  work(1);
  other.join();
  EXPECT_EQ(table_.Get(Server(4)).srtt, milliseconds(20));
  EXPECT_EQ(table_.Get(Server(100)).silences, 1000);
}

TEST_F(ServerTableTest, OneOfTwoThreadsGetsTheProbe) {
  for (uint32_t round = 0; round < 200; ++round) {
    bool other_claims = false;
    std::thread other([&] { other_claims = table_.ClaimProbe(Server(round), seconds(1), now_); });
    const bool claims = table_.ClaimProbe(Server(round), seconds(1), now_);
    other.join();
    EXPECT_NE(claims, other_claims);
  }
}

}  // namespace
}  // namespace tern::resolver
