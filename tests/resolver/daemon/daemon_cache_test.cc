// What the daemon does for the file of its cache.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

  static StaticZone ForwardZone(std::string_view name) {
    StaticZone zone;
    zone.zone = cache::MakeName(name);
    zone.to = {*Endpoint::Parse("127.0.0.9", 53)};
    zone.forward = true;
    return zone;
  }

  // A process that a command has changed so leaves all but `name` to the next one.
  void ExpectLostAfter(const config::Settings& changed, std::string_view name) {
    {
      const auto daemon = Started();
      ASSERT_TRUE(daemon->Change(changed).ok());
      daemon->ForgetAgain();
      Put(daemon.get(), name);
      Put(daemon.get(), "www.kept.test");
      daemon->SaveCache(kLong);
    }
    const auto daemon = Started();
    EXPECT_TRUE(Has(daemon.get(), "www.kept.test"));
    EXPECT_FALSE(Has(daemon.get(), name));
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

// A question that began before may still store what was learnt under the old configuration.
TEST_F(DaemonCacheTest, WhatIsBeingForgottenIsNotKeptAndTheRestIs) {
  {
    const auto daemon = Started();
    settings_.static_zones = {ForwardZone("corp.test")};
    ASSERT_TRUE(daemon->Reload(settings_).ok());
    ASSERT_TRUE(daemon->forget_again_at().has_value());
    Put(daemon.get(), "www.corp.test");
    Put(daemon.get(), "www.kept.test");
    daemon->SaveCache(kLong);
  }
  const auto daemon = Started();
  EXPECT_TRUE(Has(daemon.get(), "www.kept.test"));
  EXPECT_FALSE(Has(daemon.get(), "www.corp.test"));
}

// The next process reads the file, and the file does not say what a command has changed.
TEST_F(DaemonCacheTest, AChangeByCommandCostsOnlyItsOwnNames) {
  config::Settings with_forward = settings_;
  with_forward.static_zones = {ForwardZone("corp.test")};
  for (const auto& [file, changed] :
       {std::pair(settings_, with_forward), std::pair(with_forward, settings_)}) {
    settings_ = file;
    ExpectLostAfter(changed, "www.corp.test");
  }
}

TEST_F(DaemonCacheTest, ANegativeAnchorByCommandCostsOnlyItsOwnNames) {
  settings_.dnssec.validation = Validation::kOn;
  config::Settings changed = settings_;
  changed.dnssec.negative_trust_anchors.emplace_back();
  changed.dnssec.negative_trust_anchors.back().zone = cache::MakeName("broken.test");
  ExpectLostAfter(changed, "www.broken.test");
}

// When validation is turned on, all that is cached was not validated.
TEST_F(DaemonCacheTest, WhenAllIsBeingForgottenNothingIsKept) {
  settings_.dnssec.validation = Validation::kOff;
  const auto daemon = Started();
  EXPECT_TRUE(daemon->ToKeep().has_value());
  settings_.dnssec.validation = Validation::kOn;
  ASSERT_TRUE(daemon->Reload(settings_).ok());
  EXPECT_FALSE(daemon->ToKeep().has_value());
  daemon->ForgetAgain();
  EXPECT_TRUE(daemon->ToKeep().has_value());
}

// An alias in the cache would lead to what the name was before.
TEST_F(DaemonCacheTest, ALocalNameThatWasCachedBeforeTheStartIsForgotten) {
  {
    const auto daemon = Started();
    Put(daemon.get(), "printer.home.net");
    Put(daemon.get(), "www.kept.net");
    daemon->SaveCache(kLong);
  }
  std::ofstream(folder_ + "/hosts") << "192.0.2.1 printer.home.net\n";
  settings_.local.hosts_file = folder_ + "/hosts";
  const auto daemon = Started();
  ASSERT_TRUE(daemon->forget_again_at().has_value());
  EXPECT_LE(*daemon->forget_again_at(), std::chrono::steady_clock::now());
  daemon->ForgetAgain();
  EXPECT_FALSE(Has(daemon.get(), "printer.home.net"));
  EXPECT_TRUE(Has(daemon.get(), "www.kept.net"));
}

// Signals and commands come in between.
TEST_F(DaemonCacheTest, ForgettingIsInterruptedAfterEachShard) {
  settings_.cache.memory_octets = size_t{64} << 20;
  const auto daemon = Started();
  ASSERT_GT(daemon->store().shard_count(), 1u);
  settings_.static_zones = {ForwardZone("corp.test")};
  ASSERT_TRUE(daemon->Reload(settings_).ok());
  constexpr int kNames = 100;
  for (int i = 0; i < kNames; ++i) Put(daemon.get(), "n" + std::to_string(i) + ".corp.test");
  size_t calls = 0;
  for (; daemon->forget_again_at(); ++calls) daemon->ForgetAgain(std::chrono::milliseconds(0));
  EXPECT_EQ(calls, daemon->store().shard_count() + 1);
  for (int i = 0; i < kNames; ++i) {
    EXPECT_FALSE(Has(daemon.get(), "n" + std::to_string(i) + ".corp.test"));
  }
  // The next change begins anew.
  settings_.static_zones = {ForwardZone("home.test")};
  ASSERT_TRUE(daemon->Reload(settings_).ok());
  Put(daemon.get(), "www.home.test");
  daemon->ForgetAgain();
  EXPECT_FALSE(Has(daemon.get(), "www.home.test"));
}

TEST_F(DaemonCacheTest, WithoutLocalNamesNothingIsForgottenAtTheStart) {
  {
    const auto daemon = Started();
    Put(daemon.get(), "www.kept.test");
    daemon->SaveCache(kLong);
  }
  EXPECT_FALSE(Started()->forget_again_at().has_value());
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
