#include "resolver/policy/access.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace tern::resolver::policy {
namespace {

AccessList ListOf(std::initializer_list<const char*> texts) {
  std::vector<Prefix> prefixes;
  for (const char* text : texts) prefixes.push_back(*Prefix::Parse(text));
  return AccessList(prefixes);
}

IpAddress Address(const char* text) { return *IpAddress::Parse(text); }

TEST(AccessListTest, EmptyListAllowsNobody) {
  const AccessList list;
  EXPECT_FALSE(list.Contains(Address("127.0.0.1")));
  EXPECT_FALSE(list.Contains(Address("::1")));
}

TEST(AccessListTest, HoldsBothEndsOfABlockAndNothingBesides) {
  const AccessList list = ListOf({"192.0.2.64/26", "2001:db8:0:8000::/49"});
  EXPECT_FALSE(list.Contains(Address("192.0.2.63")));
  EXPECT_TRUE(list.Contains(Address("192.0.2.64")));
  EXPECT_TRUE(list.Contains(Address("192.0.2.127")));
  EXPECT_FALSE(list.Contains(Address("192.0.2.128")));
  EXPECT_FALSE(list.Contains(Address("2001:db8:0:7fff:ffff:ffff:ffff:ffff")));
  EXPECT_TRUE(list.Contains(Address("2001:db8:0:8000::")));
  EXPECT_TRUE(list.Contains(Address("2001:db8:0:ffff:ffff:ffff:ffff:ffff")));
  EXPECT_FALSE(list.Contains(Address("2001:db8:1::")));
}

TEST(AccessListTest, WholeAddressSpacesReachTheirLastAddress) {
  const AccessList list = ListOf({"0.0.0.0/0", "::/0"});
  EXPECT_TRUE(list.Contains(Address("0.0.0.0")));
  EXPECT_TRUE(list.Contains(Address("255.255.255.255")));
  EXPECT_TRUE(list.Contains(Address("::")));
  EXPECT_TRUE(list.Contains(Address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
}

TEST(AccessListTest, OneFamilyDoesNotOpenTheOther) {
  EXPECT_FALSE(ListOf({"0.0.0.0/0"}).Contains(Address("2001:db8::1")));
  EXPECT_FALSE(ListOf({"::/0"}).Contains(Address("192.0.2.1")));
}

TEST(AccessListTest, MappedAddressCountsAsItsIpv4Address) {
  const AccessList list = ListOf({"10.0.0.0/8"});
  EXPECT_TRUE(list.Contains(Address("::ffff:10.1.2.3")));
  EXPECT_FALSE(list.Contains(Address("::ffff:11.1.2.3")));
  EXPECT_FALSE(list.Contains(Address("::10.1.2.3")));
}

TEST(AccessListTest, ReadsAddressesOfSockets) {
  const AccessList list = ListOf({"127.0.0.0/8", "::1/128"});
  for (const auto& [text, allowed] : {std::pair{"127.3.2.1", true},
                                      {"128.0.0.1", false},
                                      {"::1", true},
                                      {"::2", false},
                                      {"::ffff:127.0.0.1", true}}) {
    sockaddr_storage storage = {};
    Endpoint{Address(text), 53}.ToSockaddr(&storage);
    EXPECT_EQ(list.Contains(reinterpret_cast<const sockaddr*>(&storage)), allowed) << text;
  }
  sockaddr_un local = {};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(list.Contains(reinterpret_cast<const sockaddr*>(&local)));
}

Prefix RandomPrefix(std::mt19937_64* random) {
  Prefix prefix;
  prefix.address.size = (*random)() % 2 == 0 ? 4 : 16;
  const unsigned bits = prefix.address.size * 8u;
  // A narrow space, so that blocks nest and overlap and candidates hit them.
  prefix.address.octets[0] = static_cast<uint8_t>((*random)() % 4);
  prefix.length = static_cast<uint8_t>((*random)() % (bits + 1));
  for (unsigned i = 1; i < prefix.address.size; ++i) {
    prefix.address.octets[i] = static_cast<uint8_t>((*random)() % 3 == 0 ? (*random)() : 0);
  }
  for (unsigned bit = prefix.length; bit < bits; ++bit) {
    prefix.address.octets[bit / 8] &= static_cast<uint8_t>(~(0x80u >> bit % 8));
  }
  return prefix;
}

// An address at, just before or just behind an end of the block, or anywhere.
IpAddress AddressNear(const Prefix& prefix, std::mt19937_64* random) {
  IpAddress address = prefix.address;
  const unsigned bits = address.size * 8u;
  if ((*random)() % 2 == 0) {
    for (unsigned bit = prefix.length; bit < bits; ++bit) {
      address.octets[bit / 8] |= static_cast<uint8_t>(0x80u >> bit % 8);
    }
  }
  const int step = static_cast<int>((*random)() % 3) - 1;
  for (int i = address.size - 1; i >= 0 && step != 0; --i) {
    address.octets[i] = static_cast<uint8_t>(address.octets[i] + step);
    if (address.octets[i] != (step > 0 ? 0 : 0xff)) break;
  }
  return address;
}

TEST(AccessListTest, AgreesWithANaiveOracle) {
  constexpr uint64_t kSeed = 20240607;
  std::mt19937_64 random(kSeed);
  size_t allowed = 0;
  size_t asked = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<Prefix> prefixes(random() % 2 == 0 ? random() % 6 : random() % 200);
    for (Prefix& prefix : prefixes) prefix = RandomPrefix(&random);
    const AccessList list(prefixes);
    for (int i = 0; i < 200; ++i) {
      const Prefix near =
          prefixes.empty() ? RandomPrefix(&random) : prefixes[random() % prefixes.size()];
      const IpAddress address = AddressNear(near, &random);
      const bool expected =
          std::any_of(prefixes.begin(), prefixes.end(),
                      [&](const Prefix& prefix) { return prefix.Contains(address); });
      ASSERT_EQ(list.Contains(address), expected)
          << address.ToText() << " in round " << round << ", seed " << kSeed;
      allowed += expected ? 1 : 0;
      ++asked;
    }
  }
  // Both answers were put to the test.
  EXPECT_GT(allowed, asked / 10);
  EXPECT_LT(allowed, asked - asked / 10);
}

}  // namespace
}  // namespace tern::resolver::policy
