#include "resolver/tool/unbound_rules.h"

#include <fstream>
#include <iterator>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using ::testing::HasSubstr;

TEST(UnboundRulesTest, ThePageForPeopleHasTheSameRules) {
  std::ifstream file(TERN_DEPLOY "/moving.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  for (const UnboundRule& rule : UnboundRules()) {
    const std::string_view clause = rule.clause == "server" ? "" : rule.clause;
    const std::string row =
        Concat("| `", clause, clause.empty() ? "" : ":",
               clause.empty() || rule.option.empty() ? "" : " ", rule.option, "` | ");
    const std::string cell = rule.grade == ImportGrade::kCarriedOver ? Concat("`", rule.text, "`")
                                                                     : std::string(rule.text);
    EXPECT_THAT(page, HasSubstr(Concat(row, cell, " |\n")));
  }
}

}  // namespace
}  // namespace tern::resolver::tool
