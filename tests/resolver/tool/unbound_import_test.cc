#include "resolver/tool/unbound_import.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ImportedConfiguration Import(std::string_view text) {
  const auto options = ReadUnboundText(text, "u");
  EXPECT_TRUE(options.ok()) << options.status();
  return ImportUnbound(*options);
}

// The part for ternd, without the comments.
std::string Yaml(std::string_view text) {
  const std::string yaml = Import(text).ToYaml("u");
  return yaml.substr(yaml.find("\n\n") + 2);
}

std::string Server(std::string_view lines) { return Yaml(Concat("server:\n", lines)); }

size_t Missing(std::string_view text) { return Import(text).Count(ImportGrade::kMissing); }

TEST(UnboundImportTest, TheDefaultsOfDebianNeedNothing) {
  const auto made = Import(
      "server:\n auto-trust-anchor-file: \"/var/lib/unbound/root.key\"\n"
      "remote-control:\n control-enable: yes\n control-interface: /run/unbound.ctl\n");
  EXPECT_EQ(made.Count(ImportGrade::kMissing), 0u);
  EXPECT_THAT(made.ToYaml("u"), testing::EndsWith("(RFC 5011)\n\n"));
}

TEST(UnboundImportTest, ThePortCountsForAllInterfaces) {
  EXPECT_EQ(Server("interface: 192.0.2.1\ninterface: ::1@5300\nport: 54\n"),
            "listen: [\"192.0.2.1:54\", \"[::1]:5300\"]\n");
  EXPECT_EQ(Server("interface-automatic: yes\n"), "listen: [\"0.0.0.0:53\", \"[::]:53\"]\n");
  EXPECT_EQ(Missing("server:\ninterface: eth0\n"), 1u);
}

TEST(UnboundImportTest, TheNarrowestBlockCounts) {
  EXPECT_EQ(Server("access-control: 0.0.0.0/0 refuse\naccess-control: 10.0.0.0/8 allow\n"
                   "access-control: 10.9.0.0/16 deny\naccess-control: 192.0.2.0/24 allow_snoop\n"),
            "access:\n  allow: [\"10.0.0.0/8\", \"192.0.2.0/24\"]\n  deny: [\"10.9.0.0/16\"]\n");
  EXPECT_EQ(Missing("server:\naccess-control: 10.0.0.0/8 allow\naccess-control: 10.9.0.0/16 deny\n"
                    "access-control: 10.9.9.0/24 allow\n"),
            1u);
}

TEST(UnboundImportTest, APortForEncryptionIsLeftOut) {
  EXPECT_EQ(Server("interface: 192.0.2.1\ninterface: 192.0.2.1@853\ninterface: 192.0.2.1@8443\n"
                   "https-port: 8443\n"),
            "listen: [\"192.0.2.1:53\"]\n");
  EXPECT_GE(Missing("server:\n interface: 192.0.2.1@853\n"), 1u);
}

TEST(UnboundImportTest, ACookieSecretIsKept) {
  constexpr const char* kSecret = "000102030405060708090a0b0c0d0e0f";
  EXPECT_EQ(Server(Concat("cookie-secret: ", kSecret, "\n")),
            Concat("access:\n  cookie_secret: \"", kSecret, "\"\n"));
  EXPECT_EQ(Missing("server:\n cookie-secret: 00\n"), 1u);
}

TEST(UnboundImportTest, AnEmptyFileNameIsNone) { EXPECT_EQ(Server("root-hints: \"\"\n"), ""); }

TEST(UnboundImportTest, TheLogSaysAsMuch) {
  EXPECT_EQ(Server("verbosity: 0\n"), "log:\n  level: error\n");
  EXPECT_EQ(Server("verbosity: 2\nlog-queries: no\nlog-servfail: no\n"), "");
  const std::string all = "query_log:\n  file: \"stderr\"\n  only: all\n";
  EXPECT_EQ(Server("log-queries: yes\n"), all);
  EXPECT_EQ(Server("log-replies: yes\nlog-servfail: yes\n"), all);
  EXPECT_EQ(Server("log-servfail: yes\nlog-replies: yes\n"), all);
  EXPECT_EQ(Server("log-servfail: yes\n"), "query_log:\n  file: \"stderr\"\n  only: failures\n");
}

TEST(UnboundImportTest, BothCachesAreOne) {
  EXPECT_EQ(Server("msg-cache-size: 64m\nrrset-cache-size: 128m\n"), "cache:\n  memory: 192MiB\n");
  EXPECT_EQ(Server("rrset-cache-size: 1020m\n"), "cache:\n  memory: 1GiB\n");
  EXPECT_EQ(Server("rrset-cache-size: 100g\n"), "cache:\n  memory: 32GiB\n");
}

TEST(UnboundImportTest, TimesAndSwitches) {
  EXPECT_EQ(Server("cache-min-ttl: 0\ncache-max-ttl: 86400\ncache-max-negative-ttl: 90\n"
                   "serve-expired: yes\nserve-expired-ttl: 3600\nserve-expired-reply-ttl: 5\n"
                   "prefetch: no\nserve-expired-client-timeout: 500\n"),
            "cache:\n  min_ttl: 0s\n  max_ttl: 1d\n  max_negative_ttl: 90s\n  max_stale: 1h\n"
            "  stale_ttl: 5s\n  prefetch: false\nresolution:\n  budget:\n"
            "    client_timeout: 500ms\n");
  EXPECT_EQ(Server("serve-expired: no\nserve-expired-ttl: 9\n"), "cache:\n  max_stale: 0s\n");
  EXPECT_EQ(Server("do-ip6: no\nqname-minimisation: no\nuse-caps-for-id: yes\n"),
            "resolution:\n  ipv6: false\n  qname_minimisation: off\n  case_randomisation: true\n");
  EXPECT_EQ(Server("num-threads: 4\nincoming-num-tcp: 100\nip-ratelimit: 30\n"),
            "workers: 4\naccess:\n  rate_limit:\n    queries: 30\n    ipv4_prefix: 32\n"
            "  connections:\n    most: 100\n");
}

TEST(UnboundImportTest, AListOfAddressesKeepsItsDefaults) {
  EXPECT_EQ(Server("do-not-query-address: 10.0.0.0/8\n"),
            "resolution:\n  never_query: [\"0.0.0.0/8\", \"127.0.0.0/8\", \"::1/128\", "
            "\"10.0.0.0/8\"]\n");
  EXPECT_EQ(Server("do-not-query-localhost: no\n"),
            "resolution:\n  never_query: [\"0.0.0.0/8\"]\n");
}

TEST(UnboundImportTest, Validation) {
  EXPECT_EQ(Server("module-config: \"iterator\"\nval-permissive-mode: yes\n"),
            "dnssec:\n  validation: false\n");
  EXPECT_EQ(Server("module-config: \"validator iterator\"\nval-permissive-mode: yes\n"
                   "domain-insecure: a.example\naggressive-nsec: yes\n"
                   "trust-anchor-file: /etc/a\n"),
            "dnssec:\n  validation: log\n  trust_anchors: \"/etc/a\"\n"
            "  negative_trust_anchors: [\"a.example\"]\n  aggressive: true\n");
  EXPECT_EQ(Missing("server:\nmodule-config: \"dns64 validator iterator\"\n"), 1u);
}

TEST(UnboundImportTest, Zones) {
  EXPECT_EQ(Yaml("forward-zone:\n name: a.\n forward-addr: 10.0.0.1\n forward-first: yes\n"
                 "forward-zone:\n name: b.\n forward-addr: 10.0.0.2@5300\n"
                 "stub-zone:\n name: c.\n stub-addr: 2001:db8::1\n"),
            "forward:\n  - zone: \"a.\"\n    to: [\"10.0.0.1:53\"]\n    first: true\n"
            "  - zone: \"b.\"\n    to: [\"10.0.0.2:5300\"]\n"
            "stub:\n  - zone: \"c.\"\n    to: [\"[2001:db8::1]:53\"]\n");
}

TEST(UnboundImportTest, AZoneIsNotAskedInAnotherWayThanItsOwnerWants) {
  const auto made = Import(
      "forward-zone:\n name: .\n forward-addr: 192.0.2.1@853#x\n forward-tls-upstream: yes\n");
  const std::string yaml = made.ToYaml("u");
  EXPECT_THAT(yaml, Not(HasSubstr("\nforward:")));
  EXPECT_THAT(yaml, HasSubstr("u:4: forward-zone: the zone \".\" is left out for that\n"));
  EXPECT_EQ(Yaml("forward-zone:\n name: .\n forward-addr: 192.0.2.1\n forward-tls-upstream: no\n"),
            "forward:\n  - zone: \".\"\n    to: [\"192.0.2.1:53\"]\n");
  EXPECT_EQ(Yaml("stub-zone:\n name: a.\n stub-host: b.\n"), "");
}

TEST(UnboundImportTest, NothingIsLostWithoutAWord) {
  EXPECT_EQ(Missing("server:\n never-heard-of: 1\n"), 1u);
  EXPECT_EQ(Missing("server:\n num-threads: many\n"), 1u);
  EXPECT_EQ(Missing("rpz:\n name: a\n url: b\nrpz:\n name: c\n"), 2u);
  EXPECT_EQ(Missing("server:\n num-threads:\n"), 1u);
  EXPECT_EQ(Missing("server:\n do-tcp: yes\n do-udp: yes\n ratelimit: 0\n log-queries: no\n"), 0u);
  EXPECT_EQ(Missing("server:\n do-tcp: no\n"), 1u);
}

}  // namespace
}  // namespace tern::resolver::tool
