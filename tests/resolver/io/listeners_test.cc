#include "resolver/io/listeners.h"

#include <linux/filter.h>
#include <sys/stat.h>

#include <set>

#include "tests/resolver/io/running_worker.h"

namespace tern::resolver::io {
namespace {

// Which socket it is, whatever the number of the descriptor.
ino_t IdentityOf(int fd) {
  struct stat status {};
  EXPECT_EQ(fstat(fd, &status), 0);
  return status.st_ino;
}

GivenSockets GiveOn(const Listeners& listeners) {
  GivenSockets given;
  for (size_t i = 0; i < listeners.listening().size(); ++i) {
    for (const auto* sockets : {&listeners.udp(i), &listeners.tcp(i)}) {
      // The last one comes first: nobody promises an order.
      for (auto at = sockets->rbegin(); at != sockets->rend(); ++at) {
        given.Add(*Duplicate(at->fd.get()), at->name);
      }
    }
  }
  return given;
}

std::vector<ino_t> IdentitiesOf(const std::vector<Listeners::Socket>& sockets) {
  std::vector<ino_t> all;
  for (const Listeners::Socket& socket : sockets) all.push_back(IdentityOf(socket.fd.get()));
  return all;
}

TEST(ListenersTest, EachWorkerHasItsOwnAtAPortThatAllShare) {
  const auto listeners = Listeners::Open({.listen = {Loopback()}, .workers = 3}, nullptr);
  ASSERT_TRUE(listeners.ok()) << listeners.status();
  EXPECT_NE(listeners->listening()[0].port, 0);
  std::set<ino_t> all;
  for (size_t worker = 0; worker < 3; ++worker) {
    for (const auto& share : {listeners->UdpOf(worker, 0), listeners->TcpOf(worker, 0)}) {
      ASSERT_TRUE(share.ok());
      ASSERT_EQ(share->size(), 1u);
      EXPECT_EQ(LocalEndpoint(share->front().get()), listeners->listening()[0]);
      all.insert(IdentityOf(share->front().get()));
    }
  }
  EXPECT_EQ(all.size(), 6u);
}

TEST(ListenersTest, TheNextOnesHaveTheSameSocketsInTheSamePlaces) {
  const auto first = Listeners::Open({.listen = {Loopback(), Loopback()}, .workers = 4}, nullptr);
  ASSERT_TRUE(first.ok()) << first.status();
  GivenSockets given = GiveOn(*first);
  const auto next = Listeners::Open({.listen = first->listening(), .workers = 4}, &given);
  ASSERT_TRUE(next.ok()) << next.status();
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(IdentitiesOf(next->udp(i)), IdentitiesOf(first->udp(i)));
    EXPECT_EQ(IdentitiesOf(next->tcp(i)), IdentitiesOf(first->tcp(i)));
    for (const Listeners::Socket& socket : next->udp(i)) EXPECT_TRUE(socket.is_given);
  }
  EXPECT_TRUE(given.TakeRest().empty());
}

TEST(ListenersTest, FewerWorkersServeAllThatWereGiven) {
  const auto first = Listeners::Open({.listen = {Loopback()}, .workers = 3}, nullptr);
  ASSERT_TRUE(first.ok()) << first.status();
  GivenSockets given = GiveOn(*first);
  const auto next = Listeners::Open({.listen = first->listening(), .workers = 2}, &given);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->UdpOf(0, 0)->size(), 2u);
  EXPECT_EQ(next->UdpOf(1, 0)->size(), 1u);
  EXPECT_EQ(next->TcpOf(0, 0)->size(), 2u);
}

TEST(ListenersTest, MoreWorkersOpenMore) {
  const auto first = Listeners::Open({.listen = {Loopback()}, .workers = 1}, nullptr);
  ASSERT_TRUE(first.ok()) << first.status();
  GivenSockets given = GiveOn(*first);
  const auto next = Listeners::Open({.listen = first->listening(), .workers = 2}, &given);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->udp(0)[1].name, SocketName("udp", 1, next->listening()[0]));
  EXPECT_FALSE(next->udp(0)[1].is_given);
}

TEST(ListenersTest, WorkersShareASocketThatLetsNoOtherIn) {
  PlainSocket alone(AF_INET, SOCK_DGRAM), tcp(AF_INET, SOCK_STREAM);
  ASSERT_TRUE(tcp.Bind(Loopback()) && tcp.Listen());
  if (!alone.Bind(tcp.local())) GTEST_SKIP() << "somebody has the port";
  GivenSockets given;
  given.Add(*Duplicate(alone.fd()), "tern.socket");
  given.Add(*Duplicate(tcp.fd()), "tern.socket");
  const auto listeners = Listeners::Open({.listen = {alone.local()}, .workers = 2}, &given);
  ASSERT_TRUE(listeners.ok()) << listeners.status();
  for (size_t worker = 0; worker < 2; ++worker) {
    EXPECT_EQ(IdentityOf(listeners->UdpOf(worker, 0)->front().get()), IdentityOf(alone.fd()));
  }
  EXPECT_EQ(listeners->tcp(0).size(), 1u);
}

TEST(ListenersTest, AGroupThatWasSteeredIsSteeredAsTheNextOneWants) {
  const auto first = Listeners::Open({.listen = {Loopback()}, .workers = 2}, nullptr);
  ASSERT_TRUE(first.ok()) << first.status();
  sock_filter to_first[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  const sock_fprog program{1, to_first};
  ASSERT_EQ(setsockopt(first->udp(0)[0].fd.get(), SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                       sizeof program),
            0);
  GivenSockets given = GiveOn(*first);
  const auto next = Listeners::Open({.listen = first->listening(), .workers = 2}, &given);
  ASSERT_TRUE(next.ok()) << next.status();
  for (int flow = 0; flow < 64; ++flow) {
    ASSERT_TRUE(PlainSocket::ConnectedTo(next->listening()[0], SOCK_DGRAM).Send(Query(1)));
  }
  for (const Listeners::Socket& socket : next->udp(0)) {
    uint8_t octet;
    EXPECT_EQ(recv(socket.fd.get(), &octet, 1, MSG_DONTWAIT), 1) << "the hash spreads them";
  }
}

class EndingTest : public BothEngines {};

TEST_P(EndingTest, WhatComesAfterTheEndWaitsForTheNextWorker) {
  WorkerOptions options = OnLoopback();
  const auto listeners = Listeners::Open({.listen = options.listen}, nullptr);
  ASSERT_TRUE(listeners.ok()) << listeners.status();
  options.listeners = &*listeners;
  const auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->Start();
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  PlainSocket stream = PlainSocket::ConnectedTo(running->endpoint(), SOCK_STREAM);
  ASSERT_TRUE(client.Send(Query(1)) && stream.SendMessage(Query(2)));
  EXPECT_EQ(client.Receive(), AnswerTo(Query(1)));
  EXPECT_EQ(stream.ReceiveMessage(), AnswerTo(Query(2)));
  running->worker()->StopReceiving({});
  ASSERT_TRUE(WaitFor([&] { return !running->worker()->under_way().receives; }));
  EXPECT_EQ(running->worker()->under_way().streams, 1u);
  EXPECT_EQ(running->worker()->under_way().busy_streams, 0u);
  // The stream goes on. Datagrams and new connections are not touched.
  ASSERT_TRUE(stream.SendMessage(Query(3)));
  EXPECT_EQ(stream.ReceiveMessage(), AnswerTo(Query(3)));
  ASSERT_TRUE(client.Send(Query(4)));
  PlainSocket second = PlainSocket::ConnectedTo(running->endpoint(), SOCK_STREAM);
  ASSERT_TRUE(second.SendMessage(Query(5)));
  running->OnThread([] {});
  const auto began = std::chrono::steady_clock::now();
  const int turns_before = running->service().turns;
  std::this_thread::sleep_for(milliseconds(50));
  const int turns = running->service().turns - turns_before;
  // It sweeps its streams ten times a second.
  EXPECT_LT(turns, 5 + (std::chrono::steady_clock::now() - began) / milliseconds(50))
      << "it turns for what it must not take";
  running->StopAndJoin();
  EXPECT_EQ(running->service().datagrams, 1);
  EXPECT_EQ(running->service().stream_messages, 2);

  const auto next = Make(options);
  ASSERT_NE(next, nullptr);
  next->Start();
  EXPECT_EQ(client.Receive(), AnswerTo(Query(4)));
  EXPECT_EQ(second.ReceiveMessage(), AnswerTo(Query(5)));
}

TEST_P(EndingTest, WhatWasReceivedIsAnswered) {
  constexpr int kQueries = 200;  // their answers fit into the socket of the client
  const auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  // The worker takes what has come in while it could not turn, and is told to end in the same turn.
  running->OnThread([&] {
    for (uint16_t id = 0; id < kQueries; ++id) ASSERT_TRUE(client.Send(Query(id)));
    running->worker()->StopReceiving({});
  });
  ASSERT_TRUE(WaitFor([&] { return !running->worker()->under_way().receives; }));
  running->StopAndJoin();
  client.SetTimeout(milliseconds(50));
  int answered = 0;
  while (client.Receive()) ++answered;
  EXPECT_EQ(answered, running->service().datagrams);
}

TEST_P(EndingTest, OtherAddressesGoOn) {
  WorkerOptions options;
  options.listen = {Loopback(), Loopback()};
  const auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->Start();
  running->worker()->StopReceiving({false, true});
  ASSERT_TRUE(WaitFor([&] { return !running->worker()->under_way().receives; }));
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(1), SOCK_DGRAM);
  ASSERT_TRUE(client.Send(Query(1)));
  EXPECT_EQ(client.Receive(), AnswerTo(Query(1)));
  PlainSocket stream = PlainSocket::ConnectedTo(running->endpoint(1), SOCK_STREAM);
  ASSERT_TRUE(stream.SendMessage(Query(2)));
  EXPECT_EQ(stream.ReceiveMessage(), AnswerTo(Query(2)));
}

TEST_P(EndingTest, AWorkerOfSeveralSocketsAnswersOnAll) {
  const auto four = Listeners::Open({.listen = {Loopback()}, .workers = 4}, nullptr);
  ASSERT_TRUE(four.ok()) << four.status();
  GivenSockets given = GiveOn(*four);
  const auto one = Listeners::Open({.listen = four->listening(), .workers = 1}, &given);
  ASSERT_TRUE(one.ok()) << one.status();
  WorkerOptions options;
  options.listeners = &*one;
  const auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->Start();
  for (uint16_t flow = 0; flow < 40; ++flow) {  // they reach all four
    PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
    ASSERT_TRUE(client.Send(Query(flow)));
    EXPECT_EQ(client.Receive(), AnswerTo(Query(flow)));
    PlainSocket stream = PlainSocket::ConnectedTo(running->endpoint(), SOCK_STREAM);
    ASSERT_TRUE(stream.SendMessage(Query(flow)));
    EXPECT_EQ(stream.ReceiveMessage(), AnswerTo(Query(flow)));
  }
}

TERN_BOTH_ENGINES(EndingTest);

}  // namespace
}  // namespace tern::resolver::io
