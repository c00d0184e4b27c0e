#include "resolver/daemon/cache_saver.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::milliseconds;

class CacheSaverTest : public testing::Test {
 protected:
  CacheSaverTest() : store_({.memory_octets = cache::kStoreOctetsMin}) {
    std::string folder = testing::TempDir() + "/saver.XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    file_.emplace(path(), [](LogLevel, std::string_view) {});
  }
  ~CacheSaverTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/cache"; }
  CacheSaver::Options Every(Duration every) {
    return {.every = every, .threads = 2, .read_clocks = [] {
              return CacheMoment{cache::Instant(100), 1'700'000'000};
            }};
  }
  bool IsThere() const { return std::filesystem::exists(path()); }
  bool ComesSoon() const {
    for (int i = 0; i < 1000 && !IsThere(); ++i) std::this_thread::sleep_for(milliseconds(10));
    return IsThere();
  }
  LogSink ToLog() {
    return [this](LogLevel, std::string_view line) { log_ += std::string(line) + "\n"; };
  }

  std::string folder_;
  cache::Store store_;
  std::optional<CacheFile> file_;
  std::string log_;
};

TEST_F(CacheSaverTest, SavesAgainAndAgain) {
  CacheSaver saver(&*file_, &store_, Every(milliseconds(20)));
  saver.SetFacts(1);
  ASSERT_TRUE(ComesSoon());
  std::filesystem::remove(path());
  EXPECT_TRUE(ComesSoon());
}

TEST_F(CacheSaverTest, SavesOnlyAtTheEndIfThatIsWanted) {
  CacheSaver saver(&*file_, &store_, Every(Duration(0)));
  saver.SetFacts(1);
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(IsThere());
  saver.SaveLast(milliseconds(10'000), ToLog());
  EXPECT_TRUE(IsThere());
  EXPECT_TRUE(log_.starts_with("cache written to " + path() + " in "));
}

TEST_F(CacheSaverTest, WhatMustNotBeKeptIsNotSaved) {
  CacheSaver saver(&*file_, &store_, Every(milliseconds(20)));
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_FALSE(IsThere());
  saver.SetFacts(1);
  ASSERT_TRUE(ComesSoon());
  saver.SetFacts(std::nullopt);
  std::this_thread::sleep_for(milliseconds(100));
  std::filesystem::remove(path());
  std::this_thread::sleep_for(milliseconds(100));
  saver.SaveLast(milliseconds(10'000), ToLog());
  EXPECT_FALSE(IsThere());
  EXPECT_EQ(log_, "");
}

TEST_F(CacheSaverTest, FileStaysWhenTheTimeIsUp) {
  CacheSaver saver(&*file_, &store_, Every(Duration(0)));
  saver.SetFacts(1);
  saver.SaveLast(milliseconds(0), ToLog());
  EXPECT_FALSE(IsThere());
  EXPECT_EQ(log_, "the cache could not be written within 0 ms; " + path() +
                      " stays as it was written last\n");
}

}  // namespace
}  // namespace tern::resolver::daemon
