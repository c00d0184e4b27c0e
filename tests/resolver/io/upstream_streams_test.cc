#include "resolver/io/upstream_streams.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <utility>

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
    EXPECT_TRUE(connection->IsClosedWithin(milliseconds(2000)));
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
  const Endpoint nobody = Nobody();
  RecordingSink sink;
  ASSERT_NE(Start(running.get(), nobody, Query(1), &sink), ExchangeId::kNone);
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
  options.upstream.tcp_exchanges = 2;
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

}  // namespace
}  // namespace tern::resolver::io
