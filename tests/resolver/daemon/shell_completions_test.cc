#include "tests/resolver/daemon/shell_completions.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "resolver/daemon/daemon_options.h"
#include "resolver/tool/tern_program.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {
namespace {

std::filesystem::path Deploy(std::string_view file) {
  return std::filesystem::path(TERN_EXAMPLE_CONFIG).parent_path().parent_path() / file;
}

std::string Contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void ExpectFile(std::string_view file, const std::string& expected) {
  const std::filesystem::path path = Deploy(file);
  if (std::getenv("TERN_WRITE_COMPLETIONS") != nullptr) std::ofstream(path) << expected;
  EXPECT_EQ(Contents(path), expected) << path << ": see shell_completions.h";
}

// What bash offers at the end of `words`, one a line.
std::string Offered(const std::string& program, const std::string& words) {
  const std::string script =
      "source " + Deploy("completions/" + program + ".bash").string() + "; COMP_WORDS=(" + words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _" + program + "; echo \"${COMPREPLY[*]}\"";
  std::FILE* const pipe = popen(("bash -c '" + script + "'").c_str(), "r");
  std::string offered;
  for (int c; pipe != nullptr && (c = std::fgetc(pipe)) != EOF;) offered += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0);
  if (offered.ends_with('\n')) offered.pop_back();
  return offered;
}

TEST(ShellCompletionsTest, FilesAreWhatTheDescriptionsSay) {
  ExpectFile("completions/tern.bash", BashCompletions(tool::TernProgram()));
  ExpectFile("completions/_tern", ZshCompletions(tool::TernProgram()));
  ExpectFile("completions/ternd.bash", BashCompletions(TerndProgram()));
  ExpectFile("completions/_ternd", ZshCompletions(TerndProgram()));
}

TEST(ShellCompletionsTest, BashOffersCommandsOptionsAndTypes) {
  EXPECT_EQ(Offered("tern", "tern l"), "local log lookup");
  EXPECT_EQ(Offered("tern", "tern --v"), "--version");
  EXPECT_EQ(Offered("tern", "tern m"), "mail");
  EXPECT_EQ(Offered("tern", "tern mail --c"), "--check-lists");
  EXPECT_EQ(Offered("tern", "tern mail example.com b"), "");
  EXPECT_EQ(Offered("tern", "tern doctor mail --l"), "--list");
  EXPECT_EQ(Offered("tern", "tern lookup --t"), "--tcp --trace --timeout");
  EXPECT_EQ(Offered("tern", "tern lookup A"), "");
  EXPECT_EQ(Offered("tern", "tern lookup example.com CN"), "CNAME");
  EXPECT_EQ(Offered("tern", "tern lookup example.com --server A"), "");
}

TEST(ShellCompletionsTest, BashOffersFilesWhereOneIsExpected) {
  const std::string file = Deploy("completions/ternd.bash").string();
  const std::string start = file.substr(0, file.size() - 3);
  EXPECT_EQ(Offered("ternd", "ternd --config " + start), file);
  EXPECT_EQ(Offered("ternd", "ternd --config = " + start), file);
  EXPECT_EQ(Offered("ternd", "ternd --ch"), "--check");
  EXPECT_EQ(Offered("ternd", "ternd --config x --v"), "--version");
}

TEST(ShellCompletionsTest, NestedCommandsAreOfferedWordByWord) {
  const Program program = {.name = "p",
                           .commands = {{.name = "cache flush"}, {.name = "cache dump"}}};
  const std::string bash = BashCompletions(program);
  EXPECT_NE(bash.find("'  ')\n      mapfile -t COMPREPLY < <(compgen -W 'cache -h"),
            std::string::npos);
  EXPECT_NE(bash.find("' cache ')\n      mapfile -t COMPREPLY < <(compgen -W 'dump flush'"),
            std::string::npos)
      << bash;
  EXPECT_NE(ZshCompletions(program).find("' cache flush '*)\n    shift 2 words"),
            std::string::npos);
}

TEST(ShellCompletionsTest, OfferedTypesAreRecordTypes) {
  for (const Command& command : tool::TernProgram().commands) {
    for (const CommandWord& word : command.words) {
      if (word.name != "TYPE") continue;
      for (const std::string_view choice : word.choices) {
        EXPECT_TRUE(wire::ParseType(choice)) << choice;
      }
    }
  }
}

// `--server` as a manual page writes it: `\-\-server`.
std::string InManual(std::string_view option) {
  std::string text;
  for (const char c : option) text += c == '-' ? std::string("\\-") : std::string(1, c);
  return text;
}

void ExpectOptionsInManual(const Program& program, std::string_view file) {
  const std::string manual = Contents(Deploy(file));
  for (const Command& command : program.commands) {
    for (const CommandOption& option : command.options) {
      EXPECT_NE(manual.find(InManual(option.name)), std::string::npos)
          << file << " has no " << option.name;
    }
  }
}

TEST(ManualPageTest, NamesEveryOption) {
  ExpectOptionsInManual(tool::TernProgram(), "man/tern.1");
  ExpectOptionsInManual(TerndProgram(), "man/ternd.8");
}

}  // namespace
}  // namespace tern::resolver::daemon
