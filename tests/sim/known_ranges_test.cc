// Denials from the ranges between names of signed zones (RFC 8198).
#include "gtest/gtest.h"
#include "resolver/dnssec/bogus_observer.h"
#include "tests/sim/signed_tlds.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr std::string_view kServer = "192.0.2.20";
constexpr std::string_view kNames = R"(
b          300 A     198.51.100.1
m          300 A     198.51.100.2
*.wild     300 A     198.51.100.3
*.walias   300 CNAME b
x.z        300 A     198.51.100.4
)";

// What a domain that SignedTlds adds has beside its names.
constexpr std::string_view kApex = R"(
example.com.     3600 SOA ns1.example.com. hostmaster.example.com. 2 7200 3600 604800 300
example.com.     3600 NS  ns1.example.com.
ns1.example.com. 3600 A   192.0.2.20
)";

class KnownRangesTest : public testing::TestWithParam<Denial> {
 protected:
  KnownRangesTest() : internet_({.seed = 4}) { plan_.denial = GetParam(); }

  void Start() {
    server_ = internet_.AddSigned("example.com.", kServer, kNames, plan_);
    internet_.Start();
  }
  PlainMessage Ask(std::string_view name, RRType type = RRType::kA) {
    return internet_.Lookup(name, type);
  }
  // Asks until the ranges between the zone's names are known.
  void LearnAll() {
    for (int i = 0; i < 80; ++i) {
      (void)Ask(std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i) +
                ".example.com.");
    }
  }

  SignedTlds internet_;
  SigningPlan plan_;
  ZoneServer* server_ = nullptr;
};

TEST_P(KnownRangesTest, AFloodOfRandomNamesAsksNobody) {
  Start();
  LearnAll();
  for (int i = 0; i < 50; ++i) {
    const PlainMessage answer = Ask("r" + std::to_string(i * 7919) + ".example.com.");
    EXPECT_EQ(answer.rcode, Rcode::kNXDomain);
    EXPECT_TRUE(answer.Has(wire::kFlagAD)) << answer.ToText();
    EXPECT_EQ(internet_.last_upstream_queries(), 0u) << i;
  }
}

TEST_P(KnownRangesTest, AProofComesToWhoAsksForIt) {
  Start();
  LearnAll();
  const PlainMessage answer = Ask("other.example.com.");
  ASSERT_EQ(internet_.last_upstream_queries(), 0u);
  size_t signatures = 0;
  for (const PlainRecord& record : answer.authority) signatures += record.type == RRType::kRRSIG;
  EXPECT_GE(signatures, 2u) << answer.ToText();
  const PlainMessage plain =
      internet_.Lookup("other2.example.com.", RRType::kA, {.dnssec_ok = false});
  ASSERT_EQ(plain.authority.size(), 1u) << plain.ToText();
  EXPECT_EQ(plain.authority[0].type, RRType::kSOA);
}

TEST_P(KnownRangesTest, TypesThatANameHasNotAreDenied) {
  Start();
  (void)Ask("b.example.com.", RRType::kTXT);
  const PlainMessage answer = Ask("b.example.com.", RRType::kMX);
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  EXPECT_TRUE(answer.answer.empty());
  EXPECT_TRUE(answer.Has(wire::kFlagAD));
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  // What it has is not.
  EXPECT_EQ(Ask("b.example.com.").answer.empty(), false);
}

TEST_P(KnownRangesTest, WhatAWildcardMakesIsMadeHere) {
  Start();
  LearnAll();
  (void)Ask("a1.wild.example.com.");
  (void)Ask("a2.wild.example.com.");
  (void)Ask("a3.wild.example.com.");
  const PlainMessage answer = Ask("other.wild.example.com.");
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  EXPECT_FALSE(answer.answer.empty());
  EXPECT_TRUE(answer.Has(wire::kFlagAD));
  EXPECT_EQ(internet_.last_upstream_queries(), 0u) << answer.ToText();
}

TEST_P(KnownRangesTest, WhoChecksItselfIsAnsweredByTheZonesServers) {
  Start();
  LearnAll();
  (void)internet_.Lookup("cd.example.com.", RRType::kA, {.flags = wire::kFlagRD | wire::kFlagCD});
  EXPECT_GT(internet_.last_upstream_queries(), 0u);
}

// A zone that signs also that there is no such name is not believed about other names either.
// A zone's owner cannot make a wildcard of the zone above by a signature that nobody checked.
TEST_P(KnownRangesTest, AWildcardIsWhereItsGoodSignatureSays) {
  plan_.after_signing.push_back(
      [](const SignedZone&, wire::NameView, RRType type, std::vector<Rrsig>* signatures) {
        if (type != RRType::kA || signatures->empty()) return;
        Rrsig forged = signatures->front();
        forged.labels = 1;
        forged.tag ^= 1;
        signatures->insert(signatures->begin(), forged);
      });
  Start();
  EXPECT_TRUE(Ask("a.wild.example.com.").Has(wire::kFlagAD));
  const PlainMessage answer = Ask("*.com.");
  EXPECT_EQ(answer.rcode, Rcode::kNXDomain) << answer.ToText();
}

// RFC 4035 section 5.3.3.
TEST_P(KnownRangesTest, WhatAWildcardMakesLivesNoLongerThanItsSignatureSays) {
  plan_.before_signing.push_back(
      [](const SignedZone&, wire::NameView, RRType type, std::vector<Rrsig>* signatures) {
        if (type != RRType::kA) return;
        for (Rrsig& signature : *signatures) signature.original_ttl = 60;
      });
  Start();
  LearnAll();
  for (const char* name : {"a1.wild.example.com.", "a2.wild.example.com.", "a3.wild.example.com.",
                           "other.wild.example.com."}) {
    const PlainMessage answer = Ask(name);
    ASSERT_FALSE(answer.answer.empty()) << answer.ToText();
    EXPECT_LE(answer.answer[0].ttl, 60u) << answer.ToText();
  }
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_P(KnownRangesTest, AZoneThatContradictsItselfIsAskedForEachNameAgain) {
  struct Heard final : resolver::dnssec::BogusObserver {
    void OnBogus(wire::NameView, RRType, const resolver::dnssec::Problem&, bool,
                 resolver::Time) override {}
    void OnContradiction(wire::NameView zone, wire::NameView name, RRType type,
                         resolver::Time) override {
      lines.push_back(wire::ToText(zone) + " " + wire::ToText(name) + " " + wire::ToText(type));
    }
    std::vector<std::string> lines;
  } heard;
  Start();
  internet_.resolver().recursor().facilities().bogus_observer = &heard;
  LearnAll();
  (void)Ask("k-before.example.com.");
  ASSERT_EQ(internet_.last_upstream_queries(), 0u);
  // The zone has the name now. Nobody sees it, but for a client that checks itself.
  const std::string text = std::string(kApex) + std::string(kNames) + "k 300 A 198.51.100.9\n";
  server_->AddZone(std::make_shared<const SignedZone>(NameOf("example.com.").view(),
                                                      RecordsOfText("example.com.", text), plan_));
  EXPECT_EQ(Ask("k.example.com.").rcode, Rcode::kNXDomain);
  (void)internet_.Lookup("k.example.com.", RRType::kA, {.flags = wire::kFlagRD | wire::kFlagCD});
  EXPECT_EQ(Ask("k.example.com.").answer.empty(), false);
  ASSERT_EQ(heard.lines.size(), 1u);
  EXPECT_EQ(heard.lines[0], "example.com. k.example.com. A");
  EXPECT_EQ(internet_.resolver().ReadCounters().range_contradictions, 1u);
  for (const char* name : {"k-after.example.com.", "l-after.example.com."}) {
    EXPECT_EQ(Ask(name).rcode, Rcode::kNXDomain);
    EXPECT_GT(internet_.last_upstream_queries(), 0u) << name;
  }
  // After a quarter of an hour the zone has another chance.
  internet_.world().RunFor(std::chrono::minutes(16));
  LearnAll();
  (void)Ask("r-later.example.com.");
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_P(KnownRangesTest, AClientThatWantsNoRecursionIsAnsweredToo) {
  Start();
  LearnAll();
  const PlainMessage answer = internet_.Lookup("other.example.com.", RRType::kA, {.flags = 0});
  EXPECT_EQ(answer.rcode, Rcode::kNXDomain) << answer.ToText();
}

TEST_P(KnownRangesTest, AnOperatorMayHaveEachNameAskedFor) {
  internet_.settings().dnssec.aggressive = false;
  Start();
  LearnAll();
  (void)Ask("other.example.com.");
  EXPECT_GT(internet_.last_upstream_queries(), 0u);
}

TEST_P(KnownRangesTest, WhatAnOperatorExemptsOrSendsElsewhereIsNotDenied) {
  internet_.settings().dnssec.negative_trust_anchors = {{.zone = NameOf("exempt.example.com.")}};
  internet_.settings().static_zones = {{.zone = NameOf("inside.example.com."),
                                        .to = {{*resolver::IpAddress::Parse("192.0.2.77"), 53}}}};
  Start();
  LearnAll();
  ASSERT_EQ(Ask("other.example.com.").rcode, Rcode::kNXDomain);
  ASSERT_EQ(internet_.last_upstream_queries(), 0u);
  for (const char* name : {"a.exempt.example.com.", "a.inside.example.com."}) {
    (void)Ask(name);
    EXPECT_GT(internet_.last_upstream_queries(), 0u) << name;
  }
}

// What was proven by other anchors proves nothing.
TEST_P(KnownRangesTest, OtherTrustAnchorsForgetAllRanges) {
  Start();
  LearnAll();
  ASSERT_EQ(Ask("other.example.com.").rcode, Rcode::kNXDomain);
  ASSERT_EQ(internet_.last_upstream_queries(), 0u);
  internet_.settings().dnssec.negative_trust_anchors = {{.zone = NameOf("exempt.example.com.")}};
  internet_.resolver().Reconfigure(internet_.settings());
  (void)Ask("others.example.com.");
  EXPECT_GT(internet_.last_upstream_queries(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Ways, KnownRangesTest, testing::Values(Denial::kNsec, Denial::kNsec3),
                         [](const auto& way) {
                           return way.param == Denial::kNsec ? "Nsec" : "Nsec3";
                         });

}  // namespace
}  // namespace tern::sim
