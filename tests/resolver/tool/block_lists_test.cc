#include "resolver/tool/block_lists.h"

#include "gtest/gtest.h"
#include "tests/resolver/tool/made_answers.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

constexpr const char* kListedV4 = "2.0.0.127.l.";
constexpr const char* kUnlistedV4 = "1.0.0.127.l.";

class BlockListsTest : public ::testing::Test {
 protected:
  BlockListState Check() {
    const wire::Name zone = *wire::ParseName("l.");
    return CheckBlockLists({&zone, 1}, made_.Asking())[0];
  }
  MadeAnswers made_;
};

TEST_F(BlockListsTest, Rfc5782AListThatListsItsTestEntryWorks) {
  made_.Add(kListedV4, RRType::kA, {"127.0.0.2", "127.0.0.10"});
  const BlockListState list = Check();
  EXPECT_EQ(list.verdict, BlockListVerdict::kWorks);
  EXPECT_EQ(list.words, "it lists its test entries (IPv4)");
  EXPECT_EQ(list.advice, "");
  EXPECT_EQ(made_.asked(), 6u);
}

TEST_F(BlockListsTest, Rfc5782ListsOfIpv6AndOfNamesHaveEntriesOfTheirOwn) {
  made_.Add("2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.l.", RRType::kA,
            {"127.0.0.2"});
  made_.Add("TEST.l.", RRType::kA, {"127.0.0.2"});
  const BlockListState list = Check();
  EXPECT_EQ(list.verdict, BlockListVerdict::kWorks);
  EXPECT_EQ(list.words, "it lists its test entries (IPv6, names)");
}

TEST_F(BlockListsTest, EachRefusalSaysWhatItMeansAndWhatToDo) {
  for (const auto& [address, words] :
       {std::pair("127.255.255.252", "no zone of this name"),
        std::pair("127.255.255.254", "public or shared"), std::pair("127.255.255.255", "too often"),
        std::pair("127.255.255.1", "does not answer this resolver"),
        std::pair("127.0.0.1", "does not answer this resolver")}) {
    made_ = MadeAnswers();
    made_.Add(kListedV4, RRType::kA, {address});
    made_.Add(kUnlistedV4, RRType::kA, {address});  // a refusal lists everything
    const BlockListState list = Check();
    EXPECT_EQ(list.verdict, BlockListVerdict::kRefuses) << address;
    EXPECT_NE(list.words.find(words), std::string::npos) << list.words;
    EXPECT_NE(list.words.find(address), std::string::npos) << list.words;
    EXPECT_NE(list.advice, "");
  }
}

TEST_F(BlockListsTest, AListThatListsEverythingIsMistaken) {
  made_.Add(kListedV4, RRType::kA, {"127.0.0.2"});
  made_.Add(kUnlistedV4, RRType::kA, {"127.0.0.2"});
  const BlockListState list = Check();
  EXPECT_EQ(list.verdict, BlockListVerdict::kMistaken);
  EXPECT_NE(list.words.find("lists everything, also 127.0.0.1"), std::string::npos) << list.words;
}

TEST_F(BlockListsTest, AListOfNamesMayAnswerQuestionsForAddressesAsItLikes) {
  made_.Add(kListedV4, RRType::kA, {"127.0.1.255"});
  made_.Add(kUnlistedV4, RRType::kA, {"127.0.1.255"});
  made_.Add("TEST.l.", RRType::kA, {"127.0.1.2"});
  EXPECT_EQ(Check().verdict, BlockListVerdict::kWorks);
  EXPECT_EQ(Check().words, "it lists its test entries (names)");
}

TEST_F(BlockListsTest, AnAnswerOutside127IsNoListsAnswer) {
  made_.Add(kListedV4, RRType::kA, {"198.18.0.1"});
  EXPECT_EQ(Check().verdict, BlockListVerdict::kMistaken);
  EXPECT_NE(Check().words.find("198.18.0.1"), std::string::npos);
}

TEST_F(BlockListsTest, AListWithoutTestEntriesIsMistaken) {
  EXPECT_EQ(Check().verdict, BlockListVerdict::kMistaken);
  EXPECT_EQ(Check().words, "it does not list its test entries");
}

TEST_F(BlockListsTest, SilenceIsToldWithItsReason) {
  made_.Fail(kListedV4, RRType::kA, AnswerKind::kNoReply, "timeout");
  EXPECT_EQ(Check().verdict, BlockListVerdict::kSilent);
  EXPECT_EQ(Check().words, "no reply: timeout");
  EXPECT_EQ(VerdictText(Check().verdict), "does not answer");
}

TEST_F(BlockListsTest, ExitCodesTellMistakesFromSilence) {
  const BlockListState works = {.zone = "a.", .verdict = BlockListVerdict::kWorks};
  const BlockListState refuses = {.zone = "b.", .verdict = BlockListVerdict::kRefuses};
  const BlockListState silent = {.zone = "c.", .verdict = BlockListVerdict::kSilent};
  EXPECT_EQ(ExitOf(std::vector{works}), 0);
  EXPECT_EQ(ExitOf(std::vector{works, silent}), 3);
  EXPECT_EQ(ExitOf(std::vector{silent, refuses, works}), 1);
}

}  // namespace
}  // namespace tern::resolver::tool
