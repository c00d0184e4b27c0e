// What replies may cost that are made to cost much: a reply no more than a few milliseconds of the
// processor, and a client's question no more than some tens, with all its upstream queries.
#include "tests/support/hostile_replies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::resolution {
namespace {

using std::chrono::nanoseconds;
using test::Hostility;

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr int kSlower = 1;
#else
constexpr int kSlower = 20;
#endif

// In what the names take that are read and written beside it: about half a millisecond.
constexpr int kMostOfReply = 4;
constexpr int kMostOfQuestion = 80;

struct Cost {
  nanoseconds costliest_reply{0};
  nanoseconds question{0};
};

Cost Measure(Hostility hostility, size_t records) {
  test::HostileWorld world(hostility, records);
  Cost cost;
  world.Ask([&](const std::function<void()>& hand_over) {
    const nanoseconds before = test::ProcessorTime();
    hand_over();
    const nanoseconds took = test::ProcessorTime() - before;
    cost.costliest_reply = std::max(cost.costliest_reply, took);
    cost.question += took;
  });
  return cost;
}

// Reads and writes the text of a deep name so often that it takes about as long as a reply, and
// measures that. What slows one of them down slows the other down too.
nanoseconds MeasureNames() {
  std::string text;
  for (int i = 0; i < 110; ++i) text += "x.";
  const nanoseconds before = test::ProcessorTime();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(wire::ToText(wire::ParseName(text)->view()), text);
  return test::ProcessorTime() - before;
}

class HostileRepliesTest : public testing::TestWithParam<Hostility> {};
INSTANTIATE_TEST_SUITE_P(Kinds, HostileRepliesTest,
                         testing::Values(Hostility::kReferral, Hostility::kStrayGlue,
                                         Hostility::kChain, Hostility::kPointers,
                                         Hostility::kDenials));

// One round that shows it is enough: what else the machine does only adds to a cost.
TEST_P(HostileRepliesTest, NoReplyAndNoQuestionCostsMuch) {
  constexpr int kRounds = 20;
  for (const size_t records : {0, 300, 500}) {
    std::string seen;
    bool is_shown = false;
    nanoseconds before = MeasureNames();
    for (int round = 0; round < kRounds && !is_shown; ++round) {
      const Cost cost = Measure(GetParam(), records);
      const nanoseconds after = MeasureNames();
      const nanoseconds names = std::max(before, after);
      before = after;
      is_shown = cost.costliest_reply < kSlower * kMostOfReply * names &&
                 cost.question < kSlower * kMostOfQuestion * names;
      seen += "the names take " + std::to_string(names.count()) + " ns, the costliest reply " +
              std::to_string(cost.costliest_reply.count()) + ", the question " +
              std::to_string(cost.question.count()) + "\n";
    }
    ASSERT_TRUE(is_shown) << records << " records\n" << seen;
  }
}

}  // namespace
}  // namespace tern::resolver::resolution
