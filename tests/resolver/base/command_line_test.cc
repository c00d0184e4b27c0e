#include "resolver/base/command_line.h"

#include "gtest/gtest.h"

namespace tern::resolver {
namespace {

const Program& CacheProgram() {
  static const Program program = {
      .name = "prog",
      .purpose = "Does what a test wants.",
      .commands = {{.name = "ask",
                    .meaning = "asks",
                    .words = {{.name = "NAME", .meaning = "what to ask for"},
                              {.name = "TYPE", .meaning = "A", .may_be_missing = true}},
                    .options = {{.name = "--server", .value = "ADDRESS", .meaning = "whom to ask"},
                                {.name = "--tcp", .meaning = "over TCP"}}},
                   {.name = "cache flush", .meaning = "empties the cache"}},
      .notes = "The end.\n"};
  return program;
}

Command Nameless() {
  return {.name = "",
          .options = {{.name = "--config", .value = "FILE", .expected = "the path of a file"},
                      {.name = "--check"}}};
}

// The views in what is read stay good as long as these words live.
using Words = std::vector<std::string>;

std::string ErrorOf(const Command& command, const Words& words) {
  return std::string(ReadCommand(command, words).status().message());
}

std::string NameOf(const Words& words, size_t expected_taken) {
  size_t taken = 0;
  const Command* const command = FindCommand(CacheProgram(), words, &taken);
  if (command == nullptr) return "none";
  EXPECT_EQ(taken, expected_taken);
  return std::string(command->name);
}

TEST(CommandLineTest, FindsCommandsOfOneWordAndOfSeveral) {
  EXPECT_EQ(NameOf({"ask", "x"}, 1), "ask");
  EXPECT_EQ(NameOf({"cache", "flush", "x"}, 2), "cache flush");
  EXPECT_EQ(NameOf({"cache"}, 0), "none");
  EXPECT_EQ(NameOf({"cache", "x"}, 0), "none");
  EXPECT_EQ(NameOf({"as"}, 0), "none");
  EXPECT_EQ(NameOf({}, 0), "none");
}

TEST(CommandLineTest, TheLastWordMayRepeat) {
  const Program program = {
      .name = "prog",
      .commands = {
          {.name = "list",
           .words = {{.name = "A"}, {.name = "B", .may_be_missing = true, .may_repeat = true}}}}};
  const Words words = {"a", "b", "c", "d"};
  const auto read = ReadCommand(program.commands[0], words);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->words, (std::vector<std::string_view>{"a", "b", "c", "d"}));
  EXPECT_NE(HelpText(program).find("usage: prog list A [B...]\n"), std::string::npos)
      << HelpText(program);
}

TEST(CommandLineTest, ReadsOptionsAndWordsInAnyOrder) {
  const Words words = {"--tcp", "a", "--server=x=y", "B"};
  const auto read = ReadCommand(CacheProgram().commands[0], words);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->words, (std::vector<std::string_view>{"a", "B"}));
  EXPECT_TRUE(read->Has("--tcp"));
  EXPECT_EQ(read->Value("--server"), "x=y");
  EXPECT_EQ(read->Value("--config"), std::nullopt);
  EXPECT_FALSE(read->help || read->version);
}

TEST(CommandLineTest, TheNextWordIsAValueWhateverItIs) {
  const Words words = {"--server", "--tcp", "--server", "z"};
  const auto read = ReadCommand(CacheProgram().commands[0], words);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->Has("--tcp"));
  EXPECT_EQ(read->Count("--server"), 2u);
  EXPECT_EQ(read->Value("--server"), "z");
}

TEST(CommandLineTest, NothingIsAnOptionBehindTwoDashesAndADashAloneIsNone) {
  const Words words = {"-", "--", "--tcp"};
  const auto read = ReadCommand(CacheProgram().commands[0], words);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->words, (std::vector<std::string_view>{"-", "--tcp"}));
  EXPECT_FALSE(read->Has("--tcp"));
}

TEST(CommandLineTest, HelpEndsTheReading) {
  for (const char* help : {"--help", "-h"}) {
    const Words words = {"a", help, "--nonsense"};
    const auto read = ReadCommand(CacheProgram().commands[0], words);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(read->help);
  }
  EXPECT_EQ(ErrorOf(CacheProgram().commands[0], {"--nonsense", "--help"}),
            "unknown option \"--nonsense\"");
}

TEST(CommandLineTest, VersionBelongsToProgramsWithoutCommands) {
  const Words words = {"--version"};
  EXPECT_TRUE(ReadCommand(Nameless(), words)->version);
  EXPECT_EQ(ErrorOf(CacheProgram().commands[0], words), "unknown option \"--version\"");
}

TEST(CommandLineTest, SaysWhatIsWrong) {
  const Command& ask = CacheProgram().commands[0];
  EXPECT_EQ(ErrorOf(ask, {"a", "B", "c"}), "unexpected word \"c\"");
  EXPECT_EQ(ErrorOf(ask, {"--serve=x"}), "unknown option \"--serve\"; did you mean --server?");
  EXPECT_EQ(ErrorOf(ask, {"--server"}), "--server: expected a value");
  EXPECT_EQ(ErrorOf(ask, {"--tcp=1"}), "--tcp: expected no value");
  EXPECT_EQ(ErrorOf(ask, {"--help=1"}), "--help: expected no value");
  EXPECT_EQ(ErrorOf(Nameless(), {"--config"}), "--config: expected the path of a file");
  EXPECT_EQ(ErrorOf(Nameless(), {"x\x1b"}), "unknown option \"x\\x1b\"");
}

TEST(CommandLineTest, HelpHasUsageAndMeanings) {
  EXPECT_EQ(HelpText(CacheProgram()),
            "usage: prog ask NAME [TYPE] [--server ADDRESS] [--tcp]\n"
            "       prog cache flush\n"
            "       prog --version | --help\n"
            "\n"
            "Does what a test wants.\n"
            "\n"
            "prog ask: asks\n"
            "  NAME              what to ask for\n"
            "  TYPE              A\n"
            "  --server ADDRESS  whom to ask\n"
            "  --tcp             over TCP\n"
            "\n"
            "prog cache flush: empties the cache\n"
            "\n"
            "The end.\n");
}

TEST(CommandLineTest, HelpIsEightyColumnsWide) {
  const std::string many =
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
  Command command = {.name = "go", .options = {{.name = "--far", .meaning = many}}};
  for (int i = 0; i < 20; ++i) command.words.push_back({.name = "WORD", .meaning = "x"});
  const std::string text = HelpText({.name = "p", .commands = {command}});
  size_t start = 0;
  for (size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    EXPECT_LE(end - start, 80u) << text.substr(start, end - start);
  }
  EXPECT_NE(text.find("\n         fourteen\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n            WORD"), std::string::npos) << text;
}

}  // namespace
}  // namespace tern::resolver
