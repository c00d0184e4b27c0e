#include "resolver/daemon/control_start.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "resolver/base/control_socket.h"
#include "resolver/config/config.h"

namespace tern::resolver::daemon {
namespace {

class ControlStartTest : public testing::Test {
 protected:
  ControlStartTest() {
    char name[] = "/tmp/tern-start-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/control";
  }
  ~ControlStartTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  std::string path_;
};

TEST_F(ControlStartTest, TheSocketIsForTheUserAndTheGroup) {
  const auto listener = OpenControlSocket(path_);
  ASSERT_TRUE(listener.ok()) << listener.status();
  struct stat file;
  ASSERT_EQ(stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777u, 0660u);
}

TEST_F(ControlStartTest, OneThatWasLeftIsReplacedAndALivingOneIsNot) {
  { ASSERT_TRUE(OpenControlSocket(path_).ok()); }
  const auto listener = OpenControlSocket(path_);
  ASSERT_TRUE(listener.ok()) << listener.status();
  const auto second = OpenControlSocket(path_);
  EXPECT_EQ(std::string(second.status().message()), path_ + ": another process listens there");
}

TEST_F(ControlStartTest, AFileOfSomebodyElseIsLeftAlone) {
  std::ofstream(path_) << "mine";
  EXPECT_EQ(std::string(OpenControlSocket(path_).status().message()),
            path_ + ": is there, and is not a socket");
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(ControlStartTest, AnotherSocketThanTheDefaultMustBeThere) {
  config::Settings settings = config::DefaultSettings();
  settings.control.socket = folder_ + "/no/control";
  settings.places_in_file["control.socket"] = "tern.yaml:3:20";
  EXPECT_EQ(
      std::string(StartControl(settings, {}).status().message()),
      "tern.yaml:3:20: control.socket: " + settings.control.socket + ": No such file or directory");
}

// deploy/examples/tern.yaml has every key with its default.
TEST_F(ControlStartTest, TheDefaultIsTheSameWhenItIsWrittenOut) {
  const std::filesystem::path folder = std::filesystem::path(kControlSocket).parent_path();
  if (std::filesystem::exists(folder)) GTEST_SKIP() << "this machine has a ternd";
  config::Settings settings = config::DefaultSettings();
  for (const bool is_written : {false, true}) {
    if (is_written) settings.places_in_file["control.socket"] = "tern.yaml:3:20";
    const auto without = StartControl(settings, {});
    ASSERT_TRUE(without.ok()) << without.status();
    EXPECT_EQ(*without, nullptr);
  }
}

}  // namespace
}  // namespace tern::resolver::daemon
