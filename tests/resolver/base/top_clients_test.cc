#include "resolver/base/top_clients.h"

#include <gtest/gtest.h>

namespace tern::resolver {
namespace {

std::string Shown(std::string_view client, TopClients shown) {
  return ShownAs(*IpAddress::Parse(client), shown).ToText();
}

TEST(TopClientsTest, AHouseholdIsShownAsItsPrefix) {
  EXPECT_EQ(Shown("198.51.100.77", TopClients::kPrefix), "198.51.100.0/24");
  EXPECT_EQ(Shown("2001:db8:1:2ff::77", TopClients::kPrefix), "2001:db8:1:200::/56");
  EXPECT_EQ(Shown("::ffff:198.51.100.77", TopClients::kPrefix), "198.51.100.0/24");
}

TEST(TopClientsTest, TheOperatorMayWantTheWholeAddress) {
  EXPECT_EQ(Shown("198.51.100.77", TopClients::kFull), "198.51.100.77/32");
  EXPECT_EQ(Shown("2001:db8::77", TopClients::kFull), "2001:db8::77/128");
  EXPECT_EQ(Shown("::ffff:198.51.100.77", TopClients::kFull), "198.51.100.77/32");
}

}  // namespace
}  // namespace tern::resolver
