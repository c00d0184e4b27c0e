#include "tests/sim/sim_world.h"

#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"
#include "tests/sim/zone_server.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kServer = "192.0.2.1";

// Asks the same question again and again, and notes what comes.
class Asker : public resolver::ExchangeSink {
 public:
  explicit Asker(SimWorld* world) : world_(world) {}

  ExchangeId Ask(Transport transport = Transport::kUdp) {
    return Ask(MakeQuery(1, "www.example.", wire::RRType::kA), transport);
  }
  ExchangeId Ask(const PlainMessage& message, Transport transport = Transport::kUdp) {
    const Octets query = message.Encode();
    return world_->StartExchange(*Endpoint::Parse(kServer, 53), transport, query, this);
  }
  void OnReply(ExchangeId id, std::span<const uint8_t> message) override {
    ids.push_back(id);
    at.push_back(world_->Now());
    if (PlainMessage::Decode(message)) ++sound;
  }
  void OnExchangeFailed(ExchangeId, resolver::ExchangeFailure) override { ++failed; }

  std::vector<ExchangeId> ids;
  std::vector<Time> at;
  int sound = 0;
  int failed = 0;

 private:
  SimWorld* world_;
};

class Bell : public resolver::Timer {
 public:
  explicit Bell(SimWorld* world) : world_(world) {}
  ~Bell() { world_->DisarmTimer(this); }
  void OnTimer() override { rung.push_back(world_->Now()); }
  std::vector<Time> rung;

 private:
  SimWorld* world_;
};

ZoneServer ExampleServer() {
  return ZoneServer("example.", "@ 60 SOA a. b. 1 2 3 4 5\nwww 60 A 192.0.2.80\n");
}

Link LinkWith(double Link::*fault, double probability) {
  Link link;
  link.*fault = probability;
  return link;
}

// Replies of `count` exchanges over a link.
size_t RepliesOver(const Link& link, int count, int* sound = nullptr) {
  SimWorld world({.seed = 3});
  ZoneServer server = ExampleServer();
  world.AddServer(kServer, &server, link);
  Asker asker(&world);
  for (int i = 0; i < count; ++i) asker.Ask();
  world.RunFor(seconds(10));
  if (sound != nullptr) *sound = asker.sound;
  return asker.ids.size();
}

TEST(SimWorldTest, RepliesTakeTheLatencyThereAndBack) {
  SimWorld world({});
  ZoneServer server = ExampleServer();
  world.AddServer(kServer, &server, Link{.latency = Latency::Constant(milliseconds(7))});
  Asker asker(&world);
  const Time start = world.Now();
  const ExchangeId id = asker.Ask();
  world.RunFor(seconds(1));
  ASSERT_EQ(asker.ids, std::vector<ExchangeId>{id});
  EXPECT_EQ(asker.at[0] - start, milliseconds(14));
  EXPECT_EQ(world.Now() - start, seconds(1));
}

TEST(SimWorldTest, RecordsWhatQueriesSayAboutValidation) {
  SimWorld world({});
  Asker asker(&world);
  PlainMessage query = MakeQuery(1, "www.example.", wire::RRType::kA);
  asker.Ask(query);
  query.edns->dnssec_ok = true;
  query.flags |= wire::kFlagCD;
  asker.Ask(query);
  EXPECT_FALSE(world.upstream()[0].dnssec_ok || world.upstream()[0].checking_disabled);
  EXPECT_TRUE(world.upstream()[1].dnssec_ok && world.upstream()[1].checking_disabled);
  world.RunFor(seconds(100));
}

TEST(SimWorldTest, TcpTakesTheHandshakeToo) {
  SimWorld world({});
  ZoneServer server = ExampleServer();
  world.AddServer(kServer, &server, Link{.latency = Latency::Constant(milliseconds(7))});
  Asker asker(&world);
  const Time start = world.Now();
  asker.Ask(Transport::kTcp);
  world.RunFor(seconds(1));
  ASSERT_EQ(asker.at.size(), 1u);
  EXPECT_EQ(asker.at[0] - start, milliseconds(28));
}

TEST(SimWorldTest, FaultsComeAtTheirRates) {
  constexpr int kCount = 4000;
  // A reply survives when neither direction loses it: 0.8 * 0.8.
  EXPECT_NEAR(RepliesOver(LinkWith(&Link::loss, 0.2), kCount), 0.64 * kCount, 120);
  EXPECT_EQ(RepliesOver(LinkWith(&Link::loss, 1), 10), 0u);
  // 1.1 copies of the query, 1.1 copies of each reply.
  EXPECT_NEAR(RepliesOver(LinkWith(&Link::duplication, 0.1), kCount), 1.21 * kCount, 120);
  int sound = 0;
  EXPECT_EQ(RepliesOver(LinkWith(&Link::reordering, 0.5), kCount, &sound), size_t{kCount});
  EXPECT_EQ(sound, kCount);
  // A server cannot read a query that was cut, so it sends no reply.
  EXPECT_LT(RepliesOver(LinkWith(&Link::truncation, 0.3), kCount, &sound), 0.75 * kCount);
  EXPECT_LT(sound, 0.55 * kCount);
}

TEST(SimWorldTest, ReorderingLetsLaterPacketsOvertake) {
  SimWorld world({.seed = 5});
  ZoneServer server = ExampleServer();
  world.AddServer(kServer, &server, LinkWith(&Link::reordering, 0.5));
  Asker asker(&world);
  for (int i = 0; i < 100; ++i) asker.Ask();
  world.RunFor(seconds(1));
  EXPECT_FALSE(std::is_sorted(asker.ids.begin(), asker.ids.end()));
}

TEST(SimWorldTest, LogNormalLatencyHasItsMedian) {
  SeededRandom random(1);
  const Latency latency = Latency::LogNormal(milliseconds(20), 0.5);
  int below = 0;
  for (int i = 0; i < 10000; ++i) {
    if (latency.Draw(&random) < milliseconds(20)) ++below;
  }
  EXPECT_NEAR(below, 5000, 200);
}

std::string WorldTraceOf(uint64_t seed) {
  SimWorld world({.seed = seed});
  ZoneServer server = ExampleServer();
  Link link{.latency = Latency::LogNormal(milliseconds(20), 0.5)};
  link.loss = link.duplication = link.corruption = link.reordering = link.truncation = 0.1;
  world.AddServer(kServer, &server, link);
  Asker asker(&world);
  for (int i = 0; i < 50; ++i) {
    asker.Ask();
    world.RunFor(milliseconds(3));
  }
  world.RunFor(seconds(10));
  return world.Trace();
}

TEST(SimWorldTest, EqualSeedsGiveEqualTraces) {
  EXPECT_EQ(WorldTraceOf(42), WorldTraceOf(42));
  EXPECT_NE(WorldTraceOf(42), WorldTraceOf(43));
}

TEST(SimWorldTest, NothingComesAfterTheEndOfAnExchange) {
  SimWorld world({});
  ZoneServer server = ExampleServer();
  world.AddServer(kServer, &server);
  Asker asker(&world);
  const ExchangeId id = asker.Ask();
  world.EndExchange(id);
  world.RunFor(seconds(1));
  EXPECT_TRUE(asker.ids.empty());
  EXPECT_EQ(server.queries(), 1u);
  EXPECT_EQ(world.open_exchanges(), 0u);
}

TEST(SimWorldTest, UnreachableHostsFailAndUnknownOnesVanish) {
  SimWorld world({});
  ZoneServer server = ExampleServer();
  server.conduct().fault = Fault::kUnreachable;
  world.AddServer(kServer, &server);
  Asker asker(&world);
  asker.Ask();
  world.RunFor(seconds(1));
  EXPECT_EQ(asker.failed, 1);
  EXPECT_EQ(world.open_exchanges(), 0u);

  SimWorld empty({});
  Asker alone(&empty);
  alone.Ask();
  empty.RunFor(seconds(60));
  EXPECT_EQ(alone.failed, 0);
  EXPECT_EQ(empty.open_exchanges(), 1u);
}

TEST(SimWorldTest, CountsWhatWasSent) {
  SimWorld world({.exchanges_max = 2});
  ZoneServer server = ExampleServer();
  world.AddServer(kServer, &server);
  Asker asker(&world);
  asker.Ask();
  asker.Ask(Transport::kTcp);
  EXPECT_EQ(asker.Ask(), ExchangeId::kNone);  // no resources
  EXPECT_EQ(world.CountUpstream(), 2u);
  EXPECT_EQ(world.CountUpstream(kServer), 2u);
  EXPECT_EQ(world.CountUpstream("192.0.2.2"), 0u);
  EXPECT_EQ(world.CountUpstream(kServer, 1), 1u);
  EXPECT_EQ(world.upstream()[1].transport, Transport::kTcp);
  EXPECT_EQ(world.upstream()[0].name, NameOf("www.example."));
}

TEST(SimWorldTest, SpoofedRepliesComeFirst) {
  SimWorld world({});
  ZoneServer server = ExampleServer();
  ZoneServer spoofer = ExampleServer();
  world.AddServer(kServer, &server);
  world.SetSpoofer(&spoofer);
  Asker asker(&world);
  asker.Ask();
  world.RunFor(seconds(1));
  ASSERT_EQ(asker.at.size(), 2u);
  EXPECT_LT(asker.at[0], asker.at[1]);
  EXPECT_NE(world.Trace().find("FORGED"), std::string::npos);
}

TEST(SimWorldTest, TimersRingOnceAtTheirTime) {
  SimWorld world({});
  Bell bell(&world);
  const Time start = world.Now();
  world.ArmTimer(&bell, start + milliseconds(10));
  world.ArmTimer(&bell, start + milliseconds(30));  // moved
  EXPECT_EQ(world.armed_timers(), 1u);
  world.RunFor(seconds(1));
  EXPECT_EQ(bell.rung, std::vector<Time>{start + milliseconds(30)});
  EXPECT_EQ(world.armed_timers(), 0u);
}

// A question whose answer comes over TCP only.
ClientQuery AskOverTcp(const Conduct& over_tcp) {
  SmallInternet internet(SimWorld::Options{.seed = 1});
  ZoneServer* const server =
      internet.AddDomain("example.com.", {"192.0.2.20"}, "www 300 A 198.51.100.1\n").front();
  server->conduct() = over_tcp;
  server->conduct().fault = Fault::kTruncatesAlways;
  internet.Start();
  const ClientQueryId id = internet.Ask("www.example.com.", wire::RRType::kA);
  internet.world().RunFor(std::chrono::seconds(10));
  return internet.world().client_query(id);
}

TEST(TcpFaultTest, ADripIsAnAnswerWhenItsLastOctetIsThere) {
  const ClientQuery at_once = AskOverTcp(Conduct());
  Conduct drip;
  drip.tcp_drip = std::chrono::milliseconds(10);
  const ClientQuery dripping = AskOverTcp(drip);
  ASSERT_EQ(at_once.Message()->answer.size(), 1u);
  ASSERT_EQ(dripping.Message()->answer.size(), 1u);
  // A header, a question and a record have more than 50 octets.
  EXPECT_GT(dripping.Latency(), at_once.Latency() + std::chrono::milliseconds(500));
}

TEST(TcpFaultTest, AConnectionThatClosesInMidMessageIsNoAnswer) {
  Conduct closes;
  closes.tcp_octets_max = 20;
  const ClientQuery client = AskOverTcp(closes);
  EXPECT_EQ(client.Message()->rcode, wire::Rcode::kServFail);
  // The end of the stream is noticed, so no timeout is needed.
  EXPECT_LT(client.Latency(), std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace tern::sim
