#include "resolver/io/upstream_streams.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tests/resolver/io/upstream_fixture.h"

namespace tern::resolver::io {
namespace {

class UpstreamStreamsTest : public UpstreamFixture<Transport::kTcp> {};
TERN_BOTH_ENGINES(UpstreamStreamsTest);

TEST_P(UpstreamStreamsTest, AsksAndHandsOverTheLargestReply) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
    PlainSocket server = Server(address);
    RecordingSink sink;
    const ExchangeId id = Start(running.get(), server.local(), Query(1), &sink);
    ASSERT_NE(id, ExchangeId::kNone);
    auto connection = server.Accept();
    ASSERT_TRUE(connection.has_value());
    EXPECT_EQ(connection->ReceiveMessage(), Query(1));
    Bytes large(65535);
    for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<uint8_t>(i * 13);
    ASSERT_TRUE(connection->SendMessage(large));
    ASSERT_TRUE(connection->SendMessage(Bytes{5, 6}));
    ASSERT_TRUE(WaitFor([&] { return sink.replies() == 2; }));
    EXPECT_TRUE(sink.reply(0) == large);
    EXPECT_EQ(sink.reply(1), (Bytes{5, 6}));
    EndOn(running.get(), id);
    EXPECT_TRUE(connection->IsClosedWithin(kCloseMax));
    EXPECT_EQ(sink.failures(), 0);
  }
}

TEST_P(UpstreamStreamsTest, SendsAQueryThatDoesNotFitAtOnce) {
  // Outlives the worker, whose exchanges are left open.
  RecordingSink sink;
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  PlainSocket server(AF_INET, SOCK_STREAM);
  const int small = 2048;
  setsockopt(server.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  ASSERT_TRUE(server.Bind(Loopback()) && server.Listen());
  const Bytes query = Query(3, 65535);
  ASSERT_NE(Start(running.get(), server.local(), query, &sink), ExchangeId::kNone);
  auto connection = server.Accept();
  ASSERT_TRUE(connection.has_value());
  std::this_thread::sleep_for(milliseconds(50));
  const auto received = connection->ReceiveMessage();
  ASSERT_TRUE(received.has_value());
  EXPECT_TRUE(*received == query);
}

TEST_P(UpstreamStreamsTest, ARefusedConnectionIsUnreachable) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  const PlainSocket nobody = Nobody();
  RecordingSink sink;
  ASSERT_NE(Start(running.get(), nobody.local(), Query(1), &sink), ExchangeId::kNone);
  ASSERT_TRUE(WaitFor([&] { return sink.failures() == 1; }));
  EXPECT_EQ(sink.failure(), ExchangeFailure::kUnreachable);
}

TEST_P(UpstreamStreamsTest, AConnectionThatBreaksOffBeforeTheReplyFails) {
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  for (const Bytes& partial : {Bytes{}, Bytes{0, 200, 1, 2, 3}}) {
    RecordingSink sink;
    ASSERT_NE(Start(running.get(), server.local(), Query(1), &sink), ExchangeId::kNone);
    {
      auto connection = server.Accept();
      ASSERT_TRUE(connection.has_value());
      ASSERT_TRUE(connection->ReceiveMessage().has_value());
      if (!partial.empty()) {
        ASSERT_TRUE(connection->Send(partial));
      }
    }
    ASSERT_TRUE(WaitFor([&] { return sink.failures() == 1; }));
    EXPECT_EQ(sink.failure(), ExchangeFailure::kUnreachable);
    EXPECT_EQ(sink.replies(), 0);
  }
}

TEST_P(UpstreamStreamsTest, EndingInsideTheReplyStopsWhatFollows) {
  // Outlive the worker, whose exchanges are left open.
  RecordingSink sink;
  RecordingSink next_sink;
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  sink.on_reply = [&](ExchangeId id, std::span<const uint8_t>) {
    running->worker()->EndExchange(id);
    // Takes the same place again.
    StartThere(running.get(), server.local(), Query(2), &next_sink);
  };
  ASSERT_NE(Start(running.get(), server.local(), Query(1), &sink), ExchangeId::kNone);
  auto connection = server.Accept();
  ASSERT_TRUE(connection.has_value());
  ASSERT_TRUE(connection->Send({0, 2, 1, 1, 0, 2, 2, 2, 0, 9, 3}));
  auto next = server.Accept();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->ReceiveMessage(), Query(2));
  ASSERT_TRUE(next->SendMessage({7, 7}));
  ASSERT_TRUE(WaitFor([&] { return next_sink.replies() == 1; }));
  EXPECT_EQ(next_sink.reply(0), (Bytes{7, 7}));
  EXPECT_EQ(sink.replies(), 1);
}

TEST_P(UpstreamStreamsTest, AnExchangeEndedWhileConnectingIsSilent) {
  WorkerOptions options;
  options.upstream.tcp_exchanges = 16;  // an eighth of them for the server
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  PlainSocket server = Server();
  RecordingSink sink;
  for (int i = 0; i < 50; ++i) {
    running->OnThread([&] {
      const ExchangeId one = StartThere(running.get(), server.local(), Query(1), &sink);
      const ExchangeId other = StartThere(running.get(), server.local(), Query(1), &sink);
      EXPECT_NE(one, ExchangeId::kNone);
      EXPECT_NE(other, ExchangeId::kNone);
      EXPECT_EQ(StartThere(running.get(), server.local(), Query(1), &sink), ExchangeId::kNone)
          << "more than allowed";
      running->worker()->EndExchange(one);
      running->worker()->EndExchange(other);
    });
  }
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(sink.replies(), 0);
  EXPECT_EQ(sink.failures(), 0);
}

// One socket that listens at all addresses of the loopback, which stand for as many servers.
class ManyServers {
 public:
  ManyServers() : socket_(AF_INET, SOCK_STREAM) {
    EXPECT_TRUE(socket_.Bind(AddressOf("0.0.0.0:0")) && socket_.Listen());
  }
  Endpoint server(size_t number) const {
    Endpoint endpoint = AddressOf("127.0.1." + std::to_string(number + 1) + ":0");
    endpoint.port = socket_.local().port;
    return endpoint;
  }
  PlainSocket& socket() { return socket_; }

 private:
  PlainSocket socket_;
};

// Accepts connections until one brings `query`, and answers it. The others stay open and silent.
bool AnswerOnly(const Bytes& query, PlainSocket* listener, std::vector<PlainSocket>* silent) {
  for (;;) {
    auto connection = listener->Accept();
    if (!connection) return false;
    if (connection->ReceiveMessage() == query) return connection->SendMessage(AnswerTo(query));
    silent->push_back(*std::move(connection));
  }
}

TEST_P(UpstreamStreamsTest, ASilentServersConnectionsLeaveRoomForOthers) {
  WorkerOptions options;
  options.upstream.tcp_exchanges = 32;
  // Outlive the worker, whose exchanges are left open.
  RecordingSink silent_sink;
  RecordingSink sink;
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  PlainSocket silent = Server("127.0.0.2:0");
  PlainSocket server = Server("127.0.0.3:0");
  int started = 0;
  for (int i = 0; i < 100; ++i) {
    const ExchangeId id = Start(running.get(), silent.local(), Query(1), &silent_sink);
    if (id != ExchangeId::kNone) ++started;
  }
  EXPECT_EQ(started, 4);
  EXPECT_EQ(running->bounds().upstream_connections.use, 4u);
  EXPECT_EQ(running->bounds().upstream_connections.most, 32u);
  EXPECT_EQ(running->bounds().upstream_share_met, 96u);
  EXPECT_NE(Start(running.get(), server.local(), Query(2), &sink), ExchangeId::kNone);
  std::vector<PlainSocket> accepted;
  EXPECT_TRUE(AnswerOnly(Query(2), &server, &accepted));
  EXPECT_TRUE(WaitFor([&] { return sink.replies() == 1; }));
  EXPECT_EQ(silent_sink.failures(), 0);
}

TEST_P(UpstreamStreamsTest, ManySilentServersOfOneZoneLeaveRoomForOtherZones) {
  WorkerOptions options;
  options.upstream.tcp_exchanges = 32;
  // Outlive the worker, whose exchanges are left open.
  RecordingSink silent_sink;
  silent_sink.group = 7;
  RecordingSink sink;
  sink.group = 8;
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  ManyServers servers;
  std::vector<ExchangeId> ids;
  for (size_t i = 0; i < 60; ++i) {
    const ExchangeId id = Start(running.get(), servers.server(i), Query(1), &silent_sink);
    if (id != ExchangeId::kNone) ids.push_back(id);
  }
  ASSERT_EQ(ids.size(), 4u);
  // The first of these is at a server that the other zone asks too.
  EXPECT_NE(Start(running.get(), servers.server(0), Query(2), &sink), ExchangeId::kNone);
  std::vector<PlainSocket> accepted;
  EXPECT_TRUE(AnswerOnly(Query(2), &servers.socket(), &accepted));
  EXPECT_TRUE(WaitFor([&] { return sink.replies() == 1; }));
  EXPECT_EQ(silent_sink.failures(), 0);
  EndOn(running.get(), ids[0]);
  EXPECT_NE(Start(running.get(), servers.server(9), Query(1), &silent_sink), ExchangeId::kNone);
}

TEST_P(UpstreamStreamsTest, WhereConnectionsAreShortTheLongestWaitingMakesWay) {
  constexpr int kExchanges = 16, kMost = kExchanges - kExchanges / 8;
  WorkerOptions options;
  options.upstream.tcp_exchanges = kExchanges;
  // Outlive the worker, whose exchanges are left open.
  std::array<RecordingSink, 60> sinks;
  auto running = MakeRunning(options);
  ASSERT_NE(running, nullptr);
  ManyServers servers;
  for (size_t i = 0; i < sinks.size(); ++i) {
    EXPECT_NE(Start(running.get(), servers.server(i), Query(1), &sinks[i]), ExchangeId::kNone);
    if (i < kMost) continue;
    ASSERT_TRUE(WaitFor([&] { return sinks[i - kMost].failures() == 1; })) << i;
    EXPECT_EQ(sinks[i - kMost].failure(), ExchangeFailure::kNoResources);
  }
  int failures = 0;
  for (const RecordingSink& sink : sinks) failures += sink.failures();
  EXPECT_EQ(failures, static_cast<int>(sinks.size()) - kMost);
  EXPECT_EQ(running->bounds().upstream_connections.met, sinks.size() - kMost);
  EXPECT_EQ(running->bounds().upstream_connections.use, static_cast<uint64_t>(kMost));
}

TEST_P(UpstreamStreamsTest, AServerThatMakesNoConnectionIsUnreachableBeforeTheTimeForAnswers) {
  // Outlives the worker, whose exchanges are left open.
  RecordingSink sink;
  auto running = MakeRunning();
  ASSERT_NE(running, nullptr);
  PlainSocket server(AF_INET, SOCK_STREAM);
  ASSERT_TRUE(server.Bind(Loopback()));
  // When its queue is full, the kernel drops a SYN.
  ASSERT_EQ(listen(server.fd(), 0), 0);
  const PlainSocket first = PlainSocket::ConnectedTo(server.local(), SOCK_STREAM);
  std::this_thread::sleep_for(milliseconds(20));
  ASSERT_NE(Start(running.get(), server.local(), Query(1), &sink), ExchangeId::kNone);
  ASSERT_TRUE(WaitFor([&] { return sink.failures() == 1; }, milliseconds(20'000)));
  EXPECT_EQ(sink.failure(), ExchangeFailure::kUnreachable);
}

}  // namespace
}  // namespace tern::resolver::io
