#include "resolver/base/negative_anchors.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver {
namespace {

NegativeAnchor AnchorAt(std::string_view zone, std::string reason = "") {
  return {.zone = *wire::ParseName(zone), .reason = std::move(reason)};
}

std::string NearestZone(const NegativeAnchors& anchors, std::string_view name) {
  const NegativeAnchor* const anchor = anchors.Nearest(*wire::ParseName(name));
  return anchor == nullptr ? "none" : wire::ToText(anchor->zone);
}

TEST(NegativeAnchorsTest, WithoutAnchorsNothingIsFound) {
  for (const NegativeAnchors& anchors :
       {NegativeAnchors(), NegativeAnchors(std::vector<NegativeAnchor>())}) {
    EXPECT_EQ(NearestZone(anchors, "."), "none");
    EXPECT_EQ(NearestZone(anchors, "www.example.com."), "none");
    EXPECT_TRUE(anchors.all().empty());
  }
}

TEST(NegativeAnchorsTest, TheNearestAtOrAboveTheNameIsFound) {
  const NegativeAnchors anchors({AnchorAt("example.com."), AnchorAt("lab.example.com.")});
  EXPECT_EQ(NearestZone(anchors, "WWW.example.com."), "example.com.");
  EXPECT_EQ(NearestZone(anchors, "example.com."), "example.com.");
  EXPECT_EQ(NearestZone(anchors, "a.b.lab.Example.com."), "lab.example.com.");
  for (const std::string_view name : {".", "com.", "anexample.com.", "example.net."}) {
    EXPECT_EQ(NearestZone(anchors, name), "none") << name;
  }
  EXPECT_TRUE(anchors.Has(*wire::ParseName("Example.com.")));
  EXPECT_FALSE(anchors.Has(*wire::ParseName("www.example.com.")));
  EXPECT_FALSE(anchors.Has(*wire::ParseName("com.")));
}

TEST(NegativeAnchorsTest, TheFirstOfOneZoneCountsAndCopiesShareIt) {
  NegativeAnchors copy;
  {
    const NegativeAnchors anchors({AnchorAt("corp.", "first"), AnchorAt("Corp.", "second")});
    copy = anchors;
  }
  EXPECT_EQ(copy.Nearest(*wire::ParseName("a.corp."))->reason, "first");
}

TEST(NegativeAnchorsTest, EqualListsAreEqual) {
  const NegativeAnchors anchors({AnchorAt("corp.", "one")});
  EXPECT_EQ(anchors, NegativeAnchors({AnchorAt("corp.", "one")}));
  EXPECT_NE(anchors, NegativeAnchors({AnchorAt("corp.", "two")}));
  EXPECT_NE(anchors, NegativeAnchors());
}

}  // namespace
}  // namespace tern::resolver
