#include "resolver/daemon/cache_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cache/snapshot.h"
#include "gtest/gtest.h"
#include "tests/cache/entry_making.h"

namespace tern::resolver::daemon {
namespace {

using cache::KeySpace;
using cache::MakeName;
using cache::Store;
using wire::RRType;

constexpr CacheMoment kSavedAt{cache::Instant(70'000), 1'700'000'000};
constexpr uint64_t kFacts = 5;
constexpr uint32_t kTtl = 300;

bool GoesOn() { return true; }

class CacheFileTest : public testing::Test {
 protected:
  CacheFileTest() {
    std::string folder = testing::TempDir() + "/cache.XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    full_ = MakeStore();
    cache::OwnedEntry entry =
        cache::MakeRRset(MakeName("secure.test"), "\1\2\3\4", {.ttl = kTtl, .now = kSavedAt.now});
    cache::Stamp(entry.writable().data(), cache::Security::kSecure, kTtl, kSavedAt.now);
    EXPECT_EQ(full_->Put(entry.bytes(), kSavedAt.now), cache::PutOutcome::kStored);
  }
  ~CacheFileTest() override { std::filesystem::remove_all(folder_); }

  static std::unique_ptr<Store> MakeStore() {
    return std::make_unique<Store>(cache::StoreOptions{.memory_octets = cache::kStoreOctetsMin});
  }
  std::string path() const { return folder_ + "/cache"; }
  std::string key_path() const { return path() + ".key"; }
  CacheFile File(const std::string& path) {
    return CacheFile(path, [this](LogLevel level, std::string_view line) {
      log_ += (level == LogLevel::kWarning ? "warning: " : "") + std::string(line) + "\n";
    });
  }
  CacheFile File() { return File(path()); }
  CacheFile::Saved Save() {
    return File().Save({.moment = kSavedAt, .what = {.facts = kFacts}}, &GoesOn, full_.get());
  }
  // A later process, whose clock is at another place. The default: a minute later.
  struct Later {
    int64_t seconds = 60;
    uint64_t facts = kFacts;
    bool time_unsure = false;
    uint32_t max_stale = 86'400;
  };
  static constexpr cache::Instant kLaterNow{900'000};
  void Read(const Later& later) {
    store_ = MakeStore();
    log_.clear();
    File().Read({.moment = {kLaterNow, kSavedAt.wall_seconds + later.seconds},
                 .time_unsure = later.time_unsure,
                 .facts = later.facts,
                 .max_stale = later.max_stale,
                 .ttl = {}},
                store_.get());
  }
  void Read() { Read({}); }
  bool IsCold() const { return store_->Statistics().entries == 0; }
  bool LogHas(std::string_view text) const { return log_.find(text) != std::string::npos; }

  std::string folder_;
  std::unique_ptr<Store> full_;
  std::unique_ptr<Store> store_;
  std::string log_;
};

TEST_F(CacheFileTest, SecureAnswerIsSecureAfterARestart) {
  EXPECT_EQ(Save(), CacheFile::Saved::kWhole);
  EXPECT_EQ(log_, "");
  Read();
  const cache::EntryView entry = store_->Find(MakeName("secure.test"), KeySpace::kData, RRType::kA);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry.security(), cache::Security::kSecure);
  EXPECT_EQ(entry.Remaining(kLaterNow), kTtl - 60);
  EXPECT_TRUE(log_.starts_with("cache read from " + path() + ": 1 entries, 0 MiB, in "));
}

TEST_F(CacheFileTest, OnlyItsOwnerMayReadWhatIsWritten) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  const auto files = std::filesystem::directory_iterator(folder_);
  EXPECT_EQ(std::distance(begin(files), end(files)), 2);
  for (const std::string& file : {path(), key_path()}) {
    struct stat status;
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << file;
  }
}

TEST_F(CacheFileTest, WithoutAFileTheStartIsNoFault) {
  Read();
  EXPECT_TRUE(IsCold());
  EXPECT_EQ(log_, "the cache starts empty: there is no " + path() + " yet\n");
}

TEST_F(CacheFileTest, FileThatOthersCanWriteIsRefused) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  for (const mode_t mode : {0620, 0602}) {
    ASSERT_EQ(chmod(path().c_str(), mode), 0);
    Read();
    EXPECT_TRUE(IsCold());
    EXPECT_TRUE(LogHas("warning: the cache starts empty: " + path() + ": others may write it"));
  }
}

TEST_F(CacheFileTest, FileOfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  ASSERT_EQ(chown(path().c_str(), 65534, 65534), 0);
  Read();
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("it belongs to another user"));
}

TEST_F(CacheFileTest, FileWithoutItsKeyIsRefused) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  ASSERT_EQ(chmod(key_path().c_str(), 0640), 0);
  Read();
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("cache.key: others may read or write it"));
  ASSERT_EQ(unlink(key_path().c_str()), 0);
  Read();
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("cache.key: No such file"));
  std::ofstream(key_path()) << "short";
  ASSERT_EQ(chmod(key_path().c_str(), 0600), 0);
  Read();
  EXPECT_TRUE(LogHas("it has no key"));
}

// A file of another installation, or one that was changed.
TEST_F(CacheFileTest, FileOfAnotherKeyIsRefused) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  const std::string kept = folder_ + "/kept";
  std::filesystem::copy(path(), kept);
  ASSERT_EQ(unlink(key_path().c_str()), 0);
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  std::filesystem::rename(kept, path());
  Read();
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("it was not written with this key, or was changed since"));
}

TEST_F(CacheFileTest, LinksPipesAndFoldersAreRefused) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  std::filesystem::rename(path(), folder_ + "/elsewhere");
  std::filesystem::create_symlink(folder_ + "/elsewhere", path());
  Read();
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("warning: the cache starts empty"));
  ASSERT_EQ(unlink(path().c_str()), 0);
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  Read();
  EXPECT_TRUE(LogHas("it is no regular file"));
  ASSERT_EQ(unlink(path().c_str()), 0);
  std::filesystem::create_directory(path());
  Read();
  EXPECT_TRUE(LogHas("it is no regular file"));
}

TEST_F(CacheFileTest, OtherFactsAndWrongClocksLetItStartEmpty) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  Read({.facts = kFacts + 1});
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("the configuration asks other servers or trusts other keys"));
  Read({.time_unsure = true});
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("the clock is wrong"));
  Read({.seconds = -60});
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("it is from the future"));
  Read({.seconds = -kKeptCacheBackwardsSecondsMax});
  EXPECT_FALSE(IsCold());
}

TEST_F(CacheFileTest, WhatIsTooOldIsNotKept) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  Read({.seconds = kTtl + 100, .max_stale = 100});
  EXPECT_FALSE(IsCold());  // a stale answer
  Read({.seconds = kTtl + 101, .max_stale = 100});
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("0 entries, 0 MiB, in "));
  EXPECT_TRUE(LogHas("; 1 more are too old"));
  Read({.seconds = int64_t{1} << 40});
  EXPECT_TRUE(IsCold());
}

TEST_F(CacheFileTest, DamagedFileIsReadAsFarAsItIsSound) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  ASSERT_EQ(truncate(path().c_str(), cache::kSnapshotHeaderOctets + 20), 0);
  Read();
  EXPECT_TRUE(IsCold());
  EXPECT_TRUE(LogHas("warning: cache read from " + path() + ": 0 entries"));
  EXPECT_TRUE(LogHas("; 1 blocks are damaged"));
  ASSERT_EQ(truncate(path().c_str(), 20), 0);
  Read();
  EXPECT_TRUE(LogHas("it is no cache, or was not finished"));
}

TEST_F(CacheFileTest, SaveThatIsStoppedLeavesTheOldFile) {
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  full_->Erase(MakeName("secure.test"), KeySpace::kData, RRType::kA);
  const auto stops = [] { return false; };
  EXPECT_EQ(File().Save({.moment = kSavedAt, .what = {.facts = kFacts}}, stops, full_.get()),
            CacheFile::Saved::kStopped);
  const auto files = std::filesystem::directory_iterator(folder_);
  EXPECT_EQ(std::distance(begin(files), end(files)), 2);
  Read();
  EXPECT_FALSE(IsCold());
}

TEST_F(CacheFileTest, FailureIsToldOnceAndAgainWhenItIsOver) {
  CacheFile file = File(folder_ + "/none/cache");
  const auto save = [&] {
    return file.Save({.moment = kSavedAt, .what = {.facts = kFacts}}, &GoesOn, full_.get());
  };
  EXPECT_EQ(save(), CacheFile::Saved::kFailed);
  EXPECT_EQ(save(), CacheFile::Saved::kFailed);
  EXPECT_EQ(log_, "warning: the cache cannot be kept: " + folder_ +
                      "/none/cache.key: No such file or directory\n");
  log_.clear();
  std::filesystem::create_directory(folder_ + "/none");
  EXPECT_EQ(save(), CacheFile::Saved::kWhole);
  EXPECT_EQ(log_, "the cache is kept again\n");
}

// What an earlier process left when it was killed does not stand in the way.
TEST_F(CacheFileTest, UnfinishedFileOfAnEarlierProcessIsReplaced) {
  std::ofstream(path() + ".new") << "half";
  EXPECT_EQ(Save(), CacheFile::Saved::kWhole);
  Read();
  EXPECT_FALSE(IsCold());
}

TEST_F(CacheFileTest, AFolderThatIsMissingIsToldAtTheStart) {
  store_ = MakeStore();
  CacheFile file = File(folder_ + "/none/cache");
  file.Read({.moment = kSavedAt, .ttl = {}}, store_.get());
  EXPECT_EQ(log_, "warning: the cache cannot be kept: the folder " + folder_ +
                      "/none: No such file or directory\nthe cache starts empty: there is no " +
                      folder_ + "/none/cache yet\n");
  log_.clear();
  EXPECT_EQ(file.Save({.moment = kSavedAt, .what = {.facts = kFacts}}, &GoesOn, full_.get()),
            CacheFile::Saved::kFailed);
  EXPECT_EQ(log_, "");
}

// It may be the key of a web server.
TEST_F(CacheFileTest, AFileThatIsNoKeyIsLeftAlone) {
  for (const std::string_view content : {"seventeen octets.", "fifteen octets."}) {
    std::ofstream(key_path()) << content;
    ASSERT_EQ(chmod(key_path().c_str(), 0600), 0);
    EXPECT_EQ(Save(), CacheFile::Saved::kFailed);
    std::ifstream key(key_path());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(key), {}), content);
    EXPECT_TRUE(LogHas("cache.key: it is there, and is no key of a cache"));
    ASSERT_EQ(unlink(key_path().c_str()), 0);
  }
  std::filesystem::create_symlink("elsewhere", key_path());
  EXPECT_EQ(Save(), CacheFile::Saved::kFailed);
  EXPECT_TRUE(std::filesystem::is_symlink(key_path()));
}

TEST_F(CacheFileTest, AKeyThatOthersMayKnowIsReplaced) {
  std::ofstream(key_path()) << "sixteen octets..";
  ASSERT_EQ(chmod(key_path().c_str(), 0644), 0);
  EXPECT_EQ(Save(), CacheFile::Saved::kWhole);
  std::ifstream key(key_path());
  EXPECT_NE(std::string(std::istreambuf_iterator<char>(key), {}), "sixteen octets..");
}

TEST_F(CacheFileTest, RemovesItsFile) {
  File().Remove();
  EXPECT_EQ(log_, "");
  ASSERT_EQ(Save(), CacheFile::Saved::kWhole);
  File().Remove();
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_TRUE(std::filesystem::exists(key_path()));
  EXPECT_EQ(log_, "");
  std::filesystem::create_directory(path());
  File().Remove();
  EXPECT_TRUE(LogHas("warning: what was flushed may come back after a restart"));
}

}  // namespace
}  // namespace tern::resolver::daemon
