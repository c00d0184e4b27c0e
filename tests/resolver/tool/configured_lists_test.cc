#include "resolver/tool/configured_lists.h"

#include <string>

#include "gtest/gtest.h"
#include "resolver/tool/block_lists.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

ReplyLine ListLine(std::string rdata, wire::RRType type = wire::RRType::kTXT) {
  return {.owner = "mail.lists.tern.",
          .ttl = 0,
          .rrclass = "CH",
          .type = type,
          .rdata = std::move(rdata)};
}

TEST(ConfiguredListsTest, ReadsTheZonesInTheirOrder) {
  LookupReply reply;
  reply.sections[0] = {ListLine("\"zen.example.\""), ListLine("\"a\\\\.b.example.\"")};
  const auto lists = ReadConfiguredLists(reply);
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_EQ(wire::ToText(lists[0]), "zen.example.");
  EXPECT_EQ(wire::ToText(lists[1]), "a\\.b.example.");
}

// Whoever answers at that address may send anything.
TEST(ConfiguredListsTest, PassesOverWhatIsNoZoneAndTakesSoMany) {
  LookupReply reply;
  reply.sections[0] = {ListLine(""), ListLine("\"a..b\""), ListLine("\".\""),
                       ListLine("\"a.\"", wire::RRType::kA)};
  EXPECT_TRUE(ReadConfiguredLists(reply).empty());
  for (size_t i = 0; i < kBlockListsMax + 5; ++i) {
    reply.sections[0].push_back(ListLine(Concat("\"l", i, ".example.\"")));
  }
  EXPECT_EQ(ReadConfiguredLists(reply).size(), kBlockListsMax);
}

TEST(ConfiguredListsTest, AResolverElsewhereIsNotAsked) {
  const auto lists =
      AskConfiguredLists(*Endpoint::Parse("192.0.2.1", 53), std::chrono::milliseconds(1));
  EXPECT_EQ(std::string(lists.status().message()),
            "the resolver 192.0.2.1:53 does not tell its block lists: it is no ternd on this "
            "machine, or access.trace is false. Name the zones of the lists, such as "
            "zen.spamhaus.org");
}

}  // namespace
}  // namespace tern::resolver::tool
