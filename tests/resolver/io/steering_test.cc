#include "resolver/io/steering.h"

#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "resolver/io/listeners.h"
#include "tests/resolver/io/running_worker.h"

namespace tern::resolver::io {
namespace {

std::vector<int> Allowed() {
  std::vector<int> processors;
  cpu_set_t set;
  EXPECT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) processors.push_back(i);
  }
  return processors;
}

// Runs `task` on a thread of its own that stays on the processor.
void OnProcessor(int processor, const std::function<void()>& task) {
  std::thread thread([&] {
    EXPECT_TRUE(RunOnProcessor(processor));
    task();
  });
  thread.join();
}

// Workers on loopback, one a processor, none of which runs yet.
class SteeringTest : public BothEngines {
 protected:
  static constexpr int kFlows = 8;  // a hash would send all to the same worker once in 128 runs
  static constexpr int kQueries = 3;

  void SetUp() override {
    BothEngines::SetUp();
    processors_ = Allowed();
    if (processors_.size() < 2) GTEST_SKIP() << "a single processor: there is nothing to choose";
  }

  void MakeWorkers(const std::vector<std::string>& listen) {
    WorkerOptions options;
    for (const std::string& text : listen) options.listen.push_back(AddressOf(text));
    options.engine = GetParam();
    options.workers = processors_.size();
    options.processors = processors_;
    const auto listeners = Listeners::Open(
        {.listen = options.listen, .workers = options.workers, .processors = processors_}, nullptr);
    ASSERT_TRUE(listeners.ok()) << listeners.status();
    options.listeners = &*listeners;
    for (size_t i = 0; i < processors_.size(); ++i) {
      auto worker = Worker::Create(options, static_cast<int>(i));
      ASSERT_TRUE(worker.ok()) << worker.status();
      workers_.push_back(std::make_unique<RunningWorker>(*std::move(worker)));
    }
  }

  void StartAll() {
    for (const auto& worker : workers_) worker->Start();
  }

  // How many queries each worker has got, when `processor` has sent its own and had the answers.
  std::vector<int> CountsAfterAsking(int processor, Endpoint server) {
    if (server.address.IsUnspecified()) server.address = Loopback().address;
    OnProcessor(processor, [&] {
      for (int flow = 0; flow < kFlows; ++flow) {
        PlainSocket client = PlainSocket::ConnectedTo(server, SOCK_DGRAM);
        for (uint16_t id = 0; id < kQueries; ++id) {
          EXPECT_TRUE(client.Send(Query(id)));
          EXPECT_EQ(client.Receive(), AnswerTo(Query(id)));
        }
      }
    });
    std::vector<int> counts;
    for (const auto& worker : workers_) counts.push_back(worker->service().datagrams.exchange(0));
    return counts;
  }

  std::vector<int> processors_;
  std::vector<std::unique_ptr<RunningWorker>> workers_;
};
TERN_BOTH_ENGINES(SteeringTest);

TEST_P(SteeringTest, AQueryGoesToTheWorkerOfTheProcessorThatSentItOnEveryAddress) {
  MakeWorkers({"127.0.0.1:0", "127.0.0.2:0", "0.0.0.0:0"});
  StartAll();
  for (size_t listener = 0; listener < 3; ++listener) {
    for (size_t i = 0; i < processors_.size(); ++i) {
      std::vector<int> expected(processors_.size(), 0);
      expected[i] = kFlows * kQueries;
      EXPECT_EQ(CountsAfterAsking(processors_[i], workers_[0]->endpoint(listener)), expected);
    }
  }
}

TEST_P(SteeringTest, AWorkerRunsOnItsProcessor) {
  MakeWorkers({"127.0.0.1:0"});
  StartAll();
  for (size_t i = 0; i < processors_.size(); ++i) {
    std::vector<int> allowed;
    workers_[i]->OnThread([&] { allowed = Allowed(); });
    EXPECT_EQ(allowed, std::vector<int>{processors_[i]});
  }
}

TEST_P(SteeringTest, WhenAWorkerIsGoneTheOthersAnswerForItsProcessor) {
  MakeWorkers({"127.0.0.1:0"});
  StartAll();
  const Endpoint server = workers_[0]->endpoint();
  workers_.erase(workers_.begin());
  // A ring's sockets leave the group a little after it: until then they take queries to themselves.
  ASSERT_TRUE(WaitFor([&] {
    bool answered = true;
    OnProcessor(processors_[0], [&] {
      PlainSocket client = PlainSocket::ConnectedTo(server, SOCK_DGRAM);
      client.SetTimeout(milliseconds(20));
      answered = client.Send(Query(1)) && client.Receive() == AnswerTo(Query(1));
    });
    return answered;
  }));
  for (const auto& worker : workers_) worker->service().datagrams = 0;
  for (const int processor : processors_) {
    int answered = 0;
    for (const int count : CountsAfterAsking(processor, server)) answered += count;
    EXPECT_EQ(answered, kFlows * kQueries);
  }
}

TEST_P(SteeringTest, SuccessorsOnTheSameAddressAreSteeredAnew) {
  MakeWorkers({"127.0.0.1:0"});
  StartAll();
  const Endpoint server = workers_[0]->endpoint();
  workers_.clear();
  ASSERT_TRUE(CheckListening(SOCK_DGRAM, server).ok());
  MakeWorkers({server.ToText()});
  StartAll();
  for (size_t i = 0; i < processors_.size(); ++i) {
    std::vector<int> expected(processors_.size(), 0);
    expected[i] = kFlows * kQueries;
    EXPECT_EQ(CountsAfterAsking(processors_[i], server), expected);
  }
}

// The kernel runs the program on a group of sockets, with the processor that it is told instead of
// its own.
class SteeringProgramTest : public ::testing::Test {
 protected:
  static constexpr int kSockets = 4;
  static constexpr int kByHash = -1;

  void SetUp() override {
    at_ = Loopback();
    for (OwnedFd& socket : group_) {
      auto fd = OpenUdpListener(at_);
      ASSERT_TRUE(fd.ok()) << fd.status();
      socket = *std::move(fd);
      at_ = LocalEndpoint(socket.get());
    }
  }

  // The place of the socket that all flows go to, or kByHash where they go to several.
  int PlaceOf(uint32_t processor, const std::vector<int>& processors) {
    std::vector<sock_filter> code = SteeringProgram(processors);
    code[0] = BPF_STMT(BPF_LD | BPF_IMM, processor);
    const sock_fprog program{static_cast<uint16_t>(code.size()), code.data()};
    EXPECT_EQ(setsockopt(group_[0].get(), SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                         sizeof(program)),
              0);
    for (int flow = 0; flow < 40; ++flow) {
      EXPECT_TRUE(PlainSocket::ConnectedTo(at_, SOCK_DGRAM).Send(Query(1)));
    }
    std::vector<int> places;
    for (int i = 0; i < kSockets; ++i) {
      uint8_t octet;
      if (recv(group_[i].get(), &octet, 1, MSG_DONTWAIT) == 1) places.push_back(i);
      while (recv(group_[i].get(), &octet, 1, MSG_DONTWAIT) == 1) continue;
    }
    return places.size() == 1 ? places[0] : kByHash;
  }

  Endpoint at_;
  OwnedFd group_[kSockets];
};

TEST_F(SteeringProgramTest, NamesThePlaceOfAProcessorAmongNeighbours) {
  for (int place = 0; place < 4; ++place) {
    EXPECT_EQ(PlaceOf(static_cast<uint32_t>(place), {0, 1, 2, 3}), place);
    EXPECT_EQ(PlaceOf(static_cast<uint32_t>(60 + place), {60, 61, 62, 63}), place);
  }
}

TEST_F(SteeringProgramTest, NamesThePlaceOfAProcessorAmongGaps) {
  const std::vector<int> processors = {2, 5, 6, 900};
  for (int place = 0; place < 4; ++place) {
    EXPECT_EQ(PlaceOf(static_cast<uint32_t>(processors[static_cast<size_t>(place)]), processors),
              place);
  }
}

TEST_F(SteeringProgramTest, LeavesOtherProcessorsToTheHash) {
  for (const uint32_t processor : {0, 1, 3, 4, 7, 899, 901}) {
    EXPECT_EQ(PlaceOf(processor, {2, 5, 6, 900}), kByHash) << processor;
  }
}

TEST_F(SteeringProgramTest, IsTakenForAsManyProcessorsAsThereCanBeWorkers) {
  std::vector<int> processors;
  for (int i = 0; i < 512; i += 2) processors.push_back(i);
  EXPECT_EQ(PlaceOf(4, processors), 2);
  EXPECT_EQ(PlaceOf(508, processors), kByHash);  // a place beyond the group
}

TEST(ChooseSteeringTest, OneWorkerAProcessorIsSteeredAndOtherNumbersAreNot) {
  const std::vector<int> processors = Allowed();
  const std::vector<Endpoint> listen = {Loopback(53)};
  EXPECT_EQ(ChooseSteering(processors.size() + 1, listen).processors, std::vector<int>{});
  EXPECT_NE(ChooseSteering(processors.size() + 1, listen).why_not, "");
  EXPECT_EQ(ChooseSteering(1, listen).processors, std::vector<int>{});
  if (processors.size() < 2) GTEST_SKIP() << "a single processor: there is nothing to choose";
  EXPECT_EQ(ChooseSteering(processors.size(), listen).why_not, "");
  EXPECT_EQ(ChooseSteering(processors.size(), listen).processors, processors);
}

// A folder as /sys/class/net is one.
class WhyPacketsGatherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "interfaces-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // A queue for each mask of RPS.
  void Add(const std::string& name, bool device, const std::string& state,
           const std::vector<std::string>& masks) {
    const auto interface = folder_ / name;
    std::filesystem::create_directories(interface / "queues" / "tx-0");
    if (device) std::filesystem::create_directories(interface / "device");
    std::ofstream(interface / "operstate") << state << "\n";
    for (size_t i = 0; i < masks.size(); ++i) {
      const auto queue = interface / "queues" / ("rx-" + std::to_string(i));
      std::filesystem::create_directories(queue);
      std::ofstream(queue / "rps_cpus") << masks[i] << "\n";
    }
    names_.push_back(name);
  }

  std::string Why(const std::vector<int>& processors) {
    return WhyPacketsGather(folder_, names_, processors);
  }

  std::filesystem::path folder_;
  std::vector<std::string> names_;
};

TEST_F(WhyPacketsGatherTest, AQueueForEachProcessorSpreads) {
  Add("lo", false, "unknown", {"0"});
  Add("eth0", true, "up", {"0", "0", "0"});
  EXPECT_EQ(Why({0, 1}), "");
  EXPECT_EQ(Why({4, 6, 9}), "");
  EXPECT_NE(Why({0, 1, 2, 3}), "");
}

TEST_F(WhyPacketsGatherTest, OneQueueSpreadsIfItHandsOnToAllProcessors) {
  Add("eth0", true, "up", {"00000001,0000000c"});
  EXPECT_EQ(Why({2, 3}), "");
  EXPECT_EQ(Why({2, 3, 32}), "");
  EXPECT_NE(Why({1, 2}), "");
  EXPECT_NE(Why({2, 64}), "");
}

TEST_F(WhyPacketsGatherTest, EveryQueueMustHandOn) {
  Add("eth0", true, "up", {"f", "0"});
  EXPECT_NE(Why({0, 1, 2}), "");
}

TEST_F(WhyPacketsGatherTest, EveryDeviceThatIsUpCounts) {
  Add("eth0", true, "up", {"0", "0"});
  Add("usb0", true, "down", {"0"});
  Add("veth7", false, "up", {"0"});
  EXPECT_EQ(Why({0, 1}), "");
  Add("eth1", true, "up", {"0"});
  EXPECT_NE(Why({0, 1}).find("eth1"), std::string::npos);
}

TEST_F(WhyPacketsGatherTest, WithoutADeviceNobodyKnows) {
  Add("lo", false, "unknown", {"0"});
  Add("eth0", false, "up", {"0", "0"});
  EXPECT_NE(Why({0, 1}), "");
}

TEST(SteeringProgramDeathTest, ProcessorsAscend) {
  const int descending[] = {3, 2};
  const int twice[] = {2, 2};
  const int ascending[] = {2, 3, 7};
  EXPECT_FALSE(SteeringProgram(ascending).empty());
  EXPECT_DEATH((void)SteeringProgram(descending), "processors");
  EXPECT_DEATH((void)SteeringProgram(twice), "processors");
}

}  // namespace
}  // namespace tern::resolver::io
