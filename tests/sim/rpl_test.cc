#include "tests/sim/rpl.h"

#include "gtest/gtest.h"
#include "tests/sim/rpl_expression.h"
#include "tests/sim/rpl_player.h"

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
              "x.rpl:2: expected TIME_PASSES ELAPSE seconds, at most a year of them, or EVAL "
              "expression");
  }
}

std::string MessageOf(std::string_view text) {
  return std::string(ParseScenario(text, "x.rpl").status().message());
}

TEST(RplTest, ReadsClausesOfTheConfiguration) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(R"(
server:
	use-caps-for-id: no
	do-not-query-address: 192.0.2.0/24
	cache-min-ttl: 7
	local-zone: "10.in-addr.arpa" nodefault
	serve-expired: yes
	qname-minimisation-strict: yes
	qname-minimisation: yes
stub-zone:
	name: "."
	stub-addr: 193.0.14.129 	# K.ROOT-SERVERS.NET.
	stub-prime: no
stub-zone:
	name: "example.com"
	stub-addr: 192.0.2.1@5300
forward-zone:
	name: "."
	forward-addr: 2001:db8::1
	forward-addr: 192.0.2.2
	forward-first: yes
CONFIG_END
SCENARIO_BEGIN
SCENARIO_END
)",
                                                          "x.rpl");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  const RplConfig& config = scenario->config;
  EXPECT_EQ(config.case_randomisation, false);
  EXPECT_EQ(config.min_ttl, 7u);
  EXPECT_EQ(config.qname_minimisation, resolver::QnameMinimisation::kStrict);
  ASSERT_EQ(config.never_query.size(), 1u);
  EXPECT_EQ(config.never_query[0].ToText(), "192.0.2.0/24");
  ASSERT_EQ(config.root_addresses.size(), 1u);
  ASSERT_EQ(config.zones.size(), 2u);
  EXPECT_EQ(config.zones[0].name, "example.com");
  EXPECT_FALSE(config.zones[0].forward);
  EXPECT_EQ(config.zones[0].to.at(0).ToText(), "192.0.2.1:5300");
  EXPECT_TRUE(config.zones[1].forward && config.zones[1].first);
  EXPECT_EQ(config.zones[1].to.size(), 2u);
}

TEST(RplTest, ReadsWhatConcernsValidation) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(R"(
server:
	trust-anchor: "example.com. 3600 IN DS 2854 8 1 46e4ffc6e9a4793b488954bd3f0cc6af0dfb201b"
	trust-anchor: "sub.example. DNSKEY 257 3 15 AAAA BBBB"
	domain-insecure: "net."
	val-override-date: "20120420235959"
	val-nsec3-keysize-iterations: "1024 150 2048 500 4096 2500"
	val-permissive-mode: yes
CONFIG_END
SCENARIO_BEGIN
RANGE_BEGIN 0 10
ENTRY_BEGIN
SECTION ANSWER
a. 60 DNSKEY 257 3 253 UNUSABLE==
ENTRY_END
RANGE_END
SCENARIO_END
)",
                                                          "x.rpl");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  const RplValidation& validation = scenario->config.validation;
  ASSERT_EQ(validation.anchors.size(), 2u);
  EXPECT_EQ(validation.anchors[0].type, wire::RRType::kDS);
  EXPECT_EQ(validation.anchors[1].owner, NameOf("sub.example."));
  EXPECT_EQ(validation.anchors[1].rdata.size(), 10u);
  EXPECT_EQ(validation.insecure_zones, std::vector{NameOf("net.")});
  EXPECT_EQ(validation.now, 1334966399u);
  EXPECT_EQ(validation.iterations_max, 2500);
  EXPECT_TRUE(validation.permissive);
  EXPECT_EQ(scenario->ranges.at(0).entries.at(0).message.answer.at(0).rdata.size(), 10u);
  EXPECT_EQ(MessageOf("val-override-timestamp: \"1437625000\"\nval-override-date: soon\n"),
            "x.rpl:2: expected YYYYMMDDHHMMSS or seconds, got 'soon'");
  EXPECT_EQ(MessageOf("val-override-date: 20121320000000\n"),
            "x.rpl:1: expected YYYYMMDDHHMMSS or seconds, got '20121320000000'");
  EXPECT_EQ(MessageOf("trust-anchor: \"a. A 192.0.2.1\"\n"),
            "x.rpl:1: expected DS or DNSKEY, got 'a. A 192.0.2.1'");
}

TEST(RplPlayerTest, TheScenariosDateIsTheResolversClock) {
  Scenario scenario;
  scenario.config.validation.now = 1334966399;
  RplPlayer player(scenario, PlayOptions());
  EXPECT_EQ(player.WallSeconds(), 1334966399u);
}

TEST(RplTest, RefusesConfigurationsThatItCannotKeep) {
  EXPECT_EQ(MessageOf("server:\n local-zone: \"a.\" static\nCONFIG_END\n"),
            "x.rpl:2: unknown option 'local-zone'");
  EXPECT_EQ(MessageOf("name: \"a.\"\nCONFIG_END\n"), "x.rpl:1: unknown option 'name'");
  EXPECT_EQ(MessageOf("forward-zone:\nforward-addr: 192.0.2.1\nCONFIG_END\n"),
            "x.rpl:3: a forward-zone without a name");
  EXPECT_EQ(MessageOf("stub-zone:\nname: \"a.\"\nCONFIG_END\n"),
            "x.rpl:3: the stub-zone 'a.' has no address");
  EXPECT_EQ(MessageOf("stub-zone:\nname: \"a.\"\nstub-host: ns.a.\nCONFIG_END\n"),
            "x.rpl:3: unknown option 'stub-host'");
  EXPECT_EQ(MessageOf("forward-zone:\nname: \"a.\"\nforward-addr: moon\nCONFIG_END\n"),
            "x.rpl:3: expected an address, got 'moon'");
}

TEST(RplTest, ReadsDirectivesEdnsAndExtendedErrors) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(R"(CONFIG_END
SCENARIO_BEGIN
RANGE_BEGIN 0 10
ENTRY_BEGIN
$ORIGIN example.com.
$TTL 60
MATCH ednsdata ede=22
ADJUST copy_id copy_ednsdata_assume_clientsubnet packet_sleep=2
REPLY QR BADCOOKIE
SECTION QUESTION
www	A
SECTION ANSWER
www A 192.0.2.1
$TTL 5
@ A 192.0.2.2
SECTION ADDITIONAL
HEX_EDNSDATA_BEGIN
	00 0f 00 02	; an extended error
	0016
HEX_EDNSDATA_END
ENTRY_END
RANGE_END
SCENARIO_END
)",
                                                          "x.rpl");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  const RplEntry& entry = scenario->ranges.at(0).entries.at(0);
  EXPECT_EQ(entry.match, uint32_t{kMatchEdnsData | kMatchExtendedError});
  EXPECT_EQ(entry.extended_error, 22);
  EXPECT_TRUE(entry.copy_edns_options);
  EXPECT_EQ(entry.sleep, std::chrono::seconds(2));
  EXPECT_EQ(entry.message.rcode, wire::Rcode::kBadCookie);
  EXPECT_EQ(entry.message.questions[0].name, NameOf("www.example.com."));
  ASSERT_EQ(entry.message.answer.size(), 2u);
  EXPECT_EQ(entry.message.answer[0].ToText(), "www.example.com. 60 IN A 192.0.2.1");
  EXPECT_EQ(entry.message.answer[1].ToText(), "example.com. 5 IN A 192.0.2.2");
  ASSERT_TRUE(entry.message.edns.has_value());
  EXPECT_EQ(entry.message.edns->options, (Octets{0, 15, 0, 2, 0, 22}));
  // The entry's own message fits its MATCH line. Another message does not.
  EXPECT_EQ(DiffAnswer(entry, entry.message), "");
  PlainMessage other;
  other.questions = entry.message.questions;
  other.edns = PlainEdns{.options = {0, 15, 0, 2, 0, 23}};
  EXPECT_EQ(DiffAnswer(entry, other), "EDNS options differ\nno such extended error\n");
}

TEST(RplTest, ReadsAllKindsOfSteps) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(R"(CONFIG_END
SCENARIO_BEGIN
STEP 1 ASSIGN t0 = ${time}
STEP 2 TIME_PASSES EVAL ${$t0 + 10}
STEP 3 TIMEOUT ADDRESS 192.0.2.1
STEP 4 ERROR
STEP 5 TRAFFIC
STEP 6 INFRA_RTT 192.0.2.1 example.com. 100
STEP 7 NOTHING
SCENARIO_END
)",
                                                          "x.rpl");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  ASSERT_EQ(scenario->steps.size(), 7u);
  EXPECT_EQ(scenario->steps[0].variable, "t0");
  EXPECT_EQ(scenario->steps[0].expression, "${time}");
  EXPECT_EQ(scenario->steps[1].expression, "${$t0 + 10} ");
  EXPECT_EQ(scenario->steps[2].kind, RplStepKind::kTimeout);
  EXPECT_TRUE(scenario->steps[2].address.has_value());
  EXPECT_EQ(MessageOf("CONFIG_END\nSTEP 1 CHECK_AUTOTRUST example.com\n"),
            "x.rpl:2: unknown step CHECK_AUTOTRUST");
  EXPECT_EQ(
      MessageOf("CONFIG_END\nSTEP 1 TIME_PASSES 7\n"),
      "x.rpl:2: expected TIME_PASSES ELAPSE seconds, at most a year of them, or EVAL expression");
  EXPECT_EQ(MessageOf("CONFIG_END\nSTEP 1 INFRA_RTT moon a. 1\n"),
            "x.rpl:2: expected INFRA_RTT address zone milliseconds");
}

TEST(RplExpressionTest, ComputesFromVariablesAndTheClock) {
  const std::map<std::string, std::string> variables = {{"t0", "100"}, {"x", "7"}};
  const auto value_of = [&](std::string_view text) {
    const absl::StatusOr<std::string> value = ExpandExpression(text, variables, 1000.5);
    return value.ok() ? *value : "error: " + std::string(value.status().message());
  };
  EXPECT_EQ(value_of("12"), "12");
  EXPECT_EQ(value_of("${time}"), "1000.5");
  EXPECT_EQ(value_of("${$t0 + 10 - ${x}}"), "103");
  EXPECT_EQ(value_of("${$x * 2 / 4}"), "3.5");
  EXPECT_EQ(value_of("$t0"), "100");
  EXPECT_EQ(value_of("${range 5 $x 9}"), "7");
  EXPECT_EQ(value_of("${range 8 $x 9}"), "error: 7 is not between 8 and 9");
  EXPECT_EQ(value_of("${$y}"), "error: no variable $y");
  EXPECT_EQ(value_of("${1 + moon}"), "error: expected a number, got moon");
  EXPECT_EQ(value_of("${1 / 0}"), "error: cannot compute / 0");
  EXPECT_EQ(value_of("${timeout 192.0.2.1}"), "error: expected a number behind 192.0.2.1");
}

constexpr std::string_view kPlayed = R"(
stub-addr: 192.0.2.1
stub-zone:
	name: "stub.test.example."
	stub-addr: 192.0.2.7
forward-zone:
	name: "fwd.example."
	forward-addr: 192.0.2.8
CONFIG_END
SCENARIO_BEGIN stub and forward zones, and a query that is lost
RANGE_BEGIN 0 100
	ADDRESS 192.0.2.7
ENTRY_BEGIN
MATCH opcode qtype qname
ADJUST copy_id
REPLY QR AA NOERROR
SECTION QUESTION
www.stub.test.example. IN A
SECTION ANSWER
www.stub.test.example. 60 IN A 198.51.100.7
ENTRY_END
RANGE_END
STEP 1 QUERY
ENTRY_BEGIN
REPLY RD
SECTION QUESTION
www.stub.test.example. IN A
ENTRY_END
STEP 2 CHECK_ANSWER
ENTRY_BEGIN
MATCH all
REPLY QR RD RA NOERROR
SECTION QUESTION
www.stub.test.example. IN A
SECTION ANSWER
www.stub.test.example. 60 IN A 198.51.100.7
ENTRY_END
STEP 3 ASSIGN life = 61
STEP 4 TIME_PASSES EVAL ${$life}
STEP 10 QUERY
ENTRY_BEGIN
REPLY RD
SECTION QUESTION
www.fwd.example. IN A
ENTRY_END
STEP 11 TIMEOUT ADDRESS 192.0.2.8
STEP 12 REPLY
ENTRY_BEGIN
MATCH opcode qtype qname
ADJUST copy_id
REPLY QR RD RA NOERROR
SECTION QUESTION
www.fwd.example. IN A
SECTION ANSWER
www.fwd.example. 60 IN A 198.51.100.8
ENTRY_END
STEP 13 CHECK_OUT_QUERY ADDRESS 192.0.2.8
ENTRY_BEGIN
MATCH qname qtype
SECTION QUESTION
www.fwd.example. IN A
ENTRY_END
STEP 14 CHECK_ANSWER
ENTRY_BEGIN
MATCH all
REPLY QR RD RA NOERROR
SECTION QUESTION
www.fwd.example. IN A
SECTION ANSWER
www.fwd.example. 60 IN A 198.51.100.8
ENTRY_END
STEP 15 CHECK_UPSTREAM_QUERIES 2 ADDRESS 192.0.2.8
SCENARIO_END
)";

TEST(RplPlayerTest, PlaysStubAndForwardZonesAndLostQueries) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(kPlayed, "x.rpl");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  RplPlayer player(*scenario, PlayOptions());
  EXPECT_EQ(player.Play(), "") << player.Trace();
}

}  // namespace
}  // namespace tern::sim
