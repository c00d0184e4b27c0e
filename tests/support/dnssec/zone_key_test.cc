#include "tests/support/dnssec/zone_key.h"

#include "gtest/gtest.h"
#include "tests/sim/zone.h"
#include "tests/support/dnssec/denial_records.h"
#include "tests/support/dnssec/rrsig.h"
#include "tests/support/dnssec/verify_signature.h"

namespace tern::sim {
namespace {

constexpr uint8_t kAlgorithms[] = {kRsaSha1,   kRsaSha1Nsec3, kRsaSha256, kRsaSha512,
                                   kEcdsaP256, kEcdsaP384,    kEd25519,   kEd448};

TEST(ZoneKeyTest, SignaturesOfEveryAlgorithmVerify) {
  const std::vector<PlainRecord> rrset = RecordsOfText(".", "www.example. 60 A 192.0.2.1\n");
  for (const uint8_t algorithm : kAlgorithms) {
    const ZoneKey key(algorithm, 7, kZoneKeyFlag);
    Rrsig rrsig{.covered = wire::RRType::kA, .algorithm = algorithm, .labels = 2};
    rrsig.signature = key.Sign(SignedOctets(rrsig, rrset));
    EXPECT_TRUE(VerifiesSignature(key.Dnskey(), rrsig, rrset)) << int{algorithm};
    const ZoneKey other(algorithm, 8, kZoneKeyFlag);
    EXPECT_FALSE(VerifiesSignature(other.Dnskey(), rrsig, rrset)) << int{algorithm};
    rrsig.labels = 1;
    EXPECT_FALSE(VerifiesSignature(key.Dnskey(), rrsig, rrset)) << int{algorithm};
  }
}

TEST(ZoneKeyTest, EqualSeedsGiveEqualKeysAndSignatures) {
  const Octets message = {1, 2, 3};
  for (const uint8_t algorithm : kAlgorithms) {
    const ZoneKey key(algorithm, 1, kZoneKeyFlag);
    EXPECT_EQ(key.Sign(message), ZoneKey(algorithm, 1, kZoneKeyFlag).Sign(message));
    EXPECT_NE(key.Dnskey(), ZoneKey(algorithm, 2, kZoneKeyFlag).Dnskey());
  }
}

TEST(ZoneKeyTest, KeysCanHaveEqualTags) {
  for (uint64_t seed = 1; seed < 40; ++seed) {
    const ZoneKey key = ZoneKey::WithTag(kEd25519, seed * 100, 4711);
    EXPECT_EQ(key.Tag(), 4711);
    EXPECT_EQ(key.flags() & (kZoneKeyFlag | kRevokedFlag), kZoneKeyFlag);
  }
}

// RFC 4034 section 5.4, RFC 4509 section 2.3, RFC 6605 section 6.1.
TEST(ZoneKeyTest, DigestsAreThoseOfTheExamples) {
  const std::vector<PlainRecord> records = RecordsOfText(".", R"(
dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9Xz
  fwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvx
  egXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/r
  ljwvFw== )
dskey.example.com. 86400 IN DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
dskey.example.com. 86400 IN DS 60485 5 2 (
  D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A )
)");
  for (size_t i = 1; i <= 2; ++i) {
    const Octets digest = DsDigestOf(records[0].owner, records[0].rdata, records[i].rdata[3]);
    EXPECT_EQ(digest, Octets(records[i].rdata.begin() + 4, records[i].rdata.end()));
  }
  EXPECT_EQ(DsDigestOf(records[0].owner, records[0].rdata, kSha384Digest).size(), 48u);
  EXPECT_TRUE(DsDigestOf(records[0].owner, records[0].rdata, 3).empty());
}

// RFC 5155 appendix A.
TEST(ZoneKeyTest, HashesAreThoseOfTheExample) {
  const Octets salt = {0xaa, 0xbb, 0xcc, 0xdd};
  const auto hash_of = [&](std::string_view name) {
    return HashText(Nsec3HashOf(NameOf(name), 12, salt));
  };
  EXPECT_EQ(hash_of("example."), "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom");
  EXPECT_EQ(hash_of("A.example."), "35mthgpgcu1qg68fab165klnsnk3dpvl");
  EXPECT_EQ(hash_of("*.w.example."), "r53bq7cc2uvmubfu5ocmm6pers9tk9en");
}

}  // namespace
}  // namespace tern::sim
