#include "resolver/tool/config_check.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace tern::resolver::tool {
namespace {

TEST(ConfigCheckTest, TakesAFileOrTheOneOfTheUnit) {
  EXPECT_EQ(ParseCheckOptions({})->file, "/etc/tern/tern.yaml");
  const std::vector<std::string> words = {"a.yaml", "--json"};
  EXPECT_EQ(ParseCheckOptions(words)->file, "a.yaml");
  EXPECT_TRUE(ParseCheckOptions(words)->json);
  const std::vector<std::string> none = {""};
  EXPECT_FALSE(ParseCheckOptions(none).ok());
}

TEST(ConfigCheckTest, ReadsTheLinesOfTheLogWithAndWithoutATime) {
  const CheckReport report = ReadCheck(
      "2026-01-01T00:00:00Z error: a.yaml:2:1: x: unknown key\n"
      "2026-01-01T00:00:00Z warning: doubtful \x1b\nerror: more\nsomething else",
      1);
  EXPECT_EQ(report.exit, CheckExit::kMistakes);
  EXPECT_EQ(report.errors, (std::vector<std::string>{"a.yaml:2:1: x: unknown key", "more"}));
  EXPECT_EQ(report.warnings, std::vector<std::string>{"doubtful \\x1b"});
  EXPECT_EQ(CheckText({.file = "a.yaml"}, report),
            "a.yaml:2:1: x: unknown key\nmore\nwarning: doubtful \\x1b\n");
  EXPECT_EQ(CheckJson({.file = "a.yaml"}, report),
            "{\"ok\":false,\"result\":{\"file\":\"a.yaml\",\"errors\":[\"a.yaml:2:1: x: unknown "
            "key\",\"more\"],\"warnings\":[\"doubtful \\\\x1b\"]}}\n");
  EXPECT_EQ(CheckText({.file = "a.yaml"}, ReadCheck("", 0)), "a.yaml: good\n");
  EXPECT_EQ(ReadCheck("", -1).errors.size(), 1u);
}

TEST(ConfigCheckTest, RunsTheFirstProgramThatIsThere) {
  const std::string program = testing::TempDir() + "/ternd";
  std::ofstream(program) << "#!/bin/sh\nprintf '%s\\n' \"error: $*\" >&2\nexit 1\n";
  ASSERT_EQ(chmod(program.c_str(), 0755), 0);
  const CheckReport report = CheckConfiguration({"/nonexistent/ternd", program}, "a b.yaml");
  EXPECT_EQ(report.exit, CheckExit::kMistakes);
  EXPECT_EQ(report.errors, std::vector<std::string>{"--check --config a b.yaml"});
  std::ofstream(program) << "#!/bin/sh\nyes error: x | head -c 3000000 >&2\n";
  EXPECT_LE(CheckConfiguration({program}, "a").errors.size(), kCheckOctetsMax / 9 + 1);
  unlink(program.c_str());
  EXPECT_EQ(CheckConfiguration({program}, "a").exit, CheckExit::kNoProgram);
  EXPECT_EQ(PlacesOfTernd("/x/bin").front(), "/x/bin/ternd");
}

}  // namespace
}  // namespace tern::resolver::tool
