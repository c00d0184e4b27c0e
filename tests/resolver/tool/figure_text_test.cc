#include "resolver/tool/figure_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace tern::resolver::tool {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargest = std::numeric_limits<double>::max();

TEST(FigureTextTest, ARateHasThreeDigits) {
  EXPECT_EQ(RateText(0), "0");
  EXPECT_EQ(RateText(0.004), "0");
  EXPECT_EQ(RateText(0.25), "0.25");
  EXPECT_EQ(RateText(7), "7");
  EXPECT_EQ(RateText(7.25), "7.2");
  EXPECT_EQ(RateText(84.06), "84.1");
  EXPECT_EQ(RateText(950.4), "950");
  EXPECT_EQ(RateText(999.6), "1.0k");
  EXPECT_EQ(RateText(12345), "12.3k");
  EXPECT_EQ(RateText(2'000'000), "2.0M");
}

TEST(FigureTextTest, ACountHasItsThousandsApart) {
  EXPECT_EQ(WholeText(0), "0");
  EXPECT_EQ(WholeText(999), "999");
  EXPECT_EQ(WholeText(1000), "1,000");
  EXPECT_EQ(WholeText(12'345'678), "12,345,678");
  EXPECT_EQ(WholeText(-1234), "-1,234");
  EXPECT_EQ(WholeText(-0.3), "0");
}

TEST(FigureTextTest, APartIsInPercent) {
  EXPECT_EQ(PercentText(0), "0 %");
  EXPECT_EQ(PercentText(0.0004), "< 0.1 %");
  EXPECT_EQ(PercentText(0.042), "4.2 %");
  EXPECT_EQ(PercentText(0.87), "87 %");
  EXPECT_EQ(PercentText(0.993), "99.3 %");
  EXPECT_EQ(PercentText(1), "100 %");
}

TEST(FigureTextTest, SizesAndTimesHaveUnits) {
  EXPECT_EQ(SizeText(820), "820 B");
  EXPECT_EQ(SizeText(1.5 * 1024 * 1024), "1.5 MiB");
  EXPECT_EQ(SizeText(64.0 * (1 << 30)), "64 GiB");
  EXPECT_EQ(MicrosText(8.44), "8.4 us");
  EXPECT_EQ(MicrosText(120), "120 us");
  EXPECT_EQ(MicrosText(21'300), "21 ms");
  EXPECT_EQ(MicrosText(1'200'000), "1.2 s");
}

TEST(FigureTextTest, WhatIsNotKnownIsADash) {
  for (const double value : {kNaN, kLargest * 10}) {
    EXPECT_EQ(RateText(value), "-");
    EXPECT_EQ(WholeText(value), "-");
    EXPECT_EQ(PercentText(value), "-");
    EXPECT_EQ(SizeText(value), "-");
    EXPECT_EQ(MicrosText(value), "-");
  }
}

TEST(FigureTextTest, AnyNumberIsWritten) {
  for (const double value : {kLargest, -kLargest, 1e-300, -0.0}) {
    for (const auto text : {&RateText, &WholeText, &PercentText, &SizeText, &MicrosText}) {
      EXPECT_FALSE(text(value).empty());
    }
  }
}

}  // namespace
}  // namespace tern::resolver::tool
