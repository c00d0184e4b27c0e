#include "resolver/base/nearest_word.h"

#include <string>

#include "gtest/gtest.h"

namespace tern::resolver {
namespace {

TEST(NearestWordTest, FindsTheWordThatWasMeant) {
  const std::string_view words[] = {"listen", "workers", "access", "cache", "stub", "to"};
  EXPECT_EQ(NearestWord("worker", words), "workers");
  EXPECT_EQ(NearestWord("lisen", words), "listen");
  EXPECT_EQ(NearestWord("acces", words), "access");
  EXPECT_EQ(NearestWord("tp", words), "to");
  EXPECT_EQ(NearestWord("wrokers", words), "workers");
  EXPECT_EQ(NearestWord("resolution", words), "");
  EXPECT_EQ(NearestWord("", words), "");
  EXPECT_EQ(NearestWord(std::string(10'000, 'x'), words), "");
}

}  // namespace
}  // namespace tern::resolver
