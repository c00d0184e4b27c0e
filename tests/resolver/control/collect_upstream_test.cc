#include "resolver/control/collect_upstream.h"

#include "gtest/gtest.h"
#include "resolver/base/counters.h"
#include "resolver/control/exposition.h"
#include "resolver/upstream/avoided.h"

namespace tern::resolver::control {
namespace {

TEST(CollectUpstreamTest, ServersThatAreAvoidedHaveTheReason) {
  CounterSnapshot counts;
  for (size_t i = 0; i < kAvoidReasons; ++i) counts.of_upstream.avoided[i] = i + 1;
  EXPECT_EQ(counts.of_upstream.avoided_sum(), 1u + 2 + 3 + 4 + 5 + 6 + 7);
  std::vector<Family> families;
  CollectUpstream(counts, &families);
  const std::string text = WriteExposition(families, ExpositionFormat::kPrometheusText);
  const std::string_view words[] = {"lame",    "refused",   "failed", "format_error",
                                    "unsound", "overtaken", "bogus"};
  for (size_t i = 0; i < kAvoidReasons; ++i) {
    EXPECT_EQ(WordOf(static_cast<upstream::WhyAvoided>(i)), words[i]);
    const std::string line = "\ntern_upstream_avoided_total{reason=\"" + std::string(words[i]) +
                             "\"} " + std::to_string(i + 1) + "\n";
    EXPECT_NE(text.find(line), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace tern::resolver::control
