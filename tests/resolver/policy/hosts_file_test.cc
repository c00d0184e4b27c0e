#include "resolver/policy/hosts_file.h"

#include <type_traits>

#include "gtest/gtest.h"
#include "wire/presentation.h"

namespace tern::resolver::policy {
namespace {

struct Reading {
  std::vector<std::string> lines;  // `line: address names`
  std::vector<std::string> odd;
  std::string error;
};

Reading Read(std::string_view text) {
  Reading reading;
  OddLines odd;
  HostsReader reader(text, "hosts", &odd);
  HostsLine line;
  while (true) {
    const auto more = reader.Next(&line);
    if (!more.ok()) reading.error = std::string(more.status().message());
    if (!more.ok() || !*more) {
      for (const std::string& odd_text : odd.Texts()) {
        reading.odd.push_back(odd_text.substr(0, odd_text.find("; the line is passed over")));
      }
      return reading;
    }
    std::string shown = std::to_string(line.line) + ": " + line.address.ToText();
    for (const wire::Name& name : line.names) shown += " " + wire::ToText(name);
    reading.lines.push_back(shown);
  }
}

using Lines = std::vector<std::string>;

// A reader of a text that is gone does not compile.
static_assert(
    std::is_constructible_v<HostsReader, const std::string&, std::string_view, OddLines*>);
static_assert(std::is_constructible_v<HostsReader, const char*, std::string_view, OddLines*>);
static_assert(!std::is_constructible_v<HostsReader, std::string, std::string_view, OddLines*>);

TEST(HostsFileTest, ReadsAddressesAndAllTheirNames) {
  const Reading reading = Read(
      "127.0.0.1\tlocalhost\n"
      "\n"
      "# a comment\n"
      "192.0.2.1 www.example. www  # the web\r\n"
      "  2001:db8::1   www.example.");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.lines, (Lines{"1: 127.0.0.1 localhost.", "4: 192.0.2.1 www.example. www.",
                                  "5: 2001:db8::1 www.example."}));
}

TEST(HostsFileTest, EmptyFileHasNoLines) {
  EXPECT_EQ(Read("").lines, Lines{});
  EXPECT_EQ(Read("\n#\n \t\r\n").lines, Lines{});
}

TEST(HostsFileTest, PassesOverAddressesWithAScope) {
  const Reading reading = Read("fe80::1%lo0 localhost\n192.0.2.1 a\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.lines, (Lines{"2: 192.0.2.1 a."}));
}

TEST(HostsFileTest, NamesTheLineOfABadAddress) {
  EXPECT_EQ(Read("192.0.2.1 a\n192.0.2.256 b\n").odd,
            (Lines{"hosts:2: expected an IPv4 or IPv6 address, found \"192.0.2.256\""}));
  EXPECT_EQ(Read("www 192.0.2.1").odd,
            (Lines{"hosts:1: expected an IPv4 or IPv6 address, found \"www\""}));
  EXPECT_EQ(Read("127.0.0.1%lo a").odd,
            (Lines{"hosts:1: expected an IPv4 or IPv6 address, found \"127.0.0.1%lo\""}));
}

TEST(HostsFileTest, NamesTheLineOfAMissingName) {
  EXPECT_EQ(Read("\n192.0.2.1   # nobody\n").odd,
            (Lines{"hosts:2: expected a host name behind the address"}));
}

TEST(HostsFileTest, NamesTheLineOfABadName) {
  const std::string label(64, 'x');
  EXPECT_EQ(Read("192.0.2.1 a..b").odd, (Lines{"hosts:1: expected a host name, found \"a..b\""}));
  EXPECT_EQ(Read("192.0.2.1 .").odd, (Lines{"hosts:1: expected a host name, found \".\""}));
  EXPECT_EQ(Read("192.0.2.1 ok\n192.0.2.1 ok " + label + ".\n").odd,
            (Lines{"hosts:2: expected a host name, found \"" + label + "...\""}));
}

TEST(HostsFileTest, ShowsUnprintableOctetsAsEscapes) {
  EXPECT_EQ(Read("\x1b[2J a").odd,
            (Lines{"hosts:1: expected an IPv4 or IPv6 address, found \"\\x1b[2J\""}));
}

// A host that was up for months must get its resolver back after a reboot.
TEST(HostsFileTest, PassesOverWhatItCannotRead) {
  const std::string label(64, 'x');
  const Reading reading = Read(
      "\xef\xbb\xbf"
      "192.0.2.1 first\n192.0.2.5\n192.000.002.005 a\n127.1 b\n"
      "192.0.2.6 a..b\n192.0.2.6 .x\n; comment\n<html>\n192.0.2.6 b\xff\n192.0.2.9 last\n");
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.lines, (Lines{"1: 192.0.2.1 first.", "10: 192.0.2.9 last."}));
  ASSERT_EQ(reading.odd.size(), 8u);
  EXPECT_EQ(reading.odd[7], "hosts:9: expected a host name, found \"b\\xff\"");
}

TEST(HostsFileTest, ConvertsLettersOutsideAscii) {
  EXPECT_EQ(Read("192.0.2.6 b\xc3\xbc"
                 "cher.example\n")
                .lines,
            (Lines{"1: 192.0.2.6 xn--bcher-kva.example."}));
}

TEST(HostsFileTest, PassesOverWildcards) {
  const Reading reading = Read("0.0.0.0 *.ads.example\n");
  EXPECT_EQ(reading.lines, Lines{});
  EXPECT_EQ(reading.odd, (Lines{"hosts:1: expected a host name without *, because a hosts file has "
                                "no wildcards, found \"*.ads.example\""}));
}

TEST(HostsFileTest, NamesTheFirstOddLinesAndCountsTheOthers) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "odd\n";
  const Reading reading = Read(text + "192.0.2.1 a\n");
  EXPECT_EQ(reading.lines, (Lines{"1001: 192.0.2.1 a."}));
  ASSERT_EQ(reading.odd.size(), OddLines::kShownMax + 1);
  EXPECT_EQ(reading.odd.back(), "and 990 lines more");
}

TEST(HostsFileTest, StopsAtTheBoundOfLines) {
  const std::string text(kHostsLinesMax + 1, '\n');
  EXPECT_EQ(Read(std::string_view(text).substr(0, kHostsLinesMax)).error, "");
  EXPECT_EQ(Read(text).error, "hosts:1000001: expected at most 1000000 lines");
}

}  // namespace
}  // namespace tern::resolver::policy
