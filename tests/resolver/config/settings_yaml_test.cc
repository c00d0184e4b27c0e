#include "resolver/config/settings_yaml.h"

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "tests/resolver/config/settings_text.h"

namespace tern::resolver::config {
namespace {

constexpr std::string_view kRich = R"(
listen: ["192.0.2.1:53", "[fe80::1%lo]:5300"]
workers: 3
access:
  allow: [10.0.0.0/8, 192.0.2.0/24]
  deny: [10.1.0.0/16]
  rate_limit: {queries: 10, burst: 1500ms}
cache: {memory: 1GiB, min_ttl: 7s, file: "/var/cache/\"odd\"/x"}
resolution:
  ipv6: false
  qname_minimisation: strict
  outgoing: [192.0.2.9]
  budget: {client_timeout: 2s}
dnssec:
  validation: log
  negative_trust_anchors: [a, {zone: b, until: "2099-01-01", reason: 'x: "y" #z'}]
local: {data: ["a.example. 60 A 192.0.2.1", "a.example. TXT \"x y\" \";\""]}
http: {listen: [], hosts: [ns.example]}
log: {level: warning}
mail: {dnsbl: [{zone: zen.example, timeout: 3s, max_negative_ttl: 1m}]}
forward:
  - {zone: corp.example, to: [10.0.0.1, 10.0.0.2], first: true}
  - {zone: b.example, to: ["[2001:db8::1]:54"]}
stub: [{zone: lab.example, to: [10.0.1.1], validate: true}]
)";

Settings Loaded(std::string_view yaml) {
  auto settings = ParseConfig(yaml, "tern.yaml");
  EXPECT_TRUE(settings.ok()) << settings.status() << "\n" << yaml;
  return settings.ok() ? *settings : Settings();
}

std::string Yaml(const Settings& in_force, const Settings& written) {
  return absl::StrJoin(YamlOf(KeysInForce(in_force, written)), "\n") + "\n";
}

bool Has(const std::string& yaml, std::string_view line) {
  const bool has = ("\n" + yaml).find("\n" + std::string(line) + "\n") != std::string::npos;
  EXPECT_TRUE(has) << line << "\n" << yaml;
  return has;
}

TEST(SettingsYamlTest, WhatIsShownCanBeLoadedAgain) {
  for (const std::string_view text : {std::string_view(), kRich}) {
    const Settings settings = Loaded(text);
    EXPECT_EQ(Shown(Loaded(Yaml(settings, settings))), Shown(settings));
  }
  const Settings rich = Loaded(kRich);
  EXPECT_EQ(Shown(Loaded(Yaml(rich, Loaded("")))), Shown(rich));
  EXPECT_EQ(Shown(Loaded(Yaml(Loaded(""), rich))), Shown(Loaded("")));
}

TEST(SettingsYamlTest, WhatIsNotTheDefaultIsMarked) {
  const Settings settings = Loaded("cache: {max_ttl: 2h}\naccess: {allow: [10.0.0.0/8]}");
  const std::string yaml = Yaml(settings, settings);
  Has(yaml, "workers: auto");
  Has(yaml, "  max_ttl: 2h  # default: 1d");
  Has(yaml, "  allow: [\"10.0.0.0/8\"]  # default: [\"127.0.0.0/8\", \"::1/128\"]");
}

TEST(SettingsYamlTest, WhatTheFileSaysOtherwiseIsMarked) {
  const Settings in_force = Loaded("stub: [{zone: b, to: [192.0.2.1]}]\nlog: {level: error}");
  const Settings written = Loaded("workers: 4\nstub: [{zone: a, to: [192.0.2.1]}]");
  const std::string yaml = Yaml(in_force, written);
  Has(yaml, "workers: auto  # the file says 4, which waits for a restart");
  Has(yaml, "  level: error  # default: info; changed at run time; the file says info");
  Has(yaml, "  - {zone: \"b.\", to: [\"192.0.2.1:53\"]}  # added at run time");
  Has(yaml, "  # removed at run time: {zone: \"a.\", to: [\"192.0.2.1:53\"]}");
}

TEST(SettingsYamlTest, SecretsAreHidden) {
  const std::string secret = "00112233445566778899aabbccddeeff";
  Settings settings = Loaded("access: {cookie_secret: " + secret + "}");
  settings.http.token_file = "/etc/tern/token";
  settings.http.token = "a-word-of-16-letters";
  const std::string yaml = Yaml(settings, Settings());
  Has(yaml, "  # cookie_secret: hidden");
  EXPECT_EQ(yaml.find(secret), std::string::npos);
  EXPECT_EQ(yaml.find(settings.http.token), std::string::npos);
}

}  // namespace
}  // namespace tern::resolver::config
