#include "resolver/dnssec/canonical_key.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "tests/resolver/dnssec/denial_records.h"
#include "wire/name.h"

namespace tern::resolver::dnssec {
namespace {

int Sign(int number) { return number < 0 ? -1 : number > 0 ? 1 : 0; }

TEST(CanonicalKeyTest, TheZonesOwnKeyIsEmpty) {
  const wire::Name zone = NameOf("example.");
  EXPECT_EQ(CanonicalKey(zone, zone).view(), "");
  EXPECT_EQ(CanonicalKey(zone, NameOf("B.a.Example.")).view(), std::string_view("a\0b\0", 4));
}

TEST(CanonicalKeyTest, KeysSortAsNames) {
  std::mt19937 random(1);
  constexpr std::string_view kOctets("\0\1\2AaBb*", 8);
  const auto any_name = [&] {
    wire::Name name = NameOf("example.");
    for (size_t labels = random() % 4; labels > 0; --labels) {
      std::string label;
      for (size_t i = 1 + random() % 3; i > 0; --i) label += kOctets[random() % kOctets.size()];
      EXPECT_TRUE(name.Prepend(label));
    }
    return name;
  };
  const wire::Name zone = NameOf("example.");
  for (int i = 0; i < 20000; ++i) {
    const wire::Name a = any_name();
    const wire::Name b = any_name();
    const CanonicalKey key_a(zone, a);
    const CanonicalKey key_b(zone, b);
    ASSERT_EQ(Sign(key_a.view().compare(key_b.view())), Sign(wire::CompareCanonical(a, b)));
  }
}

// Each octet of the longest name is escaped.
TEST(CanonicalKeyTest, TheLongestKeyFits) {
  wire::Name name;
  for (const size_t octets : {63, 63, 63, 61}) {
    ASSERT_TRUE(name.Prepend(std::string(octets, '\0')));
  }
  ASSERT_EQ(name.size(), wire::kNameOctetsMax);
  EXPECT_EQ(CanonicalKey(wire::NameView(), name).view().size(), 2 * 250u + 4);
}

}  // namespace
}  // namespace tern::resolver::dnssec
