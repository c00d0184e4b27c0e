// "Random-subdomain flood", "DNSBomb", "Memory" and "Clock steps": many questions at once leave
// room for others, are answered in time, and leave only what the store may hold.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

constexpr std::string_view kInnocent = "192.0.2.21";
constexpr int kSamples = 60;

class FloodTest : public ThreatTest {
 protected:
  FloodTest() : ThreatTest(SimWorld::Options{.seed = 5, .exchanges_max = 4096}) {
    attacked_ = internet_.AddDomain("attacked.com.", {kVictim}, "www 300 A 198.51.100.1\n").at(0);
    const Link lively = {.latency = Latency::LogNormal(milliseconds(10), 0.3)};
    internet_.AddDomain("innocent.com.", {kInnocent, "192.0.2.22"}, Hosts(4 * kSamples));
    internet_.world().SetLink(kInnocent, lively);
    internet_.world().SetLink("192.0.2.22", lively);
  }

  // Asks for names of the innocent zone that nobody asked for, with `flood` questions beside each.
  Duration InnocentP99(int flood) {
    std::vector<Duration> latencies;
    for (int i = 0; i < kSamples; ++i) {
      for (int j = 0; j < flood; ++j) {
        const std::string name = "r" + std::to_string(random_name_++) + ".attacked.com.";
        flood_.push_back(internet_.Ask(name, RRType::kA));
      }
      const std::string name = "h" + std::to_string(host_++) + ".innocent.com.";
      const ClientQueryId id = internet_.Ask(name, RRType::kA);
      EXPECT_TRUE(internet_.world().RunUntilAnswered(id, seconds(3)));
      EXPECT_EQ(internet_.world().client_query(id).Message()->rcode, Rcode::kNoError) << name;
      latencies.push_back(internet_.world().client_query(id).Latency());
      internet_.world().RunFor(milliseconds(20));
    }
    return Percentile99(latencies);
  }
  void ExpectFloodAnswered(Rcode rcode) {
    internet_.world().RunFor(seconds(3));
    for (const ClientQueryId id : flood_) {
      const ClientQuery& client = internet_.world().client_query(id);
      ASSERT_TRUE(client.answered.has_value());
      EXPECT_EQ(client.Message()->rcode, rcode);
      EXPECT_LE(client.Latency(), milliseconds(5050));
    }
  }

  ZoneServer* attacked_;
  std::vector<ClientQueryId> flood_;
  int random_name_ = 0;
  int host_ = 0;
};

// "bounded in-flight queries per zone and per server; other zones' p99 unchanged"
TEST_F(FloodTest, NamesOfASilentZoneLeaveOtherZonesLatencyUnchanged) {
  internet_.Start();
  const Duration before = InnocentP99(0);
  attacked_->conduct().fault = Fault::kSilent;
  internet_.Lookup("attacked.com.", RRType::kNS);
  const size_t sent = Sent();
  const Duration during = InnocentP99(150);
  EXPECT_LE(during, before * 5 / 4) << before.count() << " us before, " << during.count();
  EXPECT_LE(internet_.world().open_exchanges_max(), 4096u);
  // 1,024 questions wait for the zone at a time, each with three tries in its two seconds. The
  // others cost nothing.
  EXPECT_LE(internet_.world().CountUpstream(kVictim, sent), 3 * 1024 * 3u);
  ExpectFloodAnswered(Rcode::kServFail);
  // Names that failed are remembered, and so are those of the innocent zone.
  EXPECT_EQ(Stored("innocent.com.").size(), 1u + 2 * kSamples);
}

// UB 42534: a server that is never quite silent. Each octet comes before a timeout would end.
TEST_F(FloodTest, NamesOfADrippingZoneLeaveOtherZonesLatencyUnchanged) {
  internet_.Start();
  const Duration before = InnocentP99(0);
  attacked_->conduct().fault = Fault::kTruncatesAlways;
  attacked_->conduct().tcp_drip = milliseconds(900);
  internet_.Lookup("attacked.com.", RRType::kNS);
  const Duration during = InnocentP99(150);
  EXPECT_LE(during, before * 5 / 4) << before.count() << " us before, " << during.count();
  ExpectFloodAnswered(Rcode::kServFail);
  internet_.world().RunFor(seconds(8));
  // A drip keeps no question longer than silence does.
  EXPECT_EQ(internet_.resolver().work_in_flight(), 0u);
  EXPECT_EQ(internet_.world().open_exchanges(), 0u);
}

TEST_F(FloodTest, NamesOfALivingZoneLeaveOtherZonesLatencyUnchanged) {
  internet_.Start();
  const Duration before = InnocentP99(0);
  const size_t sent = Sent();
  const Duration during = InnocentP99(150);
  EXPECT_LE(during, before * 5 / 4) << before.count() << " us before, " << during.count();
  // One query per name: nothing is tried again.
  EXPECT_LE(internet_.world().CountUpstream(kVictim, sent), flood_.size() * 105 / 100);
  ExpectFloodAnswered(Rcode::kNXDomain);
}

// "bounded waiters a question; a UDP answer too late is not sent"
TEST_F(FloodTest, WaitersOfAQuestionAreBoundedAndNobodyIsAnsweredLate) {
  internet_.settings().resolution.budget.failure_timeout = milliseconds(1800);
  internet_.Start();
  internet_.Lookup("attacked.com.", RRType::kNS);
  attacked_->conduct().think_time = milliseconds(2500);
  const size_t sent = Sent();
  std::vector<ClientQueryId> clients;
  for (int i = 0; i < 3000; ++i) {
    clients.push_back(internet_.Ask("www.attacked.com.", RRType::kA));
  }
  internet_.world().RunFor(milliseconds(100));
  // Clients for which there is no room hear so at once.
  EXPECT_EQ(internet_.world().unanswered(), 1024u);
  internet_.world().RunFor(milliseconds(1750));
  EXPECT_EQ(internet_.world().unanswered(), 0u);
  internet_.world().RunFor(seconds(10));
  for (const ClientQueryId id : clients) {
    const ClientQuery& client = internet_.world().client_query(id);
    EXPECT_EQ(client.replies, 1);
    EXPECT_EQ(client.Message()->rcode, Rcode::kServFail);
    EXPECT_LE(client.Latency(), milliseconds(1850));
  }
  EXPECT_LE(Sent() - sent, 3u);
  EXPECT_EQ(internet_.Lookup("www.attacked.com.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

// Pulses: clients ask for one name over minutes. Each is answered in its own time, not all at one
// moment.
TEST_F(FloodTest, AnswersAreNotSavedUpForOneMoment) {
  internet_.Start();
  internet_.Lookup("attacked.com.", RRType::kNS);
  attacked_->conduct().fault = Fault::kSilent;
  std::map<int64_t, int> answers_at;
  std::vector<ClientQueryId> clients;
  for (int i = 0; i < 3000; ++i) {
    clients.push_back(internet_.Ask("www.attacked.com.", RRType::kA));
    internet_.world().RunFor(milliseconds(2));
  }
  internet_.world().RunFor(seconds(6));
  for (const ClientQueryId id : clients) {
    const ClientQuery& client = internet_.world().client_query(id);
    ASSERT_TRUE(client.answered.has_value());
    ++answers_at[client.answered->time_since_epoch().count() / 1000];
  }
  // In one millisecond all clients that wait for the question may hear that it failed, and the one
  // that made way for the last of them.
  for (const auto& [at, count] : answers_at) EXPECT_LE(count, 1024 + 1) << at;
}

// "the cache ceiling holds under endless unique names; the rest of the process is bounded too"
TEST_F(FloodTest, EndlessUniqueNamesStayBelowTheCeiling) {
  internet_.Start();
  const std::string label(60, 'x');
  const std::string tail = "." + label + "." + label + "." + label + ".attacked.com.";
  size_t octets_max = 0;
  for (int i = 0; i < 300; ++i) {
    for (int j = 0; j < 200; ++j) internet_.Ask(std::to_string(i * 200 + j) + tail, RRType::kA);
    internet_.world().RunFor(milliseconds(50));
    octets_max = std::max(octets_max, internet_.resolver().store().octets());
  }
  internet_.world().RunFor(seconds(5));
  EXPECT_LE(octets_max, ResolverUnderTest::kStoreOctets);
  const cache::StoreStatistics statistics = internet_.resolver().store().Statistics();
  EXPECT_GT(statistics.evictions(), 1000u);  // more came than there is room for
  EXPECT_GT(statistics.octets, ResolverUnderTest::kStoreOctets / 2);
  EXPECT_EQ(internet_.resolver().work_in_flight(), 0u);
  EXPECT_EQ(internet_.world().open_exchanges(), 0u);
}

// "TTLs and timers monotonic": a TTL in the answers to a client only falls, until the name is asked
// for again upstream.
TEST_F(FloodTest, TtlsFallWithTimeAndNeverGrow) {
  internet_.settings().cache.prefetch = false;
  internet_.Start();
  uint32_t last = 301;
  size_t asked = 0;
  for (int s = 0; s < 900; s += 7) {
    const PlainMessage answer = internet_.Lookup("www.attacked.com.", RRType::kA);
    ASSERT_EQ(answer.answer.size(), 1u);
    const uint32_t ttl = answer.answer[0].ttl;
    const bool fresh = internet_.last_upstream_queries() != 0;
    asked += fresh ? 1 : 0;
    EXPECT_TRUE(fresh ? ttl == 300 : ttl < last) << s << " s: " << ttl << " after " << last;
    EXPECT_GT(ttl, 0u);
    last = ttl;
    internet_.world().RunFor(seconds(7));
  }
  EXPECT_LE(asked, 4u);  // once each 300 s
}

}  // namespace
}  // namespace tern::sim
