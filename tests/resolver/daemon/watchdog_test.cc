#include "resolver/daemon/watchdog.h"

#include <unistd.h>

#include <atomic>
#include <string>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "resolver/daemon/daemon.h"
#include "wire/parse_presentation.h"

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
  int FedWithin(milliseconds time) {
    const Watchdog watchdog(Duties(), milliseconds(20));
    std::this_thread::sleep_for(time);
    return fed;
  }
};

TEST(WatchdogTest, IsFedAgainAndAgainWhileAllIsWell) {
  WatchdogParts parts;
  EXPECT_GE(parts.FedWithin(milliseconds(300)), 3);
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
  config::Settings settings = config::DefaultSettings();
  settings.listen = {*Endpoint::Parse("0.0.0.0", 0)};
  settings.listen_is_default = false;
  settings.workers = 2;
  settings.http.listen.clear();
  settings.cache.memory_octets = size_t{8} << 20;
  settings.resolution.root_hints = {
      {*wire::ParseName("root.test."), {*IpAddress::Parse("127.0.0.1")}}};
  auto daemon = Daemon::Start(settings, [](const absl::Status&) {});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_TRUE(AnswersItself((*daemon)->listening()[0]));
  std::atomic<int> fed = 0;
  {
    const Watchdog watchdog((*daemon)->DutiesOfWatchdog([&fed] { ++fed; }), milliseconds(50));
    for (int i = 0; i < 250 && fed == 0; ++i) std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_GT(fed, 0);
  const Endpoint listener = (*daemon)->listening()[0];
  daemon->reset();
  EXPECT_FALSE(AnswersItself(listener));
}

}  // namespace
}  // namespace tern::resolver::daemon
