// What the daemon does for the file of its cache.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "gtest/gtest.h"
#include "resolver/base/time.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/forgetting.h"
#include "resolver/io/sockets.h"
#include "tests/cache/entry_making.h"
#include "tests/resolver/daemon/loopback_settings.h"

namespace tern::resolver::daemon {
namespace {

constexpr std::chrono::seconds kLong(20);

class DaemonCacheTest : public testing::Test {
 protected:
  DaemonCacheTest() : settings_(LoopbackSettings()) {
    std::string folder = testing::TempDir() + "/daemon-cache.XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    settings_.cache_file.path = folder_ + "/cache";
  }
  ~DaemonCacheTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Daemon> Started() const {
    auto daemon =
        Daemon::Start(settings_, [](const absl::Status& status) { ADD_FAILURE() << status; });
    EXPECT_TRUE(daemon.ok()) << daemon.status();
    return daemon.ok() ? *std::move(daemon) : nullptr;
  }
  static void Put(Daemon* daemon, std::string_view name) {
    const cache::Instant now = StoreInstant(io::ReadMonotonicClock());
    const cache::OwnedEntry entry =
        cache::MakeRRset(cache::MakeName(name), "\1\2\3\4", {.ttl = 3600, .now = now});
    ASSERT_EQ(daemon->store().Put(entry.bytes(), now), cache::PutOutcome::kStored);
  }
  static bool Has(Daemon* daemon, std::string_view name) {
    const auto reader = daemon->store().Register();
    return bool(
        daemon->store().Find(cache::MakeName(name), cache::KeySpace::kData, wire::RRType::kA));
  }

  // As a command does it.
  static void Flush(Daemon* daemon, std::string_view domain) {
    const control::FlushWish wish{.name = cache::MakeName(domain), .below = true};
    EXPECT_TRUE(Forget(wish, daemon->FlushesFrom()).ok());
    daemon->OnFlushed();
  }

  std::string folder_;
  config::Settings settings_;
};

TEST_F(DaemonCacheTest, AFlushedNameDoesNotComeBackAfterACrash) {
  {
    const auto daemon = Started();
    Put(daemon.get(), "www.flushed.test");
    Put(daemon.get(), "www.kept.test");
    daemon->SaveCache(kLong);
  }
  {
    const auto daemon = Started();
    EXPECT_TRUE(Has(daemon.get(), "www.flushed.test") && Has(daemon.get(), "www.kept.test"));
    Flush(daemon.get(), "flushed.test");
    EXPECT_TRUE(Has(daemon.get(), "www.kept.test"));
    // It ends without a last save.
  }
  {
    const auto daemon = Started();
    EXPECT_FALSE(Has(daemon.get(), "www.flushed.test"));
  }
}

TEST_F(DaemonCacheTest, AFlushedNameDoesNotComeBackAfterAStop) {
  {
    const auto daemon = Started();
    Put(daemon.get(), "www.flushed.test");
    Put(daemon.get(), "www.kept.test");
    daemon->SaveCache(kLong);
  }
  {
    const auto daemon = Started();
    Flush(daemon.get(), "flushed.test");
    daemon->SaveCache(kLong);
  }
  {
    const auto daemon = Started();
    EXPECT_FALSE(Has(daemon.get(), "www.flushed.test"));
    EXPECT_TRUE(Has(daemon.get(), "www.kept.test"));
  }
}

// The probe of a load balancer is told as soon as possible.
TEST_F(DaemonCacheTest, WhileItIsSavedALastTimeNoNewQueriesShouldCome) {
  const auto daemon = Started();
  EXPECT_FALSE(daemon->state().draining());
  daemon->SaveCache(kLong);
  EXPECT_TRUE(daemon->state().draining());
}

}  // namespace
}  // namespace tern::resolver::daemon
