#include "resolver/config/yaml_tree.h"

#include <string>

#include "gtest/gtest.h"

namespace tern::resolver::config {
namespace {

using Kind = ConfigNode::Kind;

ConfigNode Tree(std::string_view yaml) {
  auto root = ReadYamlTree(yaml, "a.yaml");
  EXPECT_TRUE(root.ok()) << root.status();
  return root.ok() ? *root : ConfigNode();
}

std::string TreeError(std::string_view yaml) {
  const auto root = ReadYamlTree(yaml, "a.yaml");
  return root.ok() ? "no error" : std::string(root.status().message());
}

std::string At(Position position) { return PlaceInFile("", position); }

TEST(YamlTreeTest, AnEmptyFileIsNothing) {
  for (const char* yaml : {"", "\n", "# a comment\n", "---\n"}) {
    EXPECT_EQ(Tree(yaml).kind, Kind::kNothing) << yaml;
  }
}

TEST(YamlTreeTest, EveryValueKnowsItsKindAndPlace) {
  const ConfigNode root = Tree("a: text\nb: [1, \"2\"]\nc:\n  d: {}\n");
  ASSERT_EQ(root.kind, Kind::kMap);
  ASSERT_EQ(root.children.size(), 3u);
  const ConfigNode& a = root.children[0];
  EXPECT_EQ(a.key, "a");
  EXPECT_EQ(a.kind, Kind::kScalar);
  EXPECT_EQ(a.text, "text");
  EXPECT_EQ(At(a.key_position), ":1:1");
  EXPECT_EQ(At(a.position), ":1:4");
  const ConfigNode& b = root.children[1];
  ASSERT_EQ(b.kind, Kind::kList);
  ASSERT_EQ(b.children.size(), 2u);
  EXPECT_EQ(At(b.children[1].position), ":2:8");
  const ConfigNode& c = root.children[2];
  ASSERT_EQ(c.kind, Kind::kMap);
  EXPECT_EQ(c.children[0].kind, Kind::kMap);
  EXPECT_EQ(At(c.children[0].position), ":4:6");
}

TEST(YamlTreeTest, QuotesMakeText) {
  const ConfigNode root = Tree("[1, \"1\", '1', plain words]");
  ASSERT_EQ(root.children.size(), 4u);
  EXPECT_FALSE(root.children[0].quoted);
  EXPECT_TRUE(root.children[1].quoted);
  EXPECT_TRUE(root.children[2].quoted);
  EXPECT_FALSE(root.children[3].quoted);
  EXPECT_EQ(root.children[3].text, "plain words");
}

TEST(YamlTreeTest, AKeyWithoutAValueStandsAtTheKey) {
  const ConfigNode root = Tree("a:\n\n\nb: 1\n");
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[0].kind, Kind::kNothing);
  EXPECT_EQ(At(root.children[0].position), ":1:1");
}

TEST(YamlTreeTest, AKeyThatStandsTwiceIsLeftToTheReader) {
  const ConfigNode root = Tree("a: 1\na: 2\n");
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[1].text, "2");
}

TEST(YamlTreeTest, RefusesWhatAConfigurationDoesNotNeed) {
  EXPECT_EQ(TreeError("a: &x 1\n"), "a.yaml:1:4: YAML anchors are not supported here");
  EXPECT_EQ(TreeError("a: !!str 1\n"), "a.yaml:1:4: YAML tags are not supported here");
  EXPECT_EQ(TreeError("a: 1\n---\nb: 2\n"), "a.yaml:2:1: expected a single YAML document");
  EXPECT_EQ(TreeError("? {}\n: 1\n"), "a.yaml:1:3: expected a key");
  EXPECT_EQ(TreeError("a: 1\n \tb: 2\n"),
            "a.yaml:2:2: expected spaces as indentation, found a tab");
}

TEST(YamlTreeTest, TabsBehindTheIndentationAreAllowed) {
  EXPECT_EQ(Tree("a: 1\t# a comment\n").children[0].text, "1");
}

TEST(YamlTreeTest, NestingIsBounded) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(TreeError(nested(kConfigDepthMax)), "no error");
  EXPECT_EQ(TreeError(nested(kConfigDepthMax + 1)),
            "a.yaml:1:9: expected at most 8 levels of nesting");
}

TEST(YamlTreeTest, ValuesAreBounded) {
  std::string yaml = "[";
  for (size_t i = 1; i < kConfigNodesMax; ++i) yaml += "1,";
  EXPECT_EQ(Tree(yaml + "]").children.size(), kConfigNodesMax - 1);
  EXPECT_EQ(TreeError(yaml + "1]"), "a.yaml:1:400000: expected at most 200000 values");
}

TEST(YamlTreeTest, OctetsAreBounded) {
  EXPECT_EQ(Tree(std::string(kConfigOctetsMax, '\n')).kind, Kind::kNothing);
  EXPECT_EQ(TreeError(std::string(kConfigOctetsMax + 1, '\n')),
            "a.yaml: expected at most 4194304 octets");
}

TEST(YamlTreeTest, ErrorsAreHarmlessText) {
  EXPECT_EQ(std::string(ErrorInFile("a.yaml", {2, 3}, "found \x1b[2J").message()),
            "a.yaml:2:3: found \\x1b[2J");
  EXPECT_EQ(std::string(ErrorInFile("a.yaml", {}, "gone").message()), "a.yaml: gone");
}

}  // namespace
}  // namespace tern::resolver::config
