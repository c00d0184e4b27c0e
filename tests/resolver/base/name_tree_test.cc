#include "resolver/base/name_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver {
namespace {

wire::Name Parsed(std::string_view text) { return *wire::ParseName(text); }

uint32_t Find(const NameTree& tree, wire::NameView name) {
  return tree.Walk(name, [](uint32_t, size_t) {});
}

TEST(NameTreeTest, NumbersCountUpFromTheRoot) {
  NameTree tree;
  EXPECT_EQ(tree.MakeNode(Parsed(".")), NameTree::kRoot);
  EXPECT_EQ(tree.MakeNode(Parsed("www.example.")), 2u);
  EXPECT_EQ(tree.MakeNode(Parsed("example.")), 1u) << "made with the name below it";
  EXPECT_EQ(tree.MakeNode(Parsed("WWW.Example.")), 2u);
  EXPECT_EQ(tree.size(), 3u);
}

TEST(NameTreeTest, WalksFromTheRootDownToWhereTheNameEnds) {
  NameTree tree;
  (void)tree.MakeNode(Parsed("www.example."));
  std::vector<std::pair<uint32_t, size_t>> visited;
  const auto visit = [&](uint32_t node, size_t labels) { visited.emplace_back(node, labels); };
  EXPECT_EQ(tree.Walk(Parsed("wWw.example."), visit), 2u);
  EXPECT_EQ(visited, (std::vector<std::pair<uint32_t, size_t>>{{0, 0}, {1, 1}, {2, 2}}));
  visited.clear();
  EXPECT_EQ(tree.Walk(Parsed("a.mail.example."), visit), NameTree::kNone);
  EXPECT_EQ(visited, (std::vector<std::pair<uint32_t, size_t>>{{0, 0}, {1, 1}}));
}

// Labels of a few letters, so that many names share some of them.
TEST(NameTreeTest, AgreesWithANaiveOracle) {
  std::mt19937 random(5);
  const auto draw = [&random] {
    std::string text;
    for (uint32_t labels = 1 + random() % 4; labels > 0; --labels) {
      for (uint32_t letters = 1 + random() % 10; letters > 0; --letters) {
        text += static_cast<char>((random() % 2 == 0 ? 'a' : 'A') + random() % 2);
      }
      text += '.';
    }
    return Parsed(text);
  };
  const auto key = [](wire::Name name) {
    name.Lower();
    return wire::ToText(name);
  };
  NameTree tree;
  std::map<std::string, uint32_t> oracle = {{".", NameTree::kRoot}};
  for (int i = 0; i < 3000; ++i) {
    const wire::Name made = draw();
    const uint32_t node = tree.MakeNode(made);
    for (size_t labels = 1; labels <= made.view().LabelCount(); ++labels) {
      oracle.try_emplace(key(wire::Name(made.view().Suffix(labels))),
                         static_cast<uint32_t>(oracle.size()));
    }
    ASSERT_EQ(oracle.at(key(made)), node);
    ASSERT_EQ(tree.size(), oracle.size());
    const wire::Name asked = draw();
    const auto known = oracle.find(key(asked));
    ASSERT_EQ(Find(tree, asked), known == oracle.end() ? NameTree::kNone : known->second);
  }
  tree.ShrinkToFit();
  for (const auto& [text, node] : oracle) ASSERT_EQ(Find(tree, Parsed(text)), node) << text;
}

}  // namespace
}  // namespace tern::resolver
