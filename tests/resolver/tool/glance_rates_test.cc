#include "resolver/tool/glance_rates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

Json Look(double seconds, int count) {
  return {
      {"seconds", seconds},
      {"started", 100},
      {"queries", {{"udp_ipv4", 8 * count}, {"tcp_ipv6", 2 * count}}},
      {"answers", {{"cache", 6 * count}, {"upstream", 3 * count}, {"dropped", count}}},
      {"rcodes", {{"NOERROR", 8 * count}, {"SERVFAIL", count}}},
      {"upstream",
       {{"queries", 20 * count}, {"timeouts", 4 * count}, {"hedges", 2 * count}, {"tcp", count}}},
      {"cache", {{"evictions", 7 * count}}},
      {"process", {{"cpu_seconds", 0.5 * count}}}};
}

TEST(GlanceRatesTest, AreTheDifferencesOfTwoLooks) {
  const auto rates = RatesBetween(Look(1000, 10), Look(1004, 12));
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->seconds, 4);
  EXPECT_EQ(rates->questions, 20);
  EXPECT_EQ(rates->answers, 18);
  EXPECT_EQ(rates->cached, 12);
  EXPECT_EQ(rates->failed, 2);
  EXPECT_EQ(rates->upstream, 40);
  EXPECT_EQ(rates->silent, 8);
  EXPECT_EQ(rates->hedged, 4);
  EXPECT_EQ(rates->tcp, 2);
  EXPECT_EQ(rates->evictions, 14);
  EXPECT_EQ(rates->cpu_seconds, 1);
}

TEST(GlanceRatesTest, OfAnotherProcessThereAreNone) {
  const Json before = Look(1000, 10);
  Json now = Look(1004, 12);
  now["started"] = 101;
  EXPECT_FALSE(RatesBetween(before, now));
  EXPECT_FALSE(RatesBetween(before, Look(1004, 9)));   // it was started in the same second
  EXPECT_FALSE(RatesBetween(before, Look(1000, 10)));  // no time went by
  EXPECT_FALSE(RatesBetween(before, Look(999, 12)));
  for (const char* key : {"queries", "answers", "rcodes", "upstream", "cache", "process"}) {
    now = Look(1004, 12);
    now[key] = Look(0, 9)[key];
    EXPECT_FALSE(RatesBetween(before, now)) << key;
  }
}

TEST(GlanceRatesTest, WhatIsNotToldIsNotKnown) {
  Json now = Look(1004, 12);
  now.erase("process");
  now["cache"] = "many";
  now["queries"]["udp_ipv4"] = Json::array();
  const auto rates = RatesBetween(Look(1000, 10), now);
  ASSERT_TRUE(rates);
  EXPECT_TRUE(std::isnan(rates->cpu_seconds));
  EXPECT_TRUE(std::isnan(rates->evictions));
  EXPECT_TRUE(std::isnan(rates->questions));
  EXPECT_EQ(rates->cached, 12);
  EXPECT_FALSE(RatesBetween(Json(), now));
  EXPECT_FALSE(RatesBetween(Json::object(), Json::object()));
}

Json Times(std::vector<int> counts) { return {{"bounds_us", {10, 100, 1000}}, {"counts", counts}}; }

TEST(PercentileTest, LiesInItsBucketByTheLogarithm) {
  const TimesBetween times = TimesOf(Times({1, 0, 5, 0}), Times({1, 10, 5, 0}));
  EXPECT_NEAR(Percentile(times, 0.5), 31.6, 0.1);
  EXPECT_NEAR(Percentile(times, 1), 100, 1e-6);
  EXPECT_NEAR(Percentile(TimesOf(Times({0, 0, 0, 0}), Times({8, 0, 0, 0})), 0.5), 7.07, 0.01);
  const TimesBetween wide = TimesOf(Times({0, 0, 0, 0}), Times({50, 0, 45, 5}));
  EXPECT_NEAR(Percentile(wide, 0.5), 10, 1e-6);
  EXPECT_NEAR(Percentile(wide, 0.95), 1000, 1e-6);
  EXPECT_EQ(Percentile(wide, 0.99), 1000);  // above all bounds
}

TEST(PercentileTest, OfNoTimesThereIsNone) {
  EXPECT_TRUE(std::isnan(Percentile({}, 0.5)));
  EXPECT_TRUE(std::isnan(Percentile(TimesOf(Times({1, 2, 3, 4}), Times({1, 2, 3, 4})), 0.5)));
}

TEST(PercentileTest, HistogramsThatDoNotFitTogetherHaveNoTimes) {
  const Json good = Times({9, 9, 9, 9});
  Json bounds = good;
  bounds["bounds_us"][0] = 11;
  for (const Json& before : {Json(), Json("x"), Times({1, 1, 1}), Times({1, 1, 1, 1, 1}), bounds,
                             Times({9, 9, 10, 9}), Json({{"bounds_us", "x"}, {"counts", 7}})}) {
    EXPECT_TRUE(TimesOf(before, good).counts.empty()) << before;
  }
  const Json odd = {{"bounds_us", {10, "x", 1000}}, {"counts", {1, {}, "y", 4}}};
  EXPECT_TRUE(TimesOf(odd, odd).counts.empty());
}

}  // namespace
}  // namespace tern::resolver::tool
