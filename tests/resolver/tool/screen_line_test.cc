#include "resolver/tool/screen_line.h"

#include <gtest/gtest.h>

namespace tern::resolver::tool {
namespace {

TEST(ScreenLineTest, PartsStandOneBehindTheOther) {
  ScreenLine line("Questions", Tone::kStrong);
  line.PadTo(12).Add("7/s").Add(ScreenLine(" down", Tone::kBad));
  EXPECT_EQ(line.Plain(), "Questions   7/s down");
  EXPECT_EQ(line.Coloured(), "\x1b[1mQuestions\x1b[0m   7/s\x1b[1;31m down\x1b[0m");
  EXPECT_EQ(line.columns(), 20u);
  EXPECT_EQ(line.PadTo(3).columns(), 20u);
}

TEST(ScreenLineTest, ACutLineSaysSo) {
  ScreenLine line("abc", Tone::kStrong);
  line.Add("def").Add("ghi", Tone::kBad);
  EXPECT_EQ(ScreenLine(line).CutTo(9).Plain(), "abcdefghi");
  EXPECT_EQ(ScreenLine(line).CutTo(8).Plain(), "abcdefg+");
  EXPECT_EQ(ScreenLine(line).CutTo(4).Coloured(), "\x1b[1mabc\x1b[0m+");
  EXPECT_EQ(ScreenLine(line).CutTo(3).Plain(), "ab+");
  EXPECT_EQ(ScreenLine(line).CutTo(1).Plain(), "+");
  EXPECT_EQ(ScreenLine(line).CutTo(0).Plain(), "");
}

TEST(ScreenLineTest, NoBlanksAreLeftAtTheEnd) {
  ScreenLine line("a", Tone::kStrong);
  line.PadTo(9).Add("  ", Tone::kBad);
  EXPECT_EQ(line.Plain(), "a");
  EXPECT_EQ(line.Coloured(), "\x1b[1ma\x1b[0m");
  EXPECT_EQ(ScreenLine("   ").Plain(), "");
  EXPECT_EQ(ScreenLine().Coloured(), "");
}

}  // namespace
}  // namespace tern::resolver::tool
