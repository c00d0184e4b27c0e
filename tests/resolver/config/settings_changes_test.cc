#include "resolver/config/settings_changes.h"

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "wire/concat.h"

namespace tern::resolver::config {
namespace {

Settings Parsed(std::string_view yaml) {
  auto settings = ParseConfig(yaml, "tern.yaml");
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.ok() ? *settings : Settings();
}

// The changes as lines.
std::string Changes(std::string_view before, std::string_view after) {
  std::string lines;
  for (const KeyChange& change : ChangesBetween(Parsed(before), Parsed(after))) {
    lines += ToText(change) + "\n";
  }
  return lines;
}

TEST(SettingsChangesTest, NothingChangesByReadingTheSameAgain) {
  EXPECT_EQ(Changes("", ""), "");
  EXPECT_EQ(Changes("cache: {max_ttl: 1d}", ""), "");
  EXPECT_EQ(Changes("forward: [{zone: A., to: [\"192.0.2.1\"]}]",
                    "forward: [{zone: A, to: [\"192.0.2.1:53\"], first: false}]"),
            "");
}

TEST(SettingsChangesTest, AValueIsToldBeforeAndAfter) {
  EXPECT_EQ(
      Changes("", "cache: {max_ttl: 2h, memory: 1GiB}\nworkers: 4\ndnssec: {validation: log}"),
      "workers: auto -> 4\ncache.memory: 256MiB -> 1GiB\ncache.max_ttl: 1d -> 2h\n"
      "dnssec.validation: true -> log\n");
  EXPECT_EQ(Changes("local: {hosts_file: /etc/hosts}", ""),
            "local.hosts_file: \"/etc/hosts\" -> \"\"\n");
}

TEST(SettingsChangesTest, OfAListTheItemsAreTold) {
  EXPECT_EQ(Changes("access: {allow: [192.0.2.0/24, 10.0.0.0/8]}",
                    "access: {allow: [10.0.0.0/8, 2001:db8::/32]}"),
            "access.allow: added \"2001:db8::/32\"; removed \"192.0.2.0/24\"\n");
  EXPECT_EQ(Changes("access: {deny: [192.0.2.0/24, 10.0.0.0/8]}",
                    "access: {deny: [10.0.0.0/8, 192.0.2.0/24]}"),
            "access.deny: the same items in another order\n");
  EXPECT_EQ(Changes("",
                    "stub: [{zone: a, to: [192.0.2.1]}]\n"
                    "dnssec: {negative_trust_anchors: [b, {zone: c, reason: 'x \"y\"'}]}\n"
                    "local: {data: [\"d. A 192.0.2.1\"]}\n"
                    "mail: {dnsbl: [{zone: e., timeout: 2s}]}"),
            "dnssec.negative_trust_anchors: added \"b.\", {zone: \"c.\", reason: \"x \\\"y\\\"\"}\n"
            "local.data: added \"d. 3600 IN A 192.0.2.1\"\n"
            "mail.dnsbl: added {zone: \"e.\", timeout: 2s}\n"
            "stub: added {zone: \"a.\", to: [\"192.0.2.1:53\"]}\n");
}

TEST(SettingsChangesTest, ALongListIsCutShort) {
  std::string many;
  for (int i = 0; i < 13; ++i) many += Concat("10.0.0.", i, "/32,");
  const std::string text = Changes("", Concat("access: {deny: [", many, "]}"));
  EXPECT_NE(text.find("\"10.0.0.9/32\" and 3 more\n"), std::string::npos) << text;
}

TEST(SettingsChangesTest, ASecretIsNotTold) {
  const std::string text =
      Changes("", "access: {cookie_secret: 00112233445566778899aabbccddeeff}") +
      Changes("access: {cookie_secret: 00112233445566778899aabbccddeeff}",
              "access: {cookie_secret: 10112233445566778899aabbccddeeff}");
  EXPECT_EQ(text,
            "access.cookie_secret: \"\" -> hidden\n"
            "access.cookie_secret: hidden, with another content\n");
}

TEST(SettingsChangesTest, WhatANamedFileHoldsCountsToo) {
  Settings before = Parsed("");
  before.http.token_file = "/t";
  Settings after = before;
  after.http.token = "another word of a secret";
  const auto changes = ChangesBetween(before, after);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(ToText(changes[0]), "http.token_file: \"/t\", with another content");
}

TEST(SettingsChangesTest, TellsWhichChangesALaterConfigurationLacks) {
  const Settings written = Parsed("log: {level: info}\nstub: [{zone: a, to: [192.0.2.1]}]");
  const Settings changed = Parsed(
      "log: {level: error}\nstub: [{zone: b, to: [192.0.2.1]}, "
      "{zone: c, to: [192.0.2.1]}]");
  const auto changes = ChangesBetween(written, changed);
  EXPECT_EQ(CountOf(changes), 4u);
  EXPECT_TRUE(UndoneIn(changed, changes).empty());
  const auto undone = UndoneIn(Parsed("log: {level: error}\nstub: [{zone: b, to: [192.0.2.1]}, "
                                      "{zone: a, to: [192.0.2.1]}]"),
                               changes);
  ASSERT_EQ(undone.size(), 1u);
  EXPECT_EQ(ToText(undone[0]),
            "stub: added {zone: \"c.\", to: [\"192.0.2.1:53\"]}; "
            "removed {zone: \"a.\", to: [\"192.0.2.1:53\"]}");
  EXPECT_EQ(UndoneIn(written, changes).size(), 2u);
}

}  // namespace
}  // namespace tern::resolver::config
