#include "resolver/tool/mail_counters.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tern::resolver::tool {
namespace {

ReplyLine Text(std::string rdata, wire::RRType type = wire::RRType::kTXT) {
  return {.owner = "mail.counters.tern.",
          .ttl = 0,
          .rrclass = "CH",
          .type = type,
          .rdata = std::move(rdata)};
}

TEST(MailCountersTest, ReadsNamesWithTheirValues) {
  LookupReply reply;
  reply.sections[0] = {Text("\"mail_questions 12\""), Text("\"mail_fan_outs 0\""),
                       Text("\"list_answers_10ms 4\"")};
  const std::vector<MailCounter> counters = ReadMailCounters(reply);
  ASSERT_EQ(counters.size(), 3u);
  EXPECT_EQ(counters[2].name, "list_answers_10ms");
  EXPECT_EQ(counters[0].name, "mail_questions");
  EXPECT_EQ(counters[0].value, 12u);
  EXPECT_EQ(CounterText(counters[0]), "12 MX questions");
  EXPECT_EQ(CounterText({"some_thing", 3}), "3 some_thing");
  EXPECT_EQ(CounterText({"list_answers_10ms", 4}), "4 answers of block lists in up to 10 ms");
}

// Whoever answers at that address may send anything.
TEST(MailCountersTest, PassesOverWhatIsNoCounter) {
  LookupReply reply;
  for (const char* rdata :
       {"", "\"", "\"\"", "\"a\"", "\"a \"", "\"a -1\"", "\"a 1x\"", "\"a 99999999999999999999\"",
        "\"A 1\"", "\"\\027[2J 1\"", "\" 1\"", "a 1"}) {
    reply.sections[0].push_back(Text(rdata));
  }
  reply.sections[0].push_back(Text("\"a 1\"", wire::RRType::kA));
  EXPECT_TRUE(ReadMailCounters(reply).empty());
}

}  // namespace
}  // namespace tern::resolver::tool
