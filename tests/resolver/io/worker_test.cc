#include "resolver/io/worker.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <time.h>

#include <set>
#include <utility>

#include "tests/resolver/io/running_worker.h"

namespace tern::resolver::io {
namespace {

class WorkerTest : public BothEngines {};
TERN_BOTH_ENGINES(WorkerTest);

TEST_P(WorkerTest, AnswersEveryDatagramToItsSender) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  std::vector<PlainSocket> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM));
  }
  for (uint16_t id = 0; id < 500; ++id) {
    PlainSocket& client = clients[id % clients.size()];
    ASSERT_TRUE(client.Send(Query(id, 20 + id % 1000)));
    EXPECT_EQ(client.Receive(), AnswerTo(Query(id, 20 + id % 1000)));
  }
  EXPECT_EQ(running->service().datagrams.load(), 500);
}

TEST_P(WorkerTest, HandsOverBatchesAndLosesNoneOfABurst) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  // Queued before the worker runs, so that they must come in batches.
  constexpr uint16_t kBurst = 600;
  for (uint16_t id = 0; id < kBurst; ++id) ASSERT_TRUE(client.Send(Query(id)));
  running->Start();
  std::set<Bytes> answers;
  for (uint16_t id = 0; id < kBurst; ++id) {
    const auto answer = client.Receive();
    // The client's own socket holds some 250 datagrams; what overflows there is not the worker's
    // loss.
    if (!answer.has_value() || answers.size() == 200) break;
    answers.insert(*answer);
  }
  EXPECT_TRUE(WaitFor([&] { return running->service().datagrams == kBurst; }));
  EXPECT_GE(answers.size(), 200u);
  EXPECT_GT(running->service().largest_batch.load(), 8);
  EXPECT_LE(running->service().largest_batch.load(), static_cast<int>(kBatch));
  EXPECT_LT(running->service().turns.load(), kBurst / 4);
}

TEST_P(WorkerTest, SendsNothingWhereTheServiceSaysNothing) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->service().on_datagram = [](Datagram& datagram) {
    if (datagram.query[1] % 2 == 1) return;
    datagram.reply[0] = datagram.query[0];
    datagram.reply[1] = datagram.query[1];
    datagram.reply_octets = 2;
  };
  running->Start();
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  for (uint16_t id = 1; id <= 4; ++id) ASSERT_TRUE(client.Send(Query(id)));
  EXPECT_EQ(client.Receive(), (Bytes{0, 2}));
  EXPECT_EQ(client.Receive(), (Bytes{0, 4}));
  client.SetTimeout(milliseconds(50));
  EXPECT_EQ(client.Receive(), std::nullopt);
}

TEST_P(WorkerTest, GivesRoomForAnAnswerAsLongAsTheQuery) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  std::atomic<size_t> least_room{65536};
  running->service().on_datagram = [&least_room](Datagram& datagram) {
    EXPECT_GE(datagram.reply.size(), std::max<size_t>(datagram.query.size(), 1232));
    EXPECT_TRUE(datagram.reply.data() >= datagram.query.data() + datagram.query.size() ||
                datagram.query.data() >= datagram.reply.data() + datagram.reply.size());
    least_room = std::min(least_room.load(), datagram.reply.size());
    std::fill(datagram.reply.begin(), datagram.reply.end(), uint8_t{7});
    datagram.reply_octets = datagram.reply.size();
  };
  running->Start();
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  for (size_t octets : {12, 1232, 1536}) {
    ASSERT_TRUE(client.Send(Query(1, octets)));
    const auto answer = client.Receive();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(*answer, Bytes(least_room.load(), 7));
  }
}

TEST_P(WorkerTest, DropsADatagramThatIsTooLongAndAnEmptyOneDoesNoHarm) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  for (int i = 0; i < 300; ++i) {  // more than there are buffers: each must come back
    ASSERT_TRUE(client.Send(Query(1, 9000)));
    ASSERT_TRUE(client.Send({}));
  }
  ASSERT_TRUE(client.Send(Query(2)));
  EXPECT_EQ(client.Receive(), AnswerTo(Query(2)));
}

TEST_P(WorkerTest, AWildcardListenerAnswersFromTheAddressThatWasAsked) {
  WorkerOptions options;
  options.listen.push_back(AddressOf("0.0.0.0:0"));
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->Start();
  // A connected socket receives from the address it asked only.
  for (const char* text : {"127.0.0.1", "127.0.0.77", "127.9.8.7"}) {
    Endpoint asked = AddressOf(text);
    asked.port = running->endpoint().port;
    PlainSocket client = PlainSocket::ConnectedTo(asked, SOCK_DGRAM);
    ASSERT_TRUE(client.Send(Query(5)));
    EXPECT_EQ(client.Receive(), AnswerTo(Query(5))) << text;

    // The same for an answer that comes later, by the path that was kept.
    ReturnPath kept;
    running->OnThread([&] {
      running->service().on_datagram = [&kept](Datagram& datagram) { kept = datagram.Path(); };
    });
    const int before = running->service().datagrams;
    ASSERT_TRUE(client.Send(Query(6)));
    ASSERT_TRUE(WaitFor([&] { return running->service().datagrams > before; }));
    running->OnThread([&] {
      EXPECT_EQ(kept.local, asked.address);
      EXPECT_EQ(kept.peer, client.local());
      worker->SendReply(kept, AnswerTo(Query(6)));
      running->service().on_datagram = nullptr;
    });
    EXPECT_EQ(client.Receive(), AnswerTo(Query(6))) << text;
  }
}

TEST_P(WorkerTest, ServesIpv6OnAnAddressAndOnTheWildcard) {
  for (const char* text : {"[::1]:0", "[::]:0"}) {
    SCOPED_TRACE(text);
    WorkerOptions options;
    options.listen.push_back(AddressOf(text));
    auto running = Make(options);
    ASSERT_NE(running, nullptr);
    Worker* worker = running->worker();
    running->service().on_datagram = [worker](Datagram& datagram) {
      if (datagram.query[1] == 1) {
        worker->SendReply(datagram.Path(), Bytes{9, 9});
      } else {
        datagram.reply[0] = 8;
        datagram.reply_octets = 1;
      }
    };
    running->Start();
    Endpoint asked = AddressOf("[::1]:0");
    asked.port = running->endpoint().port;
    PlainSocket client = PlainSocket::ConnectedTo(asked, SOCK_DGRAM);
    ASSERT_TRUE(client.Send(Query(1)));
    EXPECT_EQ(client.Receive(), (Bytes{9, 9}));
    ASSERT_TRUE(client.Send(Query(2)));
    EXPECT_EQ(client.Receive(), (Bytes{8}));
    PlainSocket stream = PlainSocket::ConnectedTo(asked, SOCK_STREAM);
    ASSERT_TRUE(stream.SendMessage(Query(3)));
    EXPECT_EQ(stream.ReceiveMessage(), AnswerTo(Query(3)));
  }
}

TEST_P(WorkerTest, EachListenerIsAnsweredFromItself) {
  WorkerOptions options;
  for (const char* text : {"127.0.0.1:0", "127.0.0.2:0", "[::1]:0", "0.0.0.0:0"}) {
    options.listen.push_back(AddressOf(text));
  }
  auto running = Make(options);
  ASSERT_NE(running, nullptr);
  running->Start();
  for (uint16_t i = 0; i < 4; ++i) {
    Endpoint asked = running->endpoint(i);
    if (i == 3) asked = Loopback(asked.port);
    PlainSocket client = PlainSocket::ConnectedTo(asked, SOCK_DGRAM);
    ASSERT_TRUE(client.Send(Query(i)));
    EXPECT_EQ(client.Receive(), AnswerTo(Query(i)));
  }
}

TEST_P(WorkerTest, ALaterAnswerOfAnyLengthReachesAUdpClient) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->service().on_datagram = [worker](Datagram& datagram) {
    const size_t octets = static_cast<size_t>(datagram.query[0]) << 8 | datagram.query[1];
    worker->SendReply(datagram.Path(), Bytes(octets, 3));
  };
  running->Start();
  PlainSocket client = PlainSocket::ConnectedTo(running->endpoint(), SOCK_DGRAM);
  for (uint16_t octets : {12, 1232, 1536, 1537, 4096}) {
    ASSERT_TRUE(client.Send(Query(octets)));
    EXPECT_EQ(client.Receive(), Bytes(octets, 3));
  }
}

TEST_P(WorkerTest, TwoWorkersShareAnAddressAndEitherAnswersForTheOther) {
  auto first = Make(OnLoopback());
  ASSERT_NE(first, nullptr);
  WorkerOptions options;
  options.listen.push_back(first->endpoint());
  auto second = Make(options);
  ASSERT_NE(second, nullptr);
  for (RunningWorker* from : {first.get(), second.get()}) {
    RunningWorker* other = from == first.get() ? second.get() : first.get();
    from->service().on_datagram = [other](Datagram& datagram) {
      const ReturnPath path = datagram.Path();
      const Bytes answer = AnswerTo(Bytes(datagram.query.begin(), datagram.query.end()));
      other->Post([other, path, answer] { other->worker()->SendReply(path, answer); });
    };
  }
  first->Start();
  second->Start();
  int answered = 0;
  for (uint16_t id = 0; id < 40; ++id) {
    PlainSocket client = PlainSocket::ConnectedTo(first->endpoint(), SOCK_DGRAM);
    ASSERT_TRUE(client.Send(Query(id)));
    answered += client.Receive() == AnswerTo(Query(id));
  }
  EXPECT_EQ(answered, 40);
  EXPECT_GT(first->service().datagrams.load(), 0);
  EXPECT_GT(second->service().datagrams.load(), 0);
  // Both have stopped before either is destroyed: they post to each other.
  first->StopAndJoin();
  second->StopAndJoin();
}

TEST_P(WorkerTest, FiresTimersAndSleepsUntilThen) {
  class Wanted final : public Timer {
   public:
    explicit Wanted(Worker* worker) : worker_(worker) {}
    void OnTimer() override {
      at_us = worker_->Now().time_since_epoch().count();
      fired = true;
    }
    std::atomic<bool> fired{false};
    std::atomic<int64_t> at_us{0};

   private:
    Worker* const worker_;
  };
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  Worker* worker = running->worker();
  running->Start();
  Wanted timer(worker);
  int64_t wanted_us = 0;
  running->OnThread([&] {
    const Time at = worker->Now() + Duration(60'000);
    wanted_us = at.time_since_epoch().count();
    worker->ArmTimer(&timer, at);
  });
  const int turns_before = running->service().turns;
  ASSERT_TRUE(WaitFor([&] { return timer.fired.load(); }));
  EXPECT_GE(timer.at_us.load(), wanted_us);
  EXPECT_LT(timer.at_us.load(), wanted_us + 5'000'000);
  EXPECT_LT(running->service().turns.load() - turns_before, 20) << "spun instead of sleeping";
}

TEST_P(WorkerTest, StopsAtOnceWhileIdleAndWhenStoppedBeforeItRan) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  running->OnThread([] {});
  const auto began = std::chrono::steady_clock::now();
  running->StopAndJoin();
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(10'000));

  auto stopped_before = Make(OnLoopback());
  ASSERT_NE(stopped_before, nullptr);
  stopped_before->worker()->Stop();
  stopped_before->Start();
  stopped_before->StopAndJoin();
}

TEST_P(WorkerTest, AnIdleWorkerUsesNoProcessor) {
  auto running = Make(OnLoopback());
  ASSERT_NE(running, nullptr);
  running->Start();
  // A wake-up was written to the eventfd once; it must not be told again and again.
  running->OnThread([] {});
  std::this_thread::sleep_for(milliseconds(50));
  const int before = running->service().turns;
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_LT(running->service().turns.load() - before, 5);
}

TEST_P(WorkerTest, ItsSocketsAreGoneWhenItHasStopped) {
  for (int round = 0; round < 10; ++round) {
    auto running = Make(OnLoopback());
    ASSERT_NE(running, nullptr);
    running->Start();
    const Endpoint endpoint = running->endpoint();
    PlainSocket client = PlainSocket::ConnectedTo(endpoint, SOCK_DGRAM);
    ASSERT_TRUE(client.Send(Query(1)));
    ASSERT_TRUE(client.Receive().has_value());
    running->StopAndJoin();
    // Without SO_REUSEPORT: any socket that lingers there refuses it.
    PlainSocket successor(AF_INET, SOCK_DGRAM);
    EXPECT_TRUE(successor.Bind(endpoint)) << "round " << round;
  }
}

// It may come later.
TEST(WorkerCreationTest, AnAddressThatThisMachineLacksIsListenedOn) {
  WorkerOptions options;
  options.listen.push_back(AddressOf("192.0.2.1:5353"));
  const auto worker = Worker::Create(options, 0);
  ASSERT_TRUE(worker.ok()) << worker.status();
  EXPECT_EQ((*worker)->listening()[0], options.listen[0]);
}

TEST(WorkerCreationTest, AnAddressThatAnotherProgramHoldsIsNamed) {
  PlainSocket other(AF_INET, SOCK_DGRAM);
  ASSERT_TRUE(other.Bind(Loopback()));
  WorkerOptions options;
  options.listen.push_back(other.local());
  const auto worker = Worker::Create(options, 0);
  ASSERT_FALSE(worker.ok());
  EXPECT_NE(worker.status().message().find(other.local().ToText()), std::string::npos);
}

}  // namespace
}  // namespace tern::resolver::io
