#include "resolver/io/sockets.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tern::resolver::io {
namespace {

std::vector<std::string> Own(std::vector<const char*> listen, uint16_t port,
                             std::string* why_incomplete) {
  std::vector<Endpoint> endpoints;
  for (const char* text : listen) endpoints.push_back(*Endpoint::Parse(text, 0));
  std::vector<std::string> texts;
  for (const Prefix& prefix : OwnAddresses(endpoints, port, why_incomplete)) {
    texts.push_back(prefix.ToText());
  }
  return texts;
}

std::vector<std::string> Own(std::vector<const char*> listen, uint16_t port) {
  std::string why_incomplete;
  const std::vector<std::string> texts = Own(std::move(listen), port, &why_incomplete);
  EXPECT_EQ(why_incomplete, "");
  return texts;
}

bool Holds(const std::vector<std::string>& texts, const char* text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

TEST(SocketsTest, OwnAddressesAreThoseThatAreListenedOnAtThePort) {
  EXPECT_EQ(Own({"192.0.2.1:53", "192.0.2.2:5353", "[2001:db8::1]:53"}, 53),
            (std::vector<std::string>{"192.0.2.1/32", "2001:db8::1/128"}));
  EXPECT_EQ(Own({"0.0.0.0:5353", "[::]:5353"}, 53), std::vector<std::string>{});
}

TEST(SocketsTest, BehindAWildcardAllOfTheMachinesAddressesAreOwn) {
  const auto ipv4 = Own({"0.0.0.0:53"}, 53);
  EXPECT_TRUE(Holds(ipv4, "127.0.0.0/8"));
  EXPECT_FALSE(Holds(ipv4, "::1/128"));
  EXPECT_FALSE(Holds(ipv4, "0.0.0.0/32"));
  const auto ipv6 = Own({"[::]:53"}, 53);
  EXPECT_FALSE(Holds(ipv6, "127.0.0.0/8"));
  // A machine without IPv6 has none.
  EXPECT_EQ(Holds(ipv6, "::1/128"), StateOf(*IpAddress::Parse("::1")) == AddressState::kThere);
}

TEST(SocketsTest, WhenTheAddressesCannotBeListedTheReasonIsTold) {
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  // The list comes over a socket.
  const rlimit none = {0, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  std::string why_incomplete;
  const auto wildcard = Own({"0.0.0.0:53"}, 53, &why_incomplete);
  std::string why_of_one;
  const auto one = Own({"192.0.2.1:53"}, 53, &why_of_one);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(wildcard, std::vector<std::string>{"127.0.0.0/8"});
  EXPECT_NE(why_incomplete, "");
  EXPECT_EQ(one, std::vector<std::string>{"192.0.2.1/32"});
  EXPECT_EQ(why_of_one, "");
}

TEST(SocketsTest, OnlyALinkLocalReplyIsBoundToTheInterfaceOfItsQuery) {
  for (const char* text : {"fe80::1%lo", "2001:db8::1"}) {
    const IpAddress local = *IpAddress::ParseScoped(text);
    alignas(cmsghdr) uint8_t control[kLocalAddressOctets];
    const size_t octets = WriteLocalAddress(local, control);
    EXPECT_EQ(ReadLocalAddress(control, octets), local) << text;
  }
  // The kernel names the interface in each packet's information.
  IpAddress global = *IpAddress::Parse("2001:db8::1");
  global.scope = 1;
  alignas(cmsghdr) uint8_t control[kLocalAddressOctets];
  const size_t octets = WriteLocalAddress(global, control);
  EXPECT_EQ(ReadLocalAddress(control, octets).scope, 0U);
}

}  // namespace
}  // namespace tern::resolver::io
