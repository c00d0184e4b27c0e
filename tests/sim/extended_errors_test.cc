// What clients are told about validation (RFC 8914): why an answer is insecure although its zone is
// signed, and what is wrong with an answer that is bogus.
#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"
#include "tests/sim/small_internet.h"
#include "wire/edns.h"

namespace tern::sim {
namespace {

using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kOwnServer = "192.0.2.40";

std::string TextOfError(const PlainMessage& message) {
  wire::Edns edns;
  if (message.edns) edns.options = message.edns->options;
  const auto option = wire::FindOption(edns, wire::EdnsOption::kExtendedError);
  return option && option->size() > 2 ? std::string(option->begin() + 2, option->end()) : "";
}

// A domain that is signed by the plan.
class ToldDomain {
 public:
  explicit ToldDomain(const SigningPlan& plan) : internet_({.seed = 9}) {
    internet_.AddSigned("example.com.", kOwnServer, "www 300 A 198.51.100.1\n", plan);
  }

  SignedTlds& internet() { return internet_; }
  void Start() { internet_.Start(); }

  // Of the network and of the cache, with DO and without.
  void ExpectInsecure(std::string_view name, Rcode rcode, std::optional<ExtendedError> error,
                      std::string_view text) {
    for (int i = 0; i < 3; ++i) {
      const PlainMessage answer = internet_.Lookup(name, RRType::kA, {.dnssec_ok = i < 2});
      EXPECT_EQ(answer.rcode, rcode) << name << i << answer.ToText();
      EXPECT_FALSE(answer.Has(wire::kFlagAD)) << name << i;
      EXPECT_EQ(ExtendedErrorOf(answer), error) << name << i << answer.ToText();
      EXPECT_NE(TextOfError(answer).find(text), std::string::npos) << TextOfError(answer);
      EXPECT_TRUE(i == 0 || internet_.last_upstream_queries() == 0) << name;
      // Those beside cached answers count too.
      if (error) {
        EXPECT_EQ(CountOf(*error), ++told_) << name << i;
      }
    }
  }
  uint64_t CountOf(ExtendedError error) {
    return internet_.resolver().ReadCounters().of_answers.extended_errors.at(
        static_cast<size_t>(error));
  }

 private:
  uint64_t told_ = 0;

  SignedTlds internet_;
};

SigningPlan WithDsOctet(size_t octet, uint8_t value) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  plan.ds_edits = {[octet, value](wire::NameView, std::vector<PlainRecord>* ds) {
    ds->at(0).rdata[octet] = value;
  }};
  return plan;
}

TEST(ExtendedErrorsTest, UnsupportedAlgorithmsAreToldWithInsecureAnswers) {
  ToldDomain told(WithDsOctet(2, 200));
  told.Start();
  constexpr auto kError = ExtendedError::kUnsupportedDnskeyAlgorithm;
  told.ExpectInsecure("www.example.com.", Rcode::kNoError, kError, "algorithm that is supported");
  told.ExpectInsecure("nothing.example.com.", Rcode::kNXDomain, kError, "algorithm");
}

TEST(ExtendedErrorsTest, UnsupportedDigestsAreToldWithInsecureAnswers) {
  ToldDomain told(WithDsOctet(3, 200));
  told.Start();
  constexpr auto kError = ExtendedError::kUnsupportedDsDigestType;
  told.ExpectInsecure("www.example.com.", Rcode::kNoError, kError, "digest that is supported");
  told.ExpectInsecure("nothing.example.com.", Rcode::kNXDomain, kError, "digest");
}

TEST(ExtendedErrorsTest, TooManyIterationsAreToldWithInsecureAnswers) {
  SigningPlan plan;
  plan.denial = Denial::kNsec3;
  plan.iterations = 100;
  ToldDomain told(plan);
  told.internet().tld_plan() = plan;
  told.internet().AddUnsigned("plain.com.", "192.0.2.41", "www 300 A 198.51.100.5\n");
  told.Start();
  constexpr auto kError = ExtendedError::kUnsupportedNsec3Iterations;
  told.ExpectInsecure("nothing.example.com.", Rcode::kNXDomain, kError, "RFC 9276");
  // The parent proves the unsigned delegation so.
  told.ExpectInsecure("www.plain.com.", Rcode::kNoError, kError, "0 iterations");
  told.ExpectInsecure("nothing.plain.com.", Rcode::kNXDomain, kError, "0 iterations");
  EXPECT_TRUE(told.internet().Lookup("www.example.com.", RRType::kA).Has(wire::kFlagAD));
}

TEST(ExtendedErrorsTest, AnExemptionIsToldWithItsAnswers) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  ToldDomain told(plan);
  told.internet().settings().dnssec.negative_trust_anchors = {{.zone = NameOf("example.com.")}};
  told.Start();
  constexpr auto kError = ExtendedError::kNegativeTrustAnchor;
  told.ExpectInsecure("www.example.com.", Rcode::kNoError, kError, "exempts the zone");
  told.ExpectInsecure("nothing.example.com.", Rcode::kNXDomain, kError, "exempts the zone");
}

TEST(ExtendedErrorsTest, TheReasonOfAnExemptionIsToldWithItsAnswers) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  ToldDomain told(plan);
  told.internet().settings().dnssec.negative_trust_anchors = {
      {.zone = NameOf("com."), .reason = "another one"},
      {.zone = NameOf("example.com."), .reason = "an old DS, ticket 17"}};
  told.Start();
  constexpr auto kError = ExtendedError::kNegativeTrustAnchor;
  told.ExpectInsecure("www.example.com.", Rcode::kNoError, kError, "an old DS, ticket 17");
  told.ExpectInsecure("nothing.example.com.", Rcode::kNXDomain, kError, "an old DS, ticket 17");
  const PlainMessage known =
      told.internet().Lookup("www.example.com.", RRType::kA, {.dnssec_ok = false, .flags = 0});
  EXPECT_EQ(TextOfError(known), "an old DS, ticket 17") << "without recursion";
  EXPECT_EQ(told.CountOf(kError), 7u);
  // A client without EDNS is told nothing.
  (void)told.internet().Lookup("www.example.com.", RRType::kA, {.edns = false});
  EXPECT_EQ(told.CountOf(kError), 7u);
}

TEST(ExtendedErrorsTest, UnsignedZonesAndLogModeTellNothing) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  ToldDomain told(plan);
  told.internet().AddUnsigned("plain.com.", "192.0.2.41", "www 300 A 198.51.100.5\n");
  told.internet().SetValidation(resolver::Validation::kLog);
  told.Start();
  told.ExpectInsecure("www.plain.com.", Rcode::kNoError, std::nullopt, "");
  told.ExpectInsecure("nothing.plain.com.", Rcode::kNXDomain, std::nullopt, "");
  told.ExpectInsecure("www.example.com.", Rcode::kNoError, std::nullopt, "");
}

TEST(ExtendedErrorsTest, ClientsWithoutEdnsGetThePlainAnswer) {
  ToldDomain told(WithDsOctet(2, 200));
  told.Start();
  for (int i = 0; i < 2; ++i) {
    const PlainMessage answer =
        told.internet().Lookup("www.example.com.", RRType::kA, {.edns = false});
    EXPECT_EQ(answer.rcode, Rcode::kNoError);
    EXPECT_EQ(answer.answer.size(), 1u);
    EXPECT_FALSE(answer.edns.has_value());
  }
}

// What is wrong with a zone, the code for it, and what the text names.
struct SignatureFault {
  const char* name;
  ExtendedError error;
  std::vector<std::string_view> texts;
  std::function<void(SigningPlan*)> make;
  const char* asked = "www.example.com.";
};

// Changes the signatures of the host's address.
SigningPlan::SignatureEdit OfHost(std::function<void(std::vector<Rrsig>*)> change) {
  return [change = std::move(change)](const SignedZone&, wire::NameView, RRType type,
                                      std::vector<Rrsig>* signatures) {
    if (type == RRType::kA) change(signatures);
  };
}

const std::vector<SignatureFault>& SignatureFaults() {
  static const std::vector<SignatureFault> faults = {
      {"Forged",
       ExtendedError::kDnssecBogus,
       {"RRSIG of www.example.com. A by key ", " of example.com. does not verify"},
       [](SigningPlan* plan) {
         plan->after_signing = {OfHost([](auto* all) { all->at(0).signature[3] ^= 1; })};
       }},
      {"Expired",
       ExtendedError::kSignatureExpired,
       {"RRSIG of www.example.com. A by key ", " expired 20231103", ", valid from 2023"},
       [](SigningPlan* plan) {
         plan->before_signing = {OfHost([](auto* all) { all->at(0).expiration = 1'699'000'000; })};
       }},
      {"OfTheFuture",
       ExtendedError::kSignatureNotYetValid,
       {"RRSIG of www.example.com. A by key ", " is valid from 20260901", " to 2026"},
       [](SigningPlan* plan) {
         plan->before_signing = {OfHost([](auto* all) { all->at(0).inception = 1'788'220'800; })};
       }},
      {"NeverValid",
       ExtendedError::kSignatureExpiredBeforeValid,
       {"RRSIG of www.example.com. A by key ", " expires ", ", before it begins "},
       [](SigningPlan* plan) {
         plan->before_signing = {
             OfHost([](auto* all) { std::swap(all->at(0).inception, all->at(0).expiration); })};
       }},
      {"WithoutItsKey",
       ExtendedError::kDnskeyMissing,
       {"RRSIG of www.example.com. A by key 77 of example.com.: the zone has no such key"},
       [](SigningPlan* plan) {
         plan->after_signing = {OfHost([](auto* all) { all->at(0).tag = 77; })};
       }},
      {"OfAnotherDs",
       ExtendedError::kDnskeyMissing,
       {"no DNSKEY of example.com. matches its DS "},
       [](SigningPlan* plan) {
         plan->ds_edits = {
             [](wire::NameView, std::vector<PlainRecord>* ds) { ds->at(0).rdata.back() ^= 1; }};
       }},
      {"Unsigned",
       ExtendedError::kRrsigsMissing,
       {"no RRSIG of www.example.com. A, and example.com. is signed"},
       [](SigningPlan* plan) { plan->after_signing = {OfHost([](auto* all) { all->clear(); })}; }},
      {"NoZoneKey",
       ExtendedError::kNoZoneKeyBitSet,
       {"RRSIG of ", " by key ", " of example.com.: that is no zone key"},
       [](SigningPlan* plan) { plan->keys[0].flipped_flags = 0x0100; }},
      {"WithoutAProof",
       ExtendedError::kNsecMissing,
       {"the absence of nothing.example.com. is not proven: "},
       [](SigningPlan* plan) { plan->withheld.denial = true; },
       "nothing.example.com."},
  };
  return faults;
}

class BogusAnswerTest : public testing::TestWithParam<size_t> {};

TEST_P(BogusAnswerTest, SaysWhatIsWrongAndWhere) {
  const SignatureFault& fault = SignatureFaults()[GetParam()];
  SigningPlan plan;
  fault.make(&plan);
  ToldDomain told(plan);
  told.Start();
  for (int i = 0; i < 2; ++i) {
    const PlainMessage answer = told.internet().Lookup(fault.asked, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
    EXPECT_EQ(ExtendedErrorOf(answer), fault.error) << TextOfError(answer);
    for (const std::string_view text : fault.texts) {
      EXPECT_NE(TextOfError(answer).find(text), std::string::npos)
          << text << " is not in " << TextOfError(answer);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, BogusAnswerTest,
                         testing::Range(size_t{0}, SignatureFaults().size()),
                         [](const auto& info) { return SignatureFaults()[info.param].name; });

}  // namespace
}  // namespace tern::sim
