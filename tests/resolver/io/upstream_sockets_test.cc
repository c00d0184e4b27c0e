#include "resolver/io/upstream_sockets.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "tests/resolver/io/upstream_fixture.h"

namespace tern::resolver::io {
namespace {

class UpstreamSocketsTest : public UpstreamFixture<Transport::kUdp> {};
TERN_BOTH_ENGINES(UpstreamSocketsTest);

TEST_P(UpstreamSocketsTest, HandsOverEveryReplyUntilTheEnd) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
    PlainSocket server = Server(address);
    RecordingSink sink;
    const ExchangeId id = Start(running.get(), server.local(), Query(1), &sink);
    ASSERT_NE(id, ExchangeId::kNone);
    Endpoint client;
    EXPECT_EQ(server.ReceiveFrom(&client), Query(1));
    ASSERT_TRUE(server.SendTo(Bytes{1, 1}, client));
    ASSERT_TRUE(server.SendTo(Bytes{2, 2}, client));
    ASSERT_TRUE(WaitFor([&] { return sink.replies() == 2; }));
    EXPECT_EQ(sink.reply(0), (Bytes{1, 1}));
    EXPECT_EQ(sink.reply(1), (Bytes{2, 2}));
    EndOn(running.get(), id);
    server.SendTo(Bytes{3, 3}, client);
    std::this_thread::sleep_for(milliseconds(30));
    EXPECT_EQ(sink.replies(), 2);
    EXPECT_EQ(sink.failures(), 0);
  }
}

// Some servers send more than a query allows. Both engines take as much.
TEST_P(UpstreamSocketsTest, ADatagramOf4096OctetsIsWholeAndALongerOneSaysTC) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  RecordingSink sink;
  const ExchangeId id = Start(running.get(), server.local(), Query(1), &sink);
  Endpoint client;
  ASSERT_TRUE(server.ReceiveFrom(&client).has_value());
  Bytes reply(4096, 7);
  ASSERT_TRUE(server.SendTo(reply, client));
  ASSERT_TRUE(WaitFor([&] { return sink.replies() == 1; }));
  EXPECT_EQ(sink.reply(0), reply);
  reply.push_back(7);
  reply[2] = 0;
  ASSERT_TRUE(server.SendTo(reply, client));
  ASSERT_TRUE(WaitFor([&] { return sink.replies() == 2; }));
  reply.pop_back();
  reply[2] = 0x02;
  EXPECT_EQ(sink.reply(1), reply);
  EndOn(running.get(), id);
}

TEST_P(UpstreamSocketsTest, AStrangersDatagramIsNotDelivered) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  PlainSocket same_address_other_port = Server();
  PlainSocket other_address = Server("127.0.0.2:0");
  RecordingSink sink;
  const ExchangeId id = Start(running.get(), server.local(), Query(1), &sink);
  Endpoint client;
  ASSERT_TRUE(server.ReceiveFrom(&client).has_value());
  same_address_other_port.SendTo(Bytes{6, 6}, client);
  other_address.SendTo(Bytes{7, 7}, client);
  ASSERT_TRUE(server.SendTo(Bytes{1, 1}, client));
  ASSERT_TRUE(WaitFor([&] { return sink.replies() == 1; }));
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_EQ(sink.replies(), 1);
  EXPECT_EQ(sink.reply(0), (Bytes{1, 1}));
  EndOn(running.get(), id);
}

TEST_P(UpstreamSocketsTest, ARefusalIsToldOnceAndTheSocketGoesOnToServe) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  const PlainSocket nobody = Nobody();
  PlainSocket server = Server();
  for (int i = 0; i < 20; ++i) {
    RecordingSink sink;
    const ExchangeId id = Start(running.get(), nobody.local(), Query(1), &sink);
    ASSERT_NE(id, ExchangeId::kNone);
    ASSERT_TRUE(WaitFor([&] { return sink.failures() == 1; }));
    EXPECT_EQ(sink.failure(), ExchangeFailure::kUnreachable);
    EndOn(running.get(), id);  // over already: no effect on whoever has the socket now

    RecordingSink good;
    const ExchangeId next = Start(running.get(), server.local(), Query(2), &good);
    Endpoint client;
    ASSERT_TRUE(server.ReceiveFrom(&client).has_value());
    EndOn(running.get(), id);
    ASSERT_TRUE(server.SendTo(Bytes{4}, client));
    ASSERT_TRUE(WaitFor([&] { return good.replies() == 1; }));
    EXPECT_EQ(good.failures(), 0);
    EndOn(running.get(), next);
  }
}

TEST_P(UpstreamSocketsTest, NoRouteIsAFailureAndNeverToldFromInsideStart) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  RecordingSink sink;
  ExchangeId id = ExchangeId::kNone;
  int told_inside = -1;
  running->OnThread([&] {
    // A multicast scope without a route, or a prohibited address: connect() itself refuses.
    id = StartThere(running.get(), AddressOf("255.255.255.255:53"), Query(1), &sink);
    told_inside = sink.failures();
  });
  ASSERT_NE(id, ExchangeId::kNone);
  EXPECT_EQ(told_inside, 0);
  EXPECT_TRUE(WaitFor([&] { return sink.failures() == 1; }));
}

// The next exchange to the same server draws another port, and what was sent to the old one, before
// or after the end, is nobody's.
TEST_P(UpstreamSocketsTest, ALateReplyNeverReachesTheNextExchange) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  std::vector<Endpoint> old_ports;
  for (uint8_t round = 0; round < 100; ++round) {
    RecordingSink sink;
    ExchangeId id = Start(running.get(), server.local(), Query(round), &sink);
    ASSERT_NE(id, ExchangeId::kNone);
    Endpoint client;
    ASSERT_TRUE(server.ReceiveFrom(&client).has_value());
    // A burst: the first ends the exchange inside the callback, the others are queued behind it,
    // and the same callback starts the next exchange to the same server.
    RecordingSink next_sink;
    ExchangeId next_id = ExchangeId::kNone;
    running->OnThread([&] {
      sink.on_reply = [&](ExchangeId own, std::span<const uint8_t>) {
        running->worker()->EndExchange(own);
        next_id = StartThere(running.get(), server.local(), Query(round, 50), &next_sink);
      };
      for (int i = 0; i < 5; ++i) server.SendTo(Bytes{round, 0xee}, client);
    });
    Endpoint next_client;
    ASSERT_EQ(server.ReceiveFrom(&next_client), Query(round, 50));
    if (next_client == client) {
      // The same port drawn twice, which chance allows: the late reply is the next exchange's own.
      EndOn(running.get(), next_id);
      continue;
    }
    server.SendTo(Bytes{round, 0xee}, client);
    ASSERT_TRUE(server.SendTo(Bytes{round, 0x11}, next_client));
    ASSERT_TRUE(WaitFor([&] { return next_sink.replies() >= 1; }));
    EXPECT_EQ(sink.replies(), 1);
    EXPECT_EQ(next_sink.reply(0), (Bytes{round, 0x11}));
    EndOn(running.get(), next_id);
    EXPECT_EQ(next_sink.replies(), 1);
  }
}

TEST_P(UpstreamSocketsTest, AnExchangeThatIsHandedOverReportsToItsNewSink) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  RecordingSink first;
  RecordingSink second;
  const ExchangeId id = Start(running.get(), server.local(), Query(1), &first);
  Endpoint client;
  ASSERT_TRUE(server.ReceiveFrom(&client).has_value());
  running->OnThread([&] { running->worker()->HandOver(id, &second); });
  ASSERT_TRUE(server.SendTo(Bytes{1, 2}, client));
  EXPECT_TRUE(WaitFor([&] { return second.replies() == 1; }));
  EXPECT_EQ(first.replies(), 0);
  EndOn(running.get(), id);
}

TEST_P(UpstreamSocketsTest, AnExchangeThatEndsInItsOwnTurnSendsNothingAndLeavesItsSocketFree) {
  WorkerOptions options;
  options.upstream.udp_exchanges = 1;
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  RecordingSink sink;
  ExchangeId last = ExchangeId::kNone;
  running->OnThread([&] {
    for (uint8_t i = 0; i < 10; ++i) {
      const ExchangeId id = StartThere(running.get(), server.local(), Query(i), &sink);
      // The list of what was started is bounded as the sockets are.
      if (id != ExchangeId::kNone) running->worker()->EndExchange(id);
      EXPECT_EQ(id != ExchangeId::kNone, i == 0);
    }
  });
  running->OnThread([&] { last = StartThere(running.get(), server.local(), Query(99), &sink); });
  ASSERT_NE(last, ExchangeId::kNone);
  Endpoint client;
  EXPECT_EQ(server.ReceiveFrom(&client), Query(99)) << "an ended exchange's query was sent";
  ASSERT_TRUE(server.SendTo(Bytes{1, 2}, client));
  EXPECT_TRUE(WaitFor([&] { return sink.replies() == 1; }));
  EXPECT_EQ(sink.failures(), 0);
  EndOn(running.get(), last);
}

TEST_P(UpstreamSocketsTest, ExchangesAreBoundedAndComeBack) {
  WorkerOptions options;
  options.upstream.udp_exchanges = 4;
  // Outlives the worker, whose exchanges are left open.
  RecordingSink sink;
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  std::vector<ExchangeId> open;
  for (int i = 0; i < 4; ++i) {
    open.push_back(Start(running.get(), server.local(), Query(1), &sink));
    EXPECT_NE(open.back(), ExchangeId::kNone);
  }
  EXPECT_EQ(Start(running.get(), server.local(), Query(1), &sink), ExchangeId::kNone);
  EXPECT_EQ(running->bounds().upstream_sockets.use, 4u);
  EXPECT_EQ(running->bounds().upstream_sockets.most, 4u);
  EXPECT_EQ(running->bounds().upstream_sockets.met, 1u);
  EndOn(running.get(), open[2]);
  EXPECT_EQ(running->bounds().upstream_sockets.use, 3u);
  std::this_thread::sleep_for(milliseconds(5));
  const ExchangeId again = Start(running.get(), server.local(), Query(1), &sink);
  EXPECT_NE(again, ExchangeId::kNone);
  EXPECT_NE(again, open[2]);
}

TEST_P(UpstreamSocketsTest, IdleSocketsOfOneFamilyKeepNoneFromTheOther) {
  WorkerOptions options;
  options.upstream.udp_exchanges = 4;
  RecordingSink sink;
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  for (const char* address : {"127.0.0.1:0", "[::1]:0", "127.0.0.1:0", "[::1]:0"}) {
    PlainSocket server = Server(address);
    std::vector<ExchangeId> open;
    for (int i = 0; i < 4; ++i) {
      open.push_back(Start(running.get(), server.local(), Query(1), &sink));
      EXPECT_NE(open.back(), ExchangeId::kNone) << address << ' ' << i;
      Endpoint client;
      EXPECT_TRUE(server.ReceiveFrom(&client).has_value());
    }
    for (ExchangeId id : open) EndOn(running.get(), id);
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(sink.failures(), 0);
}

TEST_P(UpstreamSocketsTest, WhereSocketsAreShortTheLongestWaitingMakesWay) {
  constexpr int kExchanges = 16, kMost = kExchanges - kExchanges / 8;
  WorkerOptions options;
  options.upstream.udp_exchanges = kExchanges;
  // Outlive the worker, whose exchanges are left open.
  std::vector<RecordingSink> sinks(100);
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  std::vector<ExchangeId> ids;
  for (size_t i = 0; i < sinks.size(); ++i) {
    ids.push_back(Start(running.get(), server.local(), Query(1), &sinks[i]));
    EXPECT_NE(ids.back(), ExchangeId::kNone) << i;
    Endpoint client;
    ASSERT_TRUE(server.ReceiveFrom(&client).has_value());
    if (i < kMost) continue;
    ASSERT_TRUE(WaitFor([&] { return sinks[i - kMost].failures() == 1; })) << i;
    EXPECT_EQ(sinks[i - kMost].failure(), ExchangeFailure::kNoResources);
    std::this_thread::sleep_for(milliseconds(2));  // its socket has rested
  }
  // Nobody who came later, and nobody twice.
  int failures = 0;
  for (const RecordingSink& sink : sinks) failures += sink.failures();
  EXPECT_EQ(failures, 100 - kMost);
  EXPECT_EQ(running->bounds().upstream_sockets.met, 100u - kMost);
  EXPECT_EQ(running->bounds().upstream_sockets.use, static_cast<uint64_t>(kMost));
  EndOn(running.get(), ids[0]);  // over already
  EndOn(running.get(), ids[95]);
  EXPECT_NE(Start(running.get(), server.local(), Query(1), &sinks[0]), ExchangeId::kNone);
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(sinks[100 - kMost].failures(), 0);
}

TEST_P(UpstreamSocketsTest, OutgoingAddressesAreUsedEachWithFreshPorts) {
  WorkerOptions options;
  for (const char* text : {"127.0.0.21", "127.0.0.22", "127.0.0.23", "::1"}) {
    options.outgoing.push_back(AddressOf(text).address);
  }
  // Outlives the worker, whose exchanges are left open.
  RecordingSink sink;
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  std::map<std::string, std::set<uint16_t>> ports;
  for (int i = 0; i < 120; ++i) {
    const ExchangeId id = Start(running.get(), server.local(), Query(1), &sink);
    ASSERT_NE(id, ExchangeId::kNone);
    Endpoint client;
    ASSERT_TRUE(server.ReceiveFrom(&client).has_value());
    ports[client.address.ToText()].insert(client.port);
    EndOn(running.get(), id);
  }
  ASSERT_EQ(ports.size(), 3u);
  for (const auto& [address, seen] : ports) {
    EXPECT_GT(seen.size(), 10u) << address;
  }
  const ExchangeId other_family = Start(running.get(), Server("[::1]:0").local(), Query(1), &sink);
  EXPECT_NE(other_family, ExchangeId::kNone);
}

std::pair<int, int> PortRange() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::pair<int, int> range;
  file >> range.first >> range.second;
  return range;
}

std::vector<int> DrawPorts(RunningWorker* running, size_t count) {
  PlainSocket server(AF_INET, SOCK_DGRAM);
  EXPECT_TRUE(server.Bind(Loopback()));
  std::vector<int> ports;
  RecordingSink sink;
  while (ports.size() < count) {
    // Some open at a time, as in life: 50 fit into the server's socket.
    std::vector<ExchangeId> open;
    running->OnThread([&] {
      for (int i = 0; i < 50; ++i) {
        open.push_back(
            running->worker()->StartExchange(server.local(), Transport::kUdp, Query(1), &sink));
      }
    });
    for (ExchangeId id : open) {
      EXPECT_NE(id, ExchangeId::kNone);
      Endpoint client;
      if (!server.ReceiveFrom(&client).has_value()) return ports;
      ports.push_back(client.port);
    }
    running->OnThread([&] {
      for (ExchangeId id : open) running->worker()->EndExchange(id);
    });
  }
  return ports;
}

double Correlation(const std::vector<int>& one, const std::vector<int>& other) {
  const size_t count = std::min(one.size(), other.size());
  double mean_one = 0, mean_other = 0, product = 0, square_one = 0, square_other = 0;
  for (size_t i = 0; i < count; ++i) {
    mean_one += one[i] / static_cast<double>(count);
    mean_other += other[i] / static_cast<double>(count);
  }
  for (size_t i = 0; i < count; ++i) {
    const double a = one[i] - mean_one, b = other[i] - mean_other;
    product += a * b;
    square_one += a * a;
    square_other += b * b;
  }
  return product / std::sqrt(square_one * square_other);
}

constexpr size_t kDraws = 10'000;
constexpr int kBuckets = 64;
// 63 degrees of freedom: mean 63, deviation 11; passed once in ten million draws.
constexpr double kChiSquareMost = 140;
// Of draws that have nothing to do with one another it is near normal with deviation 0.01.
constexpr double kCorrelationMost = 0.055;

// How unevenly the values lie over low..high.
double ChiSquare(const std::vector<int>& values, int low, int high) {
  std::vector<double> buckets(kBuckets);
  const int width = high - low + 1;
  for (int value : values) buckets[static_cast<size_t>((value - low) * kBuckets / width)] += 1;
  double chi_square = 0;
  for (int i = 0; i < kBuckets; ++i) {
    const auto begin = [&](int bucket) { return (bucket * width + kBuckets - 1) / kBuckets; };
    const double expected = static_cast<double>(values.size()) * (begin(i + 1) - begin(i)) / width;
    const double difference = buckets[static_cast<size_t>(i)] - expected;
    chi_square += difference * difference / expected;
  }
  return chi_square;
}

void ExpectUniform(const std::vector<int>& values, int low, int high) {
  ASSERT_EQ(values.size(), kDraws);
  ASSERT_GE(*std::min_element(values.begin(), values.end()), low);
  ASSERT_LE(*std::max_element(values.begin(), values.end()), high);
  EXPECT_LT(ChiSquare(values, low, high), kChiSquareMost);
  // What was drawn does not tell what comes: neither the next value nor how far off it is.
  const int width = high - low + 1;
  std::vector<int> steps;
  for (size_t i = 1; i < values.size(); ++i) {
    steps.push_back((values[i] - values[i - 1] + width) % width);
  }
  EXPECT_LT(ChiSquare(steps, 0, width - 1), kChiSquareMost);
  for (std::ptrdiff_t lag : {1, 2, 3, 49, 50, 51}) {
    const std::vector<int> later(values.begin() + lag, values.end());
    EXPECT_LT(std::abs(Correlation(values, later)), kCorrelationMost) << "lag " << lag;
  }
  const auto odd = std::count_if(values.begin(), values.end(), [](int v) { return v % 2 != 0; });
  EXPECT_NEAR(static_cast<double>(odd), kDraws / 2, 5.4 * 50);
  // As many as balls thrown into the range's bins fill.
  const double distinct = static_cast<double>(std::set<int>(values.begin(), values.end()).size());
  const double wanted = width * (1 - std::exp(-static_cast<double>(kDraws) / width));
  EXPECT_NEAR(distinct, wanted, wanted * 0.03);
}

TEST_P(UpstreamSocketsTest, PortsAndIdsAreUniformAndUnrelatedBetweenWorkers) {
  std::unique_ptr<RunningWorker> workers[] = {Make(), Make()};
  const auto [low, high] = PortRange();
  std::vector<std::vector<int>> drawn;
  for (const auto& running : workers) {
    ASSERT_NE(running, nullptr);
    running->Start();
    const std::vector<int> ports = DrawPorts(running.get(), kDraws);
    ExpectUniform(ports, low, high);
    // Ids: the low 16 bits of Random().
    std::vector<int> ids;
    running->OnThread([&] {
      for (size_t n = 0; n < kDraws; ++n) {
        ids.push_back(static_cast<int>(running->worker()->Random() & 0xffff));
      }
    });
    ExpectUniform(ids, 0, 0xffff);
    drawn.push_back(ports);
    drawn.push_back(ids);
  }
  for (size_t i = 0; i < drawn.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      EXPECT_LT(std::abs(Correlation(drawn[i], drawn[j])), kCorrelationMost) << i << ' ' << j;
    }
  }
}

}  // namespace
}  // namespace tern::resolver::io
