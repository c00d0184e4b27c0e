#include "resolver/tool/spf_tree.h"

#include "gtest/gtest.h"
#include "tests/resolver/tool/made_answers.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

class SpfTreeTest : public ::testing::Test {
 protected:
  void Spf(const std::string& name, const std::string& text) {
    const std::string rdata = Concat("\"", text, "\"");
    made_.Add(name, RRType::kTXT, {rdata.c_str()});
  }
  SpfTree Walk() {
    AnswerBook book(made_.Asking());
    return WalkSpf(*wire::ParseName("a."), &book);
  }
  MadeAnswers made_;
};

TEST_F(SpfTreeTest, Rfc7208CountsTheTermsThatAskOfTheWholeTree) {
  Spf("a.", "v=spf1 a:h.a mx include:b. ip4:192.0.2.0/24 ip6:2001:db8::/32 ptr exists:%{i}.a -all");
  Spf("b.", "v=spf1 a:h.a/24 redirect=c.");
  Spf("c.", "v=spf1 ip4:192.0.2.1 ?all");
  made_.Add("a.", RRType::kMX, {"10 h.a."});
  made_.Add("h.a.", RRType::kA, {"192.0.2.1"});
  const SpfTree tree = Walk();
  EXPECT_EQ(tree.lookups, 7u);  // a mx include ptr exists, a redirect
  EXPECT_EQ(tree.voids, 0u);
  EXPECT_EQ(tree.macros, 1u);
  EXPECT_TRUE(tree.complete);
  EXPECT_TRUE(tree.errors.empty()) << tree.errors[0];
  EXPECT_FALSE(tree.ExceedsLimits());
}

TEST_F(SpfTreeTest, Rfc7208TermsBehindAllCountForNothing) {
  Spf("a.", "v=spf1 -all include:b. redirect=c.");
  EXPECT_EQ(Walk().lookups, 0u);
  EXPECT_EQ(made_.asked(), 1u);
}

TEST_F(SpfTreeTest, LookupsWithoutARecordAreVoid) {
  Spf("a.", "v=spf1 a:none.a a:none2.a mx ?exists:none3.a -all");
  const SpfTree tree = Walk();
  EXPECT_EQ(tree.lookups, 4u);
  EXPECT_EQ(tree.voids, 4u);
  EXPECT_TRUE(tree.ExceedsLimits());
}

TEST_F(SpfTreeTest, ANameWithOnlyAnIpv6AddressIsNotVoid) {
  Spf("a.", "v=spf1 a:six.a -all");
  made_.Add("six.a.", RRType::kAAAA, {"2001:db8::1"});
  EXPECT_EQ(Walk().voids, 0u);
}

TEST_F(SpfTreeTest, MoreThanTenLookupsExceedTheLimit) {
  Spf("a.", "v=spf1 include:b. include:b. -all");
  Spf("b.", "v=spf1 a a a a -all");
  made_.Add("b.", RRType::kA, {"192.0.2.1"});
  EXPECT_EQ(Walk().lookups, 10u);
  EXPECT_FALSE(Walk().ExceedsLimits());
  Spf("c.", "v=spf1 a:b. -all");
  made_ = MadeAnswers();
  Spf("a.", "v=spf1 include:b. include:b. include:b. -all");
  Spf("b.", "v=spf1 a a a a -all");
  EXPECT_EQ(Walk().lookups, 15u);
  EXPECT_TRUE(Walk().ExceedsLimits());
}

TEST_F(SpfTreeTest, ALoopIsAnErrorAndEnds) {
  Spf("a.", "v=spf1 include:b. -all");
  Spf("b.", "v=spf1 include:A. -all");
  const SpfTree tree = Walk();
  ASSERT_EQ(tree.errors.size(), 1u);
  EXPECT_EQ(tree.errors[0], "a loop: include:A. in the record of b.");
  EXPECT_EQ(tree.lookups, 2u);
}

TEST_F(SpfTreeTest, ATreeThatGrowsWithoutEndIsCutOff) {
  const std::string many = "v=spf1 include:b. include:b. include:b. include:b. include:b.";
  Spf("a.", many);
  Spf("b.", "v=spf1 include:c. include:c. include:c. include:c. include:c.");
  Spf("c.", "v=spf1 include:d. include:d. include:d. include:d. include:d.");
  const SpfTree tree = Walk();
  EXPECT_FALSE(tree.complete);
  EXPECT_EQ(tree.lookups, kSpfLookupsTold);
}

TEST_F(SpfTreeTest, IncludesNeedExactlyOneRecord) {
  Spf("a.", "v=spf1 include:none. include:two. -all");
  made_.Add("two.", RRType::kTXT, {"\"v=spf1 -all\"", "\"v=spf1 ~all\""});
  EXPECT_EQ(Walk().errors, (std::vector<std::string>{"include:none. leads to no SPF record",
                                                     "include:two. leads to several SPF records"}));
}

TEST_F(SpfTreeTest, SilenceIsAFailureAndNeitherVoidNorAnError) {
  Spf("a.", "v=spf1 include:b. -all");
  made_.Fail("b.", RRType::kTXT, AnswerKind::kNoReply, "timeout");
  const SpfTree tree = Walk();
  EXPECT_EQ(tree.failures, std::vector<std::string>{"include:b.: no reply: timeout"});
  EXPECT_EQ(tree.voids, 0u);
  EXPECT_TRUE(tree.errors.empty());
}

TEST_F(SpfTreeTest, MistakesAreNamed) {
  Spf("a.", "v=spf1 ip4:192.0.2.300 ip6:192.0.2.1 includ:b. include: a:x..y exp=why.a x=y -all");
  const SpfTree tree = Walk();
  EXPECT_EQ(tree.errors, (std::vector<std::string>{
                             "a.: mistake in ip4:192.0.2.300", "a.: mistake in ip6:192.0.2.1",
                             "a.: unknown mechanism includ:b.",
                             "a.: mistake in include:", "a.: mistake in a:x..y"}));
}

TEST_F(SpfTreeTest, AnMxWithTooManyExchangersIsAnError) {
  Spf("a.", "v=spf1 mx -all");
  for (int i = 0; i <= 10; ++i) made_.Add("a.", RRType::kMX, {"10 h.a."});
  EXPECT_EQ(Walk().errors, std::vector<std::string>{"mx has 11 exchangers, 10 are allowed"});
}

TEST_F(SpfTreeTest, SeveralRecordsAreNotFollowed) {
  made_.Add("a.", RRType::kTXT, {"\"v=spf1 a -all\"", "\"v=spf1 a ~all\""});
  const SpfTree tree = Walk();
  EXPECT_EQ(tree.policy.records.size(), 2u);
  EXPECT_EQ(tree.lookups, 0u);
}

}  // namespace
}  // namespace tern::resolver::tool
