#include "tests/sim/rpl.h"

#include "gtest/gtest.h"

namespace tern::sim {
namespace {

constexpr std::string_view kScenario = R"(; a comment
server:
	query-minimization: off
	do-ip6: no
stub-addr: 193.0.14.129 	# K.ROOT-SERVERS.NET.
CONFIG_END
SCENARIO_BEGIN the title
RANGE_BEGIN 0 100
	ADDRESS 193.0.14.129
	ADDRESS 2001:db8::1
ENTRY_BEGIN
MATCH opcode subdomain
ADJUST copy_id copy_query
REPLY QR AA DO NXDOMAIN
SECTION QUESTION
com.	IN NS
SECTION ANSWER
	www.com. 60 IN TXT "a;b" ; behind
SECTION AUTHORITY
com. IN SOA a. b. ( 1
  2 3 4 5 )
ENTRY_END
RANGE_END
STEP 1 QUERY
ENTRY_BEGIN
REPLY RD
SECTION QUESTION
www.com. A
ENTRY_END
STEP 5 QUERY
ENTRY_BEGIN
RAW
00ff10
ENTRY_END
STEP 10 CHECK_ANSWER
ENTRY_BEGIN
MATCH all
REPLY QR RD RA
ENTRY_END
STEP 20 TIME_PASSES ELAPSE 1.5
STEP 30 CHECK_UPSTREAM_QUERIES 3 ADDRESS 193.0.14.129
SCENARIO_END
)";

TEST(RplTest, ReadsAScenario) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(kScenario, "x.rpl");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->title, "the title");
  EXPECT_EQ(scenario->config.qname_minimisation, resolver::QnameMinimisation::kOff);
  EXPECT_FALSE(scenario->config.ipv6);
  ASSERT_EQ(scenario->config.root_addresses.size(), 1u);
  ASSERT_EQ(scenario->ranges.size(), 1u);
  EXPECT_EQ(scenario->ranges[0].addresses.size(), 2u);
  const RplEntry& entry = scenario->ranges[0].entries.at(0);
  EXPECT_EQ(entry.match, uint32_t{kMatchOpcode | kMatchSubdomain});
  EXPECT_TRUE(entry.copy_id && entry.copy_query);
  EXPECT_EQ(entry.message.rcode, wire::Rcode::kNXDomain);
  EXPECT_EQ(entry.message.FlagsToText(), "QR AA");
  ASSERT_EQ(entry.message.answer.size(), 1u);
  EXPECT_EQ(entry.message.answer[0].rdata, (Octets{3, 'a', ';', 'b'}));
  EXPECT_EQ(entry.message.authority.size(), 1u);
  ASSERT_EQ(scenario->steps.size(), 5u);
  EXPECT_EQ(scenario->steps[0].entry->message.questions[0].type, wire::RRType::kA);
  EXPECT_EQ(scenario->steps[1].entry->raw, (Octets{0, 0xff, 0x10}));
  EXPECT_EQ(scenario->steps[3].elapse, std::chrono::milliseconds(1500));
  EXPECT_EQ(scenario->steps[4].count, 3u);
}

TEST(RplTest, RefusesWhatItDoesNotKnowAndSaysWhere) {
  const auto message_of = [](std::string_view text) {
    return std::string(ParseScenario(text, "x.rpl").status().message());
  };
  EXPECT_EQ(message_of("\nno-such-option: yes\nCONFIG_END\n"),
            "x.rpl:2: unknown option 'no-such-option'");
  EXPECT_EQ(message_of("CONFIG_END\nSCENARIO_BEGIN a\nSTEP 1 JUMP\n"),
            "x.rpl:3: unknown step JUMP");
  EXPECT_EQ(message_of("CONFIG_END\nSCENARIO_BEGIN a\nSTEP 1 QUERY\nENTRY_BEGIN\nMATCH moon\n"),
            "x.rpl:5: unknown MATCH moon");
  EXPECT_EQ(message_of("CONFIG_END\nSCENARIO_BEGIN a\n"), "x.rpl:2: expected SCENARIO_END");
  EXPECT_EQ(message_of("stub-name: a..b\n"), "x.rpl:1: expected a name, got 'a..b'");
  for (const std::string_view seconds : {"-1", "nan", "1e300"}) {
    EXPECT_EQ(message_of("CONFIG_END\nSTEP 1 TIME_PASSES ELAPSE " + std::string(seconds) + "\n"),
              "x.rpl:2: expected TIME_PASSES ELAPSE seconds, at most a year of them");
  }
}

}  // namespace
}  // namespace tern::sim
