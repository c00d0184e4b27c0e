// What clients get when a refresh is bogus: SERVFAIL, or what was known before
// (cache.stale_instead_of_bogus).
#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"
#include "wire/edns.h"

namespace tern::sim {
namespace {

using std::chrono::seconds;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kBogusHost = "www.example.com.";
constexpr std::string_view kHosts =
    "www 300 A 198.51.100.1\n_25._tcp.www 300 TLSA 3 1 1 00\nalias 3600 CNAME www\n"
    "old 3600 DNAME sub\nhost.sub 300 A 198.51.100.3\n";

// The codes of the extended errors, in their order.
std::vector<ExtendedError> ErrorsOf(const PlainMessage& message) {
  std::vector<ExtendedError> errors;
  if (!message.edns) return errors;
  const auto& octets = message.edns->options;
  for (size_t at = 0; at + 6 <= octets.size();) {
    const size_t code = octets[at] * 256 + octets[at + 1];
    const size_t size = octets[at + 2] * 256 + octets[at + 3];
    if (code == 15) errors.push_back(ExtendedError(octets[at + 4] * 256 + octets[at + 5]));
    at += 4 + size;
  }
  return errors;
}

class StaleBogusTest : public testing::Test {
 protected:
  StaleBogusTest() : internet_({.seed = 31}) {
    server_ = internet_.AddSigned("example.com.", "192.0.2.20", kHosts);
  }

  void Start(bool instead_of_bogus) {
    internet_.settings().cache.stale_instead_of_bogus = instead_of_bogus;
    internet_.Start();
  }
  // The zone's server signs it in another way from now on.
  void Resign(const SigningPlan& plan) {
    server_->AddZone(std::make_shared<const SignedZone>(
        NameOf("example.com.").view(),
        RecordsOfText("example.com.",
                      "@ 3600 SOA ns1 hostmaster 1 7200 3600 604800 300\n"
                      "@ 3600 NS ns1\nns1 3600 A 192.0.2.20\n" +
                          std::string(kHosts)),
        plan));
  }
  void Break() {
    SigningPlan plan;
    plan.after_signing = {
        [](const SignedZone&, wire::NameView, RRType type, std::vector<Rrsig>* signatures) {
          if (type != RRType::kDNSKEY) signatures->at(0).signature[0] ^= 1;
        }};
    Resign(plan);
  }
  // What is known, and has expired: all but the aliases.
  void Expire(std::string_view name, RRType type = RRType::kA) {
    const PlainMessage answer = internet_.Lookup(name, type);
    EXPECT_TRUE(answer.Has(wire::kFlagAD)) << answer.ToText();
    internet_.world().RunFor(seconds(400));
  }
  void ExpectStale(const PlainMessage& answer, std::string_view address, size_t records = 1) {
    EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
    EXPECT_FALSE(answer.Has(wire::kFlagAD));
    EXPECT_EQ(answer.ToText().find(address) != std::string::npos, true) << answer.ToText();
    EXPECT_EQ(answer.answer.size(), records) << answer.ToText();
    EXPECT_EQ(ErrorsOf(answer),
              (std::vector{ExtendedError::kStaleAnswer, ExtendedError::kDnssecBogus}))
        << answer.ToText();
  }

  SignedTlds internet_;
  ZoneServer* server_;
};

TEST_F(StaleBogusTest, WhatIsBogusIsNotReplacedUnlessTheOperatorWantsIt) {
  Start(false);
  Expire(kBogusHost);
  Break();
  for (int i = 0; i < 2; ++i) {
    const PlainMessage answer = internet_.Lookup(kBogusHost, RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
    EXPECT_EQ(ErrorsOf(answer), std::vector{ExtendedError::kDnssecBogus});
  }
}

TEST_F(StaleBogusTest, AnOperatorMayPreferItToServfail) {
  Start(true);
  Expire(kBogusHost);
  Break();
  for (int i = 0; i < 3; ++i) {
    const PlainMessage answer = internet_.Lookup(kBogusHost, RRType::kA, {.dnssec_ok = false});
    ExpectStale(answer, "198.51.100.1");
    EXPECT_TRUE(i == 0 || internet_.last_upstream_queries() == 0) << "at most each 30 seconds";
  }
  internet_.world().RunFor(seconds(3'600));
  ExpectStale(internet_.Lookup(kBogusHost, RRType::kA, {.dnssec_ok = false}), "198.51.100.1");
  // When the zone is good again, so is the answer.
  Resign({});
  internet_.world().RunFor(seconds(400));
  const PlainMessage good = internet_.Lookup(kBogusHost, RRType::kA);
  EXPECT_TRUE(good.Has(wire::kFlagAD)) << good.ToText();
  EXPECT_TRUE(ErrorsOf(good).empty());
}

TEST_F(StaleBogusTest, AliasesLeadToWhatExpired) {
  Start(true);
  Expire("alias.example.com.");
  Expire("host.old.example.com.");
  Break();
  for (int i = 0; i < 2; ++i) {
    ExpectStale(internet_.Lookup("alias.example.com.", RRType::kA, {.dnssec_ok = false}),
                "198.51.100.1", 2);
    ExpectStale(internet_.Lookup("host.old.example.com.", RRType::kA, {.dnssec_ok = false}),
                "198.51.100.3", 3);
  }
}

// Whom a mail server may trust is never told from what is stale.
TEST_F(StaleBogusTest, TlsaHasNoStaleAnswers) {
  Start(true);
  Expire("_25._tcp.www.example.com.", RRType::kTLSA);
  Break();
  EXPECT_EQ(internet_.Lookup("_25._tcp.www.example.com.", RRType::kTLSA).rcode, Rcode::kServFail);
}

TEST_F(StaleBogusTest, WhatWasNeverGoodOrExpiredTooLongAgoIsNotServed) {
  internet_.settings().cache.max_stale = 600;
  Start(true);
  Expire(kBogusHost);
  Break();
  EXPECT_EQ(internet_.Lookup("alias.example.com.", RRType::kA).rcode, Rcode::kServFail);
  internet_.world().RunFor(seconds(600));
  EXPECT_EQ(internet_.Lookup(kBogusHost, RRType::kA).rcode, Rcode::kServFail);
}

// It gets what it asked for, to judge it itself.
TEST_F(StaleBogusTest, AClientThatValidatesItselfGetsWhatCame) {
  Start(true);
  Expire(kBogusHost);
  Break();
  const PlainMessage answer =
      internet_.Lookup(kBogusHost, RRType::kA, {.flags = wire::kFlagRD | wire::kFlagCD});
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  EXPECT_TRUE(ErrorsOf(answer).empty());
  EXPECT_EQ(answer.answer.size(), 2u) << "with its signature";
}

}  // namespace
}  // namespace tern::sim
