#include "resolver/daemon/file_doubts.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/cleanup/cleanup.h"
#include "resolver/base/control_socket.h"
#include "resolver/config/config.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

using Lines = std::vector<std::string>;

constexpr uid_t kNobody = 65534;

class FileDoubtsTest : public testing::Test {
 protected:
  FileDoubtsTest() {
    std::string folder = "/tmp/tern-doubts-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  ~FileDoubtsTest() override { std::filesystem::remove_all(folder_); }

  static Lines DoubtsOfFile(const std::string& yaml) {
    const auto settings = config::ParseConfig(yaml, "/etc/tern.yaml");
    EXPECT_TRUE(settings.ok()) << settings.status();
    return settings.ok() ? FileDoubts(*settings) : Lines();
  }

  std::string folder_;
};

TEST_F(FileDoubtsTest, AFolderThatIsMissingIsNamedWithItsKey) {
  const std::string no = folder_ + "/no";
  const std::string yaml =
      Concat("control: {socket: ", no, "/s}\nquery_log: {file: ", no, "/q}\ndnstap: {file: ", no,
             "/d}\ncache: {file: ", no, "/c}\ndnssec: {state_file: ", no, "/a}\n");
  const auto line = [&](std::string_view place, std::string_view key, std::string_view file) {
    return Concat("/etc/tern.yaml:", place, ": ", key,
                  ": expected a file in a folder that is there, found ", no, "/", file, ": ", no,
                  ": No such file or directory; ",
                  key == "control.socket" ? "if that is so at the start, ternd does not start"
                                          : "ternd starts all the same, and writes nothing there");
  };
  EXPECT_EQ(DoubtsOfFile(yaml),
            (Lines{line("1:19", "control.socket", "s"), line("2:19", "query_log.file", "q"),
                   line("3:16", "dnstap.file", "d"), line("4:15", "cache.file", "c"),
                   line("5:22", "dnssec.state_file", "a")}));
  std::filesystem::create_directory(no);
  EXPECT_EQ(DoubtsOfFile(yaml), Lines());
}

TEST_F(FileDoubtsTest, WhatIsNoFolderAndWhatIsOneIsSaid) {
  std::ofstream(folder_ + "/file") << "x";
  EXPECT_EQ(
      DoubtsOfFile("cache: {file: " + folder_ + "/file/c}"),
      Lines{"/etc/tern.yaml:1:15: cache.file: expected a file in a folder that is there, found " +
            folder_ + "/file/c: " + folder_ +
            "/file: Not a directory; ternd starts all the same, and writes nothing there"});
  EXPECT_EQ(DoubtsOfFile("query_log: {file: " + folder_ + "}"),
            Lines{"/etc/tern.yaml:1:19: query_log.file: expected a file, found the folder " +
                  folder_ + "; ternd starts all the same, and writes nothing there"});
}

TEST_F(FileDoubtsTest, WhatThisUserMayNotWriteIsSaidWithTheUser) {
  std::ofstream(folder_ + "/log") << "x";
  std::ofstream(folder_ + "/open") << "x";
  ASSERT_EQ(chmod((folder_ + "/log").c_str(), 0444), 0);
  ASSERT_EQ(chmod((folder_ + "/open").c_str(), 0666), 0);
  ASSERT_EQ(chmod(folder_.c_str(), 0555), 0);
  const uid_t before = geteuid();
  if (before == 0) {
    ASSERT_EQ(seteuid(kNobody), 0);  // root may always
  }
  const absl::Cleanup back = [&] { (void)seteuid(before); };
  const std::string expected =
      Concat("expected a place where user ", geteuid(), " may write, found ", folder_);
  for (const std::string yaml : {"cache: {file: $/open}", "query_log: {file: $/new}",
                                 "query_log: {file: $/log}", "dnstap: {file: $/open}"}) {
    std::string text = yaml;
    const Lines doubts = DoubtsOfFile(text.replace(text.find('$'), 1, folder_));
    ASSERT_EQ(doubts.size(), 1u) << yaml;
    EXPECT_NE(doubts[0].find(expected), std::string::npos) << doubts[0];
    EXPECT_NE(doubts[0].find(": Permission denied; "), std::string::npos) << doubts[0];
  }
  // A file that is there is appended to.
  EXPECT_EQ(DoubtsOfFile("query_log: {file: " + folder_ + "/open}"), Lines());
}

TEST_F(FileDoubtsTest, WhatIsNotWrittenIsNotDoubted) {
  EXPECT_EQ(FileDoubts(config::DefaultSettings()), Lines());
  EXPECT_EQ(
      DoubtsOfFile(Concat("control: {socket: ", kControlSocket, "}\nquery_log: {file: stderr}\n",
                          "dnstap: {file: /dev/null}\ncache: {file: \"\"}\n")),
      Lines());
  EXPECT_EQ(DoubtsOfFile("dnssec: {validation: false, state_file: /no/such/folder}"), Lines());
}

}  // namespace
}  // namespace tern::resolver::daemon
