#include "resolver/tool/lookup_options.h"

#include <vector>

#include "gtest/gtest.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kResolvConf = "search example\nnameserver 192.0.2.53\n";

absl::StatusOr<LookupOptions> Parse(std::vector<std::string> words) {
  return ParseLookupOptions(words, kResolvConf);
}

std::string QuestionOf(std::vector<std::string> words) {
  const auto options = Parse(std::move(words));
  if (!options.ok()) return std::string(options.status().message());
  return wire::ToText(options->name) + " " + wire::ToText(options->type);
}

std::string ErrorOf(std::vector<std::string> words) {
  return std::string(Parse(std::move(words)).status().message());
}

TEST(LookupOptionsTest, AsksForAUnlessTold) {
  EXPECT_EQ(QuestionOf({"www.example.com"}), "www.example.com. A");
  EXPECT_EQ(QuestionOf({"www.example.com.", "mx"}), "www.example.com. MX");
  EXPECT_EQ(QuestionOf({".", "NS"}), ". NS");
  EXPECT_EQ(QuestionOf({"a.", "TYPE65280"}), "a. TYPE65280");
}

TEST(LookupOptionsTest, AnAddressIsLookedUpInReverse) {
  EXPECT_EQ(QuestionOf({"192.0.2.1"}), "1.2.0.192.in-addr.arpa. PTR");
  EXPECT_EQ(QuestionOf({"::1"}).substr(0, 8), "1.0.0.0.");
  EXPECT_EQ(QuestionOf({"192.0.2.1", "SOA"}), "1.2.0.192.in-addr.arpa. SOA");
}

TEST(LookupOptionsTest, OptionsStandAnywhere) {
  const auto options = Parse({"--tcp", "a.example", "--json", "AAAA", "--server=[2001:db8::1]:5353",
                              "--trace", "--timeout", "800ms"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_TRUE(options->tcp && options->json && options->trace);
  EXPECT_EQ(options->server.ToText(), "[2001:db8::1]:5353");
  EXPECT_EQ(options->timeout, std::chrono::milliseconds(800));
  EXPECT_EQ(options->type, wire::RRType::kAAAA);
}

TEST(LookupOptionsTest, DefaultsAreTheSystemsServerAndFiveSeconds) {
  const auto options = Parse({"a"});
  EXPECT_EQ(options->server.ToText(), "192.0.2.53:53");
  EXPECT_EQ(options->timeout, std::chrono::seconds(8));
  EXPECT_FALSE(options->tcp || options->json || options->trace || options->signatures ||
               options->unchecked || options->brief);
  EXPECT_TRUE(options->recursion);
}

TEST(LookupOptionsTest, WhatDigTakesIsTaken) {
  const auto options = Parse({"@192.0.2.1", "version.bind", "TXT", "A", "mx", "--class", "CH",
                              "--dnssec", "--unchecked", "--no-recursion", "--short"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->server.ToText(), "192.0.2.1:53");
  EXPECT_EQ(options->type, wire::RRType::kTXT);
  EXPECT_EQ(options->more_types, (std::vector{wire::RRType::kA, wire::RRType::kMX}));
  EXPECT_EQ(options->rrclass, wire::RRClass::kCH);
  EXPECT_TRUE(options->signatures && options->unchecked && options->brief);
  EXPECT_FALSE(options->recursion);
}

TEST(LookupOptionsTest, WordsBehindTwoDashesAreNoOptions) {
  EXPECT_EQ(QuestionOf({"--", "-x.example"}), "-x.example. A");
}

TEST(LookupOptionsTest, HelpNeedsNoName) { EXPECT_TRUE(Parse({"--help"})->help); }

TEST(LookupOptionsTest, SaysWhatIsWrong) {
  EXPECT_EQ(ErrorOf({}), "expected a name to look up");
  EXPECT_EQ(ErrorOf({"a", "A", "B"}),
            "expected a record type such as A, MX or TYPE65280, found \"B\"");
  EXPECT_EQ(ErrorOf({"a", "@dns.example"}).substr(0, 30), "--server: expected an address ");
  EXPECT_EQ(ErrorOf({"@192.0.2.1"}), "expected a name to look up");
  EXPECT_EQ(ErrorOf({"@192.0.2.1", "a", "@192.0.2.2"}),
            "expected one server, found \"@192.0.2.1\" and \"@192.0.2.2\"");
  EXPECT_EQ(ErrorOf({"a", "--class", "HS"}), "--class: expected IN or CH, found \"HS\"");
  EXPECT_EQ(ErrorOf({"a", "NOSUCHTYPE"}),
            "expected a record type such as A, MX or TYPE65280, found \"NOSUCHTYPE\"");
  EXPECT_EQ(ErrorOf({"a", "--serve", "x"}), "unknown option \"--serve\"; did you mean --server?");
  EXPECT_EQ(ErrorOf({"a", "--colour"}), "unknown option \"--colour\"");
  EXPECT_EQ(ErrorOf({"a", "--server"}), "--server: expected a value");
  EXPECT_EQ(ErrorOf({"a", "--tcp=yes"}), "--tcp: expected no value");
  EXPECT_EQ(ErrorOf({"a", "--server", "dns.example"}),
            "--server: expected an address such as 127.0.0.1, 127.0.0.1:5353, [::1]:5353 or "
            "fe80::1%eth0, found "
            "\"dns.example\"");
  EXPECT_EQ(ErrorOf({"a", "--timeout", "5"}),
            "--timeout: expected a duration such as 5s or 800ms, at most 10m, found \"5\"");
  EXPECT_EQ(ErrorOf({"a", "--timeout", "0s"}).substr(0, 10), "--timeout:");
  EXPECT_NE(ErrorOf({"a..b"}), "");
}

TEST(DefaultServerTest, IsTheFirstPlainNameserver) {
  EXPECT_EQ(DefaultServer("").ToText(), "127.0.0.1:53");
  EXPECT_EQ(DefaultServer("# nameserver 192.0.2.9\nnameserver\t192.0.2.1 \nnameserver 192.0.2.2")
                .ToText(),
            "192.0.2.1:53");
  EXPECT_EQ(DefaultServer("nameserver fe80::1%no-such-one\nnameserver 2001:db8::1\r\n").ToText(),
            "[2001:db8::1]:53");
  EXPECT_EQ(DefaultServer("nameserver fe80::1%lo\nnameserver 2001:db8::1\n").ToText(),
            "[fe80::1%lo]:53");
  EXPECT_EQ(DefaultServer("nameservers 192.0.2.1\nnameserver\n").ToText(), "127.0.0.1:53");
}

}  // namespace
}  // namespace tern::resolver::tool
