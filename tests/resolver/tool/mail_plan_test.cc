#include "resolver/tool/mail_plan.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "tests/resolver/tool/made_answers.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

class MailPlanTest : public ::testing::Test {
 protected:
  MailPlan Plan() { return PlanMail(*wire::ParseName("a."), made_.Asking()); }
  static bool Warns(const MailPlan& plan, std::string_view code) {
    return std::any_of(plan.warnings.begin(), plan.warnings.end(),
                       [&](const MailWarning& warning) { return warning.code == code; });
  }
  // The only warning, or `none`, or `several`.
  static std::string_view Warning(const MailPlan& plan) {
    if (plan.warnings.empty()) return "none";
    return plan.warnings.size() == 1 ? plan.warnings[0].code : "several";
  }
  void Host(const std::string& name) { made_.Add(name, RRType::kA, {"198.18.0.1"}); }

  MadeAnswers made_;
};

TEST_F(MailPlanTest, ExchangersHaveTheirAddressesWithTtls) {
  made_.Add("a.", RRType::kMX, {"10 m.a.", "20 n.a."});
  made_.Add("m.a.", RRType::kA, {"198.18.0.1", "198.18.0.2"});
  made_.Add("m.a.", RRType::kAAAA, {"2001:db8::1"});
  Host("n.a.");
  const MailPlan plan = Plan();
  EXPECT_EQ(plan.verdict, MailVerdict::kDeliverable);
  EXPECT_EQ(Warning(plan), "none");
  ASSERT_EQ(plan.exchangers.size(), 2u);
  EXPECT_EQ(plan.exchangers[0].preference, 10);
  EXPECT_EQ(plan.exchangers[0].name, "m.a.");
  ASSERT_EQ(plan.exchangers[0].ipv4.found.size(), 2u);
  EXPECT_EQ(plan.exchangers[0].ipv4.found[1].address, "198.18.0.2");
  EXPECT_EQ(plan.exchangers[0].ipv4.found[1].ttl, 300u);
  ASSERT_EQ(plan.exchangers[0].ipv6.found.size(), 1u);
  EXPECT_EQ(plan.exchangers[1].ipv6.kind, AnswerKind::kNoData);
  EXPECT_FALSE(plan.exchangers[1].shuffled);
  EXPECT_EQ(made_.asked(), 8u);  // MX and three TXT, A and AAAA of two
}

TEST_F(MailPlanTest, EqualPreferencesAreMarked) {
  made_.Add("a.", RRType::kMX, {"10 m.a.", "10 n.a.", "20 o.a."});
  for (const char* name : {"m.a.", "n.a.", "o.a."}) Host(name);
  const MailPlan plan = Plan();
  EXPECT_EQ(Warning(plan), "preference_tie");
  EXPECT_TRUE(plan.exchangers[0].shuffled);
  EXPECT_TRUE(plan.exchangers[1].shuffled);
  EXPECT_FALSE(plan.exchangers[2].shuffled);
}

TEST_F(MailPlanTest, Rfc7505NullMxIsNeverDelivered) {
  made_.Add("a.", RRType::kMX, {"0 ."});
  Host("a.");
  const MailPlan plan = Plan();
  EXPECT_EQ(plan.verdict, MailVerdict::kNever);
  EXPECT_EQ(Warning(plan), "null_mx");
  EXPECT_TRUE(plan.exchangers.empty());
}

TEST_F(MailPlanTest, ANullMxBesideOthersIsPassedOver) {
  made_.Add("a.", RRType::kMX, {"0 .", "10 m.a."});
  Host("m.a.");
  const MailPlan plan = Plan();
  EXPECT_EQ(plan.verdict, MailVerdict::kDeliverable);
  EXPECT_EQ(Warning(plan), "null_mx_beside_others");
}

TEST_F(MailPlanTest, Rfc5321WithoutMxTheDomainIsItsOwnExchanger) {
  Host("a.");
  const MailPlan plan = Plan();
  EXPECT_EQ(plan.verdict, MailVerdict::kDeliverable);
  EXPECT_TRUE(plan.implicit);
  EXPECT_EQ(plan.exchangers[0].ipv4.found[0].address, "198.18.0.1");
  EXPECT_EQ(Warning(plan), "implicit_mx");
}

TEST_F(MailPlanTest, NxdomainNodataFailureAndSilenceAreToldApart) {
  EXPECT_EQ(Plan().verdict, MailVerdict::kNever);
  EXPECT_EQ(Warning(Plan()), "no_such_domain");
  made_.Add("a.", RRType::kNS, {"ns."});
  EXPECT_EQ(Plan().verdict, MailVerdict::kNever);
  EXPECT_EQ(Warning(Plan()), "nothing_to_deliver_to");
  made_.Fail("a.", RRType::kMX, AnswerKind::kFailure);
  EXPECT_EQ(Plan().verdict, MailVerdict::kDeferred);
  EXPECT_EQ(Warning(Plan()), "mx_failure");
  made_.Fail("a.", RRType::kMX, AnswerKind::kNoReply, "timeout");
  EXPECT_EQ(Plan().verdict, MailVerdict::kDeferred);
  EXPECT_EQ(Warning(Plan()), "mx_no_reply");
  made_.Fail("a.", RRType::kMX, AnswerKind::kFailure, "an alias loop");
  EXPECT_EQ(Warning(Plan()), "alias_loop");
}

TEST_F(MailPlanTest, AnAddressThatMayComeLaterDefersOnlyWithoutAnother) {
  made_.Add("a.", RRType::kMX, {"10 m.a.", "20 n.a."});
  made_.Fail("m.a.", RRType::kA, AnswerKind::kNoReply, "timeout");
  MailPlan plan = Plan();
  EXPECT_EQ(plan.verdict, MailVerdict::kDeferred);
  EXPECT_TRUE(Warns(plan, "address_no_answer"));
  EXPECT_TRUE(Warns(plan, "dangling_exchanger"));
  Host("n.a.");
  EXPECT_EQ(Plan().verdict, MailVerdict::kDeliverable);
}

TEST_F(MailPlanTest, ImplicitMxIsDeferredWhileAnAddressMayCome) {
  made_.Fail("a.", RRType::kAAAA, AnswerKind::kFailure);
  EXPECT_EQ(Plan().verdict, MailVerdict::kDeferred);
}

TEST_F(MailPlanTest, ExchangersWithoutAnAddressAreNeverDeliveredTo) {
  made_.Add("a.", RRType::kMX, {"10 m.a.", "20 n.a."});
  made_.Add("n.a.", RRType::kTXT, {"\"x\""});
  const MailPlan plan = Plan();
  EXPECT_EQ(plan.verdict, MailVerdict::kNever);
  EXPECT_TRUE(Warns(plan, "dangling_exchanger"));
  EXPECT_TRUE(Warns(plan, "exchanger_without_address"));
  EXPECT_TRUE(Warns(plan, "nothing_to_deliver_to"));
}

TEST_F(MailPlanTest, AnExchangerThatIsAnAliasIsToldWithItsTarget) {
  made_.Add("a.", RRType::kMX, {"10 m.a."});
  Host("h.a.");
  made_.AddAlias("m.a.", "h.a.", {RRType::kA, RRType::kAAAA});
  const MailPlan plan = Plan();
  EXPECT_EQ(plan.verdict, MailVerdict::kDeliverable);
  EXPECT_EQ(Warning(plan), "exchanger_is_alias");
  EXPECT_EQ(plan.exchangers[0].alias_of, "h.a.");
}

TEST_F(MailPlanTest, ADomainThatIsAnAliasHasItsTargetsExchangers) {
  made_.Add("b.", RRType::kMX, {"10 m.b."});
  Host("m.b.");
  made_.AddAlias("a.", "b.", {RRType::kMX});
  const MailPlan plan = Plan();
  EXPECT_EQ(plan.verdict, MailVerdict::kDeliverable);
  EXPECT_EQ(plan.exchangers[0].name, "m.b.");
  EXPECT_EQ(Warning(plan), "domain_is_alias");
}

TEST_F(MailPlanTest, AddressesOfNobodyAreNamed) {
  made_.Add("a.", RRType::kMX, {"10 m.a."});
  made_.Add("m.a.", RRType::kA, {"10.1.2.3"});
  EXPECT_EQ(Warning(Plan()), "private_address");
  for (const char* text :
       {"10.0.0.1", "172.31.0.1", "192.168.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "::1", "::", "fd00::1", "fe80::1", "::ffff:10.0.0.1"}) {
    EXPECT_FALSE(IsPublicAddress(*IpAddress::Parse(text))) << text;
  }
  for (const char* text : {"172.32.0.1", "8.8.8.8", "2001:db8::1"}) {
    EXPECT_TRUE(IsPublicAddress(*IpAddress::Parse(text))) << text;
  }
}

TEST_F(MailPlanTest, AnAddressInPlaceOfANameIsNamed) {
  made_.Add("a.", RRType::kMX, {"10 192.0.2.1."});
  EXPECT_TRUE(Warns(Plan(), "exchanger_is_address"));
}

TEST_F(MailPlanTest, SpfOverItsLimitsAndDoubleRecordsAreNamed) {
  Host("a.");
  made_.Add("a.", RRType::kTXT, {"\"v=spf1 a:n1. a:n2. a:n3. a a a a a a a a -all\""});
  MailPlan plan = Plan();
  EXPECT_TRUE(Warns(plan, "spf_lookups"));
  EXPECT_TRUE(Warns(plan, "spf_voids"));
  made_.Add("a.", RRType::kTXT, {"\"v=spf1 -all\""});
  made_.Add("_dmarc.a.", RRType::kTXT, {"\"v=DMARC1; p=none\"", "\"v=DMARC1; p=reject\""});
  made_.Add("_mta-sts.a.", RRType::kTXT, {"\"v=STSv1; id=1\"", "\"v=STSv1; id=2\""});
  plan = Plan();
  EXPECT_TRUE(Warns(plan, "several_spf"));
  EXPECT_TRUE(Warns(plan, "several_dmarc"));
  EXPECT_TRUE(Warns(plan, "several_mta_sts"));
}

TEST_F(MailPlanTest, NameServersComeFromTheTracesSilentOnesFirst) {
  Host("a.");
  EXPECT_FALSE(Plan().traced);
  made_.AddTrace("a.", RRType::kA,
                 "{\"kind\":\"query\",\"server\":\"1\",\"zone\":\"a.\"}\n"
                 "{\"kind\":\"reply\",\"server\":\"1\",\"zone\":\"a.\",\"rtt_us\":300}\n"
                 "no JSON\n"
                 "{\"kind\":\"reply\",\"server\":\"1\",\"zone\":\"b.\",\"rtt_us\":100}\n"
                 "{\"kind\":\"timeout\",\"server\":\"2\",\"zone\":\"a.\",\"rtt_us\":400000}\n");
  const MailPlan plan = Plan();
  EXPECT_TRUE(plan.traced);
  ASSERT_EQ(plan.name_servers.size(), 2u);
  EXPECT_EQ(plan.name_servers[0].server, "2");
  EXPECT_EQ(plan.name_servers[0].timeouts, 1u);
  EXPECT_EQ(plan.name_servers[0].replies, 0u);
  EXPECT_EQ(plan.name_servers[1].replies, 2u);
  EXPECT_EQ(plan.name_servers[1].fastest_us, 100);
  EXPECT_EQ(plan.name_servers[1].slowest_us, 300);
  EXPECT_EQ(plan.name_servers[1].zones, (std::vector<std::string>{"a.", "b."}));
}

TEST_F(MailPlanTest, QuestionsAreBounded) {
  for (int i = 0; i < 300; ++i) {
    const std::string rdata = "10 m" + std::to_string(i) + ".a.";
    made_.Add("a.", RRType::kMX, {rdata.c_str()});
  }
  EXPECT_EQ(Plan().exchangers.size(), kExchangersMax);
  EXPECT_LE(made_.asked(), kQuestionsMax);
}

}  // namespace
}  // namespace tern::resolver::tool
