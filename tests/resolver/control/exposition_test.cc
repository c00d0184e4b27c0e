#include "resolver/control/exposition.h"

#include <limits>

#include "gtest/gtest.h"

namespace tern::resolver::control {
namespace {

std::vector<Family> SomeFamilies() {
  Family queries{.name = "tern_queries", .type = MetricType::kCounter, .help = "Queries."};
  queries.samples = {{{{"transport", "udp"}}, 3}, {{{"transport", "tcp"}}, 4}};
  Family seconds{.name = "tern_answer_seconds",
                 .type = MetricType::kHistogram,
                 .unit = "seconds",
                 .help = "Time."};
  seconds.histograms = {{{{"cache", "hit"}}, {{0.001, 2}, {1, 3}}, 1, 2.5}};
  Family build{.name = "tern_build", .type = MetricType::kInfo, .help = "What runs."};
  build.samples = {{{{"version", "1"}}, 1}};
  Family empty{.name = "tern_empty", .help = "Nothing."};
  return {queries, seconds, build, empty};
}

TEST(ExpositionTest, PrometheusTextNamesCountersByTheirSamples) {
  EXPECT_EQ(WriteExposition(SomeFamilies(), ExpositionFormat::kPrometheusText),
            "# HELP tern_queries_total Queries.\n"
            "# TYPE tern_queries_total counter\n"
            "tern_queries_total{transport=\"udp\"} 3\n"
            "tern_queries_total{transport=\"tcp\"} 4\n"
            "# HELP tern_answer_seconds Time.\n"
            "# TYPE tern_answer_seconds histogram\n"
            "tern_answer_seconds_bucket{cache=\"hit\",le=\"0.001\"} 2\n"
            "tern_answer_seconds_bucket{cache=\"hit\",le=\"1\"} 5\n"
            "tern_answer_seconds_bucket{cache=\"hit\",le=\"+Inf\"} 6\n"
            "tern_answer_seconds_sum{cache=\"hit\"} 2.5\n"
            "tern_answer_seconds_count{cache=\"hit\"} 6\n"
            "# HELP tern_build_info What runs.\n"
            "# TYPE tern_build_info gauge\n"
            "tern_build_info{version=\"1\"} 1\n");
}

TEST(ExpositionTest, OpenMetricsNamesFamiliesAndEnds) {
  EXPECT_EQ(WriteExposition(SomeFamilies(), ExpositionFormat::kOpenMetrics),
            "# HELP tern_queries Queries.\n"
            "# TYPE tern_queries counter\n"
            "tern_queries_total{transport=\"udp\"} 3\n"
            "tern_queries_total{transport=\"tcp\"} 4\n"
            "# HELP tern_answer_seconds Time.\n"
            "# TYPE tern_answer_seconds histogram\n"
            "# UNIT tern_answer_seconds seconds\n"
            "tern_answer_seconds_bucket{cache=\"hit\",le=\"0.001\"} 2\n"
            "tern_answer_seconds_bucket{cache=\"hit\",le=\"1.0\"} 5\n"
            "tern_answer_seconds_bucket{cache=\"hit\",le=\"+Inf\"} 6\n"
            "tern_answer_seconds_sum{cache=\"hit\"} 2.5\n"
            "tern_answer_seconds_count{cache=\"hit\"} 6\n"
            "# HELP tern_build What runs.\n"
            "# TYPE tern_build info\n"
            "tern_build_info{version=\"1\"} 1\n"
            "# EOF\n");
}

TEST(ExpositionTest, QuotesAndLineEndsAreEscaped) {
  Family family{.name = "a", .help = "a \"b\" \\ c\nd"};
  family.samples = {{{{"zone", "x\\y\"z\n"}}, 1}};
  EXPECT_EQ(WriteExposition({&family, 1}, ExpositionFormat::kPrometheusText),
            "# HELP a a \"b\" \\\\ c\\nd\n# TYPE a gauge\na{zone=\"x\\\\y\\\"z\\n\"} 1\n");
  EXPECT_EQ(
      WriteExposition({&family, 1}, ExpositionFormat::kOpenMetrics),
      "# HELP a a \\\"b\\\" \\\\ c\\nd\n# TYPE a gauge\na{zone=\"x\\\\y\\\"z\\n\"} 1\n# EOF\n");
}

TEST(ExpositionTest, NumbersKeepTheirValue) {
  Family family{.name = "a", .help = "b"};
  for (const double value :
       {0.0, 0.1, 1e300, 4503599627370496.0, -2.0, std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN()}) {
    family.samples.push_back({{}, value});
  }
  EXPECT_EQ(WriteExposition({&family, 1}, ExpositionFormat::kPrometheusText),
            "# HELP a b\n# TYPE a gauge\na 0\na 0.1\na 1e+300\na 4503599627370496\na -2\na +Inf\n"
            "a NaN\n");
}

TEST(ExpositionTest, OpenMetricsIsForWhoAsksForIt) {
  using enum ExpositionFormat;
  EXPECT_EQ(ChooseFormat(""), kPrometheusText);
  EXPECT_EQ(ChooseFormat("*/*"), kPrometheusText);
  EXPECT_EQ(ChooseFormat("application/openmetrics-text"), kOpenMetrics);
  // What Prometheus sends.
  EXPECT_EQ(ChooseFormat("application/openmetrics-text; version=1.0.0,application/openmetrics-text;"
                         "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            kOpenMetrics);
  EXPECT_EQ(ChooseFormat("text/plain, application/openmetrics-text;q=0.3"), kOpenMetrics);
  EXPECT_EQ(ChooseFormat("application/openmetrics-text;q=0, text/plain"), kPrometheusText);
  EXPECT_EQ(ChooseFormat("application/openmetrics-text ; q=0.000"), kPrometheusText);
  EXPECT_EQ(ChooseFormat("application/openmetrics-texts"), kPrometheusText);
  EXPECT_EQ(ChooseFormat(",;,;q=;,"), kPrometheusText);
}

}  // namespace
}  // namespace tern::resolver::control
