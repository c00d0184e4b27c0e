#include "resolver/base/time_histogram.h"

#include <gtest/gtest.h>

#include "resolver/base/counters.h"

namespace tern::resolver {
namespace {

TEST(TimeHistogramTest, BoundsAreOneTwoAndFiveOfEachDecade) {
  const auto& bounds = TimeHistogram<Counter, 100>::kBounds;
  EXPECT_EQ(bounds[0], 100u);
  EXPECT_EQ(bounds[1], 200u);
  EXPECT_EQ(bounds[2], 500u);
  EXPECT_EQ(bounds[3], 1000u);
  EXPECT_EQ(bounds[15], 10'000'000u);
}

TEST(TimeHistogramTest, ABoundBelongsToItsBucketAndWhatIsAboveAllToTheLast) {
  TimeHistogram<Counter, 1> histogram;
  histogram.Note(Duration(-5));
  histogram.Note(Duration(1));
  histogram.Note(Duration(2), 3);
  histogram.Note(Duration(3));
  histogram.Note(Duration(100'000));
  histogram.Note(Duration(100'001));
  EXPECT_EQ(histogram.counts[0], 2u);
  EXPECT_EQ(histogram.counts[1], 3u);
  EXPECT_EQ(histogram.counts[2], 1u);
  EXPECT_EQ(histogram.counts[15], 1u);
  EXPECT_EQ(histogram.counts[16], 1u);
  EXPECT_EQ(histogram.sum_micros, 200'011u);
}

}  // namespace
}  // namespace tern::resolver
