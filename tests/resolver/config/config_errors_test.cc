#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "resolver/config/yaml_tree.h"

namespace tern::resolver::config {
namespace {

std::string ErrorOf(std::string_view yaml, std::string_view file_name = "tern.yaml") {
  const auto settings = ParseConfig(yaml, file_name);
  return settings.ok() ? "no error" : std::string(settings.status().message());
}

struct Case {
  const char *yaml, *error;
};

void ExpectErrors(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(ErrorOf(c.yaml), std::string("tern.yaml:") + c.error) << c.yaml;
  }
}

TEST(ConfigErrorsTest, UnknownKeySuggestsTheNearOne) {
  ExpectErrors({
      {"workers: 1\nlisten_: [\"127.0.0.1:53\"]\n",
       "2:1: listen_: unknown key; did you mean listen?"},
      {"resolution:\n  budget:\n    total_timout: 7s\n",
       "3:5: resolution.budget.total_timout: unknown key; did you mean total_timeout?"},
      {"resolution: {qname_minimization: off}",
       "1:14: resolution.qname_minimization: unknown key; did you mean qname_minimisation?"},
      {"forward:\n  - {zone: a., to: [192.0.2.1], frist: true}\n",
       "2:33: forward[0].frist: unknown key; did you mean first?"},
  });
}

TEST(ConfigErrorsTest, UnknownKeyThatIsNearNothingListsTheKeys) {
  ExpectErrors({
      {"verbosity: 3",
       "1:1: verbosity: unknown key; expected listen, workers, access, cache, resolution, dnssec, "
       "local, mail, forward, stub, http, control, log, dnstap or query_log"},
      {"access: {whom: []}",
       "1:10: access.whom: unknown key; expected allow, deny, rate_limit, connections, "
       "require_cookies, trace or cookie_secret"},
      {"stub: [{zone: a., to: [192.0.2.1], first: true}]",
       "1:36: stub[0].first: unknown key; expected zone, to or validate"},
      {"\"a\\e[2J\": 1",
       "1:1: \"a\\x1b[2J\": unknown key; expected listen, workers, access, cache, resolution, "
       "dnssec, local, mail, forward, stub, http, control, log, dnstap or query_log"},
      {"<<: {}",
       "1:1: \"<<\": unknown key; expected listen, workers, access, cache, resolution, "
       "dnssec, local, mail, forward, stub, http, control, log, dnstap or query_log"},
  });
}

TEST(ConfigErrorsTest, LocalDataIsRecordsThatFitTogether) {
  ExpectErrors({
      {"local: {data: [\"a. A 192.0.2.1\", \"a. NS b.\", []]}",
       "1:34: local.data[1]: expected a record that is no part of a zone or of DNSSEC, as NS is, "
       "found \"a. NS b.\"\ntern.yaml:1:46: local.data[2]: expected a record such as "
       "router.home.arpa. 3600 IN A 192.168.1.1, found \"\""},
      {"local:\n  data:\n  - a. CNAME b.\n  - a. TXT x",
       "4:5: local.data[1]: expected no other records of a., because it is an alias (CNAME)"},
      {"local: {data: [a.localhost. A 127.0.0.2]}",
       "1:16: local.data[0]: expected another name: a.localhost. has the loopback addresses while "
       "local.special_names is true"},
  });
}

TEST(ConfigErrorsTest, TheControlSocketNeedsAPathThatASocketCanHave) {
  ExpectErrors({
      {"control: {socket: []}",
       "1:19: control.socket: expected the path of a file, or \"\" for none, found a list"},
  });
  const std::string path(107, 'a');
  EXPECT_EQ(
      ErrorOf("control: {socket: /" + path + "}"),
      "tern.yaml:1:19: control.socket: expected a path of at most 107 octets, found one of 108");
}

TEST(ConfigErrorsTest, DnstapAndTheQueryLogNeedPathsKeysAndWords) {
  ExpectErrors({
      {"dnstap: {socket: []}",
       "1:18: dnstap.socket: expected the path of a file, or \"\" for none, found a list"},
      {"dnstap: {sample: 0}",
       "1:18: dnstap.sample: expected a number from 1 to 1000000, found \"0\""},
      {"dnstap: {identity: \"a\\nb\"}",
       "1:20: dnstap.identity: expected a text of at most 64 printable ASCII characters, found "
       "\"a\\x0ab\""},
      {"query_log: {only: errors}",
       "1:19: query_log.only: expected all or failures, found \"errors\""},
      {"query_log: {addresses: short}",
       "1:24: query_log.addresses: expected full, prefix or encrypted, found \"short\""},
      {"query_log: {addresses: encrypted}",
       "1:13: query_log.addresses: expected a key_file beside addresses: encrypted"},
      {"dnstap: {addresses: encrypted}",
       "1:10: dnstap.addresses: expected a key_file beside addresses: encrypted"},
      {"query_log: {key_file: /nowhere/key}",
       "1:23: query_log.key_file: /nowhere/key: No such file or directory"},
      {"query_log: {key_file: /etc/hostname}",
       "1:23: query_log.key_file: expected a file with 32 hexadecimal digits"},
  });
  EXPECT_EQ(
      ErrorOf("dnstap: {socket: /" + std::string(107, 'a') + "}"),
      "tern.yaml:1:18: dnstap.socket: expected a path of at most 107 octets, found one of 108");
}

TEST(ConfigErrorsTest, HttpNeedsAddressesNamesAndAGoodToken) {
  ExpectErrors({
      {"http: {listen: [\"127.0.0.1:9530\", \"127.0.0.1:9530\"]}",
       "1:35: http.listen[1]: expected each address once, found 127.0.0.1:9530 again"},
      {"http: {listen: [\"224.0.0.1:80\"]}",
       "1:17: http.listen[0]: expected the address of one host, not a multicast address, found "
       "\"224.0.0.1:80\""},
      {"http: {hosts: [\"a..b\"]}", "1:16: http.hosts[0]: expected a domain name, found \"a..b\""},
      {"http: {token_file: []}",
       "1:20: http.token_file: expected the path of a file, or \"\" for none, found a list"},
      {"http: {token_file: /nowhere/token}",
       "1:20: http.token_file: /nowhere/token: No such file or directory"},
  });
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "bad_token";
  for (const std::string& bad :
       {std::string(), std::string("short"), std::string("two words in it"), std::string(257, 'a'),
        std::string(20, '\x80')}) {
    std::ofstream(file) << bad;
    EXPECT_EQ(
        ErrorOf("http: {token_file: " + file.string() + "}"),
        "tern.yaml:1:20: http.token_file: expected a file with one word of 16 to 256 letters, "
        "digits or signs");
  }
  std::filesystem::remove(file);
}

TEST(ConfigErrorsTest, RepeatedKeyNamesBothLines) {
  ExpectErrors({
      {"workers: 1\ncache: {}\nworkers: 2\n",
       "3:1: workers: expected once, but found in line 1 too"},
      {"cache:\n  memory: 1GiB\n  memory: 1GiB\n",
       "3:3: cache.memory: expected once, but found in line 2 too"},
  });
}

TEST(ConfigErrorsTest, SectionsAreMaps) {
  ExpectErrors({
      {"just text", "1:1: expected a map of keys, found \"just text\""},
      {"- listen", "1:1: expected a map of keys, found a list"},
      {"cache: 256MiB", "1:8: cache: expected a map of keys, found \"256MiB\""},
      {"resolution: {budget: []}", "1:22: resolution.budget: expected a map of keys, found a list"},
      {"local:\nworkers: 1\n", "1:1: local: expected a map of keys, found nothing"},
  });
}

// What was found may be nearly a secret, so the message does not repeat it.
TEST(ConfigErrorsTest, CookieSecretIsSixteenOctets) {
  const char* what =
      "access.cookie_secret: expected 32 hexadecimal digits, or \"\" to draw a secret";
  for (const char* bad :
       {"00", "000102030405060708090a0b0c0d0e0", "[]", "secret", "{}",
        "000102030405060708090a0b0c0d0e0g", "000102030405060708090a0b0c0d0e0f10"}) {
    EXPECT_EQ(ErrorOf(std::string("access: {cookie_secret: ") + bad + "}"),
              std::string("tern.yaml:1:25: ") + what)
        << bad;
  }
}

TEST(ConfigErrorsTest, ListenTakesAddressesWithPorts) {
  const std::string what =
      "an address with a port such as 127.0.0.1:53, [::1]:53 or [fe80::1%eth0]:53, found ";
  ExpectErrors({
      {"listen: []",
       "1:9: listen: expected at least an address with a port such as 127.0.0.1:53, [::1]:53 or "
       "[fe80::1%eth0]:53"},
  });
  EXPECT_EQ(ErrorOf("listen: 127.0.0.1:53"),
            "tern.yaml:1:9: listen: expected a list, each item " + what + "\"127.0.0.1:53\"");
  EXPECT_EQ(ErrorOf("listen: {a: 1}"),
            "tern.yaml:1:9: listen: expected a list, each item " + what + "a map");
  for (const char* bad : {"localhost:53", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:", "[::1",
                          "[::1]53", "127.0.0.256:53", "eth0", "", "127.0.0.1:53 "}) {
    EXPECT_EQ(ErrorOf(std::string("listen:\n  - \"") + bad + "\"\n"),
              "tern.yaml:2:5: listen[0]: expected " + what + "\"" + bad + "\"");
  }
  EXPECT_EQ(ErrorOf("listen: [[::1]:53]").substr(0, 15), "tern.yaml:1:10:");
  EXPECT_EQ(ErrorOf("listen: [\"127.0.0.1:53\", \"127.0.0.1\"]"),
            "tern.yaml:1:26: listen[1]: expected each address once, found 127.0.0.1:53 again");
}

TEST(ConfigErrorsTest, ListsAreBounded) {
  std::string yaml = "listen: [";
  for (int i = 1; i <= 65; ++i) yaml += "\"127.0.0." + std::to_string(i) + ":53\",";
  EXPECT_EQ(ErrorOf(yaml + "]"), "tern.yaml:1:9: listen: expected at most 64 items");
}

TEST(ConfigErrorsTest, WorkersAreAutoOrANumber) {
  ExpectErrors({
      {"workers: 0", "1:10: workers: expected auto or a number from 1 to 256, found \"0\""},
      {"workers: 257", "1:10: workers: expected auto or a number from 1 to 256, found \"257\""},
      {"workers: -1", "1:10: workers: expected auto or a number from 1 to 256, found \"-1\""},
      {"workers: \"4\"",
       "1:10: workers: expected auto or a number from 1 to 256 without quotes, found \"4\" in "
       "quotes"},
      {"workers: many", "1:10: workers: expected auto or a number from 1 to 256, found \"many\""},
      {"workers: [1]", "1:10: workers: expected auto or a number from 1 to 256, found a list"},
      {"workers:", "1:1: workers: expected auto or a number from 1 to 256, found nothing"},
  });
}

TEST(ConfigErrorsTest, AccessTakesBlocksOfAddresses) {
  const std::string what =
      "expected a block of addresses such as 192.0.2.0/24 or 2001:db8::/32, with zeros behind the "
      "prefix, found ";
  for (const char* bad : {"192.0.2.1/24", "192.0.2.0/33", "2001:db8::/129", "10/8", "any", ""}) {
    EXPECT_EQ(ErrorOf(std::string("access: {allow: [\"") + bad + "\"]}"),
              "tern.yaml:1:18: access.allow[0]: " + what + "\"" + bad + "\"");
  }
  EXPECT_EQ(ErrorOf("resolution: {never_query: [127.0.0.0/8, [::1]]}"),
            "tern.yaml:1:41: resolution.never_query[1]: " + what + "a list");
}

TEST(ConfigErrorsTest, MemoryIsAnAmountInBounds) {
  ExpectErrors({
      {"cache: {memory: 256MB}",
       "1:17: cache.memory: expected an amount of memory such as 256MiB or 1GiB, found \"256MB\"; "
       "did you mean 256MiB?"},
      {"cache: {memory: 1KiB}",
       "1:17: cache.memory: expected an amount of memory from 1MiB to 32GiB, found \"1KiB\""},
      {"cache: {memory: 33GiB}",
       "1:17: cache.memory: expected an amount of memory from 1MiB to 32GiB, found \"33GiB\""},
      {"cache: {memory: []}",
       "1:17: cache.memory: expected an amount of memory such as 256MiB or 1GiB, found a list"},
  });
}

TEST(ConfigErrorsTest, TtlsAreWholeSecondsInOrder) {
  ExpectErrors({
      {"cache: {min_ttl: 60}",
       "1:18: cache.min_ttl: expected a duration such as 7s, 1800ms or 1d, found \"60\"; did you "
       "mean 60s?"},
      {"cache: {max_ttl: 1500ms}", "1:18: cache.max_ttl: expected whole seconds, found \"1500ms\""},
      {"cache: {max_negative_ttl: 9999w}",
       "1:27: cache.max_negative_ttl: expected a duration from 0s to 2147483647s, found "
       "\"9999w\""},
      {"cache: {max_stale: 1}",
       "1:20: cache.max_stale: expected a duration such as 7s, 1800ms or 1d, found \"1\"; did you "
       "mean 1s?"},
      {"cache: {max_stale: 500ms}",
       "1:20: cache.max_stale: expected whole seconds, found \"500ms\""},
      {"cache: {stale_ttl: 0s}", "1:20: cache.stale_ttl: expected 1s or more, found \"0s\""},
      {"cache:\n  max_ttl: 1m\n  min_ttl: 2m\n",
       "3:3: cache.min_ttl: expected min_ttl to be at most max_ttl, found 2m and 1m"},
      {"cache:\n  min_ttl: 2d\n",
       "2:3: cache.min_ttl: expected min_ttl to be at most max_ttl, found 2d and 1d"},
  });
}

TEST(ConfigErrorsTest, ResolutionChoicesAreWords) {
  ExpectErrors({
      {"resolution: {ipv4: yes}", "1:20: resolution.ipv4: expected true or false, found \"yes\""},
      {"resolution: {ipv4: \"true\"}",
       "1:20: resolution.ipv4: expected true or false without quotes, found \"true\" in quotes"},
      {"resolution: {ipv6: maybe}",
       "1:20: resolution.ipv6: expected auto, true or false, found \"maybe\""},
      {"resolution: {qname_minimisation: on}",
       "1:34: resolution.qname_minimisation: expected off, relaxed or strict, found \"on\""},
      {"resolution: {case_randomisation: 1}",
       "1:34: resolution.case_randomisation: expected true or false, found \"1\""},
      {"resolution: {upstream_port: 0}",
       "1:29: resolution.upstream_port: expected a number from 1 to 65535, found \"0\""},
      {"resolution: {upstream_port: 65536}",
       "1:29: resolution.upstream_port: expected a number from 1 to 65535, found \"65536\""},
      {"resolution: {outgoing: [\"192.0.2.1:53\"]}",
       "1:25: resolution.outgoing[0]: expected an address such as 192.0.2.1 or fe80::1%eth0, found "
       "\"192.0.2.1:53\""},
  });
}

TEST(ConfigErrorsTest, SwitchingBothFamiliesOffIsImpossible) {
  ExpectErrors({
      {"resolution:\n  ipv6: false\n  ipv4: false\n",
       "3:3: resolution.ipv4: expected at least one of ipv4 and ipv6, found both switched off"},
  });
  EXPECT_EQ(ErrorOf("resolution: {ipv4: false}"), "no error");
}

TEST(ConfigErrorsTest, BudgetIsSane) {
  ExpectErrors({
      {"resolution:\n  budget:\n    total_timeout: 7\n",
       "3:20: resolution.budget.total_timeout: expected a duration such as 7s, 1800ms or 1d, "
       "found \"7\"; did you mean 7s?"},
      {"access: {rate_limit: 100}",
       "1:22: access.rate_limit: expected a map of keys, found \"100\""},
      {"access: {rate_limit: {querys: 1}}",
       "1:23: access.rate_limit.querys: unknown key; did you mean queries?"},
      {"access: {rate_limit: {queries: -1}}",
       "1:32: access.rate_limit.queries: expected a number from 0 to 10000000, found \"-1\""},
      {"access: {rate_limit: {burst: 0ms}}",
       "1:30: access.rate_limit.burst: expected a duration from 1ms to 1m, found \"0ms\""},
      {"access: {rate_limit: {ipv4_prefix: 33}}",
       "1:36: access.rate_limit.ipv4_prefix: expected a number from 8 to 32, found \"33\""},
      {"access: {rate_limit: {ipv6_prefix: 0}}",
       "1:36: access.rate_limit.ipv6_prefix: expected a number from 16 to 128, found \"0\""},
      {"access: {rate_limit: {slip: many}}",
       "1:29: access.rate_limit.slip: expected a number from 0 to 1000, found \"many\""},
      {"resolution: {limits: {per_zone: 0}}",
       "1:33: resolution.limits.per_zone: expected a number from 1 to 65535, found \"0\""},
      {"resolution: {limits: {per_server: 70000}}",
       "1:35: resolution.limits.per_server: expected a number from 1 to 65535, found \"70000\""},
      {"resolution: {budget: {upstream_queries: 0}}",
       "1:41: resolution.budget.upstream_queries: expected a number from 1 to 1000, found \"0\""},
      {"resolution: {budget: {client_timeout: 5ms}}",
       "1:39: resolution.budget.client_timeout: expected a duration from 10ms to 1m, found "
       "\"5ms\""},
      {"resolution: {budget: {total_timeout: 1s}}",
       "1:23: resolution.budget.total_timeout: expected client_timeout to be at most "
       "total_timeout, found 1800ms and 1s"},
      {"resolution:\n  budget:\n    failure_timeout: 8s\n",
       "3:5: resolution.budget.failure_timeout: expected failure_timeout to be at most "
       "total_timeout, found 8s and 7s"},
      {"resolution:\n  budget:\n    failure_timeout: 1s\n",
       "3:5: resolution.budget.failure_timeout: expected client_timeout to be at most "
       "failure_timeout, found 1800ms and 1s"},
      {"resolution: {budget: {failure_timeout: 61s}}",
       "1:40: resolution.budget.failure_timeout: expected a duration from 10ms to 1m, found "
       "\"61s\""},
  });
}

// Each was accepted once and had no effect.
TEST(ConfigErrorsTest, WhatCouldNeverWorkIsRefused) {
  ExpectErrors({
      {"forward:\n  - {zone: a.example, to: [\"fe80::1\"]}",
       "2:28: forward[0].to[0]: expected an address with a port such as 127.0.0.1:53, "
       "[::1]:53 or [fe80::1%eth0]:53, found \"fe80::1\""},
      {"forward:\n  - {zone: a.example, to: [\"0.0.0.0\"]}",
       "2:28: forward[0].to[0]: expected the address of one host, not an address that stands for "
       "all, found \"0.0.0.0\""},
      {"stub:\n  - {zone: a.example, to: [\"192.0.2.1\", \"[::]:53\"]}",
       "2:41: stub[0].to[1]: expected the address of one host, not an address that stands for all, "
       "found \"[::]:53\""},
      {"forward:\n  - {zone: a.example, to: [\"224.0.0.1\"]}",
       "2:28: forward[0].to[0]: expected the address of one host, not a multicast address, found "
       "\"224.0.0.1\""},
      {"forward:\n  - {zone: \"*.corp.example\", to: [\"192.0.2.1\"]}",
       "2:12: forward[0].zone: expected a zone without *, because all names below it belong to it, "
       "found \"*.corp.example\""},
      {"forward:\n  - {zone: \"a\xff.example\", to: [\"192.0.2.1\"]}",
       "2:12: forward[0].zone: expected a domain name: no internationalized name (IDNA): string "
       "encoding error"},
      {"listen: [\"::1:53\"]",
       "1:10: listen[0]: expected an address with a port such as 127.0.0.1:53, [::1]:53 or "
       "[fe80::1%eth0]:53, found \"::1:53\""},
      {"listen: [\"[::ffff:127.0.0.1]:53\"]",
       "1:10: listen[0]: expected the address of one host, not an IPv4 address in IPv6 form, found "
       "\"[::ffff:127.0.0.1]:53\""},
      {"listen: [\"[ff02::1]:53\"]",
       "1:10: listen[0]: expected the address of one host, not a multicast address, found "
       "\"[ff02::1]:53\""},
      {"resolution: {outgoing: [\"0.0.0.0\"]}",
       "1:25: resolution.outgoing[0]: expected the address of one host, not an address that stands "
       "for all, found \"0.0.0.0\""},
  });
}

TEST(ConfigErrorsTest, LimitsAreWithinWhatThereIsRoomFor) {
  const auto expect = [](std::string_view map, std::string_view key, uint64_t min, uint64_t max) {
    const std::string head =
        "resolution:\n  " + std::string(map) + ":\n    " + std::string(key) + ": ";
    const std::string column = std::to_string(key.size() + 7);
    for (const uint64_t bad : {min - 1, max + 1}) {
      const std::string found = std::to_string(bad);
      EXPECT_EQ(ErrorOf(head + found),
                "tern.yaml:3:" + column + ": resolution." + std::string(map) + "." +
                    std::string(key) + ": expected a number from " + std::to_string(min) + " to " +
                    std::to_string(max) + ", found \"" + found + "\"");
    }
    for (const uint64_t good : {min, max}) {
      EXPECT_EQ(ErrorOf(head + std::to_string(good)), "no error") << key;
    }
  };
  expect("budget", "referrals", 1, 1000);
  expect("budget", "aliases", 1, 11);
  expect("budget", "nesting", 1, 8);
  expect("budget", "failed_addresses", 1, 100);
  expect("limits", "waiters", 1, 4096);
  expect("limits", "jobs", 16, 8192);
  expect("limits", "name_servers", 1, 13);
  expect("limits", "addresses", 1, 6);
  expect("limits", "tries", 1, 3);
}

// RFC 9520 section 3.2
TEST(ConfigErrorsTest, FailuresAreKeptFromOneSecondToFiveMinutes) {
  ExpectErrors({
      {"cache: {min_failure_ttl: 0s}",
       "1:26: cache.min_failure_ttl: expected a duration from 1s to 5m, found \"0s\""},
      {"cache: {max_failure_ttl: 301s}",
       "1:26: cache.max_failure_ttl: expected a duration from 1s to 5m, found \"301s\""},
      {"cache: {min_failure_ttl: 1500ms}",
       "1:26: cache.min_failure_ttl: expected whole seconds, found \"1500ms\""},
      {"cache: {max_failure_ttl: 3s}",
       "1:9: cache.max_failure_ttl: expected min_failure_ttl to be at most max_failure_ttl, found "
       "5s and 3s"},
  });
  EXPECT_EQ(ErrorOf("cache: {min_failure_ttl: 1s, max_failure_ttl: 1s}"), "no error");
  EXPECT_EQ(ErrorOf("cache: {min_failure_ttl: 5m}"), "no error");
}

TEST(ConfigErrorsTest, DnssecKeysAreChecked) {
  ExpectErrors({
      {"dnssec: {validation: off}",
       "1:22: dnssec.validation: expected true, log or false, found \"off\""},
      {"dnssec: {negative_trust_anchors: [a..b]}",
       "1:35: dnssec.negative_trust_anchors[0]: expected a domain name: `a..b` is no domain name: "
       "a label must have 1 to 63 octets"},
      {"dnssec: {negative_trust_anchors: ['*.a.example', {zone: '*'}]}",
       "1:35: dnssec.negative_trust_anchors[0]: expected a zone without *, because all names below "
       "it belong to it, found \"*.a.example\"\n"
       "tern.yaml:1:57: dnssec.negative_trust_anchors[1].zone: expected a zone without *, because "
       "all names "
       "below it belong to it, found \"*\""},
      {"dnssec: {negative_trust_anchors: a.example}",
       "1:34: dnssec.negative_trust_anchors: expected a list, each item a domain name or a map "
       "with "
       "the key zone, found \"a.example\""},
      {"dnssec: {negative_trust_anchors: [{until: 2030-12-31}]}",
       "1:35: dnssec.negative_trust_anchors[0]: expected the key zone"},
      {"dnssec: {negative_trust_anchors: [{zone: a..b}]}",
       "1:42: dnssec.negative_trust_anchors[0].zone: expected a domain name: `a..b` is no domain "
       "name: a label must have 1 to 63 octets"},
      {"dnssec: {negative_trust_anchors: [{zone: a.b, untill: 2030-12-31}]}",
       "1:47: dnssec.negative_trust_anchors[0].untill: unknown key; did you mean until?"},
      {"dnssec: {negative_trust_anchors: [{zone: a.b, until: 2030-02-30}]}",
       "1:54: dnssec.negative_trust_anchors[0].until: expected a date such as 2030-12-31, or a "
       "time "
       "such as 2030-12-31T18:00:00Z, found \"2030-02-30\""},
      {"dnssec: {negative_trust_anchors: [{zone: a.b, reason: \"\xc3\xbc\"}]}",
       "1:55: dnssec.negative_trust_anchors[0].reason: expected a text of at most 120 printable "
       "ASCII characters, found \"\\xc3\\xbc\""},
      {"dnssec: {trust_anchors: \"\"}",
       "1:25: dnssec.trust_anchors: expected builtin or the path of a file, found \"\""},
      {"dnssec: {trust_anchors: /nonexistent/anchors}",
       "1:25: dnssec.trust_anchors: /nonexistent/anchors: No such file or directory"},
  });
  for (const size_t octets : {120, 121}) {
    const std::string error = ErrorOf("dnssec: {negative_trust_anchors: [{zone: a.b, reason: " +
                                      std::string(octets, 'x') + "}]}");
    EXPECT_EQ(error.find("[0].reason: expected a text of at most 120") != std::string::npos,
              octets > 120)
        << error;
  }
}

TEST(ConfigErrorsTest, LocalKeysAreChecked) {
  ExpectErrors({
      {"local: {special_names: none}",
       "1:24: local.special_names: expected true or false, found \"none\""},
      {"local: {hosts_file: [/etc/hosts]}",
       "1:21: local.hosts_file: expected the path of a hosts file, or \"\" for none, found a "
       "list"},
  });
}

TEST(ConfigErrorsTest, ForwardAndStubZonesAreWhole) {
  ExpectErrors({
      {"forward: [{zone: a., to: [\"fe80::1\"]}]",
       "1:27: forward[0].to[0]: expected an address with a port such as 127.0.0.1:53, [::1]:53 or "
       "[fe80::1%eth0]:53, found \"fe80::1\""},
      {"forward: {zone: a.}",
       "1:10: forward: expected a list of zones, each with the keys zone and to, found a map"},
      {"forward: [corp.example]",
       "1:11: forward[0]: expected a map of keys, found \"corp.example\""},
      {"forward: [{zone: a.}]", "1:11: forward[0]: expected the key to"},
      {"stub:\n  - {to: [192.0.2.1]}\n", "2:5: stub[0]: expected the key zone"},
      {"forward: [{zone: a., to: []}]",
       "1:26: forward[0].to: expected at least an address with a port such as 127.0.0.1:53, "
       "[::1]:53 "
       "or [fe80::1%eth0]:53"},
      {"stub: [{zone: a., to: [192.0.2.1], validate: log}]",
       "1:46: stub[0].validate: expected true or false, found \"log\""},
      {"forward: [{zone: a., to: [192.0.2.1], first: maybe}]",
       "1:46: forward[0].first: expected true or false, found \"maybe\""},
      {"forward: [{zone: [a.], to: [192.0.2.1]}]",
       "1:18: forward[0].zone: expected a domain name, found a list"},
  });
  EXPECT_EQ(ErrorOf("forward: [{zone: a..b, to: [192.0.2.1]}]").substr(0, 63),
            "tern.yaml:1:18: forward[0].zone: expected a domain name: `a..b`");
}

TEST(ConfigErrorsTest, ZoneStandsOnceInForwardAndStub) {
  ExpectErrors({
      {"forward:\n  - {zone: corp.example, to: [192.0.2.1]}\n"
       "stub:\n  - {zone: Corp.Example., to: [192.0.2.1]}\n",
       "4:12: stub[0].zone: expected each zone once in forward and stub, but corp.example. stands "
       "in line 2 too"},
  });
}

TEST(ConfigErrorsTest, BlockListsHaveANameOfTheirOwn) {
  ExpectErrors({
      {"mail:\n  dnsbl: zen.example\n",
       "2:10: mail.dnsbl: expected a list of block lists, each with the key zone, found "
       "\"zen.example\""},
      {"mail:\n  dnsbl: [{timeout: 1s}]\n", "2:11: mail.dnsbl[0]: expected the key zone"},
      {"mail:\n  dnsbl:\n    - {zone: zen.example, timout: 1s}\n",
       "3:27: mail.dnsbl[0].timout: unknown key; did you mean timeout?"},
      {"mail:\n  dnsbl:\n    - {zone: zen.example}\n    - {zone: Zen.Example.}\n",
       "4:14: mail.dnsbl[1].zone: expected each zone once in mail.dnsbl, but zen.example. stands "
       "in line 3 too"},
      {"mail: {dnsbl: [{zone: \".\"}]}",
       "1:23: mail.dnsbl[0].zone: expected the name of a block list, which is never the root, "
       "found \".\""},
      {"mail: {dnsbl: [{zone: a., timeout: 50ms}]}",
       "1:36: mail.dnsbl[0].timeout: expected a duration from 100ms to 1m, found \"50ms\""},
      {"mail: {dnsbl: [{zone: a., max_negative_ttl: soon}]}",
       "1:45: mail.dnsbl[0].max_negative_ttl: expected a duration such as 7s, 1800ms or 1d, "
       "found \"soon\""},
  });
}

TEST(ConfigErrorsTest, BadFilesAreNamedWithTheirOwnLineAndTheKey) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "config_errors_files";
  std::filesystem::create_directories(folder);
  const std::string config = (folder / "tern.yaml").string();
  std::ofstream(folder / "hints") << ". NS a.\n";
  std::ofstream(folder / "anchors") << "\n. NS a.\n";
  std::ofstream(folder / "none") << "; empty\n";
  EXPECT_EQ(ErrorOf("resolution: {root_hints: hints}", config),
            config + ":1:26: resolution.root_hints: " + (folder / "hints").string() +
                ":1: expected at least one NS record of the root with an address of its server");
  EXPECT_EQ(ErrorOf("dnssec: {trust_anchors: anchors}", config),
            config + ":1:25: dnssec.trust_anchors: " + (folder / "anchors").string() +
                ":2: expected DS or DNSKEY records, found NS");
  EXPECT_EQ(ErrorOf("dnssec: {trust_anchors: none}", config),
            config + ":1:25: dnssec.trust_anchors: " + (folder / "none").string() +
                ":1: expected at least one DS or DNSKEY record");
  EXPECT_EQ(
      ErrorOf("resolution: {root_hints: .}", config).substr(config.size()),
      ":1:26: resolution.root_hints: " + (folder / ".").string() + ": expected a regular file");
  std::filesystem::remove_all(folder);
}

TEST(ConfigErrorsTest, WhatIsNoYamlNamesThePlace) {
  ExpectErrors({
      {"workers: 1\n\tcache: {}\n", "2:1: expected spaces as indentation, found a tab"},
      {"cache:\n  \tmemory: 1GiB\n", "2:3: expected spaces as indentation, found a tab"},
      {"workers: 1\n---\nworkers: 2\n", "2:1: expected a single YAML document"},
      {"a: &x 1\n", "1:4: YAML anchors are not supported here"},
      {"a: *x\n", "1:4: expected YAML: the referenced anchor is not defined"},
      {"workers: !!int 1\n", "1:10: YAML tags are not supported here"},
      {"? [a]\n: b\n", "1:3: expected a key"},
      {"[[[[[[[[[a]]]]]]]]]", "1:9: expected at most 8 levels of nesting"},
      {"listen: [\"127.0.0.1:53\"", "1:1: expected ] to end the list that begins above or here"},
  });
  EXPECT_EQ(ErrorOf(std::string(kConfigOctetsMax + 1, ' ')),
            "tern.yaml: expected at most 4194304 octets");
}

TEST(ConfigErrorsTest, WrongIndentationIsToldInWords) {
  ExpectErrors({
      {"cache:\n  memory: 1GiB\n max_ttl: 1d\n",
       "3:2: expected a key as far to the right as the keys above it; is this line's indentation "
       "right?"},
      {"workers: 1\n  cache: {}\n", "2:8: expected `key: value`; is a line too far to the right?"},
      {"access: {allow: []\n", "2:1: expected } to end the map that begins above or here"},
  });
}

TEST(ConfigErrorsTest, EveryMistakeIsToldAtOnce) {
  EXPECT_EQ(ErrorOf("workers: 0\n"
                    "lisen: []\n"
                    "access: {allow: [a, 10.0.0.0/8, b]}\n"
                    "cache: {memory: 1GB, max_ttl: 5}\n"
                    "stub:\n"
                    "  - {zone: x.}\n"
                    "  - {to: [192.0.2.1, \"::\"]}\n"),
            "tern.yaml:1:10: workers: expected auto or a number from 1 to 256, found \"0\"\n"
            "tern.yaml:2:1: lisen: unknown key; did you mean listen?\n"
            "tern.yaml:3:18: access.allow[0]: expected a block of addresses such as 192.0.2.0/24 "
            "or 2001:db8::/32, with zeros behind the prefix, found \"a\"\n"
            "tern.yaml:3:33: access.allow[2]: expected a block of addresses such as 192.0.2.0/24 "
            "or 2001:db8::/32, with zeros behind the prefix, found \"b\"\n"
            "tern.yaml:4:17: cache.memory: expected an amount of memory such as 256MiB or 1GiB, "
            "found \"1GB\"; did you mean 1GiB?\n"
            "tern.yaml:4:31: cache.max_ttl: expected a duration such as 7s, 1800ms or 1d, found "
            "\"5\"; did you mean 5s?\n"
            "tern.yaml:6:5: stub[0]: expected the key to\n"
            "tern.yaml:7:22: stub[1].to[1]: expected the address of one host, not an address that "
            "stands for all, found \"::\"\n"
            "tern.yaml:7:5: stub[1]: expected the key zone");
}

TEST(ConfigErrorsTest, MissingFileIsNamed) {
  EXPECT_EQ(std::string(LoadConfig("/nonexistent/tern.yaml").status().message()),
            "/nonexistent/tern.yaml: No such file or directory");
}

}  // namespace
}  // namespace tern::resolver::config
