#include "tests/resolver/daemon/manual_page.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "resolver/tool/tern_program.h"

namespace tern::resolver::daemon {
namespace {

TEST(ManualPageTest, ThePageHasAllCommandsAndOptions) {
  const auto path =
      std::filesystem::path(TERN_EXAMPLE_CONFIG).parent_path().parent_path() / "man/tern.1";
  std::ostringstream read;
  read << std::ifstream(path).rdbuf();
  const std::string page = read.str();
  const std::string expected =
      WithPart(WithPart(page, "synopsis", ManualSynopsis(tool::TernProgram())), "options",
               ManualOptions(tool::TernProgram()));
  ASSERT_NE(expected, "") << path << " has no marks";
  if (std::getenv("TERN_WRITE_COMPLETIONS") != nullptr) std::ofstream(path) << expected;
  EXPECT_EQ(page, expected) << path << ": see manual_page.h";
}

TEST(ManualPageTest, WordsAndOptionsAreEscapedForRoff) {
  const Program program = {
      .name = "p",
      .commands = {{.name = "do it",
                    .meaning = "does a\\b",
                    .words = {{.name = "NAME", .meaning = ".x", .may_be_missing = true}},
                    .options = {{.name = "--to-do", .value = "N", .meaning = "how often"}}}}};
  EXPECT_EQ(ManualSynopsis(program),
            "\\fBp do it\\fR [\\fINAME\\fR]\n[\\fB\\-\\-to\\-do\\fR \\fIN\\fR]\n.br\n"
            "\\fBp\\fR \\fB\\-\\-version\\fR | \\fB\\-\\-help\\fR\n");
  EXPECT_EQ(ManualOptions(program),
            ".SS p do it\nDoes a\\eb.\n.TP\n\\fINAME\\fR\n\\&.x.\n"
            ".TP\n\\fB\\-\\-to\\-do\\fR \\fIN\\fR\nHow often.\n");
}

}  // namespace
}  // namespace tern::resolver::daemon
