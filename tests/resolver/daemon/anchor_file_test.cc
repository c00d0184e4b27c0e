#include "resolver/daemon/anchor_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/dnssec/anchor_state_text.h"

namespace tern::resolver::daemon {
namespace {

class AnchorFileTest : public testing::Test {
 protected:
  AnchorFileTest() {
    std::string folder = testing::TempDir() + "/anchors.XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    state_.last_good = 1'000'000;
    state_.zones.emplace_back().keys.push_back(
        {{1, 1, 3, 8, 3, 1, 0, 1}, dnssec::KeyState::kValid, 17});
  }
  ~AnchorFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/state"; }
  AnchorFile File(const std::string& path, bool is_optional = false) {
    return AnchorFile(path, is_optional, [this](LogLevel level, std::string_view line) {
      lines_.push_back((level == LogLevel::kWarning ? "warning: " : "") + std::string(line));
    });
  }
  AnchorFile File() { return File(path()); }
  std::string Content() const {
    std::ifstream in(path());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void SetContent(std::string_view text) const { std::ofstream(path()) << text; }

  std::string folder_;
  dnssec::AnchorState state_;
  std::vector<std::string> lines_;
};

TEST_F(AnchorFileTest, WhatIsWrittenIsReadAndNothingElseIsLeft) {
  File().Write(state_);
  EXPECT_EQ(File().Read(), state_);
  EXPECT_TRUE(lines_.empty());
  const auto files = std::filesystem::directory_iterator(folder_);
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(AnchorFileTest, AFileThatIsNotThereYetIsNoFault) {
  EXPECT_EQ(File().Read(), dnssec::AnchorState());
  EXPECT_TRUE(lines_.empty());
}

TEST_F(AnchorFileTest, WithoutAPathNothingIsReadOrWritten) {
  AnchorFile none = File("");
  EXPECT_EQ(none.Read(), dnssec::AnchorState());
  none.Write(state_);
  EXPECT_TRUE(lines_.empty());
}

TEST_F(AnchorFileTest, ATornFileIsAWarningAndIsReplaced) {
  const std::string whole = dnssec::WriteAnchorState(state_);
  SetContent(whole.substr(0, whole.size() / 2));
  AnchorFile file = File();
  EXPECT_EQ(file.Read(), dnssec::AnchorState());
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0], "warning: the state of the trust anchors cannot be read: " + path() +
                           ": its sum is wrong; those of the configuration are used");
  file.Write(state_);
  EXPECT_EQ(Content(), whole);
}

TEST_F(AnchorFileTest, AForeignFileIsAWarningAndIsLeftAlone) {
  SetContent("nobody:x:65534:65534\n");
  AnchorFile file = File();
  EXPECT_EQ(file.Read(), dnssec::AnchorState());
  file.Write(state_);
  EXPECT_EQ(Content(), "nobody:x:65534:65534\n");
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_NE(lines_[0].find("left alone"), std::string::npos) << lines_[0];
}

TEST_F(AnchorFileTest, AFileThatCannotBeReadIsAWarning) {
  ASSERT_EQ(mkdir(path().c_str(), 0700), 0);
  EXPECT_EQ(File().Read(), dnssec::AnchorState());
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0].rfind("warning: ", 0), 0u);
}

TEST_F(AnchorFileTest, WhatCannotBeWrittenIsOneWarningUntilItCan) {
  AnchorFile file = File(folder_ + "/missing/state");
  for (int i = 0; i < 3; ++i) file.Write(state_);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_NE(lines_[0].find("missing/state: No such file or directory"), std::string::npos)
      << lines_[0];
  ASSERT_EQ(mkdir((folder_ + "/missing").c_str(), 0700), 0);
  file.Write(state_);
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_NE(lines_[1].find("again"), std::string::npos) << lines_[1];
}

TEST_F(AnchorFileTest, AMissingFolderOfTheDefaultIsNoWarning) {
  File(folder_ + "/missing/state", /*is_optional=*/true).Write(state_);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0].rfind("the state", 0), 0u) << lines_[0];
}

TEST_F(AnchorFileTest, AStateThatSaysNothingIsNotWritten) {
  dnssec::AnchorState nothing;
  nothing.zones.emplace_back();
  File(folder_ + "/missing/state").Write(nothing);
  EXPECT_TRUE(lines_.empty());
}

TEST_F(AnchorFileTest, TheGoodTimeIsWrittenOnceAnHourAndKeysAtOnce) {
  AnchorFile file = File();
  file.Write(state_);
  const std::string first = Content();
  state_.last_good += 3599;
  file.Write(state_);
  EXPECT_EQ(Content(), first);
  state_.last_good += 1;
  file.Write(state_);
  EXPECT_NE(Content(), first);
  state_.zones[0].keys[0].state = dnssec::KeyState::kRevoked;
  file.Write(state_);
  EXPECT_EQ(File().Read(), state_);
}

}  // namespace
}  // namespace tern::resolver::daemon
