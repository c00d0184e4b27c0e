#include "resolver/crypto/digest.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/resolver/crypto/signed_zone.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::crypto {
namespace {

using test::kAlgorithmNumbers;
using test::Octets;
using test::SignedZone;
using test::VectorPath;
using wire::DigestType;

wire::Name Owner() { return wire::ParseName("Example.ORG.").value_or(wire::Name()); }

// The DNSKEY of the zone with the key tag of `ds`.
Octets NamedBy(const SignedZone& zone, const wire::DsView& ds) {
  for (const Octets& dnskey : zone.Records(Owner(), wire::RRType::kDNSKEY)) {
    if (wire::ReadDnskey(dnskey)->KeyTag() == ds.key_tag) return dnskey;
  }
  return {};
}

// Behind each zone stand the DS records that its signer made.
TEST(DsDigesterTest, AgreesWithOtherPrograms) {
  DsDigester digester;
  std::set<DigestType> types;
  for (const int number : kAlgorithmNumbers) {
    for (const std::string signer : {"bind", "ldns", "knot"}) {
      const SignedZone zone(VectorPath("few_" + std::to_string(number) + "_" + signer + ".zone"));
      const std::vector<Octets> records = zone.Records(Owner(), wire::RRType::kDS);
      EXPECT_EQ(records.size(), signer == "knot" ? 2u : 3u);
      for (const Octets& record : records) {
        const wire::DsView ds = *wire::ReadDs(record);
        const Octets dnskey = NamedBy(zone, ds);
        ASSERT_FALSE(dnskey.empty());
        EXPECT_EQ(digester.Compare(ds, Owner(), *wire::ReadDnskey(dnskey)), DigestResult::kEqual)
            << number << " " << signer << " " << static_cast<int>(ds.digest_type);
        types.insert(ds.digest_type);
      }
    }
  }
  EXPECT_EQ(types, (std::set{DigestType::kSha1, DigestType::kSha256, DigestType::kSha384}));
}

TEST(DsDigesterTest, TellsEveryDifference) {
  DsDigester digester;
  const SignedZone zone(VectorPath("few_13_bind.zone"));
  for (const Octets& record : zone.Records(Owner(), wire::RRType::kDS)) {
    const Octets dnskey = NamedBy(zone, *wire::ReadDs(record));
    const auto compare = [&](const Octets& ds, const wire::Name& owner, const Octets& key) {
      return digester.Compare(*wire::ReadDs(ds), owner, *wire::ReadDnskey(key));
    };
    EXPECT_EQ(compare(record, Owner(), dnskey), DigestResult::kEqual);
    for (size_t at = 4; at < record.size(); ++at) {
      Octets changed = record;
      changed[at] ^= 0x40;
      EXPECT_EQ(compare(changed, Owner(), dnskey), DigestResult::kDifferent);
    }
    for (size_t at = 0; at < dnskey.size(); ++at) {
      Octets changed = dnskey;
      changed[at] ^= 0x40;
      EXPECT_EQ(compare(record, Owner(), changed), DigestResult::kDifferent);
    }
    Octets cut = record;
    cut.pop_back();
    EXPECT_EQ(compare(cut, Owner(), dnskey), DigestResult::kDifferent);
    cut.resize(4);
    EXPECT_EQ(compare(cut, Owner(), dnskey), DigestResult::kDifferent);
    Octets longer = record;
    longer.push_back(0);
    EXPECT_EQ(compare(longer, Owner(), dnskey), DigestResult::kDifferent);
    EXPECT_EQ(compare(record, wire::Name(), dnskey), DigestResult::kDifferent);
  }
}

TEST(DsDigesterTest, TellsTypesThatItDoesNotHave) {
  DsDigester digester;
  const SignedZone zone(VectorPath("few_13_bind.zone"));
  Octets record = zone.Records(Owner(), wire::RRType::kDS).front();
  const Octets dnskey = NamedBy(zone, *wire::ReadDs(record));
  for (int number = 0; number < 256; ++number) {
    record[3] = static_cast<uint8_t>(number);
    const bool is_supported = number == 1 || number == 2 || number == 4;
    EXPECT_EQ(digester.Supports(static_cast<DigestType>(number)), is_supported);
    EXPECT_EQ(digester.Compare(*wire::ReadDs(record), Owner(), *wire::ReadDnskey(dnskey)) ==
                  DigestResult::kUnsupported,
              !is_supported);
  }
}

}  // namespace
}  // namespace tern::resolver::crypto
