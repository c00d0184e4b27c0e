// The validating resolver in a signed internet: what is answered with AD, without it, and not at
// all.
#include <algorithm>

#include "cache/entry.h"
#include "cache/store.h"
#include "gtest/gtest.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"
#include "resolver/dnssec/bogus_observer.h"
#include "resolver/upstream/avoided.h"
#include "tests/sim/signed_tlds.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kAddress = "192.0.2.20";
constexpr std::string_view kOther = "192.0.2.21";
constexpr std::string_view kRecords = R"(
www        300 A     198.51.100.1
www        300 A     198.51.100.2
alias      300 CNAME www
away       300 CNAME www.example.net.
*.wild     300 TXT   "any"
*.walias   300 CNAME www
a.ent      300 A     198.51.100.3
old        600 DNAME new
x.new      300 A     198.51.100.4
)";

bool HasAd(const PlainMessage& answer) { return answer.Has(wire::kFlagAD); }

size_t CountOf(const std::vector<PlainRecord>& section, RRType type) {
  return static_cast<size_t>(
      std::count_if(section.begin(), section.end(),
                    [type](const PlainRecord& record) { return record.type == type; }));
}

// How the domain is signed: NSEC or NSEC3, by which algorithm.
struct Signing {
  Denial denial;
  uint8_t algorithm;
};

class SignedDomainTest : public testing::TestWithParam<Signing> {
 protected:
  SignedDomainTest() : internet_({.seed = 1}) {
    SigningPlan plan;
    plan.denial = GetParam().denial;
    plan.keys = {{.algorithm = GetParam().algorithm}};
    server_ = internet_.AddSigned("example.com.", kAddress, kRecords, plan);
    internet_.tld_plan().denial = GetParam().denial;
    internet_.AddSigned("example.net.", kOther, "www 300 A 198.51.100.9\n", plan);
    internet_.AddUnsigned("plain.com.", "192.0.2.22", "www 300 A 198.51.100.5\n");
    internet_.Start();
  }

  void ExpectSecure(const PlainMessage& answer, Rcode rcode, std::string_view what) {
    EXPECT_EQ(answer.rcode, rcode) << what << answer.ToText();
    EXPECT_TRUE(HasAd(answer)) << what << answer.ToText();
    EXPECT_EQ(ExtendedErrorOf(answer), std::nullopt) << what << answer.ToText();
  }

  SignedTlds internet_;
  ZoneServer* server_;
};

TEST_P(SignedDomainTest, AnAnswerIsSecureTheFirstTimeAndFromTheCache) {
  for (int i = 0; i < 2; ++i) {
    const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA);
    ExpectSecure(answer, Rcode::kNoError, "");
    EXPECT_EQ(CountOf(answer.answer, RRType::kA), 2u);
    EXPECT_EQ(CountOf(answer.answer, RRType::kRRSIG), 1u);
    EXPECT_TRUE(answer.authority.empty());
    EXPECT_TRUE(i == 0 || internet_.last_upstream_queries() == 0);
  }
}

TEST_P(SignedDomainTest, DenialsAndWildcardsAreProven) {
  const struct {
    std::string_view name;
    RRType type;
    Rcode rcode;
  } kCases[] = {
      {"nothing.example.com.", RRType::kA, Rcode::kNXDomain},
      {"a.b.nothing.example.com.", RRType::kA, Rcode::kNXDomain},
      {"www.example.com.", RRType::kMX, Rcode::kNoError},
      {"ent.example.com.", RRType::kA, Rcode::kNoError},
      {"x.wild.example.com.", RRType::kTXT, Rcode::kNoError},
      {"x.y.wild.example.com.", RRType::kTXT, Rcode::kNoError},
      {"x.wild.example.com.", RRType::kA, Rcode::kNoError},
      {"x.walias.example.com.", RRType::kA, Rcode::kNoError},
      {"alias.example.com.", RRType::kA, Rcode::kNoError},
      {"away.example.com.", RRType::kA, Rcode::kNoError},
      {"x.old.example.com.", RRType::kA, Rcode::kNoError},
      {"y.old.example.com.", RRType::kA, Rcode::kNXDomain},
      {"example.com.", RRType::kDS, Rcode::kNoError},
      {"example.com.", RRType::kDNSKEY, Rcode::kNoError},
      {"plain.com.", RRType::kDS, Rcode::kNoError},
      {"com.", RRType::kDS, Rcode::kNoError},
      {".", RRType::kNS, Rcode::kNoError},
      {".", RRType::kDNSKEY, Rcode::kNoError},
      {"nothing.", RRType::kA, Rcode::kNXDomain},
      {"nothing.com.", RRType::kA, Rcode::kNXDomain},
  };
  for (int i = 0; i < 2; ++i) {
    for (const auto& asked : kCases) {
      const std::string what = std::string(asked.name) + " " + wire::ToText(asked.type) +
                               (i == 0 ? "" : " cached") + "\n";
      const PlainMessage answer = internet_.Lookup(asked.name, asked.type);
      ExpectSecure(answer, asked.rcode, what);
      EXPECT_TRUE(i == 0 || internet_.last_upstream_queries() == 0) << what;
    }
  }
}

TEST_P(SignedDomainTest, AnUnsignedDomainBelowASignedOneIsInsecure) {
  for (int i = 0; i < 2; ++i) {
    const PlainMessage answer = internet_.Lookup("www.plain.com.", RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
    EXPECT_EQ(CountOf(answer.answer, RRType::kA), 1u);
    EXPECT_FALSE(HasAd(answer));
  }
  EXPECT_EQ(internet_.Lookup("nothing.plain.com.", RRType::kA).rcode, Rcode::kNXDomain);
}

TEST_P(SignedDomainTest, ChangedRecordsAreBogus) {
  server_->AddZone("example.com.",
                   "@ 300 SOA ns1 hostmaster 1 2 3 4 5\n@ 300 NS ns1\nns1 300 A 192.0.2.20\n"
                   "www 300 A 203.0.113.66\n");
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
  EXPECT_TRUE(answer.answer.empty());
  const std::optional<ExtendedError> error = ExtendedErrorOf(answer);
  ASSERT_TRUE(error);
  EXPECT_TRUE(*error == ExtendedError::kDnskeyMissing || *error == ExtendedError::kRrsigsMissing)
      << answer.ToText();
}

INSTANTIATE_TEST_SUITE_P(
    Ways, SignedDomainTest,
    testing::Values(Signing{Denial::kNsec, kEd25519}, Signing{Denial::kNsec3, kEcdsaP256},
                    Signing{Denial::kNsec, kRsaSha256}, Signing{Denial::kNsec3, kRsaSha512},
                    Signing{Denial::kNsec3, kEd448}, Signing{Denial::kNsec, kEcdsaP384},
                    Signing{Denial::kNsec, kRsaSha1}, Signing{Denial::kNsec3, kRsaSha1Nsec3}),
    [](const auto& info) {
      return std::string(info.param.denial == Denial::kNsec ? "Nsec" : "Nsec3") + "Algorithm" +
             std::to_string(info.param.algorithm);
    });

class ValidationTest : public testing::Test {
 protected:
  ValidationTest() : internet_({.seed = 2}) {}

  // The answer of a domain that is signed by the plan.
  PlainMessage LookupSigned(const SigningPlan& plan) {
    internet_.AddSigned("example.com.", kAddress, kRecords, plan);
    internet_.Start();
    return internet_.Lookup("www.example.com.", RRType::kA);
  }

  // What the resolver says of a zone with expired signatures whose server is in the configuration,
  // as a stub zone and as a forward zone.
  static Rcode LookupOfStatic(std::string_view address, bool validate) {
    Rcode rcodes[2] = {};
    for (const bool forward : {false, true}) {
      SignedTlds internet({.seed = 5});
      SigningPlan plan;
      plan.expiration = 1'699'000'000;
      internet.AddSigned("example.com.", address, kRecords, plan);
      internet.settings().static_zones = {{.zone = NameOf("example.com."),
                                           .to = {{*resolver::IpAddress::Parse(address), 53}},
                                           .forward = forward,
                                           .validate = validate}};
      internet.Start();
      rcodes[forward ? 1 : 0] = internet.Lookup("www.example.com.", RRType::kA).rcode;
    }
    EXPECT_EQ(rcodes[0], rcodes[1]);
    return rcodes[0];
  }

  // How often a server was asked for the name's address.
  int AddressQueriesFor(std::string_view name) {
    const wire::Name wanted = NameOf(name);
    return static_cast<int>(
        std::ranges::count_if(internet_.world().upstream(), [&](const UpstreamQuery& query) {
          return query.type == RRType::kA && query.name.view().Equals(wanted);
        }));
  }

  // The store has this address, without a signature.
  void PutUnchecked(std::string_view name, std::string_view address) {
    alignas(8) uint8_t octets[512];
    cache::EntryBuilder builder(octets);
    const cache::Instant now = resolver::StoreInstant(internet_.world().Now());
    const auto ip = *resolver::IpAddress::Parse(address);
    ASSERT_TRUE(builder.StartRRset(NameOf(name), RRType::kA, 300, now,
                                   cache::Rank::kAnswerNotAuthoritative));
    ASSERT_TRUE(builder.AddRecord({ip.octets, 4}));
    ASSERT_EQ(internet_.resolver().store().Put(builder.Finish(), now), cache::PutOutcome::kStored);
  }

  SignedTlds internet_;
};

// RFC 6840 sections 5.7 and 5.8.
TEST_F(ValidationTest, AdIsToldToWhoAsksForIt) {
  ASSERT_TRUE(HasAd(LookupSigned({})));
  constexpr uint16_t kRd = wire::kFlagRD;
  const auto ask = [&](bool edns, bool dnssec_ok, uint16_t flags) {
    return internet_.Lookup("www.example.com.", RRType::kA,
                            {.dnssec_ok = dnssec_ok, .flags = flags, .edns = edns});
  };
  EXPECT_TRUE(HasAd(ask(true, true, kRd)));
  EXPECT_TRUE(HasAd(ask(true, false, kRd | wire::kFlagAD)));
  EXPECT_TRUE(HasAd(ask(false, false, kRd | wire::kFlagAD)));
  EXPECT_FALSE(HasAd(ask(true, false, kRd)));
  EXPECT_FALSE(HasAd(ask(false, false, kRd)));
  // Signatures are for those with DO only (RFC 4035 section 3.2.1).
  EXPECT_EQ(CountOf(ask(true, false, kRd | wire::kFlagAD).answer, RRType::kRRSIG), 0u);
  EXPECT_EQ(CountOf(ask(true, true, kRd).answer, RRType::kRRSIG), 1u);
}

TEST_F(ValidationTest, AnExpiredSignatureIsBogusAndSaysWhen) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  const PlainMessage answer = LookupSigned(plan);
  EXPECT_EQ(answer.rcode, Rcode::kServFail);
  EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kSignatureExpired) << answer.ToText();
}

TEST_F(ValidationTest, ASignatureOfTheFutureIsBogus) {
  SigningPlan plan;
  plan.inception = 1'701'000'000;
  const PlainMessage answer = LookupSigned(plan);
  EXPECT_EQ(answer.rcode, Rcode::kServFail);
  EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kSignatureNotYetValid) << answer.ToText();
}

TEST_F(ValidationTest, ClocksMayDifferByATenthOfTheValidityAnHourAtLeastAndADayAtMost) {
  const struct {
    uint32_t validity;
    uint32_t too_late;
    bool passes;
  } kCases[] = {
      {10'000'000, 86'300, true},
      {10'000'000, 86'500, false},
      {200'000, 19'900, true},
      {200'000, 20'100, false},
      {1'000, 3'500, true},
      {1'000, 3'700, false},
      {10'000'000, uint32_t{0} - 60, true},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(testing::Message() << test.validity << " " << test.too_late);
    SignedTlds internet({.seed = 2});
    SigningPlan plan;
    plan.expiration = internet.world().WallSeconds() - test.too_late;
    plan.inception = plan.expiration - test.validity;
    internet.AddSigned("example.com.", kAddress, kRecords, plan);
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.example.com.", RRType::kA);
    EXPECT_EQ(answer.rcode, test.passes ? Rcode::kNoError : Rcode::kServFail);
    const bool in_grace = test.passes && test.too_late < 100'000;
    // Of the keys and of the addresses.
    EXPECT_EQ(internet.resolver().ReadCounters().signatures_in_grace, in_grace ? 2u : 0u);
  }
}

TEST_F(ValidationTest, AKeyThatTheDsDoesNotNameIsBogus) {
  SigningPlan plan;
  plan.ds_edits = {
      [](wire::NameView, std::vector<PlainRecord>* ds) { ds->at(0).rdata.back() ^= 1; }};
  const PlainMessage answer = LookupSigned(plan);
  EXPECT_EQ(answer.rcode, Rcode::kServFail);
  EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kDnskeyMissing) << answer.ToText();
}

TEST_F(ValidationTest, StrippedSignaturesAreBogus) {
  SigningPlan plan;
  plan.withheld.signatures = true;
  const PlainMessage answer = LookupSigned(plan);
  EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
}

TEST_F(ValidationTest, AMissingProofIsBogus) {
  SigningPlan plan;
  plan.withheld.denial = true;
  EXPECT_EQ(LookupSigned(plan).rcode, Rcode::kNoError);
  const PlainMessage answer = internet_.Lookup("nothing.example.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kServFail);
  EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kNsecMissing) << answer.ToText();
}

TEST_F(ValidationTest, AWildcardWithoutAProofIsBogus) {
  SigningPlan plan;
  plan.withheld.wildcard_proof = true;
  EXPECT_EQ(LookupSigned(plan).rcode, Rcode::kNoError);
  EXPECT_EQ(internet_.Lookup("x.wild.example.com.", RRType::kTXT).rcode, Rcode::kServFail);
}

TEST_F(ValidationTest, WhoChecksItselfGetsBogusDataAndOthersDoNot) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  EXPECT_EQ(LookupSigned(plan).rcode, Rcode::kServFail);
  for (int i = 0; i < 2; ++i) {
    const PlainMessage raw =
        internet_.Lookup("www.example.com.", RRType::kA, {.flags = wire::kFlagRD | wire::kFlagCD});
    EXPECT_EQ(raw.rcode, Rcode::kNoError) << raw.ToText();
    EXPECT_EQ(CountOf(raw.answer, RRType::kA), 2u);
    EXPECT_FALSE(HasAd(raw));
    EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  }
}

// RFC 1035 section 3.2.1: data with a TTL of 0 is for the question that brought it.
TEST_F(ValidationTest, AnAnswerThatMayNotBeKeptIsSecureToo) {
  internet_.AddSigned("example.com.", kAddress,
                      "now 0 A 198.51.100.7\nalias 0 CNAME now\nd 0 DNAME example.net.\n");
  internet_.AddSigned("example.net.", kOther, kRecords);
  internet_.Start();
  for (const char* name : {"now.example.com.", "alias.example.com.", "www.d.example.com."}) {
    for (int i = 0; i < 2; ++i) {
      const PlainMessage answer = internet_.Lookup(name, RRType::kA);
      EXPECT_EQ(answer.rcode, Rcode::kNoError);
      EXPECT_TRUE(HasAd(answer)) << answer.ToText();
    }
  }
}

// The first link is past its TTL of a second when the second one comes.
TEST_F(ValidationTest, ALinkThatExpiresWhileTheNextOneIsLookedUpIsSecureToo) {
  internet_.AddSigned("example.com.", kAddress, "short 1 CNAME www.example.net.\n");
  internet_.AddSigned("example.net.", kOther, kRecords)->conduct().think_time =
      std::chrono::milliseconds(1400);
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("short.example.com.", RRType::kA);
  EXPECT_GT(internet_.last_latency(), std::chrono::milliseconds(1300));
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  EXPECT_TRUE(HasAd(answer)) << answer.ToText();
}

TEST_F(ValidationTest, WhatIsKnownToBeBogusFailsAlsoForAClientThatWantsNoRecursion) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  EXPECT_EQ(LookupSigned(plan).rcode, Rcode::kServFail);
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA, {.flags = 0});
  EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
  EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kSignatureExpired);
}

TEST_F(ValidationTest, WhatCameForAClientThatChecksItselfIsValidatedForTheNext) {
  internet_.AddSigned("example.com.", kAddress, kRecords);
  internet_.Start();
  const PlainMessage raw =
      internet_.Lookup("www.example.com.", RRType::kA, {.flags = wire::kFlagRD | wire::kFlagCD});
  EXPECT_EQ(raw.rcode, Rcode::kNoError);
  EXPECT_FALSE(HasAd(raw));
  EXPECT_TRUE(HasAd(internet_.Lookup("www.example.com.", RRType::kA)));
  EXPECT_EQ(AddressQueriesFor("www.example.com."), 1);
}

// An entry that nobody has validated, and that no server would confirm.
TEST_F(ValidationTest, WhatTheCacheHasUncheckedAndIsBogusIsAskedOfTheServers) {
  internet_.AddSigned("example.com.", kAddress, kRecords);
  internet_.Start();
  (void)internet_.Lookup("ent.example.com.", RRType::kA);  // the zone and its keys are known
  for (const char* const asked : {"www.example.com.", "alias.example.com."}) {
    PutUnchecked("www.example.com.", "192.0.2.99");
    const PlainMessage answer = internet_.Lookup(asked, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
    EXPECT_TRUE(HasAd(answer)) << answer.ToText();
    EXPECT_EQ(CountOf(answer.answer, RRType::kA), 2u) << answer.ToText();
    EXPECT_TRUE(internet_.resolver().store().Erase(NameOf("www.example.com."),
                                                   cache::KeySpace::kData, RRType::kA));
  }
}

// A validator behind this one does not take a denial without an SOA.
TEST_F(ValidationTest, WhatAReferralSaysAboutDsIsNoAnswerForAClient) {
  internet_.AddUnsigned("plain.com.", "192.0.2.22", "www 300 A 198.51.100.5\n");
  internet_.AddUnsigned("other.com.", "192.0.2.23", "www 300 A 198.51.100.6\n");
  internet_.Start();
  constexpr uint16_t kRdCd = wire::kFlagRD | wire::kFlagCD;
  for (const uint16_t flags : {kRdCd, uint16_t{wire::kFlagRD}}) {
    const std::string zone = flags == kRdCd ? "plain.com." : "other.com.";
    EXPECT_EQ(internet_.Lookup("www." + zone, RRType::kA, {.flags = flags}).rcode, Rcode::kNoError);
    const PlainMessage ds = internet_.Lookup(zone, RRType::kDS, {.flags = flags});
    EXPECT_EQ(ds.rcode, Rcode::kNoError);
    EXPECT_EQ(CountOf(ds.authority, RRType::kSOA), 1u) << ds.ToText();
    EXPECT_EQ(CountOf(ds.authority, RRType::kNSEC), 1u) << ds.ToText();
  }
}

TEST_F(ValidationTest, BogusDataIsNotAskedForAgainAtOnce) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  EXPECT_EQ(LookupSigned(plan).rcode, Rcode::kServFail);
  const PlainMessage again = internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(again.rcode, Rcode::kServFail);
  EXPECT_EQ(ExtendedErrorOf(again), ExtendedError::kSignatureExpired);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(ValidationTest, ANegativeTrustAnchorExemptsAZone) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  internet_.settings().dnssec.negative_trust_anchors = {{.zone = NameOf("example.com.")}};
  const PlainMessage answer = LookupSigned(plan);
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  EXPECT_FALSE(HasAd(answer));
}

TEST_F(ValidationTest, APrivateZoneIsNotValidated) {
  EXPECT_EQ(LookupOfStatic("10.0.0.20", /*validate=*/false), Rcode::kNoError);
  EXPECT_EQ(LookupOfStatic("198.51.100.20", /*validate=*/false), Rcode::kServFail);
}

TEST_F(ValidationTest, APrivateZoneIsValidatedIfTheOperatorWants) {
  EXPECT_EQ(LookupOfStatic("10.0.0.20", /*validate=*/true), Rcode::kServFail);
}

TEST_F(ValidationTest, NothingIsValidatedWhenThatIsSwitchedOff) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  internet_.SetValidation(resolver::Validation::kOff);
  const PlainMessage answer = LookupSigned(plan);
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  EXPECT_FALSE(HasAd(answer));
}

TEST_F(ValidationTest, WhatFailsIsCountedAndAnsweredWithoutAdInLogMode) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  internet_.SetValidation(resolver::Validation::kLog);
  internet_.AddSigned("example.net.", kOther, "www 300 A 198.51.100.9\n");
  for (int i = 0; i < 2; ++i) {
    const PlainMessage answer =
        i == 0 ? LookupSigned(plan) : internet_.Lookup("www.example.com.", RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
    EXPECT_EQ(CountOf(answer.answer, RRType::kA), 2u);
    EXPECT_EQ(ExtendedErrorOf(answer), std::nullopt) << answer.ToText();
    EXPECT_FALSE(HasAd(answer));
    EXPECT_EQ(internet_.resolver().ReadCounters().bogus_answers, 1u);
  }
  EXPECT_TRUE(HasAd(internet_.Lookup("www.example.net.", RRType::kA)));
}

// What the observer heard, a line each.
class HeardOfBogus final : public resolver::dnssec::BogusObserver {
 public:
  void OnBogus(wire::NameView name, RRType type, const resolver::dnssec::Problem& problem,
               bool passes, resolver::Time /*now*/) override {
    lines.push_back(wire::ToText(name) + " " + wire::ToText(type) + (passes ? " passes: " : ": ") +
                    resolver::dnssec::Describe(problem).substr(0, 29));
  }
  void OnContradiction(wire::NameView, wire::NameView, RRType, resolver::Time) override {}

  std::vector<std::string> lines;
};

TEST_F(ValidationTest, WhatIsBogusIsToldAndCountedByItsReason) {
  for (const bool passes : {false, true}) {
    SignedTlds internet({.seed = 4});
    HeardOfBogus heard;
    SigningPlan plan;
    plan.expiration = 1'699'000'000;
    internet.AddSigned("example.com.", kAddress, kRecords, plan);
    SigningPlan without_proof;
    without_proof.withheld.denial = true;
    internet.AddSigned("example.net.", kOther, "www 300 A 198.51.100.9\n", without_proof);
    internet.AddUnsigned("plain.com.", "192.0.2.22", "www 300 A 198.51.100.5\n");
    if (passes) internet.SetValidation(resolver::Validation::kLog);
    internet.Start();
    internet.resolver().recursor().facilities().bogus_observer = &heard;
    internet.Lookup("www.example.com.", RRType::kA);
    internet.Lookup("nothing.example.net.", RRType::kMX);
    const resolver::CounterSnapshot counters = internet.resolver().ReadCounters();
    EXPECT_GE(counters.bogus_expired, 1u);
    EXPECT_GE(counters.bogus_no_nsec, 1u);
    const auto why = static_cast<size_t>(resolver::upstream::WhyAvoided::kBogus);
    EXPECT_GE(counters.of_upstream.avoided[why], 2u);
    EXPECT_EQ(counters.bogus_expired + counters.bogus_no_nsec, counters.bogus_answers);
    EXPECT_EQ(counters.validated_secure, 0u);
    internet.Lookup("www.example.net.", RRType::kA);
    EXPECT_EQ(internet.resolver().ReadCounters().validated_secure, 1u);
    internet.Lookup("www.example.net.", RRType::kA);
    EXPECT_EQ(internet.resolver().ReadCounters().validated_secure, 1u) << "known already";
    EXPECT_EQ(internet.resolver().ReadCounters().validated_insecure, 0u);
    internet.Lookup("www.plain.com.", RRType::kA);
    EXPECT_EQ(internet.resolver().ReadCounters().validated_insecure, 1u);
    EXPECT_EQ(internet.resolver().ReadCounters().bogus_answers, counters.bogus_answers);
    ASSERT_EQ(heard.lines.size(), counters.bogus_answers);
    const std::string verb = passes ? " passes: " : ": ";
    EXPECT_EQ(heard.lines.front(), "www.example.com. A" + verb + "RRSIG of example.com. DNSKEY ");
    EXPECT_EQ(heard.lines.back(),
              "nothing.example.net. MX" + verb + "the absence of nothing.exampl");
  }
}

TEST_F(ValidationTest, AnAnchorThatNoKeyMatchesMakesAllBogus) {
  internet_.AddSigned("example.com.", kAddress, kRecords);
  internet_.Start();
  internet_.settings().dnssec.anchors = {resolver::RootAnchor()};
  internet_.Restart();
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kServFail);
  EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kDnskeyMissing) << answer.ToText();
}

// The keys are asked for beside the questions that find the answer.
TEST_F(ValidationTest, AColdSignedZoneTakesNoRoundTripMoreThanAnUnsignedOne) {
  internet_.AddSigned("example.com.", kAddress, kRecords);
  internet_.AddUnsigned("plain.com.", "192.0.2.22", "www 300 A 198.51.100.5\n");
  internet_.Start();
  ASSERT_TRUE(HasAd(internet_.Lookup("www.example.com.", RRType::kA)));
  const Duration with_proof = internet_.last_latency();
  internet_.SetValidation(resolver::Validation::kOff);
  internet_.Start();
  ASSERT_FALSE(HasAd(internet_.Lookup("www.example.com.", RRType::kA)));
  EXPECT_EQ(with_proof, internet_.last_latency());
}

// A client that validates itself comes while another server is asked, because the first said what
// is bogus.
TEST_F(ValidationTest, WhoChecksItselfGetsNoEmptyAnswerWhileAnotherServerIsAsked) {
  SigningPlan plan;
  plan.before_signing = {[](const SignedZone&, wire::NameView, RRType type, auto* signatures) {
    if (type == RRType::kA) signatures->at(0).expiration = 1'699'000'000;
  }};
  internet_.AddSigned("example.com.", kAddress, kRecords, plan);
  internet_.Start();
  for (int wait = 0; wait < 400; wait += 4) {
    internet_.Restart();
    internet_.world().AskDatagram(MakeQuery(7, "www.example.com.", RRType::kA).Encode());
    internet_.world().RunFor(std::chrono::milliseconds(wait));
    const PlainMessage answer =
        internet_.Lookup("www.example.com.", RRType::kA, {.flags = wire::kFlagRD | wire::kFlagCD});
    EXPECT_FALSE(answer.answer.empty()) << wait << answer.ToText();
    internet_.world().RunFor(std::chrono::seconds(10));
  }
}

// RFC 4592 section 4.2: a wildcard makes no zone cut.
TEST_F(ValidationTest, AWildcardsDsMakesNoSignedZone) {
  const SigningPlan plan;
  std::vector<PlainRecord> ds = DsRecordsOf(NameOf("x.wild.com."), plan, 300);
  for (PlainRecord& record : ds) record.owner = NameOf("*.wild.com.");
  internet_.AddToTld("com.", ds);
  internet_.Start();
  internet_.com().AddZone(std::make_shared<const SignedZone>(
      NameOf("x.wild.com."),
      RecordsOfText("x.wild.com.",
                    "@ 300 SOA ns1 hostmaster 1 2 3 4 5\n@ 300 NS ns1\n"
                    "ns1 300 A 192.0.2.10\nwww 300 A 198.51.100.7\n"),
      plan));
  const PlainMessage answer = internet_.Lookup("www.x.wild.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
}

TEST_F(ValidationTest, AZoneOfUnsupportedAlgorithmsOrDigestsIsInsecure) {
  for (const size_t octet : {size_t{2}, size_t{3}}) {  // of a DS: the algorithm, the digest type
    SignedTlds internet({.seed = 3});
    SigningPlan plan;
    plan.expiration = 1'699'000'000;
    plan.ds_edits = {
        [octet](wire::NameView, std::vector<PlainRecord>* ds) { ds->at(0).rdata[octet] = 200; }};
    internet.AddSigned("example.com.", kAddress, kRecords, plan);
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.example.com.", RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << octet << answer.ToText();
    EXPECT_FALSE(HasAd(answer));
  }
}

TEST_F(ValidationTest, OneServerForASignedParentAndAnUnsignedChildIsInsecure) {
  ZoneServer* server = internet_.AddSigned("example.com.", kAddress,
                                           "sub 300 NS ns1.sub\nns1.sub 300 A 192.0.2.20\n");
  server->AddZone("sub.example.com.",
                  "@ 300 SOA ns1 hostmaster 1 2 3 4 5\n@ 300 NS ns1\n"
                  "ns1 300 A 192.0.2.20\nwww 300 A 198.51.100.7\n");
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("www.sub.example.com.", RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
  EXPECT_FALSE(HasAd(answer));
}

}  // namespace
}  // namespace tern::sim
