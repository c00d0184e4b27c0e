#include "wire/dnssec_records.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <string_view>

#include "tests/wire/generators.h"
#include "wire/rdata.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

using test::Generator;
using test::N;
using test::Octets;

// REQUIRES: `text` has the fields of `type`. If it has not, the result is empty.
Octets Rdata(RRType type, const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> tokens;
  for (std::string word; words >> word;) tokens.push_back(word);
  const auto rdata = ParseRdata(type, tokens);
  EXPECT_TRUE(rdata.ok()) << rdata.status();
  return rdata.ok() ? *rdata : Octets();
}

bool IsReadable(RRType type, std::span<const uint8_t> rdata) {
  switch (type) {
    case RRType::kDNSKEY:
      return ReadDnskey(rdata).has_value();
    case RRType::kDS:
      return ReadDs(rdata).has_value();
    case RRType::kRRSIG:
      return ReadRrsig(rdata).has_value();
    case RRType::kNSEC:
      return ReadNsec(rdata).has_value();
    case RRType::kNSEC3:
      return ReadNsec3(rdata).has_value();
    case RRType::kNSEC3PARAM:
      return ReadNsec3Param(rdata).has_value();
    default:
      return false;
  }
}

// The root's key of 2017, as IANA publishes it.
const std::string& RootKey() {
  static const std::string text =
      "257 3 8 "
      "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWX"
      "gnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/"
      "EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzu"
      "DWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU=";
  return text;
}

TEST(DnskeyTest, ReadsTheRootsKeyAndItsTag) {
  const Octets rdata = Rdata(RRType::kDNSKEY, RootKey());
  const auto key = ReadDnskey(rdata);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->protocol, kDnskeyProtocol);
  EXPECT_EQ(key->algorithm, SecurityAlgorithm::kRsaSha256);
  EXPECT_TRUE(key->IsZoneKey());
  EXPECT_TRUE(key->IsEntryPoint());
  EXPECT_FALSE(key->IsRevoked());
  EXPECT_EQ(key->public_key.size(), 260u);
  EXPECT_EQ(key->KeyTag(), 20326);
}

TEST(DnskeyTest, ARevokedKeyHasAnotherTag) {
  Octets rdata = Rdata(RRType::kDNSKEY, RootKey());
  rdata[1] |= 0x80;
  const auto key = ReadDnskey(rdata);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->IsRevoked());
  EXPECT_EQ(key->KeyTag(), 20326 + 128);  // RFC 5011 section 3
}

// The function of RFC 4034 appendix B, with its loop over single octets.
uint16_t NaiveTag(std::span<const uint8_t> rdata) {
  uint64_t sum = 0;
  for (size_t i = 0; i < rdata.size(); ++i) sum += (i & 1) != 0 ? rdata[i] : rdata[i] << 8;
  sum += sum >> 16 & 0xffff;
  return static_cast<uint16_t>(sum & 0xffff);
}

TEST(DnskeyTest, TagOfEverySizeIsTheRfcs) {
  Generator generator(4034);
  for (size_t size = 4; size < 300; ++size) {
    const Octets rdata = generator.Random(size);
    EXPECT_EQ(ReadDnskey(rdata)->KeyTag(), NaiveTag(rdata)) << size;
  }
  const Octets largest(kRdataOctetsMax, 0xff);
  EXPECT_EQ(ReadDnskey(largest)->KeyTag(), NaiveTag(largest));
}

TEST(DsTest, ReadsItsFields) {
  const Octets rdata = Rdata(
      RRType::kDS, "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D");
  const auto ds = ReadDs(rdata);
  ASSERT_TRUE(ds);
  EXPECT_EQ(ds->key_tag, 20326);
  EXPECT_EQ(ds->algorithm, SecurityAlgorithm::kRsaSha256);
  EXPECT_EQ(ds->digest_type, DigestType::kSha256);
  EXPECT_EQ(ToHex(ds->digest), ToHex(std::span(rdata).subspan(4)));
  EXPECT_EQ(ds->digest.size(), 32u);
}

TEST(RrsigTest, ReadsItsFields) {
  const Octets rdata = Rdata(
      RRType::kRRSIG, "MX 13 2 3600 20360101000000 20260101000000 35085 Example.ORG. c2lnbmF0dXJl");
  const auto rrsig = ReadRrsig(rdata);
  ASSERT_TRUE(rrsig);
  EXPECT_EQ(rrsig->type_covered, RRType::kMX);
  EXPECT_EQ(rrsig->algorithm, SecurityAlgorithm::kEcdsaP256Sha256);
  EXPECT_EQ(rrsig->labels, 2);
  EXPECT_EQ(rrsig->original_ttl, 3600u);
  EXPECT_EQ(rrsig->expiration, 2082758400u);
  EXPECT_EQ(rrsig->inception, 1767225600u);
  EXPECT_EQ(rrsig->key_tag, 35085);
  EXPECT_TRUE(rrsig->signer.EqualsExactly(N("Example.ORG.")));
  EXPECT_EQ(AsText(rrsig->signature), "signature");
  EXPECT_EQ(rrsig->fixed_fields().size() + rrsig->signer.size() + rrsig->signature.size(),
            rdata.size());
}

TEST(RrsigTest, DatesWrapAround) {
  RrsigView rrsig;
  rrsig.inception = 0xffffff00;  // in 2106
  rrsig.expiration = 0x00000100;
  EXPECT_EQ(rrsig.SecondsOfValidity(), 0x200);
  EXPECT_EQ(rrsig.SecondsSinceInception(0xffffff00), 0);
  EXPECT_EQ(rrsig.SecondsSinceInception(5), 0x105);
  EXPECT_EQ(rrsig.SecondsToExpiration(5), 0xfb);
  EXPECT_EQ(rrsig.SecondsSinceInception(0xfffffeff), -1);
  EXPECT_EQ(rrsig.SecondsToExpiration(0x101), -1);
  std::swap(rrsig.inception, rrsig.expiration);
  EXPECT_EQ(rrsig.SecondsOfValidity(), -0x200);
}

TEST(RrsigTest, AMomentHalfTheCircleAwayIsOutside) {
  RrsigView rrsig;
  rrsig.inception = 1000;
  rrsig.expiration = 1000;
  EXPECT_LT(rrsig.SecondsSinceInception(1000 + 0x80000000), 0);
  EXPECT_LT(rrsig.SecondsToExpiration(1000 + 0x80000000), 0);
}

TEST(NsecTest, ReadsNameAndTypes) {
  const Octets rdata = Rdata(RRType::kNSEC, "host.Example.com. A MX RRSIG NSEC TYPE1234");
  const auto nsec = ReadNsec(rdata);
  ASSERT_TRUE(nsec);
  EXPECT_TRUE(nsec->next.EqualsExactly(N("host.Example.com.")));
  EXPECT_TRUE(nsec->types.Contains(RRType::kMX));
  EXPECT_TRUE(nsec->types.Contains(static_cast<RRType>(1234)));
  EXPECT_FALSE(nsec->types.Contains(RRType::kNS));
}

TEST(Nsec3Test, ReadsItsFields) {
  // RFC 5155 appendix A.
  const Octets rdata =
      Rdata(RRType::kNSEC3, "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA");
  const auto nsec3 = ReadNsec3(rdata);
  ASSERT_TRUE(nsec3);
  EXPECT_EQ(nsec3->hash_algorithm, kNsec3HashSha1);
  EXPECT_TRUE(nsec3->IsOptOut());
  EXPECT_FALSE(nsec3->HasUnknownFlags());
  EXPECT_EQ(nsec3->iterations, 12);
  EXPECT_EQ(ToHex(nsec3->salt), ToHex(AsOctets("\xaa\xbb\xcc\xdd")));
  EXPECT_EQ(nsec3->next_hash.size(), 20u);
  EXPECT_TRUE(nsec3->types.Contains(RRType::kSOA));
  EXPECT_FALSE(nsec3->types.Contains(RRType::kA));
}

TEST(Nsec3Test, TellsUnknownFlags) {
  Octets rdata = Rdata(RRType::kNSEC3, "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr");
  EXPECT_FALSE(ReadNsec3(rdata)->IsOptOut());
  EXPECT_TRUE(ReadNsec3(rdata)->types.IsEmpty());
  EXPECT_TRUE(ReadNsec3(rdata)->salt.empty());
  rdata[1] = 2;
  EXPECT_FALSE(ReadNsec3(rdata)->IsOptOut());
  EXPECT_TRUE(ReadNsec3(rdata)->HasUnknownFlags());
}

TEST(Nsec3Test, RefusesAHashOfNoOctets) {
  Octets rdata = Rdata(RRType::kNSEC3, "1 0 0 - 00");
  EXPECT_TRUE(ReadNsec3(rdata));
  rdata.resize(5);
  rdata.push_back(0);
  EXPECT_FALSE(ReadNsec3(rdata));
}

TEST(Nsec3ParamTest, ReadsItsFields) {
  const Octets rdata = Rdata(RRType::kNSEC3PARAM, "1 0 258 abcd");
  const auto param = ReadNsec3Param(rdata);
  ASSERT_TRUE(param);
  EXPECT_EQ(param->hash_algorithm, 1);
  EXPECT_EQ(param->flags, 0);
  EXPECT_EQ(param->iterations, 258);
  EXPECT_EQ(param->salt.size(), 2u);
}

constexpr RRType kReadTypes[] = {RRType::kDNSKEY, RRType::kDS,    RRType::kRRSIG,
                                 RRType::kNSEC,   RRType::kNSEC3, RRType::kNSEC3PARAM};

// Every cut, and one octet too many: what has the shape of its type is read, and nothing else.
TEST(DnssecRecordsTest, ReadsExactlyWhatHasTheShapeOfItsType) {
  Generator generator(20);
  const std::pair<RRType, std::string> kExamples[] = {
      {RRType::kDNSKEY, "256 3 13 b2N0ZXRz"},
      {RRType::kDS, "1 13 2 0011"},
      {RRType::kRRSIG, "A 13 1 1 20360101000000 20260101000000 1 a.b. b2N0ZXRz"},
      {RRType::kNSEC, "a.b. A TYPE1234"},
      {RRType::kNSEC3, "1 0 1 aabb 2t7b4g4vsa5smi47k61mv5bv1a22bojr A TYPE1234"},
      {RRType::kNSEC3PARAM, "1 0 1 aabb"},
  };
  int readable = 0;
  for (const auto& [type, text] : kExamples) {
    Octets whole = Rdata(type, text);
    EXPECT_TRUE(IsReadable(type, whole)) << text;
    whole.push_back(0xff);
    for (size_t size = 0; size <= whole.size(); ++size) {
      const Octets cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_EQ(IsReadable(type, cut), IsValidRdata(type, cut)) << text << " cut to " << size;
    }
    for (int round = 0; round < 2000; ++round) {
      Octets changed = whole;
      changed[generator.Below(static_cast<uint32_t>(whole.size()))] = generator.Octet();
      changed.resize(whole.size() - generator.Below(2));
      EXPECT_EQ(IsReadable(type, changed), IsValidRdata(type, changed)) << ToHex(changed);
      readable += IsReadable(type, changed) ? 1 : 0;
    }
  }
  EXPECT_GT(readable, 2000);
  for (const RRType type : kReadTypes) {
    EXPECT_FALSE(IsReadable(type, Octets(kRdataOctetsMax + 1, 1)));
  }
}

}  // namespace
}  // namespace tern::wire
