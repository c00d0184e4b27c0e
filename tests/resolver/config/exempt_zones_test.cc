#include "resolver/config/exempt_zones.h"

#include <string>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "wire/presentation.h"

namespace tern::resolver::config {
namespace {

// The zones that a configuration exempts at a time, with their reasons.
std::string ExemptAt(std::string_view yaml, int64_t now) {
  const auto settings = ParseConfig(yaml, "tern.yaml");
  EXPECT_TRUE(settings.ok()) << settings.status();
  std::string text;
  const NegativeAnchors anchors = ExemptZonesAt(*settings, now);
  for (const NegativeAnchor& anchor : anchors.all()) {
    text += wire::ToText(anchor.zone) + anchor.reason + " ";
  }
  return text;
}

constexpr std::string_view kAnchors = R"(
dnssec:
  negative_trust_anchors:
    - forever.
    - {zone: day., until: 2030-12-31, reason: "old"}
    - {zone: corp., until: 2030-12-31T00:00:01Z, reason: "new"}
forward: [{zone: corp., to: [10.0.0.1]}]
)";
constexpr int64_t kDay = 1'924'905'600;

TEST(ExemptZonesTest, AnAnchorCountsUntilItsEnd) {
  EXPECT_EQ(ExemptAt(kAnchors, kDay - 1), "forever. day.old corp.new corp. ");
  EXPECT_EQ(ExemptAt(kAnchors, kDay), "forever. corp.new corp. ");
  EXPECT_EQ(ExemptAt(kAnchors, kBeforeAllEnds), "forever. day.old corp.new corp. ");
}

TEST(ExemptZonesTest, APrivateZoneStaysExemptWhenItsAnchorEnds) {
  EXPECT_EQ(ExemptAt(kAnchors, kDay + 1), "forever. corp. ");
}

TEST(ExemptZonesTest, TheNextEndIsTold) {
  const auto settings = ParseConfig(kAnchors, "tern.yaml");
  ASSERT_TRUE(settings.ok());
  const std::vector<NegativeAnchor>& anchors = settings->dnssec.negative_trust_anchors;
  EXPECT_EQ(NextEnd(anchors, 0), kDay);
  EXPECT_EQ(NextEnd(anchors, kDay), kDay + 1);
  EXPECT_EQ(NextEnd(anchors, kDay + 1), NegativeAnchor::kNoEnd);
}

}  // namespace
}  // namespace tern::resolver::config
