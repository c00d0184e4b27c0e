// Mail software asks a few questions to find out whether its resolver validates. It wants AD, and
// without it there is no DANE. A client gets AD if it asks for it (RFC 6840 sections 5.7 and 5.8).
#include <string_view>

#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr uint16_t kOnlyRd = wire::kFlagRD;
constexpr uint16_t kRdAndAd = wire::kFlagRD | wire::kFlagAD;

struct Probe {
  std::string_view software;
  std::string_view name;
  RRType type;
  SignedTlds::How how;
};

void PrintTo(const Probe& probe, std::ostream* out) { *out << probe.software; }

class AdProbeTest : public testing::TestWithParam<Probe> {
 protected:
  void Start(const SigningPlan& plan = {}) {
    internet_.root_plan() = plan;
    internet_.AddSigned("example.net.", "192.0.2.20", "@ 300 A 198.51.100.1\n");
    internet_.Start();
  }
  PlainMessage Ask(const SignedTlds::How& how) {
    return internet_.Lookup(GetParam().name, GetParam().type, how);
  }

  SignedTlds internet_{SimWorld::Options{.seed = 14}};
};

TEST_P(AdProbeTest, TheFirstAnswerAndTheCachedOneHaveAd) {
  Start();
  for (int i = 0; i < 2; ++i) {
    const PlainMessage reply = Ask(GetParam().how);
    EXPECT_EQ(reply.rcode, Rcode::kNoError) << reply.ToText();
    EXPECT_TRUE(reply.Has(wire::kFlagAD)) << reply.ToText();
    EXPECT_TRUE(i == 0 || internet_.last_upstream_queries() == 0);
  }
}

TEST_P(AdProbeTest, WhoDoesNotAskForAdDoesNotGetIt) {
  Start();
  for (const bool edns : {true, false, true}) {
    const PlainMessage reply = Ask({.dnssec_ok = false, .flags = kOnlyRd, .edns = edns});
    EXPECT_EQ(reply.rcode, Rcode::kNoError) << reply.ToText();
    EXPECT_FALSE(reply.Has(wire::kFlagAD)) << reply.ToText();
  }
  EXPECT_TRUE(Ask(GetParam().how).Has(wire::kFlagAD));
}

// Each way to ask for it: AD, DO, both.
TEST_P(AdProbeTest, AdOrDoIsEnough) {
  Start();
  EXPECT_TRUE(Ask({.dnssec_ok = false, .flags = kRdAndAd, .edns = false}).Has(wire::kFlagAD));
  EXPECT_TRUE(Ask({.dnssec_ok = false, .flags = kRdAndAd}).Has(wire::kFlagAD));
  EXPECT_TRUE(Ask({.dnssec_ok = true, .flags = kOnlyRd}).Has(wire::kFlagAD));
  EXPECT_TRUE(Ask({.dnssec_ok = true, .flags = kRdAndAd}).Has(wire::kFlagAD));
}

TEST_P(AdProbeTest, WithoutValidationThereIsNoAd) {
  internet_.SetValidation(resolver::Validation::kOff);
  Start();
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(Ask(GetParam().how).Has(wire::kFlagAD));
}

TEST_P(AdProbeTest, UnderABogusRootThereIsNoAd) {
  SigningPlan expired;
  expired.expiration = 1'699'000'000;
  Start(expired);
  for (int i = 0; i < 2; ++i) {
    const PlainMessage reply = Ask(GetParam().how);
    EXPECT_EQ(reply.rcode, Rcode::kServFail);
    EXPECT_FALSE(reply.Has(wire::kFlagAD));
  }
}

// The root and its children live for days.
TEST_P(AdProbeTest, WhileTheNetworkIsDownWhatLivesHasAd) {
  Start();
  const PlainMessage before = Ask(GetParam().how);
  for (const std::string_view server :
       {SignedTlds::kRoot, SignedTlds::kCom, SignedTlds::kNet, std::string_view("192.0.2.20")}) {
    internet_.world().SetLink(server, {.loss = 1.0});
  }
  internet_.world().RunFor(std::chrono::seconds(240));
  const PlainMessage reply = Ask(GetParam().how);
  EXPECT_EQ(reply.rcode, Rcode::kNoError) << reply.ToText();
  EXPECT_TRUE(reply.Has(wire::kFlagAD)) << reply.ToText();
  EXPECT_EQ(reply.answer.size(), before.answer.size());
}

INSTANTIATE_TEST_SUITE_P(
    Software, AdProbeTest,
    testing::Values(Probe{"Postfix", ".", RRType::kNS, {.dnssec_ok = true, .flags = kOnlyRd}},
                    Probe{"mox", "com.", RRType::kNS, {.dnssec_ok = false, .flags = kRdAndAd}},
                    Probe{"mailcow", "com.", RRType::kA, {.dnssec_ok = true, .flags = kRdAndAd}},
                    Probe{"Mailu",
                          "example.net.",
                          RRType::kA,
                          {.dnssec_ok = false, .flags = kRdAndAd, .edns = false}}),
    [](const auto& info) { return std::string(info.param.software); });

}  // namespace
}  // namespace tern::sim
