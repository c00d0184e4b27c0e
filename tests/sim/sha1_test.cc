// Zones that are signed with SHA-1 (dnssec.sha1).
#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"

namespace tern::sim {
namespace {

using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kSha1Server = "192.0.2.20";
constexpr std::string_view kSha1Records = "www 300 A 198.51.100.1\nwww 300 MX 10 mx\n";

// RFC 9905: what SHA-1 signs may count as insecure.
TEST(Sha1Test, AZoneThatIsSignedWithSha1OnlyIsSecureOrInsecure) {
  for (const uint8_t algorithm : {kRsaSha1, kRsaSha1Nsec3, kRsaSha256}) {
    for (const bool sha1 : {true, false}) {
      SigningPlan plan;
      plan.keys = {{.algorithm = algorithm}};
      SignedTlds internet({.seed = 6});
      internet.settings().dnssec.sha1 = sha1;
      internet.AddSigned("example.com.", kSha1Server, kSha1Records, plan);
      internet.Start();
      const bool is_secure = sha1 || algorithm == kRsaSha256;
      for (const std::string_view name : {"www.example.com.", "nothing.example.com."}) {
        const PlainMessage answer = internet.Lookup(name, RRType::kA);
        EXPECT_NE(answer.rcode, Rcode::kServFail) << name << int{algorithm} << answer.ToText();
        EXPECT_EQ(answer.Has(wire::kFlagAD), is_secure)
            << name << int{algorithm} << answer.ToText();
        EXPECT_EQ(
            ExtendedErrorOf(answer),
            is_secure ? std::nullopt : std::optional(ExtendedError::kUnsupportedDnskeyAlgorithm));
      }
    }
  }
}

// A zone with two algorithms. Of MX, only the signatures by SHA-1 are good.
SigningPlan PlanOfTwoAlgorithms() {
  SigningPlan plan;
  plan.keys = {{.algorithm = kRsaSha1}, {.algorithm = kEcdsaP256, .seed = 2}};
  plan.after_signing = {
      [](const SignedZone&, wire::NameView, RRType type, std::vector<Rrsig>* signatures) {
        for (Rrsig& rrsig : *signatures) {
          if (type == RRType::kMX && rrsig.algorithm == kEcdsaP256) rrsig.signature[0] ^= 1;
        }
      }};
  return plan;
}

TEST(Sha1Test, WithoutSha1AZoneThatHasAnotherAlgorithmIsStillValidated) {
  SignedTlds internet({.seed = 7});
  internet.settings().dnssec.sha1 = false;
  internet.AddSigned("example.com.", kSha1Server, kSha1Records, PlanOfTwoAlgorithms());
  internet.Start();
  EXPECT_TRUE(internet.Lookup("www.example.com.", RRType::kA).Has(wire::kFlagAD));
  EXPECT_EQ(internet.Lookup("www.example.com.", RRType::kMX).rcode, Rcode::kServFail);
}

// Signatures that were verified before the change, and are remembered, do not count after it.
TEST(Sha1Test, Sha1MayBeSwitchedOffWhileTheResolverRuns) {
  SignedTlds internet({.seed = 8});
  SigningPlan old_plan;
  old_plan.keys = {{.algorithm = kRsaSha1}};
  internet.AddSigned("old.com.", "192.0.2.21", kSha1Records, old_plan);
  internet.AddSigned("example.com.", kSha1Server, kSha1Records, PlanOfTwoAlgorithms());
  internet.Start();
  EXPECT_TRUE(internet.Lookup("www.old.com.", RRType::kA).Has(wire::kFlagAD));
  EXPECT_TRUE(internet.Lookup("www.example.com.", RRType::kMX).Has(wire::kFlagAD));
  resolver::config::Settings settings = internet.settings();
  settings.dnssec.sha1 = false;
  internet.resolver().Reconfigure(settings);
  internet.world().RunFor(std::chrono::seconds(1));
  internet.resolver().store().EraseIf([](cache::EntryView) { return true; });
  const PlainMessage answer = internet.Lookup("www.old.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  EXPECT_FALSE(answer.Has(wire::kFlagAD));
  EXPECT_EQ(internet.Lookup("www.example.com.", RRType::kMX).rcode, Rcode::kServFail);
}

}  // namespace
}  // namespace tern::sim
