// Validation through forwarders: the chain of trust comes through them, and they may be wrong, or
// leave out what it needs.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"
#include "tests/support/dnssec/breakages.h"
#include "wire/edns.h"

namespace tern::sim {
namespace {

using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kForwarder = "192.0.2.53";
constexpr std::string_view kZoneRecords = "www 300 A 198.51.100.1\n";

// Answers from the zones of a whole internet, as a resolver that knows all of it.
class Forwarder : public SimServer {
 public:
  using Change = std::function<void(const PlainMessage& query, PlainMessage* reply)>;

  explicit Forwarder(SignedTlds* internet) : internet_(*internet) {}

  SimAnswer OnQuery(const SimQuery& query) override {
    const std::optional<PlainMessage> message = PlainMessage::Decode(query.octets);
    if (!message || message->questions.empty()) return {};
    ++queries;
    with_cd += message->Has(wire::kFlagCD) ? 1 : 0;
    PlainMessage reply = internet_.all().Answer(*message);
    reply.flags = wire::kFlagQR | wire::kFlagRD | wire::kFlagRA;
    if (change) change(*message, &reply);
    return {{{reply.Encode()}}, false};
  }

  Change change;
  int queries = 0;
  int with_cd = 0;

 private:
  SignedTlds& internet_;
};

// The text of the extended error.
std::string ErrorTextOf(const PlainMessage& message) {
  wire::Edns edns;
  edns.options = message.edns->options;
  const auto option = wire::FindOption(edns, wire::EdnsOption::kExtendedError);
  return option && option->size() > 2 ? std::string(option->begin() + 2, option->end()) : "";
}

class ValidatingForwardTest : public testing::Test {
 protected:
  ValidatingForwardTest() : internet_({.seed = 11}), forwarder_(&internet_) {
    internet_.world().AddServer(kForwarder, &forwarder_);
    internet_.settings().static_zones = {{.zone = wire::Name(),
                                          .to = {{*resolver::IpAddress::Parse(kForwarder), 53}},
                                          .forward = true,
                                          .first = false,
                                          .validate = true}};
  }

  void Start(const SigningPlan& plan) {
    internet_.AddSigned("example.com.", "192.0.2.20", kZoneRecords, plan);
    internet_.AddUnsigned("plain.com.", "192.0.2.21", kZoneRecords);
    internet_.Start();
  }
  // What a forwarder says whose clock or anchors are wrong: all signed zones are bogus.
  void FailWithoutCd() {
    forwarder_.change = [](const PlainMessage& query, PlainMessage* reply) {
      if (query.Has(wire::kFlagCD)) return;
      reply->rcode = Rcode::kServFail;
      reply->answer.clear();
      reply->authority.clear();
      reply->additional.clear();
    };
  }
  PlainMessage Ask(std::string_view name) { return internet_.Lookup(name, RRType::kA); }

  SignedTlds internet_;
  Forwarder forwarder_;
};

TEST_F(ValidatingForwardTest, TheChainOfTrustComesThroughTheForwarder) {
  Start({});
  const PlainMessage answer = Ask("www.example.com.");
  EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
  EXPECT_TRUE(answer.Has(wire::kFlagAD)) << answer.ToText();
  EXPECT_TRUE(Ask("nothing.example.com.").Has(wire::kFlagAD));
  const PlainMessage plain = Ask("www.plain.com.");
  EXPECT_EQ(plain.rcode, Rcode::kNoError) << plain.ToText();
  EXPECT_FALSE(plain.Has(wire::kFlagAD));
  EXPECT_EQ(forwarder_.with_cd, 0);
  for (const UpstreamQuery& query : internet_.world().upstream()) {
    EXPECT_EQ(query.server.address, *resolver::IpAddress::Parse(kForwarder));
    EXPECT_TRUE(query.dnssec_ok);
  }
}

TEST_F(ValidatingForwardTest, WhatTheForwarderHoldsForBogusIsAskedForOnceMoreAndCheckedHere) {
  FailWithoutCd();
  Start({});
  const PlainMessage answer = Ask("www.example.com.");
  EXPECT_EQ(answer.rcode, Rcode::kNoError) << answer.ToText();
  EXPECT_TRUE(answer.Has(wire::kFlagAD)) << answer.ToText();
  EXPECT_EQ(forwarder_.queries, 2 * forwarder_.with_cd);
}

TEST_F(ValidatingForwardTest, WhatIsBogusHereTooFails) {
  FailWithoutCd();
  SigningPlan plan;
  Break(Breakage::kExpired, &plan);
  Start(plan);
  const PlainMessage answer = Ask("www.example.com.");
  EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
  EXPECT_EQ(ExtendedErrorOf(answer), ExtendedError::kSignatureExpired) << answer.ToText();
}

TEST_F(ValidatingForwardTest, AForwarderThatFailsAnywayIsAskedOnceMoreOnly) {
  forwarder_.change = [](const PlainMessage&, PlainMessage* reply) {
    reply->rcode = Rcode::kServFail;
    reply->answer.clear();
    reply->authority.clear();
  };
  Start({});
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kServFail);
  EXPECT_EQ(forwarder_.queries, 2);
  EXPECT_EQ(forwarder_.with_cd, 1);
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kServFail);
  EXPECT_EQ(forwarder_.queries, 2);
}

TEST_F(ValidatingForwardTest, WithoutValidationTheForwardersFailureStands) {
  FailWithoutCd();
  internet_.SetValidation(resolver::Validation::kOff);
  Start({});
  EXPECT_EQ(Ask("www.example.com.").rcode, Rcode::kServFail);
  EXPECT_EQ(forwarder_.with_cd, 0);
}

// A forwarder that does not know DNSSEC, and one that leaves out some of it.
TEST_F(ValidatingForwardTest, TheFailureNamesAForwarderThatLeavesOutWhatIsNeeded) {
  for (const bool all : {true, false}) {
    SignedTlds internet({.seed = 12});
    Forwarder forwarder(&internet);
    internet.world().AddServer(kForwarder, &forwarder);
    internet.settings().static_zones = internet_.settings().static_zones;
    forwarder.change = [all](const PlainMessage&, PlainMessage* reply) {
      for (std::vector<PlainRecord>* section :
           {&reply->answer, &reply->authority, &reply->additional}) {
        std::erase_if(*section, [all](const PlainRecord& record) {
          return record.type == RRType::kRRSIG &&
                 (all || record.owner == NameOf("www.example.com."));
        });
      }
    };
    internet.AddSigned("example.com.", "192.0.2.20", kZoneRecords);
    internet.Start();
    const PlainMessage answer = internet.Lookup("www.example.com.", RRType::kA);
    EXPECT_EQ(answer.rcode, Rcode::kServFail) << answer.ToText();
    const std::string text = answer.ToText();
    EXPECT_NE(ErrorTextOf(answer).find("forwarder 192.0.2.53"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace tern::sim
