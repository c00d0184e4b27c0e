#include "resolver/control/settings_edit.h"

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

constexpr int64_t kNow = 1'000'000'000;  // 2001-09-09T01:46:40Z

using Edit = absl::Status (*)(const ControlRequest& request, config::Settings* settings);

absl::Status AddAnchorNow(const ControlRequest& request, config::Settings* settings) {
  return AddNegativeAnchor(request, kNow, settings);
}

class SettingsEditTest : public testing::Test {
 protected:
  using Arguments = std::map<std::string, std::string, std::less<>>;

  // What changed, a line each, or the error. After an error nothing may have changed.
  std::string Do(Edit edit, std::string verb, Arguments arguments) {
    const config::Settings before = settings_;
    const absl::Status status = edit({std::move(verb), std::move(arguments)}, &settings_);
    std::string lines;
    for (const auto& change : config::ChangesBetween(before, settings_)) {
      lines += Concat(lines.empty() ? "" : "\n", ToText(change));
    }
    if (status.ok()) return lines;
    EXPECT_EQ(lines, "");
    return std::string(status.message());
  }

  config::Settings settings_ = config::DefaultSettings();
};

TEST_F(SettingsEditTest, AZoneIsReadAsTheFileReadsIt) {
  EXPECT_EQ(Do(&AddZone, "stub add", {{"zone", "lab.example"}, {"servers", "10.0.0.1"}}),
            "stub: added {zone: \"lab.example.\", to: [\"10.0.0.1:53\"]}");
  EXPECT_EQ(Do(&AddZone, "forward add", {{"zone", "a"}, {"servers", "10.0.0.1 nonsense"}}),
            "forward add: forward[0].to[1]: expected an address with a port such as 127.0.0.1:53, "
            "[::1]:53 or [fe80::1%eth0]:53, found \"nonsense\"");
  EXPECT_EQ(Do(&AddZone, "forward add", {{"zone", "a"}, {"servers", ""}}).substr(0, 46),
            "forward add: forward[0].to: expected at least ");
  EXPECT_EQ(Do(&AddZone, "forward add", {{"zone", "*.a"}, {"servers", "10.0.0.1"}}).substr(0, 44),
            "forward add: forward[0].zone: expected a zon");
  EXPECT_EQ(Do(&AddZone, "stub add", {{"zone", "b"}, {"servers", "0.0.0.0"}}),
            "stub add: stub[0].to[0]: expected the address of one host, not an address that stands "
            "for all, found \"0.0.0.0\"");
}

TEST_F(SettingsEditTest, AZoneMakesWayForANewOneOfTheSameKindOnly) {
  Do(&AddZone, "forward add", {{"zone", "a"}, {"servers", "10.0.0.1"}});
  EXPECT_EQ(Do(&AddZone, "forward add", {{"zone", "A."}, {"servers", "10.0.0.2"}}),
            "forward: added {zone: \"A.\", to: [\"10.0.0.2:53\"]}; removed {zone: \"a.\", to: "
            "[\"10.0.0.1:53\"]}");
  EXPECT_EQ(settings_.static_zones.size(), 1u);
  EXPECT_EQ(Do(&AddZone, "stub add", {{"zone", "a"}, {"servers", "10.0.0.1"}}),
            "stub add: expected each zone once in forward and stub, but a. is a forward zone");
  EXPECT_EQ(Do(&RemoveZone, "stub remove", {{"zone", "a"}}),
            "stub remove: a. is a forward zone: `tern forward remove` takes it away");
  EXPECT_EQ(Do(&RemoveZone, "stub remove", {{"zone", "b"}}),
            "stub remove: there is no stub zone b.; `tern stub list` shows all");
  EXPECT_EQ(Do(&RemoveZone, "forward remove", {{"zone", "b"}}),
            "forward remove: there is no forward zone b.; `tern forward list` shows all");
  EXPECT_EQ(Do(&RemoveZone, "forward remove", {{"zone", "a"}}),
            "forward: removed {zone: \"A.\", to: [\"10.0.0.2:53\"]}");
  EXPECT_EQ(Do(&RemoveZone, "forward remove", {{"zone", ""}}),
            "forward remove: zone: expected a domain name, found \"\"");
}

TEST_F(SettingsEditTest, LocalRecordsComeAndGo) {
  EXPECT_EQ(Do(&AddLocalRecord, "local add", {{"record", "a. 60 A 192.0.2.1"}}),
            "local.data: added \"a. 60 IN A 192.0.2.1\"");
  EXPECT_EQ(Do(&AddLocalRecord, "local add", {{"record", "a. 60 A 192.0.2.1"}}), "");
  Do(&AddLocalRecord, "local add", {{"record", "A. TXT x"}});
  EXPECT_EQ(Do(&AddLocalRecord, "local add", {{"record", "a. NS b."}}).substr(0, 24),
            "local add: local.data[0]");
  EXPECT_EQ(Do(&RemoveLocalRecords, "local remove", {{"name", "a"}, {"type", "MX"}}),
            "local remove: there is no record of that type in local.data at a.; `tern local list` "
            "shows all");
  EXPECT_EQ(Do(&RemoveLocalRecords, "local remove", {{"name", "b"}}),
            "local remove: there is no record in local.data at b.; `tern local list` shows all");
  EXPECT_EQ(Do(&RemoveLocalRecords, "local remove", {{"name", "a"}, {"type", "TXT"}}),
            "local.data: removed \"A. 3600 IN TXT \\\"x\\\"\"");
  EXPECT_EQ(Do(&RemoveLocalRecords, "local remove", {{"name", "a"}, {"type", "BAD TYPE"}}),
            "local remove: type: expected a record type, found \"BAD TYPE\"");
  Do(&RemoveLocalRecords, "local remove", {{"name", "a"}});
  EXPECT_TRUE(settings_.local.data.empty());
}

TEST_F(SettingsEditTest, AnAnchorEndsInTime) {
  EXPECT_EQ(Do(&AddAnchorNow, "nta add", {{"zone", "a"}, {"for", "90m"}, {"reason", "r"}}),
            "dnssec.negative_trust_anchors: added {zone: \"a.\", until: \"2001-09-09T03:16:40Z\", "
            "reason: \"r\"}");
  EXPECT_EQ(Do(&AddAnchorNow, "nta add", {{"zone", "a"}, {"until", "2001-09-10"}}),
            "dnssec.negative_trust_anchors: added {zone: \"a.\", until: \"2001-09-10\"}; removed "
            "{zone: \"a.\", until: \"2001-09-09T03:16:40Z\", reason: \"r\"}");
  for (const Arguments& wrong :
       {Arguments{{"zone", "b"}, {"until", "2001-09-09"}},
        Arguments{{"zone", "b"}, {"until", "soon"}}, Arguments{{"zone", "b"}, {"for", "0s"}},
        Arguments{{"zone", "b"}, {"for", "soon"}}, Arguments{{"zone", "b"}, {"for", "367d"}},
        Arguments{{"zone", "b..c"}},
        Arguments{{"zone", "b"}, {"for", "1h"}, {"until", "2030-01-01"}},
        Arguments{{"zone", "b"}, {"reason", std::string(200, 'x')}}}) {
    EXPECT_EQ(Do(&AddAnchorNow, "nta add", wrong).rfind("nta add: ", 0), 0u);
  }
  EXPECT_EQ(Do(&RemoveNegativeAnchor, "nta remove", {{"zone", "b"}}),
            "nta remove: there is no negative trust anchor b.; `tern nta list` shows all");
  Do(&RemoveNegativeAnchor, "nta remove", {{"zone", "A"}});
  EXPECT_TRUE(settings_.dnssec.negative_trust_anchors.empty());
}

TEST_F(SettingsEditTest, TheListsAreBounded) {
  settings_.dnssec.negative_trust_anchors.resize(10'000);
  EXPECT_EQ(Do(&AddAnchorNow, "nta add", {{"zone", "b"}}),
            "nta add: expected at most 10000 in all");
}

std::string Lines(const ChangeReport& report) { return absl::StrJoin(LinesOf(report), "\n"); }

TEST(ChangeReportTest, SaysWhatToWriteToKeepAChange) {
  ChangeReport report;
  EXPECT_EQ(Lines(report), "nothing changed: it was so already");
  report.changes = {{.key = "local.data", .is_list = true, .added = {"\"a. 60 IN A 192.0.2.1\""}},
                    {.key = "log.level", .before = "info", .after = "error"}};
  EXPECT_EQ(Lines(report).substr(Lines(report).rfind('\n') + 1),
            "the configuration file says it too");
  report.to_keep = report.changes;
  report.to_keep.push_back({.key = "stub", .is_list = true, .removed = {"{zone: \"b.\"}"}});
  EXPECT_EQ(Lines(report),
            "local.data: added \"a. 60 IN A 192.0.2.1\"\n"
            "log.level: info -> error\n"
            "it holds until ternd stops or reads its configuration again\n"
            "to keep it, write into the configuration:\n"
            "  local:\n"
            "    data:\n"
            "      - \"a. 60 IN A 192.0.2.1\"\n"
            "  log:\n"
            "    level: error\n"
            "to keep it, take out of `stub`: {zone: \"b.\"}");
}

TEST(ChangeReportTest, WhatItSaysToWriteIsAConfiguration) {
  config::Settings settings = config::DefaultSettings();
  ChangeReport report;
  const auto change = [&](const absl::Status& status) { EXPECT_TRUE(status.ok()) << status; };
  change(AddZone({"forward add", {{"zone", "a"}, {"servers", "10.0.0.1"}}}, &settings));
  change(AddLocalRecord({"local add", {{"record", "b. TXT \"x \\\" y\""}}}, &settings));
  change(AddNegativeAnchor({"nta add", {{"zone", "c"}, {"reason", "it's \"x\": # y"}}}, kNow,
                           &settings));
  change(SetLogLevel({"log level", {{"level", "error"}}}, &settings));
  report.to_keep = config::ChangesBetween(config::DefaultSettings(), settings);
  const std::string yaml = absl::StrJoin(YamlToKeep(report), "\n");
  const auto read = config::ParseConfig(yaml, "tern.yaml");
  ASSERT_TRUE(read.ok()) << read.status() << "\n" << yaml;
  EXPECT_TRUE(config::ChangesBetween(settings, *read).empty());
}

}  // namespace
}  // namespace tern::resolver::control
