#include "resolver/base/endpoint.h"

#include <netinet/in.h>
#include <sys/un.h>

#include "gtest/gtest.h"

namespace tern::resolver {
namespace {

IpAddress Address(std::string_view text) { return *IpAddress::Parse(text); }

TEST(IpAddressTest, ReadsBothFamiliesAndWritesTheirShortForm) {
  EXPECT_EQ(Address("192.0.2.1").ToText(), "192.0.2.1");
  EXPECT_EQ(Address("2001:DB8:0:0::1").ToText(), "2001:db8::1");
  EXPECT_EQ(Address("::ffff:192.0.2.1").ToText(), "::ffff:192.0.2.1");
  EXPECT_TRUE(Address("192.0.2.1").IsIpv4());
  EXPECT_TRUE(Address("::").IsIpv6());
  EXPECT_EQ(IpAddress().ToText(), "none");
}

TEST(IpAddressTest, RefusesWhatIsNoPlainAddress) {
  for (const std::string_view text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", " 192.0.2.1", "0300.0.2.1", "192.0.2.1:53",
        "[::1]", "fe80::1%eth0", "2001:db8:::1", "1:2:3:4:5:6:7:8:9", "localhost",
        "::ffff:1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string_view("192.0.2.1\0x", 11)));
}

TEST(IpAddressTest, ALinkLocalAddressMayNameItsInterface) {
  const IpAddress address = *IpAddress::ParseScoped("fe80::1%lo");
  EXPECT_NE(address.scope, 0U);
  EXPECT_EQ(address.ToText(), "fe80::1%lo");
  EXPECT_EQ(IpAddress::ParseScoped("fe80::1%" + std::to_string(address.scope)), address);
  EXPECT_FALSE(address.LacksInterface());
  EXPECT_NE(address, Address("fe80::1"));
  EXPECT_TRUE(Address("fe80::1").LacksInterface());
  EXPECT_TRUE(Address("febf::1").LacksInterface());
  EXPECT_FALSE(Address("fec0::1").LacksInterface());
  EXPECT_FALSE(Address("254.128.0.1").LacksInterface());
  EXPECT_EQ(IpAddress::ParseScoped("192.0.2.1"), Address("192.0.2.1"));
  for (const std::string_view text : {"fe80::1%", "fe80::1%no-such-one", "fe80::1%4294967295",
                                      "fe80::1%0", "2001:db8::1%lo", "127.0.0.1%lo", "%lo"}) {
    EXPECT_FALSE(IpAddress::ParseScoped(text)) << text;
  }
}

TEST(IpAddressTest, TellsAddressesWithAMeaning) {
  struct Case {
    const char* text;
    bool unspecified = false;
    bool loopback = false;
    bool multicast = false;
    bool mapped = false;
  };
  for (const Case& c : {
           Case{.text = "0.0.0.0", .unspecified = true},
           Case{.text = "::", .unspecified = true},
           Case{.text = "0.0.0.1"},
           Case{.text = "::2"},
           Case{.text = "127.0.0.0", .loopback = true},
           Case{.text = "127.255.255.255", .loopback = true},
           Case{.text = "126.255.255.255"},
           Case{.text = "128.0.0.0"},
           Case{.text = "::1", .loopback = true},
           Case{.text = "7f00::1"},
           Case{.text = "223.255.255.255"},
           Case{.text = "224.0.0.0", .multicast = true},
           Case{.text = "255.255.255.255", .multicast = true},
           Case{.text = "ff02::1", .multicast = true},
           Case{.text = "fe80::1"},
           Case{.text = "::ffff:127.0.0.1", .mapped = true},
           Case{.text = "::ffff:0.0.0.0", .mapped = true},
           Case{.text = "::fffe:127.0.0.1"},
           Case{.text = "1::ffff:127.0.0.1"},
           Case{.text = "255.255.0.1", .multicast = true},
       }) {
    const IpAddress address = Address(c.text);
    EXPECT_EQ(address.IsUnspecified(), c.unspecified) << c.text;
    EXPECT_EQ(address.IsLoopback(), c.loopback) << c.text;
    EXPECT_EQ(address.IsMulticast(), c.multicast) << c.text;
    EXPECT_EQ(address.IsIpv4Mapped(), c.mapped) << c.text;
  }
  EXPECT_FALSE(IpAddress().IsUnspecified());
}

TEST(EndpointTest, ReadsAnAddressWithAndWithoutPort) {
  EXPECT_EQ(Endpoint::Parse("192.0.2.1", 53)->ToText(), "192.0.2.1:53");
  EXPECT_EQ(Endpoint::Parse("192.0.2.1:5300", 53)->ToText(), "192.0.2.1:5300");
  EXPECT_EQ(Endpoint::Parse("2001:db8::1", 53)->ToText(), "[2001:db8::1]:53");
  EXPECT_EQ(Endpoint::Parse("[2001:db8::1]", 53)->ToText(), "[2001:db8::1]:53");
  EXPECT_EQ(Endpoint::Parse("[2001:db8::1]:65535", 53)->ToText(), "[2001:db8::1]:65535");
  EXPECT_EQ(Endpoint::Parse("192.0.2.1:0", 53)->port, 0);
}

// `::1:53` is a good address, ::0.1.0.83, and nobody means it.
TEST(EndpointTest, AnIpv6AddressThatMayEndWithAPortNeedsBrackets) {
  for (const std::string_view text : {"::1:53", "::1:853", "2001:db8::1:5300", "fe80::1:2:8053"}) {
    EXPECT_FALSE(Endpoint::Parse(text, 53)) << text;
  }
  EXPECT_EQ(Endpoint::Parse("[::1:53]", 53)->ToText(), "[::0.1.0.83]:53");
  for (const std::string_view text :
       {"::", "::1", "2001:503:ba3e::2:30", "2001:db8::53", "1:2:3:4:5:6:7:53", "::1:5a"}) {
    EXPECT_TRUE(Endpoint::Parse(text, 53)) << text;
  }
}

TEST(EndpointTest, RefusesHalvesOfOne) {
  for (const std::string_view text :
       {"", ":53", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:53a", "192.0.2.1:-1", "[2001:db8::1",
        "[2001:db8::1]:", "[2001:db8::1]53", "[192.0.2.1]:53", "[]:53", "[]"}) {
    EXPECT_FALSE(Endpoint::Parse(text, 53)) << text;
  }
}

TEST(EndpointTest, ComesBackFromASocketAddress) {
  for (const std::string_view text : {"192.0.2.1:53", "[2001:db8::1]:5300", "[fe80::1%lo]:53"}) {
    const Endpoint endpoint = *Endpoint::Parse(text, 0);
    sockaddr_storage storage;
    const socklen_t size = endpoint.ToSockaddr(&storage);
    EXPECT_EQ(size, endpoint.address.IsIpv4() ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    EXPECT_EQ(Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&storage)), endpoint);
    EXPECT_EQ(endpoint.ToText(), text);
  }
  sockaddr_un local = {};
  local.sun_family = AF_UNIX;
  EXPECT_EQ(Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&local)), Endpoint());
}

TEST(PrefixTest, ReadsABlockOrOneAddress) {
  EXPECT_EQ(Prefix::Parse("127.0.0.0/8")->ToText(), "127.0.0.0/8");
  EXPECT_EQ(Prefix::Parse("0.0.0.0/0")->ToText(), "0.0.0.0/0");
  EXPECT_EQ(Prefix::Parse("192.0.2.1")->ToText(), "192.0.2.1/32");
  EXPECT_EQ(Prefix::Parse("2001:db8::/32")->ToText(), "2001:db8::/32");
  EXPECT_EQ(Prefix::Parse("::1")->ToText(), "::1/128");
}

TEST(PrefixTest, RefusesBitsBehindTheLengthAndLengthsThatDoNotFit) {
  for (const std::string_view text :
       {"", "/8", "127.0.0.1/8", "127.0.0.0/", "127.0.0.0/33", "127.0.0.0/8x", "127.0.0.0/-1",
        "127.0.0.0/8/8", "2001:db8::1/64", "2001:db8::/129", "2001:db8::/300"}) {
    EXPECT_FALSE(Prefix::Parse(text)) << text;
  }
}

TEST(PrefixTest, ContainsItsBlockAlone) {
  const Prefix odd = *Prefix::Parse("10.32.0.0/11");
  EXPECT_TRUE(odd.Contains(Address("10.32.0.0")));
  EXPECT_TRUE(odd.Contains(Address("10.63.255.255")));
  EXPECT_FALSE(odd.Contains(Address("10.64.0.0")));
  EXPECT_FALSE(odd.Contains(Address("10.31.255.255")));
  EXPECT_TRUE(odd.Contains(Address("::ffff:10.32.0.1")));
  EXPECT_FALSE(odd.Contains(Address("::10.32.0.1")));
  EXPECT_TRUE(Prefix::Parse("::/0")->Contains(Address("2001:db8::1")));
  EXPECT_TRUE(Prefix::Parse("fe80::1")->Contains(*IpAddress::ParseScoped("fe80::1%lo")));
  EXPECT_FALSE(Prefix::Parse("::/0")->Contains(Address("10.32.0.1")));
}

}  // namespace
}  // namespace tern::resolver
