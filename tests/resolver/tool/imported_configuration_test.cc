#include "resolver/tool/imported_configuration.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ImportedConfigurationTest, KeysOfOneMapStandTogether) {
  ImportedConfiguration made;
  made.Set("cache.memory", "8MiB");
  made.Set("access.connections.most", "7");
  made.Add("access.allow", "10.0.0.0/8");
  made.Add("access.allow", "10.0.0.0/8");
  made.Set("workers", "2");
  made.Set("access.rate_limit.queries", "5");
  made.Forward({"corp.example.", {"10.0.0.1:53"}, true});
  EXPECT_THAT(made.ToYaml("x"), EndsWith("\n"
                                         "workers: 2\n"
                                         "access:\n"
                                         "  allow: [\"10.0.0.0/8\"]\n"
                                         "  rate_limit:\n"
                                         "    queries: 5\n"
                                         "  connections:\n"
                                         "    most: 7\n"
                                         "cache:\n"
                                         "  memory: 8MiB\n"
                                         "forward:\n"
                                         "  - zone: \"corp.example.\"\n"
                                         "    to: [\"10.0.0.1:53\"]\n"
                                         "    first: true\n"));
}

TEST(ImportedConfigurationTest, TextsAreQuotedAndLongListsHaveALineForEachItem) {
  ImportedConfiguration made;
  made.SetText("resolution.root_hints", "a\"b\n\xff");
  for (int i = 0; i < 9; ++i) made.Add("listen", "192.0.2." + std::to_string(i) + ":53");
  const std::string yaml = made.ToYaml("x");
  EXPECT_THAT(yaml, HasSubstr("  root_hints: \"a\\\"b\\n\\ufffd\"\n"));
  EXPECT_THAT(yaml, HasSubstr("listen:\n  - \"192.0.2.0:53\"\n"));
}

TEST(ImportedConfigurationTest, NotesAreCommentsAndCannotEndThem) {
  ImportedConfiguration made;
  made.Note({ImportGrade::kNotNeeded, "f:2", "b", "why"});
  made.Note({ImportGrade::kMissing, "f:1", "a\nworkers: 9", "not"});
  const std::string yaml = made.ToYaml("f\nworkers: 8");
  EXPECT_THAT(yaml, HasSubstr("#   f:1: a?workers: 9: not\n#\n# Not needed:\n#   f:2: b: why\n"));
  EXPECT_THAT(yaml, Not(HasSubstr("\nworkers")));
  EXPECT_EQ(made.Count(ImportGrade::kMissing), 1u);
}

TEST(ImportedConfigurationTest, DifferencesAreCommentsAtTheEnd) {
  ImportedConfiguration made;
  EXPECT_THAT(made.ToYaml("x"), Not(HasSubstr("default")));
  made.Set("workers", "2");
  made.Differ({"cache.prefetch", "false", "it does"});
  EXPECT_THAT(made.ToYaml("x"),
              EndsWith("workers: 2\n\n# The file leaves these to the defaults, and "
                       "those of ternd differ. With these values ternd\n"
                       "# does as before:\n"
                       "#   cache.prefetch: false  # it does\n"));
}

}  // namespace
}  // namespace tern::resolver::tool
