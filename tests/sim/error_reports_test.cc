// Failures are reported to the agent that a zone's servers name (RFC 9567).
#include "resolver/resolution/error_reports.h"

#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"
#include "tests/sim/small_internet.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kReportedServer = "192.0.2.50";
constexpr std::string_view kAgentServer = "192.0.2.51";

Octets AgentOption(std::string_view agent) {
  const wire::Name name = NameOf(agent);
  return {name.view().octets().begin(), name.view().octets().end()};
}

class ErrorReportsTest : public testing::Test {
 protected:
  ErrorReportsTest() : internet_({.seed = 11}) {
    SigningPlan plan;
    plan.before_signing = {[](const SignedZone&, wire::NameView, RRType type, auto* signatures) {
      if (type == RRType::kA) signatures->at(0).expiration = 1'699'000'000;
    }};
    server_ = internet_.AddSigned("example.com.", kReportedServer,
                                  "www 300 A 198.51.100.1\nweb 300 A 198.51.100.2\n", plan);
    server_->conduct().report_channel = AgentOption("agent.net.");
    agent_ = internet_.AddUnsigned("agent.net.", kAgentServer, "* 300 TXT \"thanks\"\n");
    internet_.settings().dnssec.error_reporting = true;
  }

  // The names of reports that the agent's server was asked for.
  std::vector<std::string> Reports() {
    internet_.world().RunFor(std::chrono::seconds(2));
    std::vector<std::string> names;
    for (const auto& query : internet_.world().upstream()) {
      if (query.type != RRType::kTXT) continue;
      wire::Name name = query.name;
      name.Lower();
      names.push_back(wire::ToText(name.view()));
    }
    return names;
  }

  SignedTlds internet_;
  ZoneServer* server_;
  ZoneServer* agent_;
};

const std::vector<std::string> kReportOfHost = {"_er.1.www.example.com.7._er.agent.net."};

TEST_F(ErrorReportsTest, ABogusAnswerIsReportedToTheZonesAgentOnce) {
  internet_.Start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  }
  EXPECT_EQ(Reports(), kReportOfHost);
  // The failure is not remembered any more, and the report's answer is.
  internet_.world().RunFor(std::chrono::seconds(100));
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(Reports(), kReportOfHost);
  EXPECT_GE(internet_.resolver().ReadCounters().error_reports, 1u);
}

TEST_F(ErrorReportsTest, NothingIsReportedUnlessTheOperatorWantsIt) {
  internet_.settings().dnssec.error_reporting = false;
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_TRUE(Reports().empty());
}

TEST_F(ErrorReportsTest, WithoutAnAgentOrWithTheRootNothingIsReported) {
  for (const Octets& option :
       {Octets{}, Octets{0}, Octets{3, 'n', 'e'}, Octets{3, 'n', 'e', 't'}}) {
    server_->conduct().report_channel = option;
    internet_.Start();
    EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
    EXPECT_TRUE(Reports().empty());
  }
}

TEST_F(ErrorReportsTest, AnAgentGetsOneReportASecond) {
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.Lookup("web.example.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(Reports().size(), 1u);
  internet_.world().RunFor(std::chrono::seconds(100));
  EXPECT_EQ(internet_.Lookup("web.example.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(Reports().back(), "_er.1.web.example.com.7._er.agent.net.");
}

// RFC 9567 section 6.1.1: the query that resulted in the error.
TEST_F(ErrorReportsTest, ABrokenChainIsReportedByItsRecordAndNotByTheClientsQuestion) {
  SigningPlan plan;
  plan.before_signing = {[](const SignedZone&, wire::NameView, RRType type, auto* signatures) {
    if (type == RRType::kDNSKEY) signatures->at(0).expiration = 1'699'000'000;
  }};
  ZoneServer* const server =
      internet_.AddSigned("broken.com.", "192.0.2.52", "www 300 A 198.51.100.1\n", plan);
  server->conduct().report_channel = AgentOption("agent.net.");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.broken.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(Reports(), std::vector<std::string>{"_er.48.broken.com.7._er.agent.net."});
}

TEST_F(ErrorReportsTest, ABrokenDelegationIsReportedToTheZoneAbove) {
  internet_.tld_plan().before_signing = {
      [](const SignedZone&, wire::NameView, RRType type, auto* signatures) {
        if (type == RRType::kDS) signatures->at(0).expiration = 1'699'000'000;
      }};
  internet_.com().conduct().report_channel = AgentOption("agent.net.");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(Reports(), std::vector<std::string>{"_er.43.example.com.7._er.agent.net."});
}

TEST_F(ErrorReportsTest, BehindAnAliasTheTargetIsReported) {
  internet_.AddSigned("alias.net.", "192.0.2.53", "www 300 CNAME www.example.com.\n");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.alias.net.", RRType::kA).rcode, Rcode::kServFail);
  EXPECT_EQ(Reports(), kReportOfHost);
}

TEST_F(ErrorReportsTest, ADenialThatFailsIsReportedByTheTypeThatWasAskedFor) {
  SigningPlan plan;
  plan.before_signing = {[](const SignedZone&, wire::NameView, RRType type, auto* signatures) {
    if (type == RRType::kNSEC) signatures->at(0).expiration = 1'699'000'000;
  }};
  ZoneServer* const server =
      internet_.AddSigned("denial.com.", "192.0.2.54", "www 300 A 198.51.100.1\n", plan);
  server->conduct().report_channel = AgentOption("agent.net.");
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.denial.com.", RRType::kMX).rcode, Rcode::kServFail);
  EXPECT_EQ(Reports(), std::vector<std::string>{"_er.15.www.denial.com.7._er.agent.net."});
}

// The agent's own zone is broken and names itself, so a report fails.
TEST_F(ErrorReportsTest, AReportThatFailsIsNotReported) {
  agent_->conduct().report_channel = AgentOption("agent.net.");
  internet_.Start();
  (void)internet_.Lookup("agent.net.", RRType::kSOA);  // now its agent is known
  agent_->conduct().fault = Fault::kRefused;
  EXPECT_EQ(internet_.Lookup("www.example.com.", RRType::kA).rcode, Rcode::kServFail);
  for (const std::string& name : Reports()) {
    EXPECT_EQ(name.find("_er.16."), std::string::npos) << name;
  }
}

// A server that was well a moment ago, and refuses now.
TEST_F(ErrorReportsTest, ServersThatDoNotServeTheirZoneAreReported) {
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("example.com.", RRType::kSOA).rcode, Rcode::kNoError);
  server_->conduct().fault = Fault::kRefused;
  EXPECT_EQ(internet_.Lookup("example.com.", RRType::kMX).rcode, Rcode::kServFail);
  EXPECT_EQ(Reports(), std::vector<std::string>{"_er.15.example.com.22._er.agent.net."});
}

TEST(ReportNameTest, SaysWhatFailedAndFitsIntoAName) {
  const wire::Name agent = NameOf("a01.agent-domain.example.");
  const auto name = resolver::resolution::ReportName(NameOf("broken.test."), RRType::kA,
                                                     ExtendedError::kSignatureExpired, agent);
  ASSERT_TRUE(name);
  // RFC 9567 section 4.2.
  EXPECT_EQ(wire::ToText(name->view()), "_er.1.broken.test.7._er.a01.agent-domain.example.");
  std::string longest;
  while (longest.size() < 230) longest += "123456789.";
  EXPECT_FALSE(resolver::resolution::ReportName(NameOf(longest), RRType::kA,
                                                ExtendedError::kSignatureExpired, agent));
}

}  // namespace
}  // namespace tern::sim
