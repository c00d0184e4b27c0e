#include "resolver/config/root_hints.h"

#include <set>

#include "gtest/gtest.h"
#include "wire/presentation.h"

namespace tern::resolver::config {
namespace {

std::string HintsError(std::string_view text) {
  const auto hints = ParseRootHints(text, "hints");
  return hints.ok() ? "" : std::string(hints.status().message());
}

TEST(RootHintsTest, BuiltinHintsAreThirteenServersWithBothFamilies) {
  const auto hints = BuiltinRootHints();
  ASSERT_EQ(hints.size(), 13u);
  std::set<std::string> addresses;
  for (size_t i = 0; i < hints.size(); ++i) {
    EXPECT_EQ(wire::ToText(hints[i].server),
              std::string(1, static_cast<char>('a' + i)) + ".root-servers.net.");
    ASSERT_EQ(hints[i].addresses.size(), 2u);
    EXPECT_TRUE(hints[i].addresses[0].IsIpv4());
    EXPECT_TRUE(hints[i].addresses[1].IsIpv6());
    for (const IpAddress& address : hints[i].addresses) addresses.insert(address.ToText());
  }
  EXPECT_EQ(addresses.size(), 26u);
  EXPECT_EQ(hints[1].addresses[0].ToText(), "170.247.170.2");  // renumbered in 2023
}

TEST(RootHintsTest, ReadsServersAndTheirAddressesInAnyOrder) {
  const auto hints = ParseRootHints(
      "B.ROOT.test. 3600 IN A 198.18.0.2\n"
      ".  3600 IN NS a.root.test.\n"
      ".  3600 IN NS b.root.test.\n"
      "a.root.test. 3600 IN A 198.18.0.1\n"
      "a.root.test. 3600 IN AAAA 2001:2::1\n",
      "hints");
  ASSERT_TRUE(hints.ok()) << hints.status();
  ASSERT_EQ(hints->size(), 2u);
  EXPECT_EQ(wire::ToText((*hints)[0].server), "a.root.test.");
  ASSERT_EQ((*hints)[0].addresses.size(), 2u);
  EXPECT_EQ((*hints)[0].addresses[1].ToText(), "2001:2::1");
  ASSERT_EQ((*hints)[1].addresses.size(), 1u);
  EXPECT_EQ((*hints)[1].addresses[0].ToText(), "198.18.0.2");
}

TEST(RootHintsTest, ServersWithoutAnAddressAreLeftOut) {
  const auto hints = ParseRootHints(". NS a.\n. NS b.\nb. A 198.18.0.1\n", "hints");
  ASSERT_TRUE(hints.ok()) << hints.status();
  ASSERT_EQ(hints->size(), 1u);
  EXPECT_EQ(wire::ToText((*hints)[0].server), "b.");
}

TEST(RootHintsTest, NamesTheLineWhenNoServerHasAnAddress) {
  EXPECT_EQ(HintsError("; nothing\n"),
            "hints:1: expected at least one NS record of the root with an address of its server");
  EXPECT_EQ(HintsError(". NS a.\n. NS b.\n"),
            "hints:2: expected at least one NS record of the root with an address of its server");
}

TEST(RootHintsTest, RefusesRecordsThatAreNoHints) {
  EXPECT_EQ(HintsError(". NS a.\nx. A 198.18.0.1\n"),
            "hints:2: expected the address of a root server, but no NS record of the root names "
            "x.");
  EXPECT_EQ(HintsError(". NS a.\na. MX 10 b.\n"),
            "hints:2: expected NS records of the root and A or AAAA records of its servers, found "
            "a. MX");
  EXPECT_EQ(HintsError("com. NS a.\n"),
            "hints:1: expected NS records of the root and A or AAAA records of its servers, found "
            "com. NS");
}

TEST(RootHintsTest, RefusesMoreServersOrAddressesThanADelegationHolds) {
  std::string servers;
  for (int i = 0; i < 14; ++i) servers += ". NS s" + std::to_string(i) + ".\n";
  EXPECT_EQ(HintsError(servers), "hints:14: expected at most 13 root servers");
  std::string addresses = ". NS a.\n";
  for (int i = 0; i < 7; ++i) addresses += "a. A 198.18.0." + std::to_string(i) + "\n";
  EXPECT_EQ(HintsError(addresses),
            "hints:8: expected at most 6 addresses of a family for a root server");
}

}  // namespace
}  // namespace tern::resolver::config
