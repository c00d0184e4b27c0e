#include "resolver/config/mistakes.h"

#include <string>

#include "gtest/gtest.h"

namespace tern::resolver::config {
namespace {

absl::Status Mistake(const std::string& text) { return absl::InvalidArgumentError(text); }

TEST(MistakesTest, NoneIsNoError) {
  Mistakes mistakes;
  mistakes.Add(absl::OkStatus());
  EXPECT_TRUE(mistakes.none());
  EXPECT_TRUE(mistakes.All().ok());
}

TEST(MistakesTest, EachHasALine) {
  Mistakes inner;
  inner.Add(Mistake("b"));
  inner.Add(Mistake("c"));
  Mistakes mistakes;
  mistakes.Add(Mistake("a"));
  mistakes.Add(inner.All());
  EXPECT_EQ(mistakes.All().message(), "a\nb\nc");
}

TEST(MistakesTest, TooManyAreCounted) {
  Mistakes mistakes;
  std::string shown;
  for (size_t i = 0; i < kMistakesShownMax; ++i) {
    mistakes.Add(Mistake("x"));
    shown += "x\n";
  }
  mistakes.Add(Mistake("y"));
  mistakes.Add(Mistake("z"));
  EXPECT_EQ(mistakes.All().message(), shown + "and 2 mistakes more");
}

}  // namespace
}  // namespace tern::resolver::config
