#include "wire/address_text.h"

#include <gtest/gtest.h>

#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

using std::string_view_literals::operator""sv;

TEST(AddressTextTest, IsReadBackAsItWasWritten) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    const auto octets = ParseAddress(text);
    ASSERT_TRUE(octets) << text;
    EXPECT_EQ(octets->size(),
              std::string_view(text).find(':') == std::string_view::npos ? 4u : 16u);
    EXPECT_EQ(AddressToText(AsOctets(*octets)), text);
  }
  EXPECT_EQ(ParseAddress("1.2.3.4"), "\1\2\3\4");
  EXPECT_EQ(ParseAddress("2001:DB8:0:0:0:0:0:1"), ParseAddress("2001:db8::1"));
}

TEST(AddressTextTest, RefusesEverythingElse) {
  for (const std::string_view text :
       {""sv, "1.2.3"sv, "1.2.3.4 "sv, "1.2.3.256"sv, "01.2.3.4"sv, "::1%lo"sv, ":"sv, "[::1]"sv,
        "1.2.3.4\0"sv, "1.2.3.4\0x"sv, "::1\0"sv}) {
    EXPECT_FALSE(ParseAddress(text)) << text;
  }
  EXPECT_FALSE(ParseAddress(std::string(100'000, '1')));
}

TEST(AddressTextDeathTest, HasFourOctetsOrSixteen) {
  EXPECT_DEATH((void)AddressToText(AsOctets("12345")), "broken contract");
}

}  // namespace
}  // namespace tern::wire
