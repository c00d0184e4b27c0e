#include "resolver/tool/mail_text.h"

#include "gtest/gtest.h"
#include "tests/resolver/tool/made_answers.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

const Endpoint& Local() {
  static const Endpoint endpoint = *Endpoint::Parse("127.0.0.1:53", 0);
  return endpoint;
}

TEST(MailTextTest, WhatHasNotHappenedYetIsNotCounted) {
  MadeAnswers made;
  MailPlan plan = PlanMail(*wire::ParseName("a."), made.Asking());
  plan.counters = {{"mail_questions", 0}, {"mail_fan_outs", 3}, {"list_refusals", 0}};
  const std::string text = MailText(plan, Local());
  EXPECT_NE(text.find("ternd so far 3 answers whose next questions were asked ahead\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("MX questions"), std::string::npos);
  EXPECT_EQ(text.find("refused"), std::string::npos);
}

TEST(MailTextTest, ThePlanStandsInColumns) {
  MadeAnswers made;
  made.Add("a.", RRType::kMX, {"5 m.a.", "10 longer.a.", "10 gone.a."});
  made.Add("a.", RRType::kTXT, {"\"v=spf1 mx -all\""});
  made.Add("_dmarc.a.", RRType::kTXT, {"\"v=DMARC1; p=quarantine\""});
  made.Add("m.a.", RRType::kA, {"198.18.0.1"});
  made.Add("m.a.", RRType::kAAAA, {"2001:db8::1"});
  made.Add("longer.a.", RRType::kA, {"10.0.0.1"});
  made.Fail("longer.a.", RRType::kAAAA, AnswerKind::kNoReply, "timeout");
  made.AddTrace("a.", RRType::kMX,
                "{\"kind\":\"reply\",\"server\":\"s\",\"zone\":\"a.\",\"rtt_us\":1500}\n"
                "{\"kind\":\"timeout\",\"server\":\"s\",\"zone\":\"a.\"}\n");
  EXPECT_EQ(MailText(PlanMail(*wire::ParseName("a."), made.Asking()), Local()),
            R"(mail to      a.  deliverable: 2 of 3 exchangers have an address
exchangers   in the order of a mail server; the MX records live 5m
  5            m.a.       198.18.0.1   5m
                          2001:db8::1  5m
  10 shuffled  longer.a.  10.0.0.1     5m  not public
                          AAAA?        no reply: timeout
  10 shuffled  gone.a.    -            does not exist
SPF          v=spf1 mx -all
             1 of 10 look-ups, 0 of 2 void
DMARC        v=DMARC1; p=quarantine
             receivers put failing mail aside
MTA-STS      none
DANE         insecure: the MX answer is not secure
servers      s  1 reply, 1.5 ms, 1 timeout  (a.)
warnings     - 2 exchangers have the preference 10. Each sender tries them in an order of its own.
             - longer.a. has the address 10.0.0.1, which the internet does not reach
             - longer.a. AAAA: no reply: timeout
             - gone.a. does not exist (NXDOMAIN)
asked        127.0.0.1:53, 10 questions, the slowest answer in 0.0 ms
)");
}

TEST(MailTextTest, EachExchangerHasItsTlsaRecords) {
  MadeAnswers made;
  made.Add("a.", RRType::kMX, {"10 m.a.", "20 other.a."});
  made.Add("m.a.", RRType::kA, {"198.18.0.1"});
  made.Add("other.a.", RRType::kA, {"198.18.0.2"});
  made.Add("_25._tcp.m.a.", RRType::kTLSA, {"3 1 1 AB", "2 0 1 CD"});
  made.Secure("a.", RRType::kMX);
  made.Secure("m.a.", RRType::kA);
  made.Secure("_25._tcp.m.a.", RRType::kTLSA);
  const std::string text = MailText(PlanMail(*wire::ParseName("a."), made.Asking()), Local());
  EXPECT_NE(text.find("DANE         m.a.      secure: 3 1 1 (DANE-EE, SPKI, SHA2-256); "
                      "2 0 1 (DANE-TA, Cert, SHA2-256)\n"
                      "             other.a.  insecure: its addresses are not secure\n"),
            std::string::npos)
      << text;
}

TEST(MailTextTest, LongWarningsAreWrappedInTheirColumn) {
  MadeAnswers made;
  made.Add("a.", RRType::kA, {"198.18.0.1"});
  const std::string text = MailText(PlanMail(*wire::ParseName("a."), made.Asking()), Local());
  EXPECT_NE(text.find("exchangers   the domain itself\n               a.  198.18.0.1  5m\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("servers      not told"), std::string::npos);
  EXPECT_NE(text.find("\n               "), std::string::npos);
  for (size_t at = text.find("warnings"), end = 0; at < text.size(); at = end + 1) {
    end = text.find('\n', at);
    EXPECT_LE(end - at, 100u) << text;
  }
}

TEST(MailTextTest, ASubdomainHasTheDmarcRecordOfADomainAboveIt) {
  MadeAnswers made;
  const auto dmarc_of = [&](const char* domain) {
    const std::string text = MailText(PlanMail(*wire::ParseName(domain), made.Asking()), Local());
    const size_t at = text.find("DMARC");
    return text.substr(at, text.find("MTA-STS") - at);
  };
  EXPECT_EQ(dmarc_of("b.a.example."), "DMARC        none\n");
  made.Add("_dmarc.a.example.", RRType::kTXT, {"\"v=DMARC1; p=none; sp=reject\""});
  EXPECT_EQ(dmarc_of("b.a.example."),
            "DMARC        v=DMARC1; p=none; sp=reject\n"
            "             from a.example., a domain above it\n"
            "             receivers reject failing mail\n");
  made.Fail("_dmarc.example.", RRType::kTXT, AnswerKind::kFailure);
  EXPECT_EQ(dmarc_of("c.example."), "DMARC        _dmarc.example.: SERVFAIL\n");
}

TEST(MailTextTest, ListsAndFindingsStandInColumns) {
  const BlockListState works = {.zone = "a.example.",
                                .verdict = BlockListVerdict::kWorks,
                                .words = "it lists",
                                .slowest = std::chrono::microseconds(2500)};
  const BlockListState refuses = {
      .zone = "b.", .verdict = BlockListVerdict::kRefuses, .words = "no", .advice = "Pay."};
  EXPECT_EQ(BlockListsText(std::vector{works, refuses}),
            "a.example.  works: it lists, in 2.5 ms\n"
            "b.          refuses: no\n"
            "            Pay.\n");
  const Finding finding = {.part = "options",
                           .grade = FindingGrade::kBad,
                           .text = "missing",
                           .change = "/r:1: a\n/r:2: b"};
  EXPECT_EQ(FindingsText({&finding, 1}),
            "options      change     missing\n"
            "                        -> /r:1: a\n"
            "                        -> /r:2: b\n");
}

}  // namespace
}  // namespace tern::resolver::tool
