#include "resolver/crypto/nsec3_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/parse_presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::crypto {
namespace {

struct Nsec3Vector {
  const char* name;
  const char* salt;  // hexadecimal
  uint16_t iterations;
  const char* label;
};

// Made with three programs that agree, for each name, salt and number of iterations:
//
//     nsec3hash AABBCCDD 1 12 example; ldns-nsec3-hash -t 12 -s AABBCCDD example
//     knsec3hash AABBCCDD 1 12 example
//
// Those with the salt AABBCCDD are also in RFC 5155 appendix A.
constexpr Nsec3Vector kNsec3Vectors[] = {
    {"example.", "AABBCCDD", 12, "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},
    {"example.", "", 0, "3msev9usmd4br9s97v51r2tdvmr9iqo1"},
    {"example.", "00", 1, "6jn5pf3mcorvmhj7skh6k8scnsh4t2pa"},
    {"example.", "AB", 150, "oalgg01s76ur2td8061qkgjcbu18b87r"},
    {"a.example.", "AABBCCDD", 12, "35mthgpgcu1qg68fab165klnsnk3dpvl"},
    {"Ns1.EXAMPLE.", "AABBCCDD", 12, "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
    {"Ns1.EXAMPLE.", "", 0, "m1o89lfdo9rrf2f8r8ss42d81d09v48m"},
    {"Ns1.EXAMPLE.", "AB", 150, "5jgi7uv1t2sv1co5ari1o6guegm67ul3"},
    {"*.w.example.", "AABBCCDD", 12, "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
    {"*.w.example.", "00", 1, "aa78a1fptdoeeufpk3aagbulh2mkketd"},
    {"xx.example.", "AABBCCDD", 12, "t644ebqk9bibcna874givr6joj62mlhv"},
};

std::string LabelOf(const Nsec3Hash& hash) {
  const auto label = ToNsec3Label(hash);
  return std::string(label.data(), label.size());
}

std::string HashOf(const std::string& name, const std::string& salt, uint16_t iterations) {
  Nsec3Hasher hasher;
  const auto owner = wire::ParseName(name);
  const auto octets = wire::FromHex(salt);
  if (!owner.ok() || !octets) return "bad input";
  const auto hash = hasher.Hash(*owner, wire::AsOctets(*octets), iterations);
  return hash ? LabelOf(*hash) : "failed";
}

TEST(Nsec3HasherTest, AgreesWithOtherPrograms) {
  for (const Nsec3Vector& vector : kNsec3Vectors) {
    EXPECT_EQ(HashOf(vector.name, vector.salt, vector.iterations), vector.label) << vector.name;
  }
}

TEST(Nsec3HasherTest, TakesTheLongestNameAndTheLongestSalt) {
  std::string name;
  std::string salt;
  for (int i = 0; i < 126; ++i) name += "A.";
  for (int i = 0; i < 255; ++i) salt += "AB";
  EXPECT_EQ(HashOf(name + "b.", salt, 10), "1msv4rhahfbvuv71odrssv5dsi9gsgfk");
}

TEST(Nsec3HasherTest, OneHasherHashesManyNames) {
  Nsec3Hasher hasher;
  for (int round = 0; round < 2; ++round) {
    for (const Nsec3Vector& vector : kNsec3Vectors) {
      const auto name = wire::ParseName(vector.name);
      const auto salt = wire::FromHex(vector.salt);
      const auto hash = hasher.Hash(*name, wire::AsOctets(*salt), vector.iterations);
      ASSERT_TRUE(hash);
      EXPECT_EQ(LabelOf(*hash), vector.label);
    }
  }
}

TEST(Nsec3LabelTest, GoesBothWays) {
  for (const Nsec3Vector& vector : kNsec3Vectors) {
    std::string label = vector.label;
    const auto hash = FromNsec3Label(label);
    ASSERT_TRUE(hash);
    EXPECT_EQ(LabelOf(*hash), label);
    EXPECT_EQ(wire::AsText(*hash), *wire::FromBase32Hex(label));
    for (char& c : label) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(FromNsec3Label(label), hash);
  }
}

TEST(Nsec3LabelTest, RefusesWhatIsNoHash) {
  const std::string label = kNsec3Vectors[0].label;
  EXPECT_FALSE(FromNsec3Label(""));
  EXPECT_FALSE(FromNsec3Label(label.substr(1)));
  EXPECT_FALSE(FromNsec3Label(label + "0"));
  for (int octet = 0; octet < 256; ++octet) {
    std::string changed = label;
    changed[7] = static_cast<char>(octet);
    const bool is_digit = (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'v') ||
                          (octet >= 'A' && octet <= 'V');
    EXPECT_EQ(FromNsec3Label(changed).has_value(), is_digit) << octet;
  }
}

}  // namespace
}  // namespace tern::resolver::crypto
