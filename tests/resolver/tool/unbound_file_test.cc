#include "resolver/tool/unbound_file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

// `clause/number name=value|value;` for each option.
std::string TextOf(const std::vector<UnboundOption>& options) {
  std::string text;
  for (const UnboundOption& option : options) {
    text +=
        option.clause.name + "/" + std::to_string(option.clause.number) + " " + option.name + "=";
    for (const std::string& value : option.values) text += value + "|";
    text += ";";
  }
  return text;
}

std::string Read(std::string_view text) {
  const auto options = ReadUnboundText(text, "u");
  return options.ok() ? TextOf(*options) : std::string(options.status().message());
}

class UnboundFileTest : public testing::Test {
 protected:
  UnboundFileTest() : folder_(std::filesystem::path(testing::TempDir()) / "unbound_file_test") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "d");
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  std::string ReadMain() {
    const auto options = ReadUnboundFile((folder_ / "main").string());
    if (options.ok()) return TextOf(*options);
    return std::string(options.status().message());
  }
  std::filesystem::path folder_;
};

TEST(UnboundTextTest, AnOptionHasItsClauseAndItsValues) {
  EXPECT_EQ(Read("server:\n\tport: 53 # text\n  access-control: 10.0.0.0/8 allow\n#a: b\n"
                 "forward-zone:\n name: \".\"\nforward-zone:\n name: 'a b'\n"),
            "server/1 port=53|;server/1 access-control=10.0.0.0/8|allow|;"
            "forward-zone/2 name=.|;forward-zone/3 name=a b|;");
}

TEST(UnboundTextTest, ManyMayStandOnOneLineAndAValueOnTheNext) {
  EXPECT_EQ(Read("server: verbosity: 1 port:\r\n  5\r\n"),
            "server/1 verbosity=1|;server/1 port=5|;");
  EXPECT_EQ(Read("server:\nlocal-data: \"a.example. A 192.0.2.1\"\nforward-addr: 192.0.2.1@5#n"),
            "server/1 local-data=a.example. A 192.0.2.1|;server/1 forward-addr=192.0.2.1@5#n|;");
}

TEST(UnboundTextTest, AMistakeHasItsLine) {
  EXPECT_EQ(Read("server:\n\nword\n"), "u:3: expected an option, found \"word\"");
  EXPECT_EQ(Read("server:\n a: \"b\n"), "u:2: expected a closing quote");
}

TEST_F(UnboundFileTest, ReadsWhatItIncludes) {
  Write("main", "server:\n include: \"" + (folder_ / "own").string() +
                    "\"\n port: 1\ninclude-toplevel: \"d/*.conf\"\nforward-zone:\n name: z\n");
  Write("own", "a: b\nstub-zone:\n name: s\n");
  Write("d/1.conf", "server:\n c: d\n");
  Write("d/2.conf", "forward-zone:\n name: y\n");
  EXPECT_EQ(ReadMain(),
            "server/1 a=b|;stub-zone/3 name=s|;server/1 port=1|;server/4 c=d|;"
            "forward-zone/5 name=y|;forward-zone/2 name=z|;");
}

TEST_F(UnboundFileTest, AFileThatIsMissingOrIncludesItselfIsAnError) {
  Write("main", "server:\n include: d/none\n");
  EXPECT_EQ(ReadMain(), (folder_ / "main").string() + ":2: no file \"d/none\"");
  Write("main", "include: main\n");
  EXPECT_EQ(ReadMain(), (folder_ / "main").string() +
                            ": too many files that include others; does one include itself?");
  Write("main", "include: d/*.none\n");
  EXPECT_EQ(ReadMain(), "");
}

}  // namespace
}  // namespace tern::resolver::tool
