#include "resolver/tool/unbound_local_zone.h"

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

using enum ImportGrade;

ImportGrade GradeOf(const char* zone, const char* type, const UnboundLocalNames& names = {}) {
  return FateOfLocalZone({zone, type}, names).grade;
}

TEST(UnboundLocalZoneTest, AnOpenZoneIsWhatTerndHas) {
  EXPECT_EQ(GradeOf("a.example", "transparent"), kNotNeeded);
  EXPECT_EQ(GradeOf("a.example", "transparent", {{"b.a.example."}, {}}), kNotNeeded);
  EXPECT_EQ(GradeOf("a.example", "nodefault"), kNotNeeded);
}

TEST(UnboundLocalZoneTest, OtherTypesOfANameWithDataAreNotLookedUp) {
  EXPECT_EQ(GradeOf("a.example", "typetransparent"), kNotNeeded);
  EXPECT_EQ(GradeOf("a.example", "typetransparent", {{"b.example"}, {}}), kNotNeeded);
  EXPECT_EQ(GradeOf("a.example", "typetransparent", {{"b.A.example."}, {}}), kMissing);
  EXPECT_EQ(GradeOf("a.example", "always_transparent", {{"a.example"}, {}}), kMissing);
}

TEST(UnboundLocalZoneTest, ASpecialNameNeedsAForwardOrStubZone) {
  EXPECT_EQ(GradeOf("10.in-addr.arpa.", "nodefault"), kMissing);
  EXPECT_EQ(GradeOf("10.in-addr.arpa.", "transparent"), kMissing);
  EXPECT_EQ(GradeOf("10.in-addr.arpa.", "nodefault", {{}, {"1.10.in-addr.arpa"}}), kNotNeeded);
  EXPECT_EQ(GradeOf("1.10.in-addr.arpa.", "nodefault", {{}, {"10.in-addr.arpa"}}), kNotNeeded);
  EXPECT_EQ(GradeOf("10.in-addr.arpa.", "nodefault", {{}, {"11.in-addr.arpa", "."}}), kMissing);
}

TEST(UnboundLocalZoneTest, WhatKeepsNamesAwayIsMissing) {
  for (const char* type : {"static", "redirect", "inform", "refuse", "deny", "always_nxdomain",
                           "always_null", "noview", "never-heard-of"}) {
    EXPECT_EQ(GradeOf("a.example", type), kMissing) << type;
  }
}

}  // namespace
}  // namespace tern::resolver::tool
