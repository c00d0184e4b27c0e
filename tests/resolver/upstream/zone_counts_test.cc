#include "resolver/upstream/zone_counts.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/parse_presentation.h"

namespace tern::resolver::upstream {
namespace {

policy::StaticZones ZonesOf(std::initializer_list<std::string_view> names) {
  std::vector<StaticZone> zones;
  for (const std::string_view name : names) zones.emplace_back().zone = *wire::ParseName(name);
  return policy::StaticZones(std::move(zones));
}

class ZoneCountTableTest : public testing::Test {
 protected:
  ZoneCounts<Counter>* Of(std::string_view zone) { return table_.Of(*wire::ParseName(zone)); }
  ZoneCountSums Sums() const {
    ZoneCountSums sums;
    table_.AddTo(&sums);
    return sums;
  }

  ZoneCountTable table_;
};

TEST_F(ZoneCountTableTest, CountsZonesOfTheConfigurationOnly) {
  EXPECT_EQ(Of("corp.example."), nullptr);
  EXPECT_TRUE(Sums().empty());
  table_.SetZones(ZonesOf({"corp.example.", "lab.example."}));
  ++Of("Corp.example.")->queries;
  ++Of("lab.example.")->silences;
  EXPECT_EQ(Of("www.corp.example."), nullptr);
  EXPECT_EQ(Of("example."), nullptr);
  EXPECT_EQ(Sums().size(), 2u);
  EXPECT_EQ(Sums().at("corp.example.").queries, 1u);
  EXPECT_EQ(Sums().at("lab.example.").queries, 0u);
  EXPECT_EQ(Sums().at("lab.example.").silences, 1u);
}

TEST_F(ZoneCountTableTest, AReloadKeepsTheCountsOfZonesThatStay) {
  table_.SetZones(ZonesOf({"corp.example.", "lab.example."}));
  Of("lab.example.")->queries.Add(3);
  Of("lab.example.")->silences.Add(2);
  Of("lab.example.")->failures.Add(1);
  Of("corp.example.")->queries.Add(9);
  table_.SetZones(ZonesOf({"new.example.", "lab.example."}));
  EXPECT_EQ(Of("corp.example."), nullptr);
  const ZoneCountSums sums = Sums();
  EXPECT_FALSE(sums.contains("corp.example."));
  EXPECT_EQ(sums.at("new.example.").queries, 0u);
  EXPECT_EQ(sums.at("lab.example.").queries, 3u);
  EXPECT_EQ(sums.at("lab.example.").silences, 2u);
  EXPECT_EQ(sums.at("lab.example.").failures, 1u);
}

TEST_F(ZoneCountTableTest, TablesOfSeveralWorkersAddUp) {
  ZoneCountTable other;
  table_.SetZones(ZonesOf({"corp.example."}));
  other.SetZones(ZonesOf({"lab.example.", "corp.example."}));
  Of("corp.example.")->queries.Add(3);
  other.Of(*wire::ParseName("corp.example."))->queries.Add(4);
  ZoneCountSums sums = Sums();
  other.AddTo(&sums);
  EXPECT_EQ(sums.at("corp.example.").queries, 7u);
}

}  // namespace
}  // namespace tern::resolver::upstream
