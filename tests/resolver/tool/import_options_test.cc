#include "resolver/tool/import_options.h"

#include <vector>

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

TEST(ImportOptionsTest, TakesOneFile) {
  const auto options = ParseImportOptions(std::vector<std::string>{"unbound.conf"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->file, "unbound.conf");
  EXPECT_FALSE(ParseImportOptions(std::vector<std::string>{}).ok());
  EXPECT_FALSE(ParseImportOptions(std::vector<std::string>{"a", "b"}).ok());
  const auto help = ParseImportOptions(std::vector<std::string>{"--help"});
  EXPECT_TRUE(help.ok() && help->help);
}

}  // namespace
}  // namespace tern::resolver::tool
