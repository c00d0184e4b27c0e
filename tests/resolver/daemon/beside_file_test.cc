#include "resolver/daemon/beside_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace tern::resolver::daemon {
namespace {

std::span<const uint8_t> OctetsOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

class BesideFileTest : public testing::Test {
 protected:
  BesideFileTest() {
    std::string folder = testing::TempDir() + "/beside.XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder + "/file";
  }
  ~BesideFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  ptrdiff_t Files() const {
    return std::distance(std::filesystem::directory_iterator(folder_), {});
  }

  std::string folder_;
  std::string path_;
};

TEST_F(BesideFileTest, TheOldFileStaysUntilTheNewOneIsInItsPlace) {
  std::ofstream(path_) << "old";
  {
    const io::OwnedFd fd = MakeBeside(path_, 0600);
    ASSERT_GE(fd.get(), 0);
    EXPECT_EQ(WriteAll(fd.get(), OctetsOf("new")), 0);
    EXPECT_EQ(Content(), "old");
  }
  EXPECT_EQ(PutInPlace(path_, true), 0);
  EXPECT_EQ(Content(), "new");
  EXPECT_EQ(Files(), 1);
}

TEST_F(BesideFileTest, WhatAnEarlierProcessLeftIsRemoved) {
  std::filesystem::create_symlink(folder_ + "/elsewhere", path_ + ".new");
  EXPECT_EQ(ReplaceFile(path_, OctetsOf("new"), 0600), 0);
  EXPECT_EQ(Content(), "new");
  EXPECT_EQ(Files(), 1);
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(BesideFileTest, AFailureLeavesNothingBehind) {
  std::filesystem::create_directory(path_);
  EXPECT_NE(ReplaceFile(path_, OctetsOf("new"), 0600), 0);
  EXPECT_EQ(Files(), 1);
  EXPECT_EQ(ReplaceFile(folder_ + "/none/file", OctetsOf("new"), 0600), ENOENT);
}

TEST_F(BesideFileTest, EachPathHasAFolder) {
  EXPECT_EQ(FolderOf("/var/cache/tern/cache"), "/var/cache/tern");
  EXPECT_EQ(FolderOf("/cache"), "/");
  EXPECT_EQ(FolderOf("cache"), ".");
}

}  // namespace
}  // namespace tern::resolver::daemon
