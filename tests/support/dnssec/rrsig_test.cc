#include "tests/support/dnssec/rrsig.h"

#include "gtest/gtest.h"
#include "tests/sim/zone.h"
#include "tests/support/dnssec/verify_signature.h"

namespace tern::sim {
namespace {

// RFC 8080 section 6.1, with the set that is signed.
constexpr std::string_view kEdwardsExample = R"(
example.com. 3600 IN DNSKEY 257 3 15 ( l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4= )
example.com. 3600 IN MX 10 mail.example.com.
example.com. 3600 IN RRSIG MX 15 2 3600 ( 1440021600 1438207200 3613 example.com.
  oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg== )
)";

// RFC 6605 section 6.1.
constexpr std::string_view kEcdsaExample = R"(
example.net. 3600 IN DNSKEY 257 3 13 ( GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edb
  krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA== )
www.example.net. 3600 IN A 192.0.2.1
www.example.net. 3600 IN RRSIG A 13 3 3600 ( 20100909100439 20100812100439 55648 example.net.
  qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw== )
)";

std::vector<PlainRecord> OfType(const std::vector<PlainRecord>& records, wire::RRType type) {
  std::vector<PlainRecord> found;
  for (const PlainRecord& record : records) {
    if (record.type == type) found.push_back(record);
  }
  return found;
}

TEST(RrsigTest, FieldsSurviveTheirRdata) {
  const std::vector<PlainRecord> records = RecordsOfText("example.com.", kEdwardsExample);
  const Octets rdata = OfType(records, wire::RRType::kRRSIG).at(0).rdata;
  const std::optional<Rrsig> rrsig = Rrsig::FromRdata(rdata);
  ASSERT_TRUE(rrsig.has_value());
  EXPECT_EQ(rrsig->covered, wire::RRType::kMX);
  EXPECT_EQ(rrsig->labels, 2);
  EXPECT_EQ(rrsig->expiration, 1440021600u);
  EXPECT_EQ(rrsig->tag, 3613);
  EXPECT_EQ(rrsig->Rdata(), rdata);
}

TEST(RrsigTest, KnowsTheTagsOfTheExamples) {
  const auto tag_of = [](std::string_view text) {
    return KeyTagOf(OfType(RecordsOfText(".", text), wire::RRType::kDNSKEY).at(0).rdata);
  };
  EXPECT_EQ(tag_of(kEdwardsExample), 3613);
  EXPECT_EQ(tag_of(kEcdsaExample), 55648);
}

TEST(RrsigTest, SignaturesOfTheExamplesVerify) {
  for (const std::string_view text : {kEdwardsExample, kEcdsaExample}) {
    const std::vector<PlainRecord> records = RecordsOfText(".", text);
    const Octets key = OfType(records, wire::RRType::kDNSKEY).at(0).rdata;
    Rrsig rrsig = *Rrsig::FromRdata(OfType(records, wire::RRType::kRRSIG).at(0).rdata);
    const std::vector<PlainRecord> rrset = OfType(records, rrsig.covered);
    EXPECT_TRUE(VerifiesSignature(key, rrsig, rrset)) << text;
    rrsig.signature[5] ^= 1;
    EXPECT_FALSE(VerifiesSignature(key, rrsig, rrset)) << text;
  }
}

TEST(RrsigTest, CanonicalFormLowersNamesOfTheOldTypesOnly) {
  const auto canonical_of = [](std::string_view text) {
    const std::vector<PlainRecord> records = RecordsOfText(".", text);
    PlainRecord record = records.at(0);
    record.rdata = CanonicalRdata(record.type, record.rdata);
    return record.ToText();
  };
  EXPECT_EQ(canonical_of("a. 1 MX 10 Mail.B.\n"), "a. 1 IN MX 10 mail.b.");
  EXPECT_EQ(canonical_of("a. 1 SOA Ns.A. Me.A. 1 2 3 4 5\n"), "a. 1 IN SOA ns.a. me.a. 1 2 3 4 5");
  EXPECT_EQ(canonical_of("a. 1 NAPTR 1 2 \"U\" \"S\" \"!X!\" Rep.A.\n"),
            "a. 1 IN NAPTR 1 2 \"U\" \"S\" \"!X!\" rep.a.");
  // RFC 6840 section 5.1.
  EXPECT_EQ(canonical_of("a. 1 NSEC B.A. A\n"), "a. 1 IN NSEC B.A. A");
  EXPECT_EQ(canonical_of("a. 1 TXT \"Text\"\n"), "a. 1 IN TXT \"Text\"");
}

TEST(RrsigTest, OwnersBeyondTheLabelsBecomeTheWildcard) {
  EXPECT_EQ(SignedLabels(NameOf("a.b.")), 2);
  EXPECT_EQ(SignedLabels(NameOf("*.b.")), 1);
  Rrsig rrsig{.covered = wire::RRType::kA, .labels = 1};
  const auto octets_of = [&](std::string_view owner) {
    return SignedOctets(rrsig, RecordsOfText(".", std::string(owner) + " 60 A 192.0.2.1\n"));
  };
  EXPECT_EQ(octets_of("X.y.b."), octets_of("*.b."));
  EXPECT_NE(octets_of("b."), octets_of("*.b."));
}

TEST(RrsigTest, OrderAndCopiesOfRecordsDoNotMatter) {
  const Rrsig rrsig{.covered = wire::RRType::kA, .labels = 1};
  std::vector<PlainRecord> records = RecordsOfText(".", "a. 60 A 192.0.2.2\na. 60 A 192.0.2.1\n");
  const Octets octets = SignedOctets(rrsig, records);
  std::swap(records[0], records[1]);
  records.push_back(records[0]);
  EXPECT_EQ(SignedOctets(rrsig, records), octets);
}

}  // namespace
}  // namespace tern::sim
