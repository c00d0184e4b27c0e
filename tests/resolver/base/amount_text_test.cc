#include "resolver/base/amount_text.h"

#include "gtest/gtest.h"

namespace tern::resolver {
namespace {

using std::chrono::milliseconds;

TEST(AmountTextTest, ReadsOctetsInEveryUnit) {
  EXPECT_EQ(ParseOctets("0"), 0u);
  EXPECT_EQ(ParseOctets("4096"), 4096u);
  EXPECT_EQ(ParseOctets("512KiB"), 512u << 10);
  EXPECT_EQ(ParseOctets("256MiB"), 256u << 20);
  EXPECT_EQ(ParseOctets("3GiB"), uint64_t{3} << 30);
  EXPECT_EQ(ParseOctets("2TiB"), uint64_t{2} << 40);
}

TEST(AmountTextTest, RefusesWhatIsNoAmountOfMemory) {
  for (const char* text : {"", "MiB", "256MB", "256 MiB", "-1", "+1", "1.5GiB", "256mib", "0x10",
                           "99999999999999999999", "99999999TiB"}) {
    EXPECT_FALSE(ParseOctets(text)) << text;
  }
}

TEST(AmountTextTest, ReadsDurationsInEveryUnit) {
  EXPECT_EQ(ParseDuration("0s"), milliseconds(0));
  EXPECT_EQ(ParseDuration("1800ms"), milliseconds(1800));
  EXPECT_EQ(ParseDuration("7s"), milliseconds(7000));
  EXPECT_EQ(ParseDuration("5m"), milliseconds(300'000));
  EXPECT_EQ(ParseDuration("2h"), milliseconds(7'200'000));
  EXPECT_EQ(ParseDuration("1d"), milliseconds(86'400'000));
  EXPECT_EQ(ParseDuration("1w"), milliseconds(604'800'000));
}

TEST(AmountTextTest, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "s", "7", "7 s", "7S", "-7s", "1.5s", "1h30m", "7sec",
                           "99999999999999999w", "9223372036854775807s"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(AmountTextTest, WritesAmountsInTheLargestUnitThatDividesThem) {
  EXPECT_EQ(OctetsToText(1 << 20), "1MiB");
  EXPECT_EQ(OctetsToText(1536), "1536");
  EXPECT_EQ(OctetsToText(uint64_t{16} << 40), "16TiB");
  EXPECT_EQ(OctetsToText(0), "0");
  EXPECT_EQ(DurationToText(milliseconds(0)), "0s");
  EXPECT_EQ(DurationToText(milliseconds(1800)), "1800ms");
  EXPECT_EQ(DurationToText(milliseconds(120'000)), "2m");
  EXPECT_EQ(DurationToText(milliseconds(86'400'000)), "1d");
}

}  // namespace
}  // namespace tern::resolver
