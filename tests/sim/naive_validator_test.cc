// The naive validator in a small signed internet, and what each breakage makes of it.
#include "tests/support/dnssec/naive_validator.h"

#include "gtest/gtest.h"
#include "tests/sim/signed_internet.h"
#include "tests/support/dnssec/breakages.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr std::string_view kExampleText = R"(
www.example.     300 A     192.0.2.80
alias.example.   300 CNAME www.example.
away.example.    300 CNAME www.plain.example.
*.wild.example.  300 A     192.0.2.81
*.two.example.   300 TXT   "any"
a.ent.example.   300 A     192.0.2.82
old.example.     300 DNAME wild.example.
)";

// A root, example. below it, and two children of that: one signed, one not.
class NaiveValidatorTest : public testing::TestWithParam<Denial> {
 protected:
  NaiveValidatorTest() : internet_({.seed = 1}) {
    SigningPlan plan;
    plan.denial = GetParam();
    internet_.AddZone(".", {"192.0.2.1"}, "", plan);
    internet_.AddZone("example.", {"192.0.2.2"}, kExampleText, plan);
    internet_.AddZone("child.example.", {"192.0.2.3"}, "www.child.example. 60 A 192.0.2.90\n",
                      plan);
    internet_.AddUnsignedZone("plain.example.", {"192.0.2.4"},
                              "www.plain.example. 60 A 192.0.2.91\n");
  }

  // S, I or B.
  char Ask(std::string_view name, RRType type = RRType::kA, Rcode rcode = Rcode::kNoError) {
    const Verdict verdict = internet_.Expect(name, type);
    why_ = verdict.why;
    if (verdict.security != Security::kBogus) {
      EXPECT_EQ(verdict.rcode, rcode) << name;
    }
    return "SIB"[static_cast<int>(verdict.security)];
  }

  // A name, one that is not there, a wildcard's, one of the signed and one of the other child.
  std::string AskAll() {
    internet_.SignZones();
    return {Ask("www.example."), Ask("zz.example.", RRType::kA, Rcode::kNXDomain),
            Ask("x.wild.example."), Ask("www.child.example."), Ask("www.plain.example.")};
  }

  SigningPlan& plan() { return internet_.PlanOf("example."); }

  SignedInternet internet_;
  std::string why_;
};

TEST_P(NaiveValidatorTest, SoundZonesAreSecure) {
  EXPECT_EQ(AskAll(), "SSSSI") << why_;
  EXPECT_EQ(Ask("alias.example."), 'S');
  EXPECT_EQ(Ask("away.example."), 'I');
  EXPECT_EQ(Ask("q.old.example."), 'S') << why_;
  EXPECT_EQ(Ask("www.example.", RRType::kMX), 'S');
  EXPECT_EQ(Ask("ent.example.", RRType::kMX), 'S');
  EXPECT_EQ(Ask("x.two.example."), 'S') << why_;
  EXPECT_EQ(Ask("child.example.", RRType::kDS), 'S');
  EXPECT_EQ(Ask("plain.example.", RRType::kDS), 'S');
  EXPECT_EQ(Ask("example.", RRType::kDNSKEY), 'S');
  EXPECT_EQ(Ask("b.a.ent.example.", RRType::kA, Rcode::kNXDomain), 'S');
  EXPECT_EQ(Ask("nowhere.", RRType::kA, Rcode::kNXDomain), 'S');
}

TEST_P(NaiveValidatorTest, EachBreakageHasItsVerdict) {
  const bool nsec3 = GetParam() == Denial::kNsec3;
  const std::vector<std::pair<Breakage, std::string>> verdicts = {
      {Breakage::kExpired, "BBBBB"},
      {Breakage::kNotYetValid, "BBBBB"},
      {Breakage::kWrongKey, "BBBBB"},
      {Breakage::kMissingSignature, "BBBBB"},
      {Breakage::kStrippedSignatures, "BBBBB"},
      {Breakage::kSignatureOfAnotherSet, "BBBBB"},
      {Breakage::kFlippedBit, "BBBBB"},
      {Breakage::kLabelsTooSmall, "BBBBB"},
      {Breakage::kLabelsBelowSigner, "BBBBB"},
      {Breakage::kSignerOfAnotherZone, "BBBBB"},
      {Breakage::kSignerAbove, "BBBBB"},
      {Breakage::kShortOriginalTtl, "SSSSI"},
      {Breakage::kRevokedKey, "BBBBB"},
      {Breakage::kNotAZoneKey, "BBBBB"},
      {Breakage::kCollidingTags, "SSSSI"},
      {Breakage::kKeyTrap, "BBBBB"},
      {Breakage::kSignatureJam, "BBBBB"},
      {Breakage::kDsOfAnotherKey, "BBBBB"},
      {Breakage::kDsWithWrongDigest, "BBBBB"},
      {Breakage::kDsWithUnknownAlgorithm, "IIIII"},
      {Breakage::kDsWithUnknownDigest, "IIIII"},
      {Breakage::kDsUnknownBesideGood, "SSSSI"},
      {Breakage::kDsTrap, "BBBBB"},
      {Breakage::kNoDs, "IIIII"},
      {Breakage::kMissingDenial, "SBBSB"},
      {Breakage::kWildcardWithoutProof, "SSBSI"},
      {Breakage::kReferralWithoutProof, "SSSSI"},
      {Breakage::kEmptyRange, "SBBSI"},
      {Breakage::kNextOutsideZone, nsec3 ? "SBBSI" : "SBSSI"},
      {Breakage::kTooManyTypes, "SSSSB"},
      {Breakage::kNsec3WrongHash, "SBBSB"},
      {Breakage::kNsec3UnknownHash, "SBBSB"},
      {Breakage::kManyIterations, "SIISI"},
  };
  EXPECT_EQ(verdicts.size(), kBreakages);
  const SigningPlan sound = plan();
  for (const auto& [breakage, expected] : verdicts) {
    plan() = sound;
    Break(breakage, &plan());
    EXPECT_EQ(AskAll(), expected) << ToText(breakage) << ": " << why_;
    EXPECT_EQ(ParseBreakage(ToText(breakage)), breakage);
  }
}

TEST_P(NaiveValidatorTest, AnAnchorThatIsNotUsableIsNoReasonToTrust) {
  Break(Breakage::kDsWithUnknownAlgorithm, &internet_.PlanOf("."));
  EXPECT_EQ(AskAll().substr(0, 1), "B");
  EXPECT_EQ(why_, "no usable . DS");
}

TEST_P(NaiveValidatorTest, BreakagesCanBeOfOneSet) {
  Break(Breakage::kFlippedBit, &plan(), {NameOf("www.example."), RRType::kA});
  EXPECT_EQ(AskAll(), "BSSSI");
  EXPECT_EQ(Ask("alias.example."), 'B');
  EXPECT_EQ(why_, "no good signature of www.example. A");
}

TEST_P(NaiveValidatorTest, AWildcardStandsForNoNameThatIsNearer) {
  // As if a server had made a.ent.example. from *.example.
  Break(Breakage::kLabelsTooSmall, &plan(), {NameOf("a.ent.example."), RRType::kA});
  internet_.SignZones();
  EXPECT_EQ(Ask("a.ent.example."), 'B');
}

TEST_P(NaiveValidatorTest, EveryAlgorithmAndDigestIsUnderstood) {
  for (const uint8_t algorithm :
       {kRsaSha1Nsec3, kRsaSha256, kRsaSha512, kEcdsaP256, kEcdsaP384, kEd25519, kEd448}) {
    for (const uint8_t digest : {kSha1Digest, kSha256Digest, kSha384Digest}) {
      plan().keys = {{algorithm, KeyRole::kKsk, 1}, {algorithm, KeyRole::kZsk, 2}};
      plan().digests = {digest};
      EXPECT_EQ(AskAll(), "SSSSI") << int{algorithm} << " " << int{digest};
    }
  }
  // A digest of SHA-1 does not count beside a better one that is wrong.
  plan().digests = {kSha1Digest, kSha256Digest};
  plan().ds_edits.push_back(
      [](wire::NameView, std::vector<PlainRecord>* records) { records->back().rdata.back() ^= 1; });
  EXPECT_EQ(AskAll(), "BBBBB");
}

TEST_P(NaiveValidatorTest, SaysHowAReplyDiffers) {
  internet_.SignZones();
  const Verdict verdict = internet_.Expect("www.example.", RRType::kA);
  PlainMessage query = MakeQuery(1, "www.example.", RRType::kA);
  query.edns->dnssec_ok = true;
  PlainMessage reply = query;
  reply.answer = verdict.answer;
  EXPECT_EQ(DiffFromVerdict(verdict, query, reply),
            "AD is missing; no signature of www.example. 300 IN A 192.0.2.80; (secure)");
  reply.flags |= wire::kFlagAD;
  const auto& signatures =
      internet_.zone("example.")->SignaturesOf(NameOf("www.example."), RRType::kA);
  reply.answer.insert(reply.answer.end(), signatures.begin(), signatures.end());
  EXPECT_EQ(DiffFromVerdict(verdict, query, reply), "");
  query.edns->dnssec_ok = false;
  EXPECT_EQ(DiffFromVerdict(verdict, query, reply),
            "AD for a client that does not want it; signatures or proofs without DO; (secure)");
  query.flags |= wire::kFlagAD;
  reply.answer = {};
  EXPECT_EQ(DiffFromVerdict(verdict, query, reply), "another answer section; (secure)");
  Verdict bogus = verdict;
  bogus.security = Security::kBogus;
  bogus.rcode = Rcode::kServFail;
  EXPECT_EQ(DiffFromVerdict(bogus, query, reply),
            "AD on an answer that is not secure; no SERVFAIL for a bogus answer; (secure)");
}

INSTANTIATE_TEST_SUITE_P(All, NaiveValidatorTest, testing::Values(Denial::kNsec, Denial::kNsec3),
                         [](const auto& info) {
                           return std::string(info.param == Denial::kNsec ? "Nsec" : "Nsec3");
                         });

class OptOutTest : public NaiveValidatorTest {};

TEST_P(OptOutTest, NamesInARangeWithOptOutAreInsecure) {
  plan().opt_out = true;
  EXPECT_EQ(AskAll(), "SIISI") << why_;
  EXPECT_EQ(Ask("www.example.", RRType::kMX), 'S');
  EXPECT_EQ(Ask("plain.example.", RRType::kDS), 'I');
}

INSTANTIATE_TEST_SUITE_P(All, OptOutTest, testing::Values(Denial::kNsec3));

}  // namespace
}  // namespace tern::sim
