#include "tests/support/dnssec/breakages.h"

#include <set>

#include "gtest/gtest.h"
#include "tests/support/dnssec/verify_signature.h"

namespace tern::sim {
namespace {

using wire::RRType;

SignedZone BrokenZone(const SigningPlan& plan) {
  return {NameOf("example."),
          RecordsOfText("example.", "@ 60 SOA ns me 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n"),
          plan};
}

TEST(BreakagesTest, NamesAreReadBack) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kBreakages; ++i) {
    const auto breakage = static_cast<Breakage>(i);
    EXPECT_TRUE(names.insert(ToText(breakage)).second);
    EXPECT_EQ(ParseBreakage(ToText(breakage)), breakage);
  }
  EXPECT_FALSE(ParseBreakage("Moon").has_value());
}

TEST(BreakagesTest, ATrapHasKeysOfOneTagAndSignaturesThatDiffer) {
  SigningPlan plan;
  plan.keys = {{kEcdsaP256, KeyRole::kKsk, 1}, {kEcdsaP256, KeyRole::kZsk, 2}};
  Break(Breakage::kKeyTrap, &plan);
  const SignedZone zone = BrokenZone(plan);
  const uint16_t tag = plan.keys[1].Make().Tag();
  std::set<Octets> keys;
  for (const PlainRecord& key : zone.zone().RecordsAt(zone.origin(), RRType::kDNSKEY)) {
    if (KeyTagOf(key.rdata) == tag) keys.insert(key.rdata);
  }
  EXPECT_EQ(keys.size(), kTrapKeys + 1u);
  std::set<Octets> signatures;
  for (const PlainRecord& signature : zone.SignaturesOf(NameOf("ns.example."), RRType::kA)) {
    const Rrsig rrsig = *Rrsig::FromRdata(signature.rdata);
    EXPECT_EQ(rrsig.tag, tag);
    signatures.insert(rrsig.signature);
  }
  EXPECT_EQ(signatures.size(), size_t{kTrapSignatures});
  // The keys themselves are signed well, so a resolver takes the bait.
  const Rrsig good =
      *Rrsig::FromRdata(zone.SignaturesOf(zone.origin(), RRType::kDNSKEY).at(0).rdata);
  EXPECT_TRUE(VerifiesSignature(zone.keys()[0].Dnskey(), good,
                                zone.zone().RecordsAt(zone.origin(), RRType::kDNSKEY)));
}

TEST(BreakagesTest, ADsTrapHasRecordsOfOneTagForNoKey) {
  SigningPlan plan;
  Break(Breakage::kDsTrap, &plan);
  const std::vector<PlainRecord> ds = DsRecordsOf(NameOf("example."), plan, 60);
  std::set<Octets> different;
  for (const PlainRecord& record : ds) different.insert(record.rdata);
  EXPECT_EQ(different.size(), size_t{kTrapSignatures});
  EXPECT_FALSE(different.contains(plan.keys[0].Make().Ds(NameOf("example."), kSha256Digest)));
}

}  // namespace
}  // namespace tern::sim
