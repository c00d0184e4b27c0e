#include "resolver/upstream/query_form.h"

#include <gtest/gtest.h>

#include <optional>

namespace tern::resolver::upstream {
namespace {

constexpr QueryForm kFull;
constexpr QueryForm kWithoutCookie = {.cookie = false};
constexpr QueryForm kLower = {.random_case = false, .cookie = false};
constexpr QueryForm kPlain = {.cookie = false, .edns = false};
constexpr QueryForm kBare = {.random_case = false, .cookie = false, .edns = false};

TEST(QueryFormTest, FormatErrorTakesAwayTheCookieAndThenEdns) {
  EXPECT_EQ(Leaner(kFull, Sign::kFormatError), kWithoutCookie);
  EXPECT_EQ(Leaner(kWithoutCookie, Sign::kFormatError), kPlain);
  EXPECT_EQ(Leaner(kPlain, Sign::kFormatError), std::nullopt);
}

TEST(QueryFormTest, WhatIsCertainlyAboutEdnsTakesItAwayAtOnce) {
  for (const Sign sign : {Sign::kNotImplemented, Sign::kUnreadable}) {
    EXPECT_EQ(Leaner(kFull, sign), kPlain);
    EXPECT_EQ(Leaner(kPlain, sign), std::nullopt);
  }
}

TEST(QueryFormTest, WhatSaysNothingTakesAwayAllInTwoSteps) {
  for (const Sign sign : {Sign::kFailure, Sign::kSilence}) {
    EXPECT_EQ(Leaner(kFull, sign), kLower);
    EXPECT_EQ(Leaner(kLower, sign), kBare);
    EXPECT_EQ(Leaner(kPlain, sign), kBare);
    EXPECT_EQ(Leaner(kBare, sign), std::nullopt);
  }
}

}  // namespace
}  // namespace tern::resolver::upstream
