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

// The part for ternd, without the comments before and behind it.
std::string Yaml(std::string_view text) {
  const std::string yaml = Import(text).ToYaml("u");
  const size_t begin = yaml.find("\n\n") + 2;
  return yaml.substr(begin, yaml.find("\n#", begin) - begin);
}

std::string Server(std::string_view lines) { return Yaml(Concat("server:\n", lines)); }

size_t Missing(std::string_view text) { return Import(text).Count(ImportGrade::kMissing); }

TEST(UnboundImportTest, TheDefaultsOfDebianNeedNothing) {
  const auto made = Import(
      "server:\n auto-trust-anchor-file: \"/var/lib/unbound/root.key\"\n"
      "remote-control:\n control-enable: yes\n control-interface: /run/unbound.ctl\n");
  EXPECT_EQ(made.Count(ImportGrade::kMissing), 0u);
  EXPECT_THAT(made.ToYaml("u"), HasSubstr("(RFC 5011)\n\n\n# The file leaves"));
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
            "access:\n  allow: [\"10.0.0.0/8\", \"192.0.2.0/24\", \"127.0.0.0/8\", \"::1/128\"]\n"
            "  deny: [\"10.9.0.0/16\"]\n");
  EXPECT_EQ(Missing("server:\naccess-control: 10.0.0.0/8 allow\naccess-control: 10.9.0.0/16 deny\n"
                    "access-control: 10.9.9.0/24 allow\n"),
            1u);
}

TEST(UnboundImportTest, WithoutAnInterfaceThePortCountsForThisMachine) {
  EXPECT_EQ(Server("port: 5300\n"), "listen: [\"127.0.0.1:5300\", \"[::1]:5300\"]\n");
  EXPECT_EQ(Server("port: 53\n"), "");
}

TEST(UnboundImportTest, AFamilyThatIsOffIsNotListenedTo) {
  EXPECT_EQ(Server("interface: ::0\ninterface: 0.0.0.0\noutgoing-interface: ::1\ndo-ip6: no\n"),
            "listen: [\"0.0.0.0:53\"]\nresolution:\n  ipv6: false\n");
  EXPECT_EQ(Server("do-ip6: no\n"), "listen: [\"127.0.0.1:53\"]\nresolution:\n  ipv6: false\n");
  EXPECT_EQ(Server("do-ip4: no\ninterface-automatic: yes\n"),
            "listen: [\"[::]:53\"]\nresolution:\n  ipv4: false\n");
  EXPECT_THAT(Import("server:\ninterface: ::0\ndo-ip6: no\n").ToYaml("u"),
              HasSubstr("u:2: interface: do-ip6 is no, so Unbound does not use it\n"));
  EXPECT_EQ(Missing("server:\ninterface: ::0\ndo-ip6: no\n"), 0u);
}

TEST(UnboundImportTest, AnInterfaceOfALinkLocalAddressIsKept) {
  EXPECT_EQ(Server("interface: fe80::1%no-such-0\n"), "listen: [\"[fe80::1%no-such-0]:53\"]\n");
  EXPECT_THAT(Import("server:\ninterface: eth0\n").ToYaml("u"),
              HasSubstr("interface: write the addresses of the interface into `listen`\n"));
}

TEST(UnboundImportTest, LocalZonesAreJudgedByTheWholeFile) {
  constexpr const char* kZones =
      "server:\nlocal-zone: 10.in-addr.arpa nodefault\nlocal-zone: a.example typetransparent\n";
  EXPECT_EQ(Missing(kZones), 1u);
  EXPECT_EQ(Missing(Concat(kZones, "local-data: \"b.a.example A 192.0.2.1\"\n")), 2u);
  EXPECT_EQ(Missing(Concat(kZones, "stub-zone:\nname: 10.in-addr.arpa\nstub-addr: 10.0.0.1\n")),
            0u);
  EXPECT_EQ(Missing("server:\nlocal-zone: a.example\n"), 1u);
}

TEST(UnboundImportTest, APointerBecomesARecord) {
  EXPECT_EQ(Server("local-data-ptr: \"192.0.2.4 60 www.example\"\n"),
            "local:\n  data: [\"4.2.0.192.in-addr.arpa. 60 IN PTR www.example.\"]\n");
  EXPECT_EQ(Missing("server:\nlocal-data-ptr: www.example\n"), 1u);
}

TEST(UnboundImportTest, Dnstap) {
  constexpr const char* kOn = "dnstap:\ndnstap-enable: yes\ndnstap-socket-path: /run/tap\n";
  EXPECT_EQ(Yaml(Concat(kOn,
                        "dnstap-identity: a\ndnstap-sample-rate: 10\n"
                        "dnstap-log-client-query-messages: yes\n"
                        "dnstap-log-resolver-query-messages: no\n")),
            "dnstap:\n  socket: \"/run/tap\"\n  clients: true\n  servers: false\n  sample: 10\n"
            "  identity: \"a\"\n");
  EXPECT_THAT(Yaml(Concat(kOn, "dnstap-log-forwarder-response-messages: yes\n")),
              HasSubstr("clients: false\n  servers: true\n"));
  EXPECT_EQ(Yaml("dnstap:\ndnstap-enable: no\ndnstap-socket-path: /run/tap\n"), "");
}

TEST(UnboundImportTest, Bounds) {
  EXPECT_EQ(Server("wait-limit: 1000\nmax-query-restarts: 8\ndns-error-reporting: yes\n"),
            "access:\n  rate_limit:\n    waiting: 1000\n    ipv4_prefix: 32\n"
            "resolution:\n  budget:\n    aliases: 8\ndnssec:\n  error_reporting: true\n");
  EXPECT_EQ(Server("wait-limit: 100000\n"),
            "access:\n  rate_limit:\n    waiting: 65535\n    ipv4_prefix: 32\n");
  EXPECT_EQ(Missing("server:\nmax-query-restarts: 12\n"), 1u);
  EXPECT_EQ(Missing("server:\nserve-expired-ttl: 0\n"), 1u);
}

TEST(UnboundImportTest, WhatTheFileLeavesToTheDefaultsIsTold) {
  const auto has = [](std::string_view text, const char* line) {
    const std::string yaml = Import(text).ToYaml("u");
    const size_t begin = yaml.find("\n# The file leaves");
    return begin != std::string::npos &&
           yaml.find(Concat("\n#   ", line, "  # "), begin) != std::string::npos;
  };
  EXPECT_TRUE(has("", "cache.prefetch: false"));
  EXPECT_FALSE(has("server:\nprefetch: yes\n", "cache.prefetch: false"));
  EXPECT_FALSE(has("server:\nprefetch: no\n", "cache.prefetch: false"));
  EXPECT_TRUE(has("", "dnssec.validation: false"));
  EXPECT_FALSE(has("server:\nauto-trust-anchor-file: a\n", "dnssec.validation: false"));
  EXPECT_FALSE(has("server:\nmodule-config: iterator\n", "dnssec.validation: false"));
  constexpr const char* kAtOnce = "resolution.budget.client_timeout: 10ms";
  EXPECT_FALSE(has("", kAtOnce));
  EXPECT_FALSE(has("server:\nserve-expired: no\n", kAtOnce));
  EXPECT_TRUE(has("server:\nserve-expired: yes\n", kAtOnce));
  EXPECT_TRUE(has("server:\nserve-expired: yes\nserve-expired-client-timeout: 0\n", kAtOnce));
  EXPECT_FALSE(has("server:\nserve-expired: yes\nserve-expired-client-timeout: 900\n", kAtOnce));
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

TEST(UnboundImportTest, AFileIsInTheWorkingFolder) {
  EXPECT_EQ(Server("root-hints: hints\n"), "resolution:\n  root_hints: \"/etc/unbound/hints\"\n");
  EXPECT_EQ(Server("root-hints: hints\ndirectory: /srv\n"),
            "resolution:\n  root_hints: \"/srv/hints\"\n");
  EXPECT_EQ(Server("directory: /srv\nroot-hints: /a/hints\n"),
            "resolution:\n  root_hints: \"/a/hints\"\n");
  EXPECT_EQ(Missing("server:\ntrust-anchor-file: /a\ntrust-anchor-file: /b\n"), 1u);
}

TEST(UnboundImportTest, StaleAnswersAreOffUnlessTheFileWantsThem) {
  EXPECT_EQ(Server("serve-expired-ttl: 9\n"), "cache:\n  max_stale: 0s\n");
  EXPECT_EQ(Server("serve-expired-ttl: 9\nserve-expired: yes\n"), "cache:\n  max_stale: 9s\n");
}

TEST(UnboundImportTest, SpecialWaysToBeAllowedAreTold) {
  EXPECT_EQ(Missing("server:\naccess-control: 10.0.0.0/8 allow_snoop\n"), 0u);
  EXPECT_EQ(Missing("server:\naccess-control: 10.0.0.0/8 allow_setrd\n"), 1u);
  EXPECT_EQ(Missing("server:\naccess-control: 10.0.0.0/8 allow_cookie\n"), 1u);
}

TEST(UnboundImportTest, ModulesWithoutTheirOptionsDoNothing) {
  EXPECT_EQ(Missing("server:\nmodule-config: \"respip subnetcache validator iterator\"\n"), 0u);
  EXPECT_EQ(Missing("server:\nmodule-config: \"subnetcache iterator\"\n"
                    "send-client-subnet: 192.0.2.1\n"),
            1u);
}

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
            "listen: [\"127.0.0.1:53\"]\nresolution:\n  ipv6: false\n  qname_minimisation: off\n  "
            "case_randomisation: true\n");
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
