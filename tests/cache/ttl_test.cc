#include "cache/ttl.h"

#include <gtest/gtest.h>

#include <compare>
#include <concepts>
#include <functional>
#include <limits>
#include <type_traits>

#include "cache/entry.h"

namespace tern::cache {
namespace {

constexpr uint32_t kLast = std::numeric_limits<uint32_t>::max();

// A call that swaps the TTL and the time does not compile.
static_assert(!std::is_convertible_v<uint32_t, Instant>);
static_assert(!std::is_convertible_v<Instant, uint32_t>);
// Neither do a comparison of the two, an assignment from one to the other, and a sum of moments.
static_assert(!std::three_way_comparable_with<Instant, uint32_t>);
static_assert(!std::equality_comparable_with<Instant, uint32_t>);
static_assert(!std::is_assignable_v<Instant&, uint32_t>);
static_assert(!std::is_assignable_v<uint32_t&, Instant>);
static_assert(!std::is_invocable_v<std::plus<>, Instant, Instant>);
static_assert(std::is_same_v<decltype(Instant() + uint32_t{}), Instant>);
static_assert(std::is_same_v<decltype(Instant() - Instant()), uint32_t>);
template <typename Ttl, typename Now>
constexpr bool kStarts = std::is_invocable_v<decltype(&EntryBuilder::StartRRset), EntryBuilder&,
                                             wire::NameView, wire::RRType, Ttl, Now, Rank>&&
    std::is_invocable_v<decltype(&EntryBuilder::StartNoData), EntryBuilder&, wire::NameView,
                        wire::RRType, wire::NameView, Ttl, Now, Rank>&&
        std::is_invocable_v<decltype(&EntryBuilder::StartDelegation), EntryBuilder&, wire::NameView,
                            Ttl, Now>;
static_assert(kStarts<uint32_t, Instant>);
static_assert(!kStarts<Instant, uint32_t>);
static_assert(!kStarts<uint32_t, uint32_t>);
static_assert(!kStarts<Instant, Instant>);

TEST(InstantTest, SpansBetweenMomentsAreSeconds) {
  constexpr Instant kNow(1000);
  EXPECT_EQ((kNow + 60).seconds(), 1060u);
  EXPECT_EQ(kNow - 60, Instant(940));
  EXPECT_EQ(Instant(1060) - kNow, 60u);
  EXPECT_LT(kNow, kNow + 1);
  Instant later = kNow;
  later += 5;
  EXPECT_EQ(later, Instant(1005));
}

TEST(InstantTest, StopsAtTheEndsOfTheClock) {
  EXPECT_EQ(Instant(1000) + kLast, Instant(kLast));
  EXPECT_EQ(Instant(kLast - 1) + 1, Instant(kLast));
  EXPECT_EQ(Instant(kLast) + 1, Instant(kLast));
  EXPECT_EQ(Instant(10) - 11, Instant());
  EXPECT_EQ(Instant(10) - Instant(11), 0u);
}

TEST(TtlPolicyTest, KeepsTtlsWithinItsLimits) {
  const TtlPolicy policy{.min_ttl = 10, .max_ttl = 100, .max_negative_ttl = 50};
  EXPECT_EQ(policy.Positive(5), 10u);
  EXPECT_EQ(policy.Positive(70), 70u);
  EXPECT_EQ(policy.Positive(700), 100u);
}

// RFC 2308 section 5.
TEST(TtlPolicyTest, NegativeTtlIsTheLeastOfSoaTtlMinimumAndLimit) {
  const TtlPolicy policy{.min_ttl = 10, .max_ttl = 100, .max_negative_ttl = 50};
  EXPECT_EQ(policy.Negative(20, 40), 20u);
  EXPECT_EQ(policy.Negative(40, 5), 5u);
  EXPECT_EQ(policy.Negative(70, 60), 50u);
}

}  // namespace
}  // namespace tern::cache
