#include "resolver/base/text_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace tern::resolver {
namespace {

std::string PathOf(const char* name) {
  return (std::filesystem::path(testing::TempDir()) / name).string();
}

TEST(TextFileTest, ReadsTheWholeFile) {
  const std::string path = PathOf("text_file_whole");
  const std::string text(200'000, 'x');
  std::ofstream(path) << text;
  EXPECT_EQ(*ReadTextFile(path, text.size()), text);
  std::filesystem::remove(path);
}

TEST(TextFileTest, RefusesAFileOverTheBound) {
  const std::string path = PathOf("text_file_bound");
  std::ofstream(path) << "12345";
  EXPECT_TRUE(ReadTextFile(path, 5).ok());
  const auto text = ReadTextFile(path, 4);
  EXPECT_EQ(std::string(text.status().message()), path + ": expected at most 4 octets");
  std::filesystem::remove(path);
}

TEST(TextFileTest, NamesThePathOfAMissingFile) {
  const std::string path = PathOf("text_file_missing");
  const auto text = ReadTextFile(path, 100);
  EXPECT_EQ(std::string(text.status().message()), path + ": No such file or directory");
}

TEST(TextFileTest, DoesNotWaitForAPipeNorReadADevice) {
  const std::string path = PathOf("text_file_pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(std::string(ReadTextFile(path, 100).status().message()),
            path + ": expected a regular file");
  std::filesystem::remove(path);
  EXPECT_FALSE(ReadTextFile("/dev/zero", 100).ok());
  EXPECT_FALSE(ReadTextFile(testing::TempDir(), 100).ok());
}

}  // namespace
}  // namespace tern::resolver
