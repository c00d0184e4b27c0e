#include "resolver/tool/dmarc.h"

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/resolver/tool/made_answers.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

class DmarcTest : public testing::Test {
 protected:
  void Record(const std::string& domain, const char* text) {
    const std::string quoted = '"' + std::string(text) + '"';
    made_.Add("_dmarc." + domain, RRType::kTXT, {quoted.c_str()});
  }
  DmarcPolicy Find(std::string_view domain, bool exists = true) {
    AnswerBook book(made_.Asking());
    return FindDmarc(*wire::ParseName(domain), exists, &book);
  }
  // `domain: policy`
  std::string FoundFor(std::string_view domain, bool exists = true) {
    const DmarcPolicy policy = Find(domain, exists);
    return policy.domain + ": " + policy.policy;
  }

  MadeAnswers made_;
};

TEST_F(DmarcTest, TheDomainsOwnRecordCountsAndNothingElseIsAsked) {
  Record("mail.a.example.", "v=DMARC1; p=none; sp=reject");
  Record("a.example.", "v=DMARC1; p=reject");
  EXPECT_EQ(FoundFor("mail.a.example."), "mail.a.example.: none");
  EXPECT_EQ(made_.asked(), 1u);
}

TEST_F(DmarcTest, OfTheRecordsAboveThatWithTheFewestLabelsCounts) {
  Record("a.example.", "v=DMARC1; p=quarantine");
  EXPECT_EQ(FoundFor("mail.a.example."), "a.example.: quarantine");
  EXPECT_EQ(FoundFor("x.y.mail.a.example."), "a.example.: quarantine");
  Record("mail.a.example.", "v=DMARC1; p=reject");
  EXPECT_EQ(FoundFor("x.y.mail.a.example."), "a.example.: quarantine");
  EXPECT_EQ(FoundFor("b.example."), ": ");
}

TEST_F(DmarcTest, ARecordSaysWhatHoldsBelowItAndForNamesThatDoNotExist) {
  Record("a.example.", "v=DMARC1; p=reject; sp=quarantine; np=none");
  Record("b.example.", "v=DMARC1; p=reject; sp=quarantine");
  EXPECT_EQ(FoundFor("a.example."), "a.example.: reject");
  EXPECT_EQ(FoundFor("x.a.example."), "a.example.: quarantine");
  EXPECT_EQ(FoundFor("x.a.example.", /*exists=*/false), "a.example.: none");
  EXPECT_EQ(FoundFor("x.b.example.", /*exists=*/false), "b.example.: quarantine");
}

// psd=y: a public suffix. The domain one label below it is the organisational one.
TEST_F(DmarcTest, TheRecordBelowAPublicSuffixCountsOrElseTheSuffixs) {
  Record("example.", "v=DMARC1; p=none");
  Record("suffix.example.", "v=DMARC1; p=reject; psd=y");
  EXPECT_EQ(FoundFor("x.a.suffix.example."), "suffix.example.: reject");
  EXPECT_EQ(FoundFor("a.suffix.example."), "suffix.example.: reject");
  Record("y.a.suffix.example.", "v=DMARC1; p=none");
  EXPECT_EQ(FoundFor("x.y.a.suffix.example."), "suffix.example.: reject");
  Record("a.suffix.example.", "v=DMARC1; p=quarantine");
  EXPECT_EQ(FoundFor("x.y.a.suffix.example."), "a.suffix.example.: quarantine");
}

// psd=n: an organisational domain below another one.
TEST_F(DmarcTest, TheWalkEndsAtADomainThatSaysThatItIsNoSuffix) {
  Record("part.a.example.", "v=DMARC1; p=reject; psd=n");
  Record("a.example.", "v=DMARC1; p=none");
  EXPECT_EQ(FoundFor("x.part.a.example."), "part.a.example.: reject");
  EXPECT_EQ(FoundFor("x.other.a.example."), "a.example.: none");
}

TEST_F(DmarcTest, ALongNameIsAskedForAndThenItsLastSevenLabels) {
  std::vector<std::string> asked;
  for (const wire::Name& name : DmarcWalk(*wire::ParseName("a.b.c.d.e.f.g.h.i.j."))) {
    asked.push_back(wire::ToText(name));
  }
  EXPECT_EQ(asked,
            (std::vector<std::string>{"a.b.c.d.e.f.g.h.i.j.", "d.e.f.g.h.i.j.", "e.f.g.h.i.j.",
                                      "f.g.h.i.j.", "g.h.i.j.", "h.i.j.", "i.j.", "j."}));
  Find("a.b.c.d.e.f.g.h.i.j.");
  EXPECT_EQ(made_.asked(), kDmarcQuestionsMax);
  EXPECT_EQ(DmarcWalk(*wire::ParseName("b.c.d.e.f.g.h.i.")).size(), 8u);
  EXPECT_EQ(DmarcWalk(*wire::ParseName("c.d.e.f.g.h.i.")).size(), 7u);
  EXPECT_EQ(DmarcWalk(*wire::ParseName("i.")).size(), 1u);
}

TEST_F(DmarcTest, SeveralRecordsAtOneNameCountAsNone) {
  made_.Add("_dmarc.x.a.example.", RRType::kTXT,
            {"\"v=DMARC1; p=none\"", "\"v=DMARC1; p=reject\""});
  Record("a.example.", "v=DMARC1; p=quarantine");
  EXPECT_EQ(FoundFor("x.a.example."), "a.example.: quarantine");
  EXPECT_EQ(Find("x.a.example.").ambiguous, std::vector<std::string>{"x.a.example."});
}

TEST_F(DmarcTest, AQuestionThatFailsLeavesThePolicyUnknown) {
  Record("example.", "v=DMARC1; p=none");
  made_.Fail("_dmarc.a.example.", RRType::kTXT, AnswerKind::kFailure);
  EXPECT_EQ(FoundFor("x.a.example."), ": ");
  EXPECT_EQ(Find("x.a.example.").failure, "_dmarc.a.example.: SERVFAIL");
  made_.Fail("_dmarc.x.a.example.", RRType::kTXT, AnswerKind::kNoReply, "timeout");
  EXPECT_EQ(Find("x.a.example.").failure, "no reply: timeout");
}

}  // namespace
}  // namespace tern::resolver::tool
