#include "resolver/tool/mail_dane.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "resolver/tool/mail_plan.h"
#include "tests/resolver/tool/made_answers.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

constexpr const char* kTlsa = "3 1 1 ABCD";

class MailDaneTest : public ::testing::Test {
 protected:
  MailDaneTest() {
    made_.Add("a.", RRType::kMX, {"10 m.a."});
    made_.Add("m.a.", RRType::kA, {"198.18.0.1"});
    made_.Secure("a.", RRType::kMX);
    made_.Secure("m.a.", RRType::kA);
  }
  MailPlan Plan() { return PlanMail(*wire::ParseName("a."), made_.Asking()); }
  Dane Find() { return Plan().exchangers.at(0).dane; }
  std::string_view State() { return StateText(Find().state); }
  bool Warns(std::string_view code) {
    const MailPlan plan = Plan();
    return std::any_of(plan.warnings.begin(), plan.warnings.end(),
                       [&](const MailWarning& warning) { return warning.code == code; });
  }
  void AddTlsa(const std::string& name, std::initializer_list<const char*> rdata) {
    made_.Add(name, RRType::kTLSA, rdata);
    made_.Secure(name, RRType::kTLSA);
  }

  MadeAnswers made_;
};

TEST_F(MailDaneTest, SecureTlsaIsShown) {
  AddTlsa("_25._tcp.m.a.", {kTlsa, "0 0 1 EF"});
  const Dane dane = Find();
  EXPECT_EQ(StateText(dane.state), "secure");
  EXPECT_EQ(dane.name, "_25._tcp.m.a.");
  ASSERT_EQ(dane.records.size(), 2u);
  EXPECT_EQ(RecordText(dane.records[0]), "3 1 1 (DANE-EE, SPKI, SHA2-256)");
  EXPECT_EQ(dane.records[0].association, "ABCD");
  EXPECT_EQ(RecordText(dane.records[1]), "0 0 1 (PKIX-TA, Cert, SHA2-256) unusable");
}

// RFC 7672 section 3.1.3: usages 0 and 1 say nothing to a mail server.
TEST_F(MailDaneTest, TlsaOfOtherUsagesOnlyIsUnusable) {
  AddTlsa("_25._tcp.m.a.", {"0 0 1 EF", "1 0 1 EF", "3 9 1 EF", "3 1 9 EF"});
  EXPECT_EQ(State(), "unusable");
  EXPECT_TRUE(Warns("dane_unusable"));
}

TEST_F(MailDaneTest, ASecureDenialIsNone) {
  made_.Add("_25._tcp.m.a.", RRType::kTXT, {"x"});
  made_.Secure("_25._tcp.m.a.", RRType::kTLSA);
  EXPECT_EQ(State(), "none");
  EXPECT_FALSE(Warns("dane_failed"));
}

TEST_F(MailDaneTest, WithoutASecureMxNoTlsaIsAsked) {
  AddTlsa("_25._tcp.m.a.", {kTlsa});
  made_.Secure("a.", RRType::kMX, false);
  const size_t before = made_.asked();
  EXPECT_EQ(State(), "insecure");
  EXPECT_EQ(Find().reason, "the MX answer is not secure");
  EXPECT_EQ(made_.asked() - before, 2u * 6u);  // of each plan: MX, three TXT, A and AAAA
}

TEST_F(MailDaneTest, WithoutSecureAddressesNoTlsaIsAsked) {
  AddTlsa("_25._tcp.m.a.", {kTlsa});
  made_.Secure("m.a.", RRType::kA, false);
  EXPECT_EQ(State(), "insecure");
  EXPECT_EQ(Find().reason, "its addresses are not secure");
}

TEST_F(MailDaneTest, TlsaWithoutAdIsInsecure) {
  made_.Add("_25._tcp.m.a.", RRType::kTLSA, {kTlsa});
  EXPECT_EQ(State(), "insecure");
}

TEST_F(MailDaneTest, BogusAnswersAreToldApartFromFailures) {
  made_.Bogus("_25._tcp.m.a.", RRType::kTLSA);
  EXPECT_EQ(State(), "bogus");
  EXPECT_TRUE(Warns("dane_bogus"));
  made_.Fail("_25._tcp.m.a.", RRType::kTLSA, AnswerKind::kNoReply, "timeout");
  EXPECT_EQ(State(), "failed");
  EXPECT_TRUE(Warns("dane_failed"));
}

TEST_F(MailDaneTest, BogusAddressesAreBogus) {
  made_.Bogus("m.a.", RRType::kA);
  EXPECT_EQ(State(), "bogus");
}

// RFC 7672 section 2.2.3.
TEST_F(MailDaneTest, TlsaOfAnAliasIsFoundAtItsEndThenAtItsName) {
  made_.Add("a.", RRType::kMX, {"10 alias.a."});
  made_.Secure("a.", RRType::kMX);
  made_.AddAlias("alias.a.", "m.a.", {RRType::kA});
  made_.RemoveFirst("a.", RRType::kMX);
  AddTlsa("_25._tcp.alias.a.", {kTlsa});
  made_.Secure("_25._tcp.m.a.", RRType::kTLSA);
  EXPECT_EQ(Find().name, "_25._tcp.alias.a.");
  AddTlsa("_25._tcp.m.a.", {kTlsa});
  EXPECT_EQ(Find().name, "_25._tcp.m.a.");
}

TEST_F(MailDaneTest, ASecureAliasOfAnInsecureHostHasTlsaAtItsName) {
  made_.Add("a.", RRType::kMX, {"10 alias.a."});
  made_.RemoveFirst("a.", RRType::kMX);
  made_.Secure("m.a.", RRType::kA, false);
  made_.AddAlias("alias.a.", "m.a.", {RRType::kA});
  AddTlsa("_25._tcp.alias.a.", {kTlsa});
  EXPECT_EQ(State(), "insecure");
  made_.Add("alias.a.", RRType::kCNAME, {"m.a."});
  made_.Secure("alias.a.", RRType::kCNAME);
  EXPECT_EQ(Find().name, "_25._tcp.alias.a.");
}

TEST_F(MailDaneTest, TheDomainItselfMayBeTheExchanger) {
  MadeAnswers made;
  made.Add("a.", RRType::kA, {"198.18.0.1"});
  made.Add("_25._tcp.a.", RRType::kTLSA, {kTlsa});
  for (const RRType type : {RRType::kMX, RRType::kA}) made.Secure("a.", type);
  made.Secure("_25._tcp.a.", RRType::kTLSA);
  const MailPlan plan = PlanMail(*wire::ParseName("a."), made.Asking());
  EXPECT_EQ(plan.exchangers.at(0).dane.state, DaneState::kSecure);
}

}  // namespace
}  // namespace tern::resolver::tool
