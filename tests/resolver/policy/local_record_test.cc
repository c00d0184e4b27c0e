#include "resolver/policy/local_record.h"

#include "gtest/gtest.h"

namespace tern::resolver::policy {
namespace {

// The record as its line, or the error.
std::string Lined(std::string_view line) {
  const auto record = ParseLocalRecord(line);
  return record.ok() ? ToText(*record) : std::string(record.status().message());
}

TEST(LocalRecordTest, ReadsALineOfAMasterFile) {
  EXPECT_EQ(Lined("a.example. 60 IN A 192.0.2.1"), "a.example. 60 IN A 192.0.2.1");
  EXPECT_EQ(Lined("A.example AAAA 2001:DB8::1"), "A.example. 3600 IN AAAA 2001:db8::1");
  EXPECT_EQ(Lined("a. 1h TXT \"x;y\" z"), "a. 3600 IN TXT \"x;y\" \"z\"");
  EXPECT_EQ(Lined("a. MX 10 b.example"), "a. 3600 IN MX 10 b.example.");
  for (const char* line : {"a. 60 IN A 192.0.2.1", "a\\.b. 0 IN PTR c.", "a. 5 IN CNAME ."}) {
    EXPECT_EQ(Lined(Lined(line)), Lined(line));
  }
}

TEST(LocalRecordTest, WhatIsNoRecordIsNamed) {
  for (const char* line :
       {"", "a.", "a. A", "a. A 1.2.3", "a. NOTYPE x", "$ORIGIN a.", "$TTL 60", " A 192.0.2.1",
        "a. A 192.0.2.1\nb. A 192.0.2.2", "a. TXT \"", "; comment", "a. CH TXT x", "a. NS b.",
        "a. SOA b. c. 1 2 3 4 5", "a. DNAME b.", "a. DS 1 8 2 00", "a. TYPE255 \\# 0",
        "a..b. A 192.0.2.1"}) {
    EXPECT_EQ(Lined(line).rfind("expected ", 0), 0u) << line << ": " << Lined(line);
  }
  EXPECT_EQ(
      Lined("a. NS b."),
      "expected a record that is no part of a zone or of DNSSEC, as NS is, found \"a. NS b.\"");
  EXPECT_EQ(ParseLocalRecord(std::string(5000, 'a')).ok(), false);
}

std::string Mistake(std::initializer_list<std::string_view> lines, bool special_names = true) {
  std::vector<LocalRecord> records;
  for (const std::string_view line : lines) records.push_back(*ParseLocalRecord(line));
  const auto mistake = FindLocalMistake(records, special_names);
  return mistake ? std::to_string(mistake->record) + " " + mistake->message : "";
}

TEST(LocalRecordTest, AnAliasStandsAlone) {
  EXPECT_EQ(Mistake({"a. A 192.0.2.1", "b. CNAME a.", "a. TXT x"}), "");
  const std::string why = " expected no other records of a., because it is an alias (CNAME)";
  EXPECT_EQ(Mistake({"a. CNAME b.", "c. A 192.0.2.1", "a. A 192.0.2.1"}), "2" + why);
  EXPECT_EQ(Mistake({"A. A 192.0.2.1", "a. CNAME b."}), "1" + why);
  EXPECT_EQ(Mistake({"a. CNAME b.", "a. CNAME c."}), "1" + why);
}

TEST(LocalRecordTest, LocalhostKeepsItsAddresses) {
  EXPECT_NE(Mistake({"a.localhost. A 192.0.2.1"}), "");
  EXPECT_NE(Mistake({"LOCALHOST. TXT x"}), "");
  EXPECT_EQ(Mistake({"localhost. A 127.0.0.1"}, /*special_names=*/false), "");
}

TEST(LocalRecordTest, ANameHasABoundedNumberOfRecordsOfAType) {
  std::vector<LocalRecord> records(256, *ParseLocalRecord("a. A 192.0.2.1"));
  EXPECT_FALSE(FindLocalMistake(records, true));
  records.push_back(records.front());
  EXPECT_EQ(FindLocalMistake(records, true)->record, 256u);
}

}  // namespace
}  // namespace tern::resolver::policy
