#include "resolver/tool/mail_json.h"

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "tests/resolver/tool/made_answers.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;
using MailValue = nlohmann::json;

MailValue PlanOf(MadeAnswers* made) {
  return MailValue::parse(MailJson(PlanMail(*wire::ParseName("a."), made->Asking()),
                                   *Endpoint::Parse("127.0.0.1:53", 0)));
}

TEST(MailJsonTest, TlsaRecordsAreObjects) {
  MadeAnswers made;
  made.Add("a.", RRType::kMX, {"10 m.a."});
  made.Add("m.a.", RRType::kA, {"198.18.0.1"});
  made.Add("_25._tcp.m.a.", RRType::kTLSA, {"3 1 1 AB"});
  made.Secure("a.", RRType::kMX);
  made.Secure("m.a.", RRType::kA);
  made.Secure("_25._tcp.m.a.", RRType::kTLSA);
  const MailValue plan = PlanOf(&made);
  EXPECT_EQ(plan["exchangers"][0]["dane"],
            MailValue({{"state", "secure"},
                       {"name", "_25._tcp.m.a."},
                       {"records",
                        {{{"usage", 3},
                          {"selector", 1},
                          {"matching", 1},
                          {"association", "AB"},
                          {"usable", true},
                          {"text", "3 1 1 (DANE-EE, SPKI, SHA2-256)"}}}}}));
}

TEST(MailJsonTest, ThePlanIsOneObject) {
  MadeAnswers made;
  made.Add("a.", RRType::kMX, {"10 m.a."});
  made.Add("m.a.", RRType::kA, {"10.0.0.1"});
  made.Fail("m.a.", RRType::kAAAA, AnswerKind::kFailure);
  made.Add("a.", RRType::kTXT, {"\"v=spf1 -all\""});
  const MailValue plan = PlanOf(&made);
  EXPECT_EQ(plan["domain"], "a.");
  EXPECT_EQ(plan["verdict"], "deliverable");
  EXPECT_EQ(plan["exit"], 0);
  const MailValue& exchanger = plan["exchangers"][0];
  EXPECT_EQ(exchanger["name"], "m.a.");
  EXPECT_EQ(exchanger["preference"], 10);
  EXPECT_EQ(exchanger["shuffled"], false);
  EXPECT_EQ(exchanger["A"]["addresses"][0],
            MailValue({{"address", "10.0.0.1"}, {"ttl", 300}, {"public", false}}));
  EXPECT_EQ(exchanger["AAAA"]["outcome"], "failure");
  EXPECT_EQ(exchanger["dane"]["state"], "insecure");
  EXPECT_EQ(exchanger["dane"]["records"], MailValue::array());
  EXPECT_EQ(exchanger["AAAA"]["reason"], "SERVFAIL");
  EXPECT_EQ(plan["spf"]["records"][0], "v=spf1 -all");
  EXPECT_EQ(plan["dmarc"]["outcome"], "NXDOMAIN");
  EXPECT_FALSE(plan["dmarc"].contains("policy"));
  EXPECT_EQ(plan["warnings"].size(), 2u);
  EXPECT_EQ(plan["traced"], false);
}

TEST(MailJsonTest, TheDmarcRecordComesWithItsDomain) {
  MadeAnswers made;
  made.Add("_dmarc.a.", RRType::kTXT, {"\"v=DMARC1; p=none\""});
  const MailValue dmarc = PlanOf(&made)["dmarc"];
  EXPECT_EQ(dmarc["domain"], "a.");
  EXPECT_EQ(dmarc["record"], "v=DMARC1; p=none");
  EXPECT_EQ(dmarc["policy"], "none");
  made.Fail("_dmarc.a.", RRType::kTXT, AnswerKind::kFailure);
  EXPECT_EQ(PlanOf(&made)["dmarc"]["failure"], "SERVFAIL");
}

TEST(MailJsonTest, VerdictsHaveTheirExitCodes) {
  MadeAnswers made;
  EXPECT_EQ(PlanOf(&made)["exit"], 1);
  EXPECT_EQ(PlanOf(&made)["warnings"][0]["code"], "no_such_domain");
  made.Fail("a.", RRType::kMX, AnswerKind::kNoReply, "timeout");
  EXPECT_EQ(PlanOf(&made)["exit"], 3);
  EXPECT_EQ(PlanOf(&made)["verdict"], "would be deferred");
}

TEST(MailJsonTest, ListsAndFindings) {
  const BlockListState list = {
      .zone = "l.", .verdict = BlockListVerdict::kRefuses, .words = "no", .advice = "Pay."};
  const MailValue lists = MailValue::parse(BlockListsJson({&list, 1}));
  EXPECT_EQ(lists["exit"], 1);
  EXPECT_EQ(lists["lists"][0]["verdict"], "refuses");
  EXPECT_EQ(lists["lists"][0]["advice"], "Pay.");
  const Finding finding = {.part = "options", .grade = FindingGrade::kBad, .change = "x"};
  const MailValue findings = MailValue::parse(FindingsJson({&finding, 1}));
  EXPECT_EQ(findings["exit"], 1);
  EXPECT_EQ(findings["findings"][0]["grade"], "change");
  EXPECT_EQ(findings["findings"][0]["change"], "x");
}

}  // namespace
}  // namespace tern::resolver::tool
