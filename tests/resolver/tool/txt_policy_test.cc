#include "resolver/tool/txt_policy.h"

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

Answer Texts(std::initializer_list<const char*> rdata) {
  Answer answer;
  answer.kind = AnswerKind::kRecords;
  for (const char* text : rdata) {
    answer.reply.sections[0].push_back({"a.", 1, "IN", wire::RRType::kTXT, text});
  }
  return answer;
}

TEST(TxtPolicyTest, Rfc7208StringsAreJoinedWithoutABlank) {
  EXPECT_EQ(JoinedStrings(R"("v=spf1 include:" "a.example -all")"),
            "v=spf1 include:a.example -all");
  EXPECT_EQ(JoinedStrings(R"("a \"b\" \092 \206")"), "a \"b\" \\ \xce");
  EXPECT_EQ(JoinedStrings(""), "");
  EXPECT_EQ(JoinedStrings("\"cut \\"), "cut ");
}

TEST(TxtPolicyTest, FindsRecordsByTheirWholeVersion) {
  const TxtPolicy policy = ReadTxtPolicy(
      Texts({"\"v=spf1 -all\"", "\"v=spf10 -all\"", "\"V=SPF1\"", "\"x v=spf1\""}), "v=spf1");
  EXPECT_EQ(policy.records, (std::vector<std::string>{"v=spf1 -all", "V=SPF1"}));
  EXPECT_EQ(ReadTxtPolicy(Texts({"\"v=DMARC1; p=none\""}), "v=DMARC1").records.size(), 1u);
}

TEST(TxtPolicyTest, ControlCharactersOfTheNetworkAreEscaped) {
  EXPECT_EQ(ReadTxtPolicy(Texts({"\"v=spf1 \\027[2J\""}), "v=spf1").records[0], "v=spf1 \\x1b[2J");
}

TEST(TxtPolicyTest, TagsAreFoundWhateverTheBlanks) {
  const std::string_view record = "v=DMARC1;p=none ; SP = reject; rua=mailto:a@b.example";
  EXPECT_EQ(TagValue(record, "p"), "none");
  EXPECT_EQ(TagValue(record, "sp"), "reject");
  EXPECT_EQ(TagValue(record, "rua"), "mailto:a@b.example");
  EXPECT_EQ(TagValue(record, "pct"), "");
}

}  // namespace
}  // namespace tern::resolver::tool
