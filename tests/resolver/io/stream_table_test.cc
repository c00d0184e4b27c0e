#include "resolver/io/stream_table.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "tests/resolver/io/recording_sink.h"
#include "tests/resolver/io/running_worker.h"

namespace tern::resolver::io {
namespace {

class StreamTableTest : public BothEngines {
 protected:
  static PlainSocket Client(RunningWorker* running) {
    return PlainSocket::ConnectedTo(running->endpoint(), SOCK_STREAM);
  }
  static void ResetAtClose(PlainSocket* socket) {
    const linger now{1, 0};
    setsockopt(socket->fd(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }
  static void AppendMessage(const Bytes& message, Bytes* all) {
    all->push_back(0);
    all->push_back(static_cast<uint8_t>(message.size()));
    all->insert(all->end(), message.begin(), message.end());
  }
  // `send` sends Query(4), and something by which nothing more is to be read. The answer, which
  // comes a while later, still arrives, and the stream is closed then.
  void ExpectLateAnswerAndClose(const std::function<void(PlainSocket&)>& send) {
    auto running = Make(OnLoopback());
    ASSERT_NE(running, nullptr);
    Worker* worker = running->worker();
    ReturnPath kept;
    running->service().on_stream_message = [&](const ReturnPath& path, std::span<const uint8_t>) {
      kept = path;
    };
    running->Start();
    PlainSocket client = Client(running.get());
    send(client);
    ASSERT_TRUE(WaitFor([&] { return running->service().stream_messages == 1; }));
    std::this_thread::sleep_for(milliseconds(50));
    running->OnThread([&] { worker->SendReply(kept, AnswerTo(Query(4))); });
    EXPECT_EQ(client.ReceiveMessage(), AnswerTo(Query(4)));
    EXPECT_TRUE(client.IsClosedWithin(kCloseMax));
  }
};
TERN_BOTH_ENGINES(StreamTableTest);

TEST_P(StreamTableTest, AnswersPipelinedQueries) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  PlainSocket client = Client(running.get());
  Bytes all;
  for (uint16_t id = 0; id < 1000; ++id) AppendMessage(Query(id, 20 + id % 50), &all);
  ASSERT_TRUE(client.Send(all));
  for (uint16_t id = 0; id < 1000; ++id) {
    ASSERT_EQ(client.ReceiveMessage(), AnswerTo(Query(id, 20 + id % 50))) << id;
  }
}

TEST_P(StreamTableTest, AnswersWhenAMessageArrivesOctetByOctet) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  PlainSocket client = Client(running.get());
  const int on = 1;
  setsockopt(client.fd(), IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, sizeof(on));
  Bytes framed{0, 40};
  const Bytes query = Query(77);
  framed.insert(framed.end(), query.begin(), query.end());
  for (uint8_t octet : framed) {
    ASSERT_TRUE(client.Send({octet}));
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_EQ(client.ReceiveMessage(), AnswerTo(query));
}

// RFC 7766 section 6.2.1.1
TEST_P(StreamTableTest, AnswersGoOutInAnyOrder) {
  std::vector<std::pair<ReturnPath, Bytes>> held;
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->service().on_stream_message = [&](const ReturnPath& path,
                                             std::span<const uint8_t> query) {
    held.emplace_back(path, Bytes(query.begin(), query.end()));
    if (held.size() < 10) return;
    for (auto held_one = held.rbegin(); held_one != held.rend(); ++held_one) {
      worker->SendReply(held_one->first, AnswerTo(held_one->second));
    }
    held.clear();
  };
  running->Start();
  PlainSocket client = Client(running.get());
  for (uint16_t id = 0; id < 10; ++id) ASSERT_TRUE(client.SendMessage(Query(id)));
  for (uint16_t id = 10; id-- > 0;) EXPECT_EQ(client.ReceiveMessage(), AnswerTo(Query(id)));
}

TEST_P(StreamTableTest, LargeAnswersReachAClientThatReadsLate) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  const auto large = [](uint8_t id) {
    Bytes answer(65535);
    for (size_t i = 0; i < answer.size(); ++i) answer[i] = static_cast<uint8_t>(i * 31 + id);
    return answer;
  };
  running->service().on_stream_message = [&](const ReturnPath& path,
                                             std::span<const uint8_t> query) {
    worker->SendReply(path, large(query[1]));
  };
  PlainSocket client(AF_INET, SOCK_STREAM);
  const int small = 4096;
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  running->Start();
  ASSERT_TRUE(client.Connect(running->endpoint()));
  for (uint16_t id = 0; id < 60; ++id) ASSERT_TRUE(client.SendMessage(Query(id)));
  std::this_thread::sleep_for(milliseconds(200));
  // 60 answers are 4 MB: past the bound on what is unsent the client is not read.
  for (uint16_t id = 0; id < 60; ++id) {
    const auto answer = client.ReceiveMessage();
    ASSERT_TRUE(answer.has_value()) << id;
    ASSERT_TRUE(*answer == large(static_cast<uint8_t>(id))) << id;
  }
}

TEST_P(StreamTableTest, AStreamWithManyUnansweredQueriesIsNotRead) {
  WorkerOptions options = OnLoopback();
  options.streams.unanswered = 8;
  std::vector<std::pair<ReturnPath, Bytes>> held;
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  bool holding = true;
  running->service().on_stream_message = [&](const ReturnPath& path,
                                             std::span<const uint8_t> query) {
    const Bytes answer = AnswerTo(Bytes(query.begin(), query.end()));
    if (holding) {
      held.emplace_back(path, answer);
    } else {
      worker->SendReply(path, answer);
    }
  };
  running->Start();
  PlainSocket client = Client(running.get());
  constexpr uint16_t kQueries = 200;
  for (uint16_t id = 0; id < kQueries; ++id) ASSERT_TRUE(client.SendMessage(Query(id, 1000)));
  EXPECT_TRUE(WaitFor([&] { return running->service().stream_messages.load() >= 8; }));
  std::this_thread::sleep_for(milliseconds(100));
  // Eight, however many more the last read brought.
  EXPECT_EQ(running->service().stream_messages.load(), 8);
  EXPECT_EQ(running->bounds().unanswered_met, 1u);
  running->OnThread([&] {
    holding = false;
    for (const auto& [path, answer] : held) worker->SendReply(path, answer);
  });
  for (uint16_t id = 0; id < kQueries; ++id) {
    ASSERT_EQ(client.ReceiveMessage(), AnswerTo(Query(id, 1000))) << id;
  }
}

TEST_P(StreamTableTest, QueriesThatWaitForRoomAreAnsweredAfterTheClientHasFinishedSending) {
  WorkerOptions options = OnLoopback();
  options.streams.unsent_octets = 1;
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->service().on_stream_message = [&](const ReturnPath& path,
                                             std::span<const uint8_t> query) {
    worker->SendReply(path, Bytes(65'535, query[1]));
  };
  running->Start();
  PlainSocket client(AF_INET, SOCK_STREAM);
  const int small = 4096;
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  ASSERT_TRUE(client.Connect(running->endpoint()));
  constexpr uint16_t kQueries = 150;  // in one read; their answers are more than the kernel takes
  Bytes all;
  for (uint16_t id = 0; id < kQueries; ++id) AppendMessage(Query(id, 20), &all);
  ASSERT_TRUE(client.Send(all));
  ASSERT_EQ(shutdown(client.fd(), SHUT_WR), 0);
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_LT(running->service().stream_messages.load(), kQueries);
  for (uint16_t id = 0; id < kQueries; ++id) {
    ASSERT_EQ(client.ReceiveMessage(), Bytes(65'535, static_cast<uint8_t>(id))) << id;
  }
  EXPECT_TRUE(WaitFor([&] { return running->service().streams_closed == 1; }));
}

TEST_P(StreamTableTest, AClientThatNeverReadsIsCutOffAndBounded) {
  WorkerOptions options = OnLoopback();
  options.streams.send_deadline = milliseconds(300);
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->service().on_stream_message = [&](const ReturnPath& path, std::span<const uint8_t>) {
    worker->SendReply(path, Bytes(60000, 1));
  };
  running->Start();
  PlainSocket client(AF_INET, SOCK_STREAM);
  const int small = 4096;
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  ASSERT_TRUE(client.Connect(running->endpoint()));
  Bytes all;  // at once, because the client is cut off meanwhile
  for (uint16_t id = 0; id < 120; ++id) AppendMessage(Query(id), &all);
  ASSERT_TRUE(client.Send(all));
  EXPECT_TRUE(WaitFor([&] { return running->service().streams_closed == 1; }));
}

TEST_P(StreamTableTest, WhoHoldsTheMostGivesWayNotWhoComesNext) {
  WorkerOptions options = OnLoopback();
  options.streams.buffered_octets = 200'000;
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->service().on_stream_message = [&](const ReturnPath& path, std::span<const uint8_t>) {
    worker->SendReply(path, Bytes(40'000, 1));
  };
  running->Start();
  std::vector<PlainSocket> greedy;
  for (int i = 0; i < 3; ++i) {
    greedy.push_back(Client(running.get()));
    Bytes part(60'000, 1);
    part[0] = part[1] = 0xff;  // more of it never comes
    ASSERT_TRUE(greedy.back().Send(part));
  }
  // Until nearly all of it is read.
  EXPECT_TRUE(WaitFor([&] { return running->bounds().connection_octets.use > 150'000; }));
  EXPECT_EQ(running->service().streams_closed, 0);
  EXPECT_EQ(running->bounds().connection_octets.met, 0u);
  PlainSocket modest = Client(running.get());
  for (uint16_t id = 0; id < 3; ++id) {
    ASSERT_TRUE(modest.SendMessage(Query(id)));
    ASSERT_EQ(modest.ReceiveMessage(), Bytes(40'000, 1)) << id;
  }
  EXPECT_TRUE(WaitFor([&] { return running->service().streams_closed == 1; }));
  EXPECT_EQ(running->bounds().connection_octets.met, 1u);
  EXPECT_EQ(running->bounds().connection_octets.most, 200'000u);
}

TEST_P(StreamTableTest, ASlowLorisIsClosedAtTheMessagesDeadline) {
  WorkerOptions options = OnLoopback();
  options.streams.message_deadline = milliseconds(300);
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->Start();
  PlainSocket client = Client(running.get());
  const auto began = std::chrono::steady_clock::now();
  bool closed = false;
  ASSERT_TRUE(client.Send({0, 200}));
  while (!closed && std::chrono::steady_clock::now() - began < kCloseMax) {
    client.Send({1});  // an octet now and then
    closed = client.IsClosedWithin(milliseconds(40));
  }
  EXPECT_TRUE(closed);
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(280));
}

// On a machine that stands still meanwhile the busy one is idle too. Then it has another try with
// more time.
TEST_P(StreamTableTest, AnIdleStreamIsClosedAndABusyOneIsNot) {
  using Clock = std::chrono::steady_clock;
  for (milliseconds idle_max(400); idle_max < milliseconds(10'000); idle_max *= 4) {
    WorkerOptions options = OnLoopback();
    options.streams.idle = idle_max;
    auto running = Make(options);
    ASSERT_NE(running, nullptr);
    running->Start();
    PlainSocket busy = Client(running.get());
    PlainSocket idle = Client(running.get());
    Clock::time_point last = Clock::now();
    Clock::duration longest_pause(0);
    bool is_answered = true;
    bool is_closed = false;
    for (int i = 0; i < 40 && is_answered && !is_closed; ++i) {
      is_closed = idle.IsClosedWithin(idle_max / 8);
      is_answered = busy.SendMessage(Query(1)) && busy.ReceiveMessage() == AnswerTo(Query(1));
      const Clock::time_point now = Clock::now();
      longest_pause = std::max(longest_pause, now - std::exchange(last, now));
    }
    if (is_answered && is_closed && running->service().streams_closed == 1) return;
    ASSERT_GT(longest_pause, idle_max / 2) << is_answered << is_closed;
  }
  FAIL() << "the machine stands still";
}

// Otherwise a client would lose an answer that takes longer than idle streams are kept.
TEST_P(StreamTableTest, AStreamThatWaitsForAnAnswerIsNotIdle) {
  WorkerOptions options = OnLoopback();
  options.streams.idle = milliseconds(100);
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  ReturnPath kept;
  running->service().on_stream_message = [&](const ReturnPath& path, std::span<const uint8_t>) {
    kept = path;
  };
  PlainSocket client = Client(running.get());
  ASSERT_TRUE(client.SendMessage(Query(4)));
  running->Start();  // now, so that the stream never waits for its query
  ASSERT_TRUE(WaitFor([&] { return running->service().stream_messages == 1; }));
  EXPECT_FALSE(client.IsClosedWithin(milliseconds(600)));
  running->OnThread([&] { worker->SendReply(kept, AnswerTo(Query(4))); });
  EXPECT_EQ(client.ReceiveMessage(), AnswerTo(Query(4)));
  EXPECT_TRUE(client.IsClosedWithin(kCloseMax));
}

TEST_P(StreamTableTest, AStreamWhoseAnswerNeverComesIsClosedAtTheAnswersDeadline) {
  WorkerOptions options = OnLoopback();
  options.streams.answer_deadline = milliseconds(300);
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->service().on_stream_message = [](const ReturnPath&, std::span<const uint8_t>) {};
  running->Start();
  PlainSocket forgotten = Client(running.get());
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(forgotten.SendMessage(Query(5)));
  EXPECT_TRUE(forgotten.IsClosedWithin(kCloseMax));
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(280));
}

TEST_P(StreamTableTest, ClientsThatMayNotAskHaveFewStreamsForOneMessageEach) {
  constexpr int kStrangers = 16;
  std::atomic<bool> admits = false;  // outlives the worker
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->service().admits = [&](const IpAddress&) { return admits.load(); };
  running->Start();
  std::vector<PlainSocket> strangers;
  for (int i = 0; i < kStrangers + 3; ++i) {
    strangers.push_back(Client(running.get()));
    // Until the worker has accepted it, or closed it.
    const bool too_many = i >= kStrangers;
    EXPECT_EQ(strangers.back().IsClosedWithin(too_many ? kCloseMax : milliseconds(50)), too_many)
        << i;
  }
  EXPECT_EQ(running->bounds().strangers.use, static_cast<uint64_t>(kStrangers));
  EXPECT_EQ(running->bounds().strangers.met, 3u);
  // They take no stream from a client that may ask.
  admits = true;
  PlainSocket client = Client(running.get());
  ASSERT_TRUE(client.SendMessage(Query(1)));
  EXPECT_EQ(client.ReceiveMessage(), AnswerTo(Query(1)));
  EXPECT_FALSE(client.IsClosedWithin(milliseconds(50)));
  // The first message is answered, and says so. The second is not read.
  Bytes both;
  AppendMessage(Query(2), &both);
  AppendMessage(Query(3), &both);
  ASSERT_TRUE(strangers[0].Send(both));
  EXPECT_EQ(strangers[0].ReceiveMessage(), AnswerTo(Query(2)));
  EXPECT_TRUE(strangers[0].IsClosedWithin(kCloseMax));
}

TEST_P(StreamTableTest, IdleTimeShrinksUnderPressure) {
  WorkerOptions options = OnLoopback();
  options.streams.streams = 8;
  options.streams.idle_under_pressure = milliseconds(200);
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->Start();
  std::vector<PlainSocket> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(Client(running.get()));
  EXPECT_FALSE(clients[0].IsClosedWithin(milliseconds(600))) << "closed without pressure";
  clients.push_back(Client(running.get()));
  EXPECT_TRUE(clients[0].IsClosedWithin(kCloseMax));
}

TEST_P(StreamTableTest, OneClientGetsNoMoreThanItsShare) {
  WorkerOptions options = OnLoopback();
  options.streams.streams_per_client = 3;
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->Start();
  std::vector<PlainSocket> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(Client(running.get()));
  for (uint16_t id = 0; id < 3; ++id) {
    ASSERT_TRUE(clients[id].SendMessage(Query(id)));
    EXPECT_EQ(clients[id].ReceiveMessage(), AnswerTo(Query(id)));
  }
  PlainSocket fourth = Client(running.get());
  EXPECT_TRUE(fourth.IsClosedWithin(kCloseMax));
  EXPECT_EQ(running->bounds().connections_of_client_met, 1u);
  PlainSocket elsewhere(AF_INET, SOCK_STREAM);
  ASSERT_TRUE(elsewhere.Bind(AddressOf("127.0.0.50:0")));
  ASSERT_TRUE(elsewhere.Connect(running->endpoint()));
  ASSERT_TRUE(elsewhere.SendMessage(Query(9)));
  EXPECT_EQ(elsewhere.ReceiveMessage(), AnswerTo(Query(9)));
  // A share that was given back can be had again.
  clients.clear();
  EXPECT_TRUE(WaitFor([&] { return running->service().streams_closed == 3; }));
  PlainSocket again = Client(running.get());
  ASSERT_TRUE(again.SendMessage(Query(10)));
  EXPECT_EQ(again.ReceiveMessage(), AnswerTo(Query(10)));
}

TEST_P(StreamTableTest, WhenFullTheLongestIdleGivesWay) {
  WorkerOptions options = OnLoopback();
  options.streams.streams = 4;
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->Start();
  std::vector<PlainSocket> clients;
  for (uint16_t i = 0; i < 4; ++i) {
    clients.push_back(Client(running.get()));
    ASSERT_TRUE(clients[i].SendMessage(Query(i)));
    ASSERT_EQ(clients[i].ReceiveMessage(), AnswerTo(Query(i)));
  }
  ASSERT_TRUE(clients[0].SendMessage(Query(20)));  // now the second is the longest idle
  ASSERT_EQ(clients[0].ReceiveMessage(), AnswerTo(Query(20)));
  PlainSocket fifth = Client(running.get());
  ASSERT_TRUE(fifth.SendMessage(Query(5)));
  EXPECT_EQ(fifth.ReceiveMessage(), AnswerTo(Query(5)));
  EXPECT_TRUE(clients[1].IsClosedWithin(kCloseMax));
  EXPECT_EQ(running->bounds().connections.use, 4u);
  EXPECT_EQ(running->bounds().connections.most, 4u);
  EXPECT_EQ(running->bounds().connections.met, 1u);
  for (size_t i : {0, 2, 3}) EXPECT_FALSE(clients[i].IsClosedWithin(milliseconds(20))) << i;
}

TEST_P(StreamTableTest, AStreamThatSpeaksNoDnsIsClosed) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  PlainSocket client = Client(running.get());
  ASSERT_TRUE(client.SendMessage({1, 2, 3}));
  EXPECT_TRUE(client.IsClosedWithin(kCloseMax));
  EXPECT_EQ(running->service().stream_messages.load(), 0);
}

TEST_P(StreamTableTest, WhatWasAskedBeforeAMessageThatIsNoDnsIsAnswered) {
  ExpectLateAnswerAndClose([](PlainSocket& client) {
    Bytes bytes;
    AppendMessage(Query(4), &bytes);
    bytes.insert(bytes.end(), {0, 3, 1, 2, 3});
    ASSERT_TRUE(client.Send(bytes));
  });
}

TEST_P(StreamTableTest, AClientThatHasFinishedSendingIsStillAnswered) {
  ExpectLateAnswerAndClose([](PlainSocket& client) {
    ASSERT_TRUE(client.SendMessage(Query(4)));
    shutdown(client.fd(), SHUT_WR);
  });
}

TEST_P(StreamTableTest, AnAnswerForAStreamThatIsGoneReachesNobodyElse) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  std::vector<ReturnPath> paths;
  running->service().on_stream_message = [&](const ReturnPath& path, std::span<const uint8_t>) {
    paths.push_back(path);
  };
  running->Start();
  {
    PlainSocket gone = Client(running.get());
    ResetAtClose(&gone);  // a mere FIN could be a client that still wants its answer
    ASSERT_TRUE(gone.SendMessage(Query(1)));
    ASSERT_TRUE(WaitFor([&] { return running->service().stream_messages == 1; }));
  }
  ASSERT_TRUE(WaitFor([&] { return running->service().streams_closed == 1; }));
  PlainSocket next = Client(running.get());
  ASSERT_TRUE(next.SendMessage(Query(2)));
  ASSERT_TRUE(WaitFor([&] { return running->service().stream_messages == 2; }));
  running->OnThread([&] {
    EXPECT_NE(paths[0].stream, paths[1].stream);
    worker->SendReply(paths[0], AnswerTo(Query(1)));
    worker->SendReply(paths[1], AnswerTo(Query(2)));
  });
  EXPECT_EQ(next.ReceiveMessage(), AnswerTo(Query(2)));
}

TEST_P(StreamTableTest, AResetInTheMiddleOfAnAnswerHarmsNobodyElse) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->service().on_stream_message = [&](const ReturnPath& path, std::span<const uint8_t>) {
    for (int i = 0; i < 20; ++i) worker->SendReply(path, Bytes(60000, 1));
  };
  running->Start();
  for (int i = 0; i < 20; ++i) {
    PlainSocket client = Client(running.get());
    ResetAtClose(&client);
    ASSERT_TRUE(client.SendMessage(Query(1)));
    ASSERT_TRUE(client.Receive().has_value());  // the answer has begun
    if (i % 2 == 0) std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_TRUE(WaitFor([&] { return running->service().streams_closed == 20; }));
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  ASSERT_TRUE(client.Send(Query(3)));
  EXPECT_EQ(client.Receive(), AnswerTo(Query(3)));
}

TEST_P(StreamTableTest, PendingAnswersGoOutWhenTheWorkerStops) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->service().on_stream_message = [&](const ReturnPath& path, std::span<const uint8_t>) {
    worker->SendReply(path, Bytes(500, 5));
    worker->Stop();
  };
  running->Start();
  PlainSocket client = Client(running.get());
  ASSERT_TRUE(client.SendMessage(Query(1)));
  EXPECT_EQ(client.ReceiveMessage(), Bytes(500, 5));
}

TEST_P(StreamTableTest, WithoutDescriptorsAcceptingPausesAndUdpGoesOn) {
  RecordingSink sink;
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  Worker* worker = running->worker();
  // Everything is walked once while there are descriptors: UBSan needs one when it meets a class
  // first.
  const Endpoint nobody = Loopback(1);
  StartOn(running.get(), nobody, Transport::kTcp, Query(1), &sink);
  ASSERT_TRUE(WaitFor([&] { return sink.failures() == 1; }));
  {
    PlainSocket first = Client(running.get());
    ASSERT_TRUE(first.SendMessage(Query(1)));
    ASSERT_EQ(first.ReceiveMessage(), AnswerTo(Query(1)));
  }
  std::vector<PlainSocket> clients;
  for (int i = 0; i < 12; ++i) clients.emplace_back(AF_INET, SOCK_STREAM);
  PlainSocket udp = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = 200;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  std::vector<OwnedFd> taken;
  for (int fd; (fd = dup(0)) >= 0;) taken.emplace_back(fd);
  ASSERT_GT(taken.size(), 3u);
  taken.resize(taken.size() - 3);
  for (PlainSocket& client : clients) EXPECT_TRUE(client.Connect(running->endpoint()));
  std::this_thread::sleep_for(milliseconds(150));
  const int turns_before = running->service().turns;
  std::this_thread::sleep_for(milliseconds(500));
  const int turns = running->service().turns - turns_before;
  EXPECT_TRUE(udp.Send(Query(1)));
  const auto answer = udp.Receive();
  auto upstream = ExchangeId{1};
  running->OnThread([&] {
    std::vector<ExchangeId> open;
    while (open.size() < 50 && upstream != ExchangeId::kNone) {
      upstream = worker->StartExchange(nobody, Transport::kTcp, Query(1), &sink);
      open.push_back(upstream);
    }
    for (ExchangeId id : open) worker->EndExchange(id);
  });
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(answer, AnswerTo(Query(1)));
  EXPECT_EQ(upstream, ExchangeId::kNone);
  EXPECT_LT(turns, 60) << "spun on a full backlog";
  // Descriptors are there again: somebody who waited in the backlog is served.
  PlainSocket& last = clients.back();
  ASSERT_TRUE(last.SendMessage(Query(2)));
  EXPECT_EQ(last.ReceiveMessage(), AnswerTo(Query(2)));
}

}  // namespace
}  // namespace tern::resolver::io
