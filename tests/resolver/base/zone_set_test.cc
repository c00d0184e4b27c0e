#include "resolver/base/zone_set.h"

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"

namespace tern::resolver {
namespace {

ZoneSet SetOf(const std::vector<std::string>& zones) {
  std::vector<wire::Name> names;
  names.reserve(zones.size());
  for (const std::string& zone : zones) names.push_back(*wire::ParseName(zone));
  return ZoneSet(names);
}

bool CoversText(const ZoneSet& zones, std::string_view name) {
  return zones.Covers(*wire::ParseName(name));
}

TEST(ZoneSetTest, CoversItsZonesAndWhatIsBelow) {
  const ZoneSet zones = SetOf({"example.com.", "a.b.test."});
  for (const char* name :
       {"example.com.", "www.EXAMPLE.com.", "x.y.example.com.", "a.b.test.", "c.A.b.test."}) {
    EXPECT_TRUE(CoversText(zones, name)) << name;
  }
  for (const char* name : {".", "com.", "anexample.com.", "example.net.", "b.test.", "c.b.test."}) {
    EXPECT_FALSE(CoversText(zones, name)) << name;
  }
}

TEST(ZoneSetTest, HasEachZoneOnce) {
  const ZoneSet zones = SetOf({"example.com.", "b.test.", "Example.com."});
  EXPECT_TRUE(zones == SetOf({"example.com.", "b.test."}));
}

TEST(ZoneSetTest, MoreZonesLeaveTheSetAsItWas) {
  const ZoneSet zones = SetOf({"example.com."});
  const ZoneSet more = zones.With({*wire::ParseName("b.test."), *wire::ParseName("example.com.")});
  EXPECT_TRUE(more == SetOf({"example.com.", "b.test."}));
  EXPECT_TRUE(zones == SetOf({"example.com."}));
  EXPECT_TRUE(zones.With({}) == zones);
  EXPECT_TRUE(ZoneSet().With({*wire::ParseName("b.test.")}) == SetOf({"b.test."}));
}

TEST(ZoneSetTest, TheRootCoversAll) {
  const ZoneSet zones = SetOf({"."});
  EXPECT_FALSE(zones.empty());
  EXPECT_TRUE(CoversText(zones, "."));
  EXPECT_TRUE(CoversText(zones, "www.example.com."));
}

TEST(ZoneSetTest, WithoutZonesNothingIsCovered) {
  for (const ZoneSet& zones : {ZoneSet(), SetOf({})}) {
    EXPECT_TRUE(zones.empty());
    EXPECT_TRUE(zones.all().empty());
    EXPECT_FALSE(CoversText(zones, "."));
    EXPECT_FALSE(CoversText(zones, "www.example.com."));
  }
}

TEST(ZoneSetTest, EqualSetsHaveTheSameZones) {
  const ZoneSet zones = SetOf({"example.com.", "b.test."});
  const ZoneSet copy = zones;
  EXPECT_TRUE(zones == copy);
  EXPECT_TRUE(zones == SetOf({"Example.com.", "b.test."}));
  EXPECT_FALSE(zones == SetOf({"example.com."}));
  EXPECT_FALSE(zones == SetOf({"example.com.", "c.test."}));
  EXPECT_FALSE(zones == ZoneSet());
  EXPECT_TRUE(ZoneSet() == SetOf({}));
}

}  // namespace
}  // namespace tern::resolver
