#include "resolver/daemon/list_log.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::minutes;

class ListLogTest : public testing::Test {
 protected:
  void Refuse(std::string_view zone, uint8_t code) {
    log_.OnListRefusal(*wire::ParseName(zone), code, now_);
  }

  LogLevel level_ = LogLevel::kWarning;
  std::vector<std::string> lines_;
  Time now_{minutes(1)};
  ListLog log_{[this](LogLevel level, std::string_view line) {
    EXPECT_EQ(level, level_);
    lines_.emplace_back(line);
  }};
};

TEST_F(ListLogTest, ARefusalHasTheListTheCodeAndWhatToDo) {
  Refuse("zen.example.", 254);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0],
            "block list zen.example. refuses: the list does not answer public or shared resolvers "
            "(127.255.255.254). Ask the list from a resolver of your own that does not forward, at "
            "an address of your own.");
}

TEST_F(ListLogTest, EachCodeHasItsWords) {
  Refuse("a.example.", 252);
  Refuse("b.example.", 255);
  Refuse("c.example.", 1);
  ASSERT_EQ(lines_.size(), 3u);
  EXPECT_NE(lines_[0].find("Correct the name"), std::string::npos) << lines_[0];
  EXPECT_NE(lines_[1].find("too often (127.255.255.255)"), std::string::npos) << lines_[1];
  EXPECT_NE(lines_[2].find("(127.255.255.1)"), std::string::npos) << lines_[2];
}

TEST_F(ListLogTest, AListHasOneLineInTenMinutesAndSaysHowManyItLeftOut) {
  for (int i = 0; i < 5; ++i) Refuse("zen.example.", 254);
  Refuse("other.example.", 254);
  EXPECT_EQ(lines_.size(), 2u);
  now_ += minutes(10);
  Refuse("zen.example.", 254);
  Refuse("other.example.", 254);
  ASSERT_EQ(lines_.size(), 4u);
  EXPECT_TRUE(lines_[2].ends_with("(4 more refusals since the last such line)")) << lines_[2];
  EXPECT_TRUE(lines_[3].ends_with("own.")) << lines_[3];
}

TEST_F(ListLogTest, ACheckThatFailsSaysWhatWasSeenAndOneThatIsGoodAgainSaysSo) {
  const wire::Name zone = *wire::ParseName("zen.example.");
  const std::pair<ListFinding, const char*> faults[] = {
      {{ListHealth::kSilent}, "not answer. "},
      {{ListHealth::kRefuses, 255}, "too often (127.255.255.255)"},
      {{ListHealth::kListsAll}, "lists everything"},
      {{ListHealth::kListsNothing}, "not list its test entries"},
      {{ListHealth::kForeign}, "outside of 127.0.0.0/8"}};
  for (const auto& [found, words] : faults) {
    log_.OnListChecked(zone, found);
    EXPECT_TRUE(lines_.back().starts_with("block list zen.example. fails its test: "));
    EXPECT_NE(lines_.back().find(words), std::string::npos) << lines_.back();
  }
  level_ = LogLevel::kInfo;
  log_.OnListChecked(zone, {ListHealth::kWorks});
  EXPECT_EQ(lines_.back(), "block list zen.example. passes its test again");
}

TEST_F(ListLogTest, RemembersSoManyLists) {
  for (size_t i = 0; i <= ListLog::kListsMax; ++i) Refuse(Concat("l", i, ".example."), 254);
  EXPECT_EQ(lines_.size(), ListLog::kListsMax + 1);
  Refuse("l1.example.", 254);
  EXPECT_EQ(lines_.size(), ListLog::kListsMax + 1);
  Refuse("l0.example.", 254);  // forgotten
  EXPECT_EQ(lines_.size(), ListLog::kListsMax + 2);
}

}  // namespace
}  // namespace tern::resolver::daemon
