#include "resolver/base/error_text.h"

#include <gtest/gtest.h>

namespace tern::resolver {
namespace {

TEST(QuotedTest, ShowsWhereItEnds) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("it's"), "\"it's\"");
  EXPECT_EQ(Quoted("a\"b\\"), "\"a\\\"b\\\\\"");
}

TEST(QuotedTest, EscapesWhatIsNotPrintable) {
  EXPECT_EQ(Quoted("\x1b[2J\n\xc3\xa9"), "\"\\x1b[2J\\x0a\\xc3\\xa9\"");
}

TEST(QuotedTest, ShowsTheFirst64Octets) {
  EXPECT_EQ(Quoted(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
  EXPECT_EQ(Quoted(std::string(65, '\n')).size(), 64 * 4 + 5u);
}

}  // namespace
}  // namespace tern::resolver
