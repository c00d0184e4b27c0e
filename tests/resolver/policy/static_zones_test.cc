#include "resolver/policy/static_zones.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::policy {
namespace {

StaticZone Zone(std::string_view name, bool forward) {
  StaticZone zone;
  zone.zone = *wire::ParseName(name);
  zone.forward = forward;
  return zone;
}
StaticZone ForwardAbove(std::string_view name) { return Zone(name, true); }
StaticZone Stub(std::string_view name) { return Zone(name, false); }

// The name of the zone that was found, or `none`.
std::string Shown(const StaticZone* zone) {
  return zone == nullptr ? "none" : wire::ToText(zone->zone.view());
}
std::string At(const StaticZones& zones, std::string_view name) {
  return Shown(zones.At(*wire::ParseName(name)));
}
std::string Nearest(const StaticZones& zones, std::string_view name, bool use_forward = true) {
  return Shown(zones.Nearest(*wire::ParseName(name), use_forward));
}

TEST(StaticZonesTest, WithoutZonesNothingIsFound) {
  for (const StaticZones& zones : {StaticZones(), StaticZones(std::vector<StaticZone>())}) {
    EXPECT_EQ(At(zones, "."), "none");
    EXPECT_EQ(Nearest(zones, "www.example."), "none");
  }
}

TEST(StaticZonesTest, AtFindsTheVeryNameAndIgnoresCase) {
  const StaticZones zones({Stub("corp.Example."), ForwardAbove("a.b.c.")});
  EXPECT_EQ(At(zones, "CORP.example."), "corp.Example.");
  EXPECT_EQ(At(zones, "www.corp.example."), "none");
  EXPECT_EQ(At(zones, "example."), "none");
  EXPECT_EQ(At(zones, "b.c."), "none");
  EXPECT_EQ(At(zones, "."), "none");
}

TEST(StaticZonesTest, NearestIsTheDeepestAtOrAboveTheName) {
  const StaticZones zones(
      {ForwardAbove("."), Stub("corp.example."), ForwardAbove("lab.corp.example.")});
  EXPECT_EQ(Nearest(zones, "example."), ".");
  EXPECT_EQ(Nearest(zones, "."), ".");
  EXPECT_EQ(Nearest(zones, "corp.example."), "corp.example.");
  EXPECT_EQ(Nearest(zones, "xcorp.example."), ".");
  EXPECT_EQ(Nearest(zones, "www.LAB.corp.example."), "lab.corp.example.");
}

TEST(StaticZonesTest, ForwardZonesCanBePassedOver) {
  const StaticZones zones(
      {ForwardAbove("."), Stub("corp.example."), ForwardAbove("lab.corp.example.")});
  EXPECT_EQ(Nearest(zones, "www.lab.corp.example.", false), "corp.example.");
  EXPECT_EQ(Nearest(zones, "example.", false), "none");
}

TEST(StaticZonesTest, ALabelsOctetsAreNotTheNamesLabels) {
  const StaticZones zones({Stub("a\\.b.example.")});
  EXPECT_EQ(Nearest(zones, "a.b.example."), "none");
  EXPECT_EQ(Nearest(zones, "x.a\\.b.example."), "a\\.b.example.");
}

TEST(StaticZonesTest, CopiesPointToTheSameZones) {
  StaticZones zones({Stub("corp.example.")});
  const StaticZones copy = zones;
  const StaticZone* found = zones.At(*wire::ParseName("corp.example."));
  zones = StaticZones();
  EXPECT_EQ(copy.At(*wire::ParseName("corp.example.")), found);
}

// Names of few labels, so that zones and names meet often.
wire::Name RandomName(std::mt19937* random) {
  static constexpr const char* kLabels[] = {"a", "B", "b", "aa", "abcdefgh", "abcdefghi"};
  std::string text;
  for (size_t labels = (*random)() % 5; labels > 0; --labels) {
    text += kLabels[(*random)() % std::size(kLabels)];
    text += '.';
  }
  return *wire::ParseName(text.empty() ? "." : text);
}

TEST(StaticZonesTest, AgreesWithAScan) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<StaticZone> all;
    for (size_t count = random() % 40; count > 0; --count) {
      StaticZone zone;
      zone.zone = RandomName(&random);
      zone.forward = random() % 2 == 0;
      bool is_new = true;
      for (const StaticZone& other : all) is_new &= !other.zone.view().Equals(zone.zone);
      if (is_new) all.push_back(std::move(zone));
    }
    const StaticZones zones(all);
    for (int i = 0; i < 50; ++i) {
      const wire::Name name = RandomName(&random);
      const bool use_forward = random() % 2 == 0;
      const StaticZone* at = nullptr;
      const StaticZone* nearest = nullptr;
      for (const StaticZone& zone : all) {
        if (zone.zone.view().Equals(name)) at = &zone;
        if ((zone.forward && !use_forward) || !name.view().IsSubdomainOf(zone.zone)) continue;
        if (nearest == nullptr || zone.zone.size() > nearest->zone.size()) nearest = &zone;
      }
      ASSERT_EQ(Shown(zones.At(name)), Shown(at)) << wire::ToText(name.view());
      ASSERT_EQ(Shown(zones.Nearest(name, use_forward)), Shown(nearest))
          << wire::ToText(name.view());
    }
  }
}

}  // namespace
}  // namespace tern::resolver::policy
