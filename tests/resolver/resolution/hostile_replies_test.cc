// What replies may cost that are made to cost much: no reply more than a millisecond of the
// processor, and no client's question more than twenty, with all its upstream queries.
#include "tests/support/hostile_replies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>

namespace tern::resolver::resolution {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test::Hostility;

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr int kSlower = 1;
#else
constexpr int kSlower = 20;
#endif

struct Cost {
  nanoseconds costliest_reply{0};
  nanoseconds question{0};
};

Cost Measure(Hostility hostility, size_t records) {
  // The least of some rounds: what disturbs the measurement only adds to it.
  Cost least{nanoseconds::max(), nanoseconds::max()};
  for (int round = 0; round < 3; ++round) {
    test::HostileWorld world(hostility, records);
    Cost cost;
    world.Ask([&](const std::function<void()>& hand_over) {
      const nanoseconds before = test::ProcessorTime();
      hand_over();
      const nanoseconds took = test::ProcessorTime() - before;
      cost.costliest_reply = std::max(cost.costliest_reply, took);
      cost.question += took;
    });
    least.costliest_reply = std::min(least.costliest_reply, cost.costliest_reply);
    least.question = std::min(least.question, cost.question);
  }
  return least;
}

class HostileRepliesTest : public testing::TestWithParam<Hostility> {};
INSTANTIATE_TEST_SUITE_P(Kinds, HostileRepliesTest,
                         testing::Values(Hostility::kReferral, Hostility::kStrayGlue,
                                         Hostility::kChain, Hostility::kPointers,
                                         Hostility::kDenials));

TEST_P(HostileRepliesTest, NoReplyAndNoQuestionCostsMuch) {
  for (const size_t records : {0, 300, 500}) {
    const Cost cost = Measure(GetParam(), records);
    EXPECT_LT(cost.costliest_reply, kSlower * milliseconds(1)) << records;
    EXPECT_LT(cost.question, kSlower * milliseconds(20)) << records;
  }
}

}  // namespace
}  // namespace tern::resolver::resolution
