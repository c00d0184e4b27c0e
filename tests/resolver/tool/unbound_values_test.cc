#include "resolver/tool/unbound_values.h"

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

std::string AddressText(std::string_view text) {
  const auto address = ParseUnboundAddress(text, 53);
  return address ? address->ToText() : "none";
}

TEST(UnboundValuesTest, AnAddressMayHaveAPortAndAName) {
  EXPECT_EQ(AddressText("192.0.2.1"), "192.0.2.1:53");
  EXPECT_EQ(AddressText("192.0.2.1@5353#dns.example"), "192.0.2.1:5353");
  EXPECT_EQ(AddressText("::0"), "[::]:53");
  EXPECT_EQ(AddressText("192.0.2.1@0"), "none");
  EXPECT_EQ(AddressText("eth0"), "none");
}

// The file may be of another machine.
TEST(UnboundValuesTest, AnInterfaceNeedNotBeThere) {
  EXPECT_EQ(AddressText("fe80::1%no-such-0@54"), "[fe80::1%no-such-0]:54");
  EXPECT_EQ(AddressText("fe80::1%"), "none");
  EXPECT_EQ(AddressText("2001:db8::1%eth0"), "none");
}

TEST(UnboundValuesTest, APointerIsARecordOfTheReverseName) {
  EXPECT_EQ(ParseUnboundPointer("192.0.2.4 www.example.com"),
            "4.2.0.192.in-addr.arpa. IN PTR www.example.com.");
  EXPECT_EQ(ParseUnboundPointer("192.0.2.4\t7200  www.example.com."),
            "4.2.0.192.in-addr.arpa. 7200 IN PTR www.example.com.");
  EXPECT_EQ(ParseUnboundPointer("192.0.2.4"), std::nullopt);
  EXPECT_EQ(ParseUnboundPointer("192.0.2.4 week a."), std::nullopt);
  EXPECT_EQ(ParseUnboundPointer("www.example.com 192.0.2.4"), std::nullopt);
}

TEST(UnboundValuesTest, ANameIsInItsZone) {
  EXPECT_TRUE(IsInUnboundZone("a.Example", "example."));
  EXPECT_TRUE(IsInUnboundZone("example.", "EXAMPLE"));
  EXPECT_TRUE(IsInUnboundZone("example", "."));
  EXPECT_FALSE(IsInUnboundZone("anexample", "example"));
  EXPECT_FALSE(IsInUnboundZone("example", "a.example"));
}

}  // namespace
}  // namespace tern::resolver::tool
