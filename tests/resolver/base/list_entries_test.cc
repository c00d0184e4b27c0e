#include "resolver/base/list_entries.h"

#include <string>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver {
namespace {

std::string TextInList(std::string_view entry, std::string_view zone) {
  const auto name = NameInList(entry, *wire::ParseName(zone));
  return name ? wire::ToText(*name) : "";
}

TEST(ListEntriesTest, AddressesAreReversedAndNamesStandAsTheyAre) {
  EXPECT_EQ(TextInList("127.0.0.2", "zen.example."), "2.0.0.127.zen.example.");
  EXPECT_EQ(TextInList("::ffff:7f00:2", "zen.example."),
            "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.zen.example.");
  EXPECT_EQ(TextInList("TEST", "zen.example."), "TEST.zen.example.");
}

TEST(ListEntriesTest, ANameThatIsTooLongIsNone) {
  const std::string label(60, 'a');
  const std::string zone = label + "." + label + "." + label + "." + label + ".";
  EXPECT_EQ(TextInList("127.0.0.2", zone), "2.0.0.127." + zone);
  EXPECT_EQ(TextInList("::1", zone), "");
  EXPECT_EQ(TextInList("INVALIDINVALID", zone), "");
}

}  // namespace
}  // namespace tern::resolver
