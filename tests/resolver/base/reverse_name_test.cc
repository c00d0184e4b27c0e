#include "resolver/base/reverse_name.h"

#include "gtest/gtest.h"
#include "wire/presentation.h"

namespace tern::resolver {
namespace {

std::string ReverseOf(const char* address) {
  return wire::ToText(ReverseName(*IpAddress::Parse(address)));
}

TEST(ReverseNameTest, WritesIpv4OctetsBackwards) {
  EXPECT_EQ(ReverseOf("192.0.2.145"), "145.2.0.192.in-addr.arpa.");
  EXPECT_EQ(ReverseOf("0.0.0.0"), "0.0.0.0.in-addr.arpa.");
}

TEST(ReverseNameTest, WritesIpv6DigitsBackwards) {
  EXPECT_EQ(ReverseOf("4321:0:1:2:3:4:567:89ab"),  // the example of RFC 3596 section 2.5
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.");
}

TEST(ReverseNameDeathTest, NoAddressHasNone) {
  EXPECT_DEATH((void)ReverseName(IpAddress()), "IsIpv4");
}

}  // namespace
}  // namespace tern::resolver
