#include "resolver/base/time_text.h"

#include "gtest/gtest.h"

namespace tern::resolver {
namespace {

TEST(TimeTextTest, ADateIsItsFirstMomentInUtc) {
  EXPECT_EQ(ParseTime("1970-01-01"), 0);
  EXPECT_EQ(ParseTime("2030-12-31"), 1'924'905'600);
  EXPECT_EQ(ParseTime("2030-12-31T18:00:05Z"), 1'924'905'600 + 18 * 3600 + 5);
  EXPECT_EQ(ParseTime("2028-02-29"), 1'835'395'200);
}

TEST(TimeTextTest, OtherTextIsNoTime) {
  for (const std::string_view text :
       {"", "2030", "2030-13-01", "2030-00-01", "2030-02-29", "2030-12-32", "2030-1-1", "30-12-31",
        "2030-12-31T18:00Z", "2030-12-31T24:00:00Z", "2030-12-31T18:60:00Z", "2030-12-31T18:00:60Z",
        "2030-12-31T18:00:00", "2030-12-31T18:00:00+01:00", "2030-12-31 18:00:00Z", " 2030-12-31",
        "2030-12-31x", "+030-12-31", "soon"}) {
    EXPECT_EQ(ParseTime(text), std::nullopt) << text;
  }
}

TEST(TimeTextTest, WhatWasReadIsWrittenAlike) {
  for (const std::string_view text : {"1970-01-01", "2030-12-31", "2030-12-31T18:00:05Z",
                                      "0001-03-04T23:59:59Z", "9999-12-31T00:00:01Z"}) {
    EXPECT_EQ(TimeToText(*ParseTime(text)), text);
  }
}

}  // namespace
}  // namespace tern::resolver
