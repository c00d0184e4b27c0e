#include "resolver/daemon/watchdog.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/daemon/daemon.h"
#include "resolver/io/sockets.h"
#include "tests/resolver/daemon/loopback_settings.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::milliseconds;

struct WatchdogParts {
  std::atomic<int> fed = 0;
  size_t workers = 2;
  size_t turning = 2;
  bool answers = true;

  Watchdog::Duties Duties() {
    return {[this](const std::function<void()>& on_turn) {
              for (size_t i = 0; i < turning; ++i) on_turn();
            },
            workers, [this] { return answers; }, [this] { ++fed; }};
  }
  // Until it is fed that often.
  int FedWithin(milliseconds time, int wanted = 1) {
    const Watchdog watchdog(Duties(), milliseconds(20));
    const auto end = std::chrono::steady_clock::now() + time;
    while (fed < wanted && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    return fed;
  }
};

// One call waits for less than a machine may stand still.
bool OneCallIsAnswered(const std::vector<Endpoint>& listeners) {
  for (int i = 0; i < 5; ++i) {
    if (AnswersItself(listeners)) return true;
  }
  return false;
}

TEST(WatchdogTest, IsFedAgainAndAgainWhileAllIsWell) {
  WatchdogParts parts;
  EXPECT_GE(parts.FedWithin(milliseconds(20'000), 3), 3);
}

TEST(WatchdogTest, IsNotFedWhenAWorkerIsStuck) {
  WatchdogParts parts;
  parts.turning = 1;
  EXPECT_EQ(parts.FedWithin(milliseconds(200)), 0);
}

TEST(WatchdogTest, IsNotFedWhenNobodyAnswers) {
  WatchdogParts parts;
  parts.answers = false;
  EXPECT_EQ(parts.FedWithin(milliseconds(200)), 0);
}

TEST(WatchdogTest, TheSupervisorSaysHowOften) {
  EXPECT_EQ(WatchdogInterval("30000000", nullptr), milliseconds(15'000));
  EXPECT_EQ(WatchdogInterval("30000000", std::to_string(getpid()).c_str()), milliseconds(15'000));
  EXPECT_EQ(WatchdogInterval("30000000", "1"), std::nullopt);
  EXPECT_EQ(WatchdogInterval(nullptr, nullptr), std::nullopt);
  EXPECT_EQ(WatchdogInterval("", nullptr), std::nullopt);
  EXPECT_EQ(WatchdogInterval("-5", nullptr), std::nullopt);
}

TEST(WatchdogTest, ADaemonAnswersItselfAndItsWorkersTurn) {
  config::Settings settings = LoopbackSettings();
  settings.listen = {*Endpoint::Parse("0.0.0.0", 0)};
  auto daemon = Daemon::Start(settings, [](const absl::Status&) {});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_TRUE(OneCallIsAnswered((*daemon)->listening()));
  std::atomic<int> fed = 0;
  {
    const Watchdog watchdog((*daemon)->DutiesOfWatchdog([&fed] { ++fed; }), milliseconds(50));
    for (int i = 0; i < 1000 && fed == 0; ++i) std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_GT(fed, 0);
  const std::vector<Endpoint> listeners = (*daemon)->listening();
  daemon->reset();
  EXPECT_FALSE(AnswersItself(listeners));
}

// A name server on loopback that answers only if `answers` says so.
class FakeServer {
 public:
  explicit FakeServer(std::function<bool(uint16_t port)> answers)
      : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), answers_(std::move(answers)) {
    sockaddr_storage address;
    socklen_t size = Endpoint{*IpAddress::Parse("127.0.0.1"), 0}.ToSockaddr(&address);
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(fd_.get(), at, size), 0);
    EXPECT_EQ(getsockname(fd_.get(), at, &size), 0);
    endpoint_ = Endpoint::FromSockaddr(at);
    thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
  }

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  void Run(const std::stop_token& stop) {
    const timeval pause = {.tv_sec = 0, .tv_usec = 10'000};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    while (!stop.stop_requested()) {
      uint8_t message[512];
      sockaddr_storage peer;
      socklen_t size = sizeof peer;
      auto* const from = reinterpret_cast<sockaddr*>(&peer);
      const ssize_t octets = recvfrom(fd_.get(), message, sizeof message, 0, from, &size);
      if (octets < 12 || !answers_(Endpoint::FromSockaddr(from).port)) continue;
      message[2] |= 0x80;
      sendto(fd_.get(), message, static_cast<size_t>(octets), 0, from, size);
    }
  }

  io::OwnedFd fd_;
  std::function<bool(uint16_t port)> answers_;
  Endpoint endpoint_;
  std::jthread thread_;  // the last member, because it uses the others
};

TEST(WatchdogTest, OneListenerThatAnswersIsEnough) {
  const FakeServer silent([](uint16_t) { return false; });
  const FakeServer good([](uint16_t) { return true; });
  EXPECT_TRUE(OneCallIsAnswered({silent.endpoint(), good.endpoint()}));
  EXPECT_FALSE(AnswersItself(std::vector{silent.endpoint(), silent.endpoint()}));
}

// A service that is to be restarted for an address that may come tomorrow would never run.
TEST(WatchdogTest, AListenerWhoseAddressTheMachineLacksIsNoFault) {
  const FakeServer silent([](uint16_t) { return false; });
  const FakeServer good([](uint16_t) { return true; });
  const Endpoint missing = *Endpoint::Parse("192.0.2.77", 53);
  EXPECT_TRUE(AnswersItself(std::vector{missing}));
  EXPECT_TRUE(OneCallIsAnswered({missing, good.endpoint()}));
  EXPECT_FALSE(AnswersItself(std::vector{missing, silent.endpoint()}));
}

// The kernel chooses a worker by the ports. So the same ones would meet the same worker again.
TEST(WatchdogTest, EachTryIsFromAnotherPort) {
  bool is_answered = false;
  for (int i = 0; i < 5 && !is_answered; ++i) {
    std::set<uint16_t> ports;  // of one call
    const FakeServer second_only([&](uint16_t port) {
      ports.insert(port);
      return ports.size() > 1;
    });
    is_answered = AnswersItself(std::vector{second_only.endpoint()});
  }
  EXPECT_TRUE(is_answered);
}

TEST(WatchdogTest, AnswersToClientsAreProofToo) {
  uint64_t answered = 0;
  int asked = 0;
  bool answers = true;
  AnswerProof proof([&] { return answered; },
                    [&] {
                      ++asked;
                      if (answers) ++answered;
                      return answers;
                    });
  EXPECT_TRUE(proof.IsThere());
  EXPECT_EQ(asked, 1);
  answers = false;
  EXPECT_FALSE(proof.IsThere());  // its own answer is old
  answered += 7;
  EXPECT_TRUE(proof.IsThere());
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(proof.IsThere());
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace tern::resolver::daemon
