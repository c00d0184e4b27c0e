#include "resolver/control/collect_answers.h"

#include "gtest/gtest.h"
#include "resolver/base/counters.h"
#include "resolver/control/exposition.h"

namespace tern::resolver::control {
namespace {

std::string Exposed(const AnswerCounts<uint64_t>& counts) {
  std::vector<Family> families;
  CollectAnswers(counts, &families);
  return WriteExposition(families, ExpositionFormat::kPrometheusText);
}

bool HasLine(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

TEST(CollectAnswersTest, QueriesHaveTransportAndFamily) {
  AnswerCounts<uint64_t> counts;
  counts.queries = {{{1, 2}, {3, 4}}};
  const std::string text = Exposed(counts);
  EXPECT_TRUE(HasLine(text, "tern_queries_total{transport=\"udp\",family=\"ipv4\"} 1"));
  EXPECT_TRUE(HasLine(text, "tern_queries_total{transport=\"udp\",family=\"ipv6\"} 2"));
  EXPECT_TRUE(HasLine(text, "tern_queries_total{transport=\"tcp\",family=\"ipv4\"} 3"));
  EXPECT_TRUE(HasLine(text, "tern_queries_total{transport=\"tcp\",family=\"ipv6\"} 4"));
}

TEST(CollectAnswersTest, AnswersHaveRcodeAndSource) {
  AnswerCounts<uint64_t> counts;
  counts.answers[static_cast<size_t>(AnswerSource::kRefused)][kBadCookiePlace] = 7;
  counts.answers[static_cast<size_t>(AnswerSource::kDropped)][0] = 8;
  const std::string text = Exposed(counts);
  EXPECT_TRUE(HasLine(text, "tern_answers_total{rcode=\"BADCOOKIE\",source=\"refused\"} 7"));
  EXPECT_TRUE(HasLine(text, "tern_answers_total{rcode=\"none\",source=\"dropped\"} 8"));
  EXPECT_TRUE(HasLine(text, "tern_answers_total{rcode=\"NOERROR\",source=\"cache\"} 0"));
  EXPECT_EQ(text.find("YXDOMAIN"), std::string::npos);
  EXPECT_EQ(text.find("tern_ede_total"), std::string::npos);
}

TEST(CollectAnswersTest, ExtendedErrorsHaveTheirCode) {
  AnswerCounts<uint64_t> counts;
  counts.extended_errors[22] = 3;
  EXPECT_TRUE(HasLine(Exposed(counts), "tern_ede_total{code=\"22\"} 3"));
}

TEST(CollectAnswersTest, TimesAreInSeconds) {
  AnswerCounts<uint64_t> counts;
  counts.hit_time.counts[0] = 5;
  counts.hit_time.counts[16] = 1;
  counts.hit_time.sum_micros = 2'000'000;
  counts.miss_time.counts[3] = 2;
  const std::string text = Exposed(counts);
  EXPECT_TRUE(HasLine(text, "tern_cache_hits_total 6"));
  EXPECT_TRUE(HasLine(text, "tern_answer_seconds_bucket{cache=\"hit\",le=\"1e-06\"} 5"));
  EXPECT_TRUE(HasLine(text, "tern_answer_seconds_bucket{cache=\"hit\",le=\"+Inf\"} 6"));
  EXPECT_TRUE(HasLine(text, "tern_answer_seconds_sum{cache=\"hit\"} 2"));
  EXPECT_TRUE(HasLine(text, "tern_answer_seconds_bucket{cache=\"miss\",le=\"0.0005\"} 0"));
  EXPECT_TRUE(HasLine(text, "tern_answer_seconds_bucket{cache=\"miss\",le=\"0.001\"} 2"));
  EXPECT_TRUE(HasLine(text, "tern_answer_seconds_count{cache=\"miss\"} 2"));
}

}  // namespace
}  // namespace tern::resolver::control
