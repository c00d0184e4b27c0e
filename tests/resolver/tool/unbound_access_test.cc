#include "resolver/tool/unbound_access.h"

#include <string>

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

struct Line {
  const char* block;
  bool allowed;
};

// `allow -deny ?refused`, of which the last are numbers of lines.
std::string Join(const std::vector<Line>& lines) {
  std::vector<UnboundOption> options(lines.size());
  std::vector<UnboundAccessRule> rules;
  for (size_t i = 0; i < lines.size(); ++i) {
    options[i].line = i;
    rules.push_back({*Prefix::Parse(lines[i].block), lines[i].allowed, &options[i]});
  }
  const UnboundAccess access = JoinUnboundAccess(rules);
  std::string text;
  for (const Prefix& prefix : access.allow) text += prefix.ToText() + " ";
  for (const Prefix& prefix : access.deny) text += "-" + prefix.ToText() + " ";
  for (const UnboundOption* option : access.refused) text += "?" + std::to_string(option->line);
  return text;
}

TEST(UnboundAccessTest, WithoutARuleTheDefaultsAreTheSame) { EXPECT_EQ(Join({}), ""); }

TEST(UnboundAccessTest, ThisMachineMayAsk) {
  EXPECT_EQ(Join({{"10.0.0.0/8", true}}), "10.0.0.0/8 127.0.0.0/8 ::1/128 ");
  EXPECT_EQ(Join({{"0.0.0.0/0", false}}), "127.0.0.0/8 ::1/128 ");
  EXPECT_EQ(Join({{"0.0.0.0/0", true}, {"::/0", true}}), "0.0.0.0/0 ::/0 ");
  EXPECT_EQ(Join({{"127.0.0.0/8", false}, {"::1/128", false}, {"10.0.0.0/8", true}}),
            "10.0.0.0/8 ");
  EXPECT_EQ(Join({{"127.0.0.1/32", true}, {"::1/128", true}}), "127.0.0.1/32 ::1/128 127.0.0.0/8 ");
}

TEST(UnboundAccessTest, TheNarrowestBlockCounts) {
  EXPECT_EQ(Join({{"0.0.0.0/0", true}, {"::/0", true}, {"10.0.0.0/8", false}}),
            "0.0.0.0/0 ::/0 -10.0.0.0/8 ");
  EXPECT_EQ(
      Join({{"0.0.0.0/0", true}, {"::/0", true}, {"10.0.0.0/8", false}, {"10.1.0.0/16", true}}),
      "0.0.0.0/0 ::/0 10.1.0.0/16 -10.0.0.0/8 ?3");
}

}  // namespace
}  // namespace tern::resolver::tool
