#include "tests/resolver/config/documents.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "resolver/config/keys.h"

namespace tern::resolver::config {
namespace {

std::string ReadDocument(std::string_view path) {
  std::ifstream file(std::string(TERN_DEPLOY) + "/" + std::string(path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(DocumentsTest, AreWhatTheTableOfKeysSays) {
  for (const Document& document : kDocuments) {
    const std::string present = ReadDocument(document.path);
    EXPECT_TRUE(document.text(present) == present)
        << "deploy/" << document.path << " is not what resolver/config/keys.cc says. Build "
        << "tern_config_documents, and run it in the project's folder: "
        << "build/tern_config_documents deploy";
  }
}

TEST(DocumentsTest, LinesAreShort) {
  for (const std::string& text : {ExampleFile(), ManualPage(ReadDocument(kManualPath))}) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120u) << line;
  }
}

TEST(DocumentsTest, TheManualPageHasEveryKeyOnce) {
  const std::string page = ManualPage(ReadDocument(kManualPath));
  for (const KeySpec& key : Keys()) {
    if (key.value.kind == KeyKind::kMap) continue;
    const std::string tag = ".TP\n.B " + std::string(key.path) + "\n";
    EXPECT_NE(page.find(tag), std::string::npos) << key.path;
    EXPECT_EQ(page.find(tag), page.rfind(tag)) << key.path;
  }
}

TEST(DocumentsTest, TheManualPageKeepsWhatStandsAroundTheKeys) {
  const std::string page = ManualPage(".TH A\n.SH KEYS\nold\n.SH EXAMPLE\nsample\n");
  EXPECT_TRUE(page.starts_with(".TH A\n.SH KEYS\n.\\\" Made from"));
  EXPECT_TRUE(page.ends_with("\n.SH EXAMPLE\nsample\n"));
  EXPECT_EQ(page.find("\nold\n"), std::string::npos);
  EXPECT_EQ(ManualPage(".TH A\n"), "");
}

TEST(DocumentsTest, TheManualPageSaysWhatAKeyTakes) {
  const std::string page = ManualPage(".SH KEYS\n.SH EXAMPLE\n");
  EXPECT_NE(page.find(".B resolution.limits.tries\n"), std::string::npos);
  EXPECT_NE(page.find("A number from 1 to 3. The default is \\fB3\\fR."), std::string::npos);
}

// Written by hand: what SIGHUP cannot change.
TEST(DocumentsTest, TheManualPageOfTheDaemonNamesTheFixedKeys) {
  const std::string page = ReadDocument("man/ternd.8");
  for (const KeySpec& key : Keys()) {
    if (key.fixed == nullptr) continue;
    EXPECT_NE(page.find(key.path), std::string::npos) << key.path;
  }
}

}  // namespace
}  // namespace tern::resolver::config
