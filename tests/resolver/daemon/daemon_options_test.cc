#include "resolver/daemon/daemon_options.h"

#include <vector>

#include "gtest/gtest.h"
#include "resolver/base/version.h"

namespace tern::resolver::daemon {
namespace {

absl::StatusOr<DaemonOptions> Parse(std::vector<std::string> words) {
  return ParseDaemonOptions(words);
}

std::string ErrorOf(std::vector<std::string> words) {
  return std::string(Parse(std::move(words)).status().message());
}

TEST(DaemonOptionsTest, WithoutWordsTheDefaultsHold) {
  const auto options = Parse({});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->config, "");
  EXPECT_FALSE(options->check || options->version || options->help);
}

TEST(DaemonOptionsTest, ReadsEveryOption) {
  EXPECT_EQ(Parse({"--config", "a.yaml"})->config, "a.yaml");
  EXPECT_EQ(Parse({"--config=b.yaml", "--check"})->config, "b.yaml");
  EXPECT_TRUE(Parse({"--check", "--config", "a"})->check);
  EXPECT_TRUE(Parse({"--version"})->version);
  EXPECT_TRUE(Parse({"--help"})->help);
  EXPECT_TRUE(Parse({"-h"})->help);
}

TEST(DaemonOptionsTest, SaysWhatIsWrong) {
  EXPECT_EQ(ErrorOf({"--config"}), "--config: expected the path of a file");
  EXPECT_EQ(ErrorOf({"--config="}), "--config: expected the path of a file");
  EXPECT_EQ(ErrorOf({"--config", "a", "--config", "b"}), "--config: expected once");
  EXPECT_EQ(ErrorOf({"--verbose"}), "unknown option \"--verbose\"");
  const std::string hint = "; a configuration is given as --config FILE";
  EXPECT_EQ(ErrorOf({"tern.yaml"}), "unknown option \"tern.yaml\"" + hint);
  EXPECT_EQ(ErrorOf({"--check", "tern.yaml"}), "unknown option \"tern.yaml\"" + hint);
  EXPECT_EQ(ErrorOf({"-c", "tern.yaml"}), "unknown option \"-c\"" + hint);
}

TEST(VersionTest, IsTheBuildsOwn) { EXPECT_EQ(kVersion, TERN_PROJECT_VERSION); }

}  // namespace
}  // namespace tern::resolver::daemon
