#include "resolver/crypto/rsa_key_octets.h"

#include <gtest/gtest.h>

#include <vector>

namespace tern::resolver::crypto {
namespace {

using Octets = std::vector<uint8_t>;

Octets Joined(const std::vector<Octets>& parts) {
  Octets joined;
  for (const Octets& part : parts) joined.insert(joined.end(), part.begin(), part.end());
  return joined;
}

// An odd number.
Octets Modulus(size_t octets) { return Octets(octets, 0xc3); }

Octets Of(std::span<const uint8_t> span) { return Octets(span.begin(), span.end()); }

TEST(ReadRsaKeyTest, ReadsBothFormsOfTheExponentsLength) {  // RFC 3110 section 2
  for (const Octets& front : {Octets{3}, Octets{0, 0, 3}}) {
    const Octets octets = Joined({front, {1, 0, 1}, Modulus(256)});
    const auto key = ReadRsaKey(octets);
    ASSERT_TRUE(key);
    EXPECT_EQ(Of(key->exponent), (Octets{1, 0, 1}));
    EXPECT_EQ(Of(key->modulus), Modulus(256));
  }
}

TEST(ReadRsaKeyTest, ReadsOverZerosInFront) {
  const Octets octets = Joined({{5, 0, 0, 1, 0, 1}, Octets(300, 0), Modulus(512)});
  const auto key = ReadRsaKey(octets);
  ASSERT_TRUE(key);
  EXPECT_EQ(Of(key->exponent), (Octets{1, 0, 1}));
  EXPECT_EQ(key->modulus.size(), 512u);
  EXPECT_TRUE(ReadRsaKey(Joined({{255}, Octets(254, 0), {3}, Modulus(64)})));
}

TEST(ReadRsaKeyTest, RefusesCutOctets) {
  EXPECT_FALSE(ReadRsaKey({}));
  const Octets sound = Joined({{0, 0, 3}, {1, 0, 1}, Modulus(64)});
  EXPECT_TRUE(ReadRsaKey(sound));
  for (size_t size = 0; size < sound.size(); ++size) {
    const Octets cut(sound.begin(), sound.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_FALSE(ReadRsaKey(cut)) << size;
  }
  EXPECT_FALSE(ReadRsaKey(Octets{200, 1, 0, 1}));
  EXPECT_FALSE(ReadRsaKey(Joined({{0, 255, 255}, Octets(1000, 3)})));
}

TEST(ReadRsaKeyTest, BoundsTheModulus) {
  EXPECT_TRUE(ReadRsaKey(Joined({{1, 3}, Modulus(64)})));
  EXPECT_FALSE(ReadRsaKey(Joined({{1, 3}, Modulus(63)})));
  EXPECT_FALSE(ReadRsaKey(Joined({{1, 3}, {0, 0}, Modulus(63)})));
  EXPECT_TRUE(ReadRsaKey(Joined({{1, 3}, Modulus(512)})));
  EXPECT_FALSE(ReadRsaKey(Joined({{1, 3}, {1}, Modulus(512)})));
  EXPECT_FALSE(ReadRsaKey(Joined({{1, 3}, Modulus(65000)})));
}

TEST(ReadRsaKeyTest, RefusesExponentsThatAreZeroOneEvenOrHuge) {
  const auto is_read = [](const Octets& exponent) {
    return ReadRsaKey(Joined({{static_cast<uint8_t>(exponent.size())}, exponent, Modulus(128)}))
        .has_value();
  };
  EXPECT_TRUE(is_read({3}));
  EXPECT_TRUE(is_read({1, 0, 0, 0, 1}));
  EXPECT_TRUE(is_read(Octets(8, 0xff)));
  EXPECT_FALSE(is_read({0}));
  EXPECT_FALSE(is_read({0, 0, 0}));
  EXPECT_FALSE(is_read({1}));
  EXPECT_FALSE(is_read({0, 1}));
  EXPECT_FALSE(is_read({1, 0, 0}));
  EXPECT_FALSE(is_read(Octets(9, 0xff)));
  // More than 255 octets, and even zeros of that number.
  EXPECT_FALSE(ReadRsaKey(Joined({{0, 1, 0}, Octets(255, 0), {3}, Modulus(128)})));
  EXPECT_FALSE(ReadRsaKey(Joined({{0, 1, 0}, Octets(256, 0xff), Modulus(128)})));
  EXPECT_FALSE(ReadRsaKey(Joined({{0, 0, 0}, Modulus(128)})));  // no octets
}

TEST(ReadRsaKeyTest, RefusesAnEvenModulus) {
  Octets modulus = Modulus(128);
  modulus.back() = 2;
  EXPECT_FALSE(ReadRsaKey(Joined({{1, 3}, modulus})));
}

}  // namespace
}  // namespace tern::resolver::crypto
