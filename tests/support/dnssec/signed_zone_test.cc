#include "tests/support/dnssec/signed_zone.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/dnssec/denial_records.h"
#include "tests/support/dnssec/verify_signature.h"

namespace tern::sim {
namespace {

using wire::RRType;

// Tools compare these with the clock of the machine.
constexpr uint32_t kLongAgo = 1'200'000'000;
constexpr uint32_t kLongHence = 2'100'000'000;

constexpr std::string_view kPlainZone = R"(
@         3600 SOA  Ns Hostmaster 1 2 3 4 300
@         3600 NS   ns
ns        3600 A    192.0.2.1
www       300  A    192.0.2.2
www       200  A    192.0.2.3
www       300  TXT  "hello"
alias     300  CNAME WWW
a.deep.ent 300 A    192.0.2.3
*.wild    300  MX   10 Www
secure    600  NS   ns.secure
secure    600  DS   1 15 2 00000000000000000000000000000000000000000000000000000000000000AA
ns.secure 600  A    192.0.2.5
plain     600  NS   ns.plain
ns.plain  600  A    192.0.2.6
only.optout 600 NS  ns.elsewhere.
old       600  DNAME new.example.net.
x.old     600  A    192.0.2.7
odd       60   TYPE65280 \# 2 0102
)";

SignedZone Make(const SigningPlan& plan) {
  return {NameOf("example."), RecordsOfText("example.", kPlainZone), plan};
}

TEST(SignedZoneTest, SignaturesVerifyWithTheKeysOfTheirRole) {
  SigningPlan plan;
  plan.keys = {{kEd25519, KeyRole::kKsk, 1}, {kEcdsaP256, KeyRole::kZsk, 2}};
  const SignedZone zone = Make(plan);
  const auto signer_of = [&](std::string_view owner, RRType type) {
    const std::vector<PlainRecord>& signatures = zone.SignaturesOf(NameOf(owner), type);
    if (signatures.size() != 1) return -1;
    const Rrsig rrsig = *Rrsig::FromRdata(signatures[0].rdata);
    const std::vector<PlainRecord> rrset = zone.zone().RecordsAt(NameOf(owner), type);
    for (size_t i = 0; i < zone.keys().size(); ++i) {
      if (VerifiesSignature(zone.keys()[i].Dnskey(), rrsig, rrset)) return static_cast<int>(i);
    }
    return -2;
  };
  EXPECT_EQ(signer_of("example.", RRType::kDNSKEY), 0);
  EXPECT_EQ(signer_of("example.", RRType::kSOA), 1);
  EXPECT_EQ(signer_of("www.example.", RRType::kA), 1);
  EXPECT_EQ(signer_of("*.wild.example.", RRType::kMX), 1);
  EXPECT_EQ(signer_of("secure.example.", RRType::kDS), 1);
  EXPECT_EQ(signer_of("plain.example.", RRType::kNSEC), 1);
}

TEST(SignedZoneTest, DelegationsAndGlueAreNotSigned) {
  const SignedZone zone = Make({});
  const auto count = [&](std::string_view owner, RRType type) {
    return zone.SignaturesOf(NameOf(owner), type).size();
  };
  EXPECT_EQ(count("secure.example.", RRType::kNS), 0u);
  EXPECT_EQ(count("ns.secure.example.", RRType::kA), 0u);
  EXPECT_EQ(count("x.old.example.", RRType::kA), 0u);
  EXPECT_EQ(count("none.example.", RRType::kA), 0u);
  EXPECT_EQ(count("old.example.", RRType::kDNAME), 1u);
}

TEST(SignedZoneTest, RangesOfNsecLeaveOutNamesBelowCuts) {
  const SignedZone zone = Make({});
  const auto next_of = [&](std::string_view name) {
    return Nsec::FromRdata(zone.DenialAt(NameOf(name))->rdata)->next;
  };
  EXPECT_EQ(next_of("secure.example."), NameOf("*.wild.example."));
  EXPECT_EQ(next_of("old.example."), NameOf("only.optout.example."));
  EXPECT_FALSE(zone.DenialAt(NameOf("deep.ent.example.")).has_value());
  EXPECT_EQ(zone.DenialOver(NameOf("deep.ent.example."))->owner, NameOf("alias.example."));
  const auto types = Nsec::FromRdata(zone.DenialAt(NameOf("secure.example."))->rdata)->types;
  EXPECT_EQ(types, (std::set{RRType::kNS, RRType::kDS, RRType::kRRSIG, RRType::kNSEC}));
}

TEST(SignedZoneTest, HashesCoverEmptyNonTerminals) {
  SigningPlan plan;
  plan.denial = Denial::kNsec3;
  plan.salt = {1, 2};
  plan.iterations = 3;
  const SignedZone zone = Make(plan);
  const auto types = [&](std::string_view name) {
    return Nsec3::FromRdata(zone.DenialAt(NameOf(name))->rdata)->types;
  };
  EXPECT_TRUE(types("ent.example.").empty());
  EXPECT_TRUE(types("deep.ent.example.").empty());
  EXPECT_EQ(types("plain.example."), std::set{RRType::kNS});
  EXPECT_EQ(types("secure.example."), (std::set{RRType::kNS, RRType::kDS, RRType::kRRSIG}));
  EXPECT_FALSE(zone.DenialAt(NameOf("ns.plain.example.")).has_value());
  plan.opt_out = true;
  const SignedZone opted = Make(plan);
  EXPECT_FALSE(opted.DenialAt(NameOf("plain.example.")).has_value());
  EXPECT_FALSE(opted.DenialAt(NameOf("optout.example.")).has_value());
  EXPECT_TRUE(opted.DenialAt(NameOf("secure.example.")).has_value());
}

TEST(SignedZoneTest, ThePlanAloneGivesTheParentsDs) {
  SigningPlan plan;
  plan.keys = {{kEd25519, KeyRole::kKsk, 1}, {kEd25519, KeyRole::kZsk, 2}};
  plan.digests = {kSha1Digest, kSha256Digest, kSha384Digest};
  const std::vector<PlainRecord> records = DsRecordsOf(NameOf("example."), plan, 600);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].rdata, plan.keys[0].Make().Ds(NameOf("example."), kSha256Digest));
}

// What the software of others says.
class OtherToolTest : public testing::TestWithParam<const char*> {
 protected:
  static std::string Run(const std::string& command, int* code) {
    std::string output;
    FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    char line[512];
    while (std::fgets(line, sizeof line, pipe) != nullptr) output += line;
    *code = pclose(pipe);
    return output;
  }

  // Empty when the tool finds the zone good.
  static std::string Check(const SignedZone& zone) {
    const std::string path = testing::TempDir() + "signed_zone." + std::to_string(getpid());
    std::ofstream file(path);
    for (const PlainRecord& record : zone.AllRecords()) file << record.ToText() << "\n";
    file.close();
    const std::string tool = GetParam();
    int code = 0;
    const std::string output =
        Run(tool == "dnssec-verify" ? tool + " -z -o example. " + path : tool + " " + path, &code);
    std::remove(path.c_str());
    return code == 0 ? "" : output;
  }
};

TEST_P(OtherToolTest, FindsZonesOfEveryAlgorithmAndDenialGood) {
  int code = 0;
  Run("command -v " + std::string(GetParam()), &code);
  if (code != 0) GTEST_SKIP() << GetParam() << " is not installed";
  for (const uint8_t algorithm :
       {kRsaSha1Nsec3, kRsaSha256, kRsaSha512, kEcdsaP256, kEcdsaP384, kEd25519, kEd448}) {
    for (int kind = 0; kind < 3; ++kind) {
      SigningPlan plan;
      plan.inception = kLongAgo;
      plan.expiration = kLongHence;
      plan.keys = {{algorithm, KeyRole::kKsk, 1}, {algorithm, KeyRole::kZsk, 2}};
      if (kind > 0) plan.denial = Denial::kNsec3;
      plan.opt_out = kind == 2;
      plan.salt = Octets(static_cast<size_t>(kind), 0xab);
      plan.iterations = static_cast<uint16_t>(kind);
      EXPECT_EQ(Check(Make(plan)), "") << int{algorithm} << " " << kind;
    }
  }
  SigningPlan old;
  old.keys = {{kRsaSha1, KeyRole::kCsk, 1}};
  old.inception = kLongAgo;
  old.expiration = kLongHence;
  EXPECT_EQ(Check(Make(old)), "");
  // It does look: a signature of an RRset that has changed is found.
  old.after_signing.push_back(
      [](const SignedZone&, wire::NameView owner, RRType type, std::vector<Rrsig>* signatures) {
        if (owner == NameOf("www.example.").view() && type == RRType::kA) {
          signatures->front().signature[9] ^= 1;
        }
      });
  EXPECT_NE(Check(Make(old)), "");
}

INSTANTIATE_TEST_SUITE_P(All, OtherToolTest, testing::Values("dnssec-verify", "ldns-verify-zone"),
                         [](const auto& info) {
                           return std::string(info.param) == "dnssec-verify" ? "Bind" : "Ldns";
                         });

}  // namespace
}  // namespace tern::sim
