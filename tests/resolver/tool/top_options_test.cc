#include "resolver/tool/top_options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "resolver/tool/control_commands.h"

namespace tern::resolver::tool {
namespace {

using std::chrono::milliseconds;

absl::StatusOr<TopOptions> Parsed(std::vector<std::string> words) {
  return ParseTopOptions(*FindControlCommand("top"), words);
}

std::string Refused(std::vector<std::string> words) {
  return std::string(Parsed(std::move(words)).status().message());
}

TEST(TopOptionsTest, ByDefaultItLooksEveryTwoSeconds) {
  const auto options = Parsed({});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->every, milliseconds(2000));
  EXPECT_FALSE(options->times);
  EXPECT_FALSE(options->control.json);
  EXPECT_EQ(options->control.request, "{\"verb\":\"top\"}\n");
  EXPECT_TRUE(Parsed({"--help"})->control.help);
}

TEST(TopOptionsTest, TimeAndNumberCanBeGiven) {
  const auto options = Parsed({"--every", "500ms", "--times=3", "--json", "--socket", "/x"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->every, milliseconds(500));
  EXPECT_EQ(options->times, 3u);
  EXPECT_TRUE(options->control.json);
  EXPECT_EQ(options->control.socket, "/x");
}

TEST(TopOptionsTest, WhatCannotBeIsRefused) {
  for (const char* every : {"0s", "99ms", "2", "", "-1s", "61m", "soon"}) {
    EXPECT_TRUE(Refused({"--every", every}).starts_with("--every: expected a duration from 100ms "))
        << every;
  }
  for (const char* times : {"0", "-1", "", "1.5", "many", "99999999999999999999"}) {
    EXPECT_TRUE(Refused({"--times", times}).starts_with("--times: expected a number from 1 on"))
        << times;
  }
  EXPECT_NE(Refused({"now"}), "");
  EXPECT_EQ(Refused({"--every", "100ms", "--times", "1"}), "");
  EXPECT_EQ(Refused({"--every", "1h"}), "");
}

}  // namespace
}  // namespace tern::resolver::tool
