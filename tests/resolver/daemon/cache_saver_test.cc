#include "resolver/daemon/cache_saver.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>

#include "gtest/gtest.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::milliseconds;

const CacheToKeep kAll{.facts = 1};

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
    return {.every = every,
            .threads = 2,
            .read_clocks = [this] { return ReadClocks(); },
            .log =
                [this](LogLevel, std::string_view line) {
                  const std::lock_guard guard(lock_);
                  log_ += std::string(line) + "\n";
                },
            .on_saved =
                [this](bool saved) {
                  const std::lock_guard guard(lock_);
                  results_ += saved ? "saved " : "failed ";
                }};
  }
  bool IsThere() const { return std::filesystem::exists(path()); }
  bool ComesSoon() const {
    for (int i = 0; i < 1000 && !IsThere(); ++i) std::this_thread::sleep_for(milliseconds(10));
    return IsThere();
  }
  std::string log() {
    const std::lock_guard guard(lock_);
    return log_;
  }
  bool LogHasSoon(std::string_view text) {
    for (int i = 0; i < 1000 && log().find(text) == std::string::npos; ++i) {
      std::this_thread::sleep_for(milliseconds(10));
    }
    return log().find(text) != std::string::npos;
  }
  // A save begins with it.
  CacheMoment ReadClocks() {
    if (on_save_) on_save_(saves_++);
    return {cache::Instant(100), 1'700'000'000};
  }

  std::string folder_;
  cache::Store store_;
  std::optional<CacheFile> file_;
  std::mutex lock_;
  std::string log_;
  std::string results_;
  std::function<void(int number)> on_save_;
  int saves_ = 0;
};

TEST_F(CacheSaverTest, SavesAgainAndAgain) {
  CacheSaver saver(&*file_, &store_, Every(milliseconds(20)));
  saver.Keep(kAll);
  ASSERT_TRUE(ComesSoon());
  std::filesystem::remove(path());
  EXPECT_TRUE(ComesSoon());
}

TEST_F(CacheSaverTest, SavesOnlyAtTheEndIfThatIsWanted) {
  CacheSaver saver(&*file_, &store_, Every(Duration(0)));
  saver.Keep(kAll);
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(IsThere());
  saver.SaveLast(milliseconds(10'000));
  EXPECT_TRUE(IsThere());
  EXPECT_TRUE(log().starts_with("cache written to " + path() + " in "));
}

TEST_F(CacheSaverTest, WhatMustNotBeKeptIsNotSaved) {
  CacheSaver saver(&*file_, &store_, Every(milliseconds(20)));
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_FALSE(IsThere());
  saver.Keep(kAll);
  ASSERT_TRUE(ComesSoon());
  saver.Keep(std::nullopt);
  file_->Remove();  // a save that is under way does not bring it back
  std::this_thread::sleep_for(milliseconds(100));
  saver.SaveLast(milliseconds(10'000));
  EXPECT_FALSE(IsThere());
  EXPECT_EQ(log(),
            "the cache is not written: all of it is being forgotten, or the clock is wrong\n");
}

TEST_F(CacheSaverTest, FileStaysWhenTheTimeIsUp) {
  CacheSaver saver(&*file_, &store_, Every(Duration(0)));
  saver.Keep(kAll);
  saver.SaveLast(milliseconds(0));
  EXPECT_FALSE(IsThere());
  EXPECT_EQ(results_, "");
  EXPECT_EQ(log(), "the cache could not be written within 0 ms; " + path() +
                       " stays as it was written last\n");
}

// The save has begun before the flush, so it may have the flushed name.
TEST_F(CacheSaverTest, AFlushRemovesTheFileAndGivesUpASave) {
  std::ofstream(path()) << "with the flushed name";
  std::atomic<bool> has_begun = false;
  std::atomic<bool> is_flushed = false;
  std::atomic<bool> was_there = true;
  std::atomic<bool> has_ended = false;
  on_save_ = [&](int number) {
    if (number == 0) {
      has_begun = true;
      while (!is_flushed) std::this_thread::yield();
    } else if (number == 1) {
      was_there = IsThere();
      has_ended = true;
    }
  };
  CacheSaver saver(&*file_, &store_, Every(milliseconds(20)));
  saver.Keep(kAll);
  while (!has_begun) std::this_thread::yield();
  saver.OnFlush();
  EXPECT_FALSE(IsThere());
  is_flushed = true;
  while (!has_ended) std::this_thread::yield();
  EXPECT_FALSE(was_there);
  EXPECT_TRUE(ComesSoon());
}

TEST_F(CacheSaverTest, WhatALackOfMemoryOrThreadsPreventsIsSavedLater) {
  on_save_ = [](int number) {
    if (number == 0) throw std::bad_alloc();
    if (number == 1) throw std::system_error(EAGAIN, std::generic_category());
  };
  CacheSaver saver(&*file_, &store_, Every(milliseconds(20)));
  saver.Keep(kAll);
  EXPECT_TRUE(LogHasSoon("the cache could not be written: out of memory\n"));
  EXPECT_TRUE(LogHasSoon("the cache could not be written: no thread could be started\n"));
  EXPECT_TRUE(ComesSoon());
  saver.SaveLast(milliseconds(10'000));
  EXPECT_TRUE(results_.starts_with("failed failed saved ")) << results_;
}

TEST_F(CacheSaverTest, TheEndComesWithoutMemoryToo) {
  on_save_ = [](int) { throw std::bad_alloc(); };
  CacheSaver saver(&*file_, &store_, Every(Duration(0)));
  saver.Keep(kAll);
  saver.SaveLast(milliseconds(10'000));
  EXPECT_FALSE(IsThere());
  EXPECT_EQ(log(), "the cache could not be written: out of memory\n");
}

}  // namespace
}  // namespace tern::resolver::daemon
