#include "resolver/policy/block_lists.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::policy {
namespace {

BlockList ListOf(std::string_view name) { return {.zone = *wire::ParseName(name)}; }

std::string NearestList(const BlockLists& lists, std::string_view name) {
  const BlockList* list = lists.Nearest(*wire::ParseName(name));
  return list == nullptr ? "none" : wire::ToText(list->zone);
}

TEST(BlockListsTest, WithoutListsNothingIsFound) {
  for (const BlockLists& lists : {BlockLists(), BlockLists(std::vector<BlockList>())}) {
    EXPECT_EQ(NearestList(lists, "."), "none");
    EXPECT_EQ(NearestList(lists, "2.0.0.127.zen.example."), "none");
  }
}

TEST(BlockListsTest, TheNearestAtOrAboveTheNameIsFound) {
  const BlockLists lists({ListOf("zen.example."), ListOf("sbl.zen.example."), ListOf("bl.test.")});
  EXPECT_EQ(NearestList(lists, "2.0.0.127.ZEN.example."), "zen.example.");
  EXPECT_EQ(NearestList(lists, "zen.example."), "zen.example.");
  EXPECT_EQ(NearestList(lists, "2.0.0.127.sbl.zen.example."), "sbl.zen.example.");
  EXPECT_EQ(NearestList(lists, "2.0.0.127.bl.test."), "bl.test.");
  for (const std::string_view name : {".", "example.", "test.", "azen.example.", "bl.example."}) {
    EXPECT_EQ(NearestList(lists, name), "none") << name;
  }
}

TEST(BlockListsTest, TheFirstOfOneNameCountsAndCopiesShareIt) {
  BlockList second = ListOf("Zen.example.");
  second.max_negative_ttl = 7;
  BlockLists copy;
  {
    const BlockLists lists({ListOf("zen.example."), second});
    copy = lists;
  }
  EXPECT_EQ(copy.Nearest(*wire::ParseName("a.zen.example."))->max_negative_ttl, 300u);
}

}  // namespace
}  // namespace tern::resolver::policy
