#include "resolver/dnssec/anchors.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::dnssec {
namespace {

// `anchor ZONE`, `exempt ZONE`, or `none`.
std::string Found(const ValidationSettings& settings, std::string_view name) {
  const AnchorOfName found = FindAnchor(settings, *wire::ParseName(name));
  if (found.anchor != nullptr) return "anchor " + wire::ToText(found.anchor->zone);
  return found.exempt != nullptr ? "exempt " + wire::ToText(found.exempt->zone) : "none";
}

ValidationSettings SettingsWith(const std::vector<std::string_view>& anchors,
                                const std::vector<std::string_view>& exempt) {
  ValidationSettings settings;
  for (const std::string_view zone : anchors) {
    settings.anchors.emplace_back().zone = *wire::ParseName(zone);
  }
  std::vector<NegativeAnchor> negative;
  for (const std::string_view zone : exempt) {
    negative.emplace_back().zone = *wire::ParseName(zone);
  }
  settings.negative_anchors = NegativeAnchors(std::move(negative));
  return settings;
}

TEST(AnchorsTest, TheNearestCountsAndOfTwoThatAreAsNearTheNegativeOne) {
  const ValidationSettings settings =
      SettingsWith({".", "corp.", "deep.lab."}, {"corp.", "lab.", "x.deep.lab."});
  EXPECT_EQ(Found(settings, "www.example."), "anchor .");
  EXPECT_EQ(Found(settings, "."), "anchor .");
  EXPECT_EQ(Found(settings, "a.corp."), "exempt corp.");
  EXPECT_EQ(Found(settings, "LAB."), "exempt lab.");
  EXPECT_EQ(Found(settings, "a.lab."), "exempt lab.");
  EXPECT_EQ(Found(settings, "a.deep.lab."), "anchor deep.lab.");
  EXPECT_EQ(Found(settings, "a.x.deep.lab."), "exempt x.deep.lab.");
}

TEST(AnchorsTest, WithoutAnAnchorAboveItANameIsInsecure) {
  const ValidationSettings settings = SettingsWith({"corp."}, {"lab."});
  EXPECT_EQ(Found(settings, "example."), "none");
  EXPECT_EQ(Found(settings, "a.lab."), "exempt lab.");
  EXPECT_EQ(Found(settings, "a.corp."), "anchor corp.");
}

}  // namespace
}  // namespace tern::resolver::dnssec
