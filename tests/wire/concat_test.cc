#include "wire/concat.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace tern {
namespace {

TEST(ConcatTest, TakesTextsAndNumbersOfEveryKind) {
  const std::string text = "c";
  EXPECT_EQ(Concat("a", std::string_view("b"), text, -1, uint8_t{200}, UINT64_MAX),
            "abc-120018446744073709551615");
  EXPECT_EQ(Concat("", std::string()), "");
}

}  // namespace
}  // namespace tern
