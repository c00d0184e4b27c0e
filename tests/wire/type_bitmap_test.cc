#include "wire/type_bitmap.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "tests/wire/generators.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Generator;
using test::Octets;

constexpr RRType TypeNumber(uint32_t number) { return static_cast<RRType>(number); }

bool IsSound(std::string_view octets) { return TypeBitmap::FromWire(Bytes(octets)).has_value(); }

// RFC 4034 section 4.3: A MX RRSIG NSEC TYPE1234.
constexpr std::string_view kOfTheRfc =
    "\x00\x06\x40\x01\x00\x00\x00\x03"
    "\x04\x1b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x20"sv;

TEST(TypeBitmapTest, HasTheTypesOfTheRfcsExampleAndNoOther) {
  const Octets octets = Bytes(kOfTheRfc);
  const auto types = TypeBitmap::FromWire(octets);
  ASSERT_TRUE(types);
  const std::set<uint32_t> expected = {1, 15, 46, 47, 1234};
  for (uint32_t number = 0; number <= 0xffff; ++number) {
    EXPECT_EQ(types->Contains(TypeNumber(number)), expected.contains(number)) << number;
  }
}

TEST(TypeBitmapTest, NoOctetsHaveNoTypes) {
  const auto types = TypeBitmap::FromWire({});
  ASSERT_TRUE(types);
  EXPECT_TRUE(types->IsEmpty());
  EXPECT_FALSE(types->Contains(RRType::kA));
  EXPECT_FALSE(TypeBitmap().Contains(RRType::kNS));
}

TEST(TypeBitmapTest, RefusesEveryCutOfAWindow) {
  const Octets octets = Bytes(kOfTheRfc);
  for (size_t size = 1; size < octets.size(); ++size) {
    // A copy of its own, so that a sanitizer sees a read behind the end.
    const Octets cut(octets.begin(), octets.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(TypeBitmap::FromWire(cut).has_value(), size == 8) << size;
  }
}

TEST(TypeBitmapTest, RefusesWhatRfc4034Forbids) {
  EXPECT_TRUE(IsSound("\x00\x01\x40\x01\x01\x40"sv));
  EXPECT_FALSE(IsSound("\x01\x01\x40\x00\x01\x40"sv));  // windows that decrease
  EXPECT_FALSE(IsSound("\x01\x01\x40\x01\x01\x40"sv));  // a window twice
  EXPECT_FALSE(IsSound("\x00\x00"sv));                  // an empty window
  EXPECT_FALSE(IsSound("\x00\x00\x40"sv));
  EXPECT_FALSE(IsSound("\x00\x02\x40\x00"sv));  // a zero octet at the end
  Octets longest(34, 0x01);
  longest[0] = 7;
  longest[1] = 32;
  EXPECT_TRUE(TypeBitmap::FromWire(longest));
  longest.push_back(0x01);
  longest[1] = 33;
  EXPECT_FALSE(TypeBitmap::FromWire(longest));
}

// Built from a set of types, and compared with it.
TEST(TypeBitmapTest, AgreesWithASetOfTypes) {
  Generator generator(47);
  for (int round = 0; round < 300; ++round) {
    std::set<uint32_t> expected;
    for (uint32_t i = generator.Below(40); i > 0; --i) {
      expected.insert(generator.Below(4) << 8 | generator.Below(256));
    }
    Octets octets;
    for (uint32_t window = 0; window < 4; ++window) {
      Octets bits(32);
      size_t used = 0;
      for (const uint32_t number : expected) {
        if (number >> 8 != window) continue;
        used = (number & 0xff) / 8 + 1;
        bits[used - 1] = static_cast<uint8_t>(bits[used - 1] | 0x80 >> number % 8);
      }
      if (used == 0) continue;
      octets.push_back(static_cast<uint8_t>(window));
      octets.push_back(static_cast<uint8_t>(used));
      octets.insert(octets.end(), bits.begin(), bits.begin() + static_cast<ptrdiff_t>(used));
    }
    const auto types = TypeBitmap::FromWire(octets);
    ASSERT_TRUE(types);
    for (uint32_t number = 0; number < 5 << 8; ++number) {
      EXPECT_EQ(types->Contains(TypeNumber(number)), expected.contains(number));
    }
  }
}

}  // namespace
}  // namespace tern::wire
