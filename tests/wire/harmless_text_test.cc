#include "wire/harmless_text.h"

#include <gtest/gtest.h>

namespace tern {
namespace {

using std::string_view_literals::operator""sv;

TEST(HarmlessTextTest, LeavesPrintableAsciiAsItIs) {
  std::string printable;
  for (char c = ' '; c <= '~'; ++c) printable += c;
  EXPECT_EQ(HarmlessText(printable), printable);
  EXPECT_EQ(HarmlessText(""), "");
}

TEST(HarmlessTextTest, EscapesEveryOtherOctet) {
  EXPECT_EQ(HarmlessText("a\0b\n\t\x1b[2J\x7f\xff"sv), "a\\x00b\\x0a\\x09\\x1b[2J\\x7f\\xff");
}

// The terminal's control sequence introducer is 0x9b in Latin-1, 0xc2 0x9b in UTF-8.
TEST(HarmlessTextTest, EscapesControlsOfUtf8AndLatin1) {
  EXPECT_EQ(HarmlessText("\xc2\x9b\x9b"), "\\xc2\\x9b\\x9b");
  EXPECT_EQ(HarmlessText("\xc3\xa9"), "\\xc3\\xa9");
}

TEST(HarmlessTextTest, IsPrintableAndStaysAsItIs) {
  std::string every;
  for (int octet = 0; octet < 256; ++octet) every += static_cast<char>(octet);
  const std::string shown = HarmlessText(every);
  for (const char c : shown) EXPECT_TRUE(c >= ' ' && c <= '~') << static_cast<int>(c);
  EXPECT_EQ(HarmlessText(shown), shown);
}

}  // namespace
}  // namespace tern
