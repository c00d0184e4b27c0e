#include "resolver/config/config.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "gtest/gtest.h"
#include "tests/resolver/config/settings_text.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::config {
namespace {

using std::chrono::milliseconds;

Settings Parse(std::string_view yaml, std::string_view file_name = "tern.yaml") {
  auto settings = ParseConfig(yaml, file_name);
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.ok() ? *settings : Settings();
}

// A file in a folder of this test's own.
class TestFile {
 public:
  TestFile(const char* name, std::string_view text) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) / (std::string("config_") + test->name());
    std::filesystem::create_directories(folder_);
    path_ = folder_ / name;
    std::ofstream(path_) << text;
  }
  ~TestFile() { std::filesystem::remove_all(folder_); }
  std::string path() const { return path_.string(); }
  std::string config() const { return (folder_ / "tern.yaml").string(); }

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST(ConfigTest, WithoutAFileTheDefaultsOfTheContractHold) {
  EXPECT_EQ(
      Shown(DefaultSettings()).substr(0, 145),
      "127.0.0.1:53 [::1]:53 | 0 | 127.0.0.0/8 ::1/128 | 268435456 0 86400 3600 86400 300 1 5 "
      "300 | "
      "a.root-servers.net.=198.41.0.4=2001:503:ba3e::2:30 b");
  const std::string shown = Shown(DefaultSettings());
  EXPECT_EQ(
      shown.substr(shown.find("=2001:dc3::35")),
      "=2001:dc3::35 | 53 1 0 1 1 | 127.0.0.0/8 ::1/128 0.0.0.0/8 | 64 130 11 8 5 1800000 "
      "5000000 7000000 | "
      "0 builtin 11 /var/lib/tern/trust-anchors | 1 '' | | 0 0 4096 2000000 24 56 2 "
      "127.0.0.0/8 ::1/128 | 1024 2048 1024 "
      "8192 13 6 3"
      "| 1024 128 | 0 1 1 11100 | '' 600000000 | 127.0.0.1:9530 ''  0 | '/run/tern/control' | "
      "'' '' 11 1 '' 0 ''  | '' 0 1 0 ''  | "
      "0 0 0 0 0 0 0 0 0 0 0 "
      "0 0 0 0 0 | 2 builtin");
  EXPECT_FALSE(DefaultSettings().cookie_secret.has_value());
  EXPECT_TRUE(DefaultSettings().listen_is_default);
}

TEST(ConfigTest, EmptyFilesAreTheDefaults) {
  for (const char* yaml : {"", "\n", "# only a comment\n", "---\n", "--- {}\n", "{}"}) {
    EXPECT_EQ(Shown(Parse(yaml)), Shown(DefaultSettings())) << yaml;
    EXPECT_TRUE(Parse(yaml).listen_is_default) << yaml;
  }
}

TEST(ConfigTest, NamesMayHaveAnyLetters) {
  const Settings settings = Parse(
      "forward: [{zone: b\xc3\xbc"
      "cher.example, to: [192.0.2.1]}]");
  EXPECT_EQ(wire::ToText(settings.static_zones.at(0).zone), "xn--bcher-kva.example.");
}

TEST(ConfigTest, TheExampleFileIsTheDefaults) {
  const auto settings = LoadConfig(TERN_EXAMPLE_CONFIG);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(Shown(*settings), Shown(DefaultSettings()));
}

TEST(ConfigTest, TheExampleFileHasEveryKey) {
  std::ifstream file(TERN_EXAMPLE_CONFIG);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const char* key : {"listen",
                          "workers",
                          "access",
                          "allow",
                          "rate_limit",
                          "queries",
                          "misses",
                          "waiting",
                          "burst",
                          "ipv4_prefix",
                          "ipv6_prefix",
                          "slip",
                          "exempt",
                          "connections",
                          "most",
                          "per_client",
                          "require_cookies",
                          "trace",
                          "cookie_secret",
                          "cache",
                          "memory",
                          "min_ttl",
                          "max_ttl",
                          "max_negative_ttl",
                          "max_stale",
                          "stale_ttl",
                          "stale_instead_of_bogus",
                          "prefetch",
                          "min_failure_ttl",
                          "max_failure_ttl",
                          "resolution",
                          "root_hints",
                          "upstream_port",
                          "ipv4",
                          "ipv6",
                          "qname_minimisation",
                          "case_randomisation",
                          "cookies",
                          "never_query",
                          "outgoing",
                          "budget",
                          "upstream_queries",
                          "referrals",
                          "aliases",
                          "nesting",
                          "failed_addresses",
                          "client_timeout",
                          "failure_timeout",
                          "total_timeout",
                          "limits",
                          "per_zone",
                          "per_server",
                          "waiters",
                          "jobs",
                          "name_servers",
                          "addresses",
                          "tries",
                          "dnssec",
                          "validation",
                          "trust_anchors",
                          "negative_trust_anchors",
                          "sha1",
                          "local",
                          "special_names",
                          "hosts_file",
                          "http",
                          "hosts",
                          "token_file",
                          "control",
                          "forward",
                          "stub"}) {
    const std::string start = std::string(key) + ":";
    EXPECT_TRUE(text.find("\n" + start) != std::string::npos ||
                text.find(" " + start) != std::string::npos)
        << key;
  }
}

TEST(ConfigTest, ReadsEveryKey) {
  const Settings s = Parse(R"(
listen: ["127.0.0.2:5353", "[::]:53", 192.0.2.1]
workers: 3
access:
  allow: ["192.0.2.0/24", "2001:db8::/32", 198.51.100.7]
  rate_limit:
    {queries: 100, misses: 20, waiting: 50, burst: 500ms, ipv4_prefix: 32, ipv6_prefix: 64, slip: 3,
     exempt: ["192.0.2.1/32"]}
  connections: {most: 2000, per_client: 300}
  require_cookies: true
  trace: false
  cookie_secret: 000102030405060708090a0B0C0D0E0F
cache:
  {memory: 1GiB, min_ttl: 5s, max_ttl: 2h, max_negative_ttl: 10m,
   max_stale: 3d, stale_ttl: 9s, prefetch: false, min_failure_ttl: 2s, max_failure_ttl: 4m}
resolution:
  upstream_port: 5301
  ipv4: false
  ipv6: true
  qname_minimisation: off
  case_randomisation: false
  cookies: false
  never_query: []
  outgoing: ["192.0.2.9", "2001:db8::9"]
dnssec:
  validation: false
  trust_anchors: builtin
  negative_trust_anchors: ["corp.example.", lab.example]
local:
  special_names: false
  hosts_file: /etc/hosts
forward:
  - {zone: "corp.example.", to: ["10.0.0.1:53", "[2001:db8::1]:5353"], first: true}
  - {zone: "other.example", to: [10.0.0.2]}
stub:
  - zone: lab.example.
    to: ["10.0.1.1:53"]
)");
  Settings e = DefaultSettings();
  e.listen = {*Endpoint::Parse("127.0.0.2:5353", 0), *Endpoint::Parse("[::]:53", 0),
              *Endpoint::Parse("192.0.2.1:53", 0)};
  e.workers = 3;
  e.allow = {*Prefix::Parse("192.0.2.0/24"), *Prefix::Parse("2001:db8::/32"),
             *Prefix::Parse("198.51.100.7/32")};
  e.rate_limit = {100, 20, 50, milliseconds(500), 32, 64, 3, {*Prefix::Parse("192.0.2.1/32")}};
  e.connections = {2000, 300};
  e.require_cookies = true;
  e.trace = false;
  e.cookie_secret = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  e.cache.memory_octets = size_t{1} << 30;
  e.cache.ttl = {5, 7200, 600};
  e.cache.max_stale = 3 * 86400;
  e.cache.stale_ttl = 9;
  e.cache.prefetch = false;
  e.cache.min_failure_ttl = 2;
  e.cache.max_failure_ttl = 240;
  e.resolution.upstream_port = 5301;
  e.resolution.ipv4 = false;
  e.resolution.ipv6 = Ipv6Use::kOn;
  e.resolution.qname_minimisation = QnameMinimisation::kOff;
  e.resolution.case_randomisation = false;
  e.resolution.cookies = false;
  e.resolution.never_query.clear();
  e.resolution.outgoing = {*IpAddress::Parse("192.0.2.9"), *IpAddress::Parse("2001:db8::9")};
  e.dnssec.validation = Validation::kOff;
  e.dnssec.negative_trust_anchors = {{.zone = *wire::ParseName("corp.example.")},
                                     {.zone = *wire::ParseName("lab.example.")}};
  e.local.special_names = false;
  e.local.hosts_file = "/etc/hosts";
  e.static_zones = {
      {*wire::ParseName("corp.example."),
       {*Endpoint::Parse("10.0.0.1:53", 0), *Endpoint::Parse("[2001:db8::1]:5353", 0)},
       true,
       true},
      {*wire::ParseName("other.example."), {*Endpoint::Parse("10.0.0.2:53", 0)}, true, false},
      {*wire::ParseName("lab.example."), {*Endpoint::Parse("10.0.1.1:53", 0)}, false, false}};
  EXPECT_EQ(Shown(s), Shown(e));
  EXPECT_FALSE(s.listen_is_default);
}

TEST(ConfigTest, ReadsWhatFewWant) {
  EXPECT_TRUE(DefaultSettings().dnssec.sha1);
  EXPECT_FALSE(DefaultSettings().cache.stale_instead_of_bogus);
  const Settings s = Parse("dnssec: {sha1: false}\ncache: {stale_instead_of_bogus: true}\n");
  EXPECT_FALSE(s.dnssec.sha1);
  EXPECT_TRUE(s.cache.stale_instead_of_bogus);
}

TEST(ConfigTest, NegativeTrustAnchorsMayHaveAnEndAndAReason) {
  const Settings s = Parse(R"(
dnssec:
  negative_trust_anchors:
    - corp.example.
    - {zone: lab.example, until: "2030-12-31", reason: "DS is old: ticket 17"}
    - zone: other.example
      until: 2030-12-31T18:00:00Z
)");
  constexpr int64_t kDay = 1'924'905'600;
  EXPECT_EQ(s.dnssec.negative_trust_anchors,
            (std::vector<NegativeAnchor>{
                {.zone = *wire::ParseName("corp.example.")},
                {.zone = *wire::ParseName("lab.example."),
                 .until = kDay,
                 .reason = "DS is old: ticket 17"},
                {.zone = *wire::ParseName("other.example."), .until = kDay + 18 * 3600}}));
}

TEST(ConfigTest, ReadsBlockLists) {
  const Settings s = Parse(R"(
mail:
  dnsbl:
    - {zone: zen.example., timeout: 500ms, max_negative_ttl: 2m}
    - zone: bl.example
forward: [{zone: bl.example, to: [192.0.2.1]}]
)");
  ASSERT_EQ(s.mail.dnsbl.size(), 2u);
  EXPECT_EQ(wire::ToText(s.mail.dnsbl[0].zone), "zen.example.");
  EXPECT_EQ(s.mail.dnsbl[0].timeout, milliseconds(500));
  EXPECT_EQ(s.mail.dnsbl[0].max_negative_ttl, 120u);
  EXPECT_EQ(wire::ToText(s.mail.dnsbl[1].zone), "bl.example.");
  EXPECT_EQ(s.mail.dnsbl[1].timeout, milliseconds(1000));
  EXPECT_EQ(s.mail.dnsbl[1].max_negative_ttl, 300u);
}

TEST(ConfigTest, ReadsWhereHttpIsServedAndForWhom) {
  const TestFile token("token", "0123456789abcdef-./~\n");
  const Settings s = Parse(R"(
http: {listen: ["127.0.0.1:80", "[::]:9530"], hosts: [Tern.Example.], token_file: token,
       top_clients: full}
)",
                           token.config());
  Settings e = DefaultSettings();
  e.http.listen = {*Endpoint::Parse("127.0.0.1:80", 0), *Endpoint::Parse("[::]:9530", 0)};
  e.http.hosts = {*wire::ParseName("Tern.Example")};
  e.http.token_file = token.path();
  e.http.token = "0123456789abcdef-./~";
  e.http.top_clients = TopClients::kFull;
  EXPECT_EQ(Shown(s), Shown(e));
  EXPECT_FALSE(s.http.listen_is_default);
  EXPECT_TRUE(Parse("http: {hosts: []}").http.listen_is_default);
}

TEST(ConfigTest, DnstapAndQueryLogHaveTheirKeys) {
  const TestFile key("key", "000102030405060708090a0b0c0d0e0f\n");
  const Settings s = Parse(R"(
dnstap: {socket: tap, file: /var/log/tap, clients: false, servers: false, sample: 100,
         identity: ns1, addresses: encrypted, key_file: key}
query_log: {file: queries, only: failures, clients: ["192.0.2.0/24"], zones: [Example., a.test],
            sample: 7, addresses: prefix, key_file: key}
)",
                           key.config());
  const std::string folder = key.path().substr(0, key.path().rfind('/') + 1);
  const std::string octets("\0\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf", 16);
  Settings e = DefaultSettings();
  e.dnstap = {.socket = folder + "tap",
              .file = "/var/log/tap",
              .sample = 100,
              .clients = false,
              .servers = false,
              .identity = "ns1",
              .addresses = {AddressForm::kEncrypted, key.path(), octets}};
  e.query_log = {.file = folder + "queries",
                 .filter = {.only_failures = true,
                            .clients = {*Prefix::Parse("192.0.2.0/24")},
                            .zones = {*wire::ParseName("Example."), *wire::ParseName("a.test.")}},
                 .sample = 7,
                 .addresses = {AddressForm::kPrefix, key.path(), octets}};
  EXPECT_EQ(Shown(s), Shown(e));
  EXPECT_TRUE(s.dnstap == e.dnstap);
  EXPECT_TRUE(s.query_log == e.query_log);
  EXPECT_FALSE(DefaultSettings().dnstap.IsOn());
  EXPECT_FALSE(DefaultSettings().query_log.IsOn());
  EXPECT_EQ(Parse("query_log: {file: stderr}", "/etc/tern/tern.yaml").query_log.file, "stderr");
}

// So that what ternd prints means the same in every folder.
TEST(ConfigTest, PathsAreAbsoluteAlsoWhenTheFilesOwnPathIsNot) {
  const std::string here = std::filesystem::current_path().string();
  const std::string yaml =
      "{query_log: {file: queries}, dnstap: {socket: tap}, cache: {file: c}, dnssec: {state_file: "
      "s},"
      " local: {hosts_file: h}, control: {socket: ./control}}";
  const Settings s = Parse(yaml, "tern.yaml");
  EXPECT_EQ(s.query_log.file, here + "/queries");
  EXPECT_EQ(s.dnstap.socket, here + "/tap");
  EXPECT_EQ(s.cache_file.path, here + "/c");
  EXPECT_EQ(s.dnssec.state_file, here + "/s");
  EXPECT_EQ(s.local.hosts_file, here + "/h");
  EXPECT_EQ(s.control.socket, here + "/./control");
  EXPECT_EQ(Parse(yaml, "../a/tern.yaml").cache_file.path, here + "/../a/c");
  EXPECT_EQ(Parse("{query_log: {file: stderr}, cache: {file: \"\"}}", "t").query_log.file,
            "stderr");
}

TEST(ConfigTest, HttpCanBeSwitchedOff) {
  for (const char* off : {"http: {listen: []}", "http: {listen: \"\"}"}) {
    EXPECT_TRUE(Parse(off).http.listen.empty()) << off;
    EXPECT_FALSE(Parse(off).http.listen_is_default) << off;
  }
}

TEST(ConfigTest, ReadsEveryBudgetAndLimit) {
  const Settings s = Parse(R"(
resolution:
  budget:
    {upstream_queries: 10, referrals: 11, aliases: 5, nesting: 4, failed_addresses: 6,
     client_timeout: 500ms, failure_timeout: 2s, total_timeout: 3s}
  limits:
    {per_zone: 100, per_server: 200, waiters: 300, jobs: 400, name_servers: 7, addresses: 3,
     tries: 2}
)");
  Settings e = DefaultSettings();
  e.resolution.budget = {
      10, 11, 5, 4, 6, milliseconds(500), milliseconds(2000), milliseconds(3000)};
  e.resolution.limits = {100, 200, 300, 400, 7, 3, 2};
  EXPECT_EQ(Shown(s), Shown(e));
}

TEST(ConfigTest, FailureTimeoutThatIsNotGivenLiesBetweenTheTwoOthers) {
  const auto failure_timeout = [](const std::string& budget) {
    return Parse("resolution: {budget: {" + budget + "}}").resolution.budget.failure_timeout;
  };
  EXPECT_EQ(failure_timeout("total_timeout: 3s"), milliseconds(3000));
  EXPECT_EQ(failure_timeout("client_timeout: 6s"), milliseconds(6000));
  EXPECT_EQ(failure_timeout("client_timeout: 10s, total_timeout: 1m"), milliseconds(10'000));
  EXPECT_EQ(failure_timeout("client_timeout: 1s, total_timeout: 1m"), milliseconds(5000));
}

TEST(ConfigTest, OneKeyLeavesTheOthersAsTheyAre) {
  Settings expected = DefaultSettings();
  expected.resolution.budget.total_timeout = milliseconds(9000);
  EXPECT_EQ(Shown(Parse("resolution: {budget: {total_timeout: 9s}}")), Shown(expected));
}

TEST(ConfigTest, ReadsEveryChoice) {
  EXPECT_EQ(Parse("workers: auto").workers, 0);
  EXPECT_EQ(Parse("resolution: {ipv6: auto}").resolution.ipv6, Ipv6Use::kAuto);
  EXPECT_EQ(Parse("resolution: {ipv6: true}").resolution.ipv6, Ipv6Use::kOn);
  EXPECT_EQ(Parse("resolution: {ipv6: false}").resolution.ipv6, Ipv6Use::kOff);
  EXPECT_EQ(Parse("resolution: {qname_minimisation: strict}").resolution.qname_minimisation,
            QnameMinimisation::kStrict);
  EXPECT_EQ(Parse("resolution: {qname_minimisation: \"off\"}").resolution.qname_minimisation,
            QnameMinimisation::kOff);
  EXPECT_EQ(Parse("dnssec: {validation: true}").dnssec.validation, Validation::kOn);
  EXPECT_EQ(Parse("dnssec: {validation: log}").dnssec.validation, Validation::kLog);
  EXPECT_EQ(Parse("dnssec: {validation: false}").dnssec.validation, Validation::kOff);
}

TEST(ConfigTest, LinkLocalAddressesKeepTheirInterface) {
  EXPECT_NE(Parse("listen: [\"[fe80::1%lo]:53\"]").listen[0].address.scope, 0U);
  EXPECT_NE(Parse("resolution: {outgoing: [fe80::1%lo]}").resolution.outgoing[0].scope, 0U);
  EXPECT_NE(Parse("forward: [{zone: a., to: [fe80::1%lo]}]").static_zones[0].to[0].address.scope,
            0U);
}

TEST(ConfigTest, ListenThatIsWrittenIsNotTheBuiltinOne) {
  EXPECT_FALSE(Parse("listen: [\"127.0.0.1:53\", \"[::1]:53\"]").listen_is_default);
}

TEST(ConfigTest, ReadsRootHintsFromAFileBesideTheConfiguration) {
  const TestFile hints("hints.zone", ". NS a.root.test.\na.root.test. A 127.0.1.1\n");
  const Settings s = Parse("resolution: {root_hints: hints.zone}", hints.config());
  ASSERT_EQ(s.resolution.root_hints.size(), 1u);
  EXPECT_EQ(s.resolution.root_hints[0].addresses[0].ToText(), "127.0.1.1");
  const Settings absolute = Parse("resolution: {root_hints: \"" + hints.path() + "\"}");
  EXPECT_EQ(absolute.resolution.root_hints.size(), 1u);
  const Settings builtin = Parse("resolution: {root_hints: builtin}");
  EXPECT_EQ(builtin.resolution.root_hints.size(), 13u);
}

TEST(ConfigTest, ReadsTrustAnchorsFromAFile) {
  const TestFile anchors("anchors",
                         ". DS 20326 8 2 "
                         "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n");
  const Settings s = Parse("dnssec: {trust_anchors: anchors}", anchors.config());
  EXPECT_EQ(s.dnssec.trust_anchors, anchors.path());
  EXPECT_EQ(s.dnssec.trust_anchor_texts, std::vector<std::string>{". 20326"});
  EXPECT_EQ(Settings().dnssec.trust_anchor_texts, std::vector<std::string>{". 20326 38696"});
}

// The key of RFC 4034 section 5.4 has the tag 60485.
TEST(ConfigTest, NamesTrustAnchorsByOwnerAndKeyTag) {
  const TestFile anchors(
      "anchors",
      "b.example. DS 9 RSASHA256 2 AA\n"
      "dskey.example.com. DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9Xz fwJr1AYtsmx3TGkJaNXVbfi/ "
      "2pHm822aJ5iI9BMzNXxeYCmZ DRD99WYwYqUSdjMmmAphXdvx egXd/M5+X7OrzKBaMbCVdFLU "
      "Uh6DhweJBjEVv5f2wwjM9Xzc nOf+EPbtG9DMBmADjFDc2w/r ljwvFw== )\n"
      "b.example. DS 8 13 2 AA\n");
  EXPECT_EQ(Parse("dnssec: {trust_anchors: anchors}", anchors.config()).dnssec.trust_anchor_texts,
            (std::vector<std::string>{"b.example. 8 9", "dskey.example.com. 60485"}));
}

TEST(ConfigTest, RelativeHostsFileStandsBesideTheConfiguration) {
  EXPECT_EQ(Parse("local: {hosts_file: hosts}", "/etc/tern/tern.yaml").local.hosts_file,
            "/etc/tern/hosts");
  EXPECT_EQ(Parse("local: {hosts_file: \"\"}", "/etc/tern/tern.yaml").local.hosts_file, "");
  EXPECT_EQ(Parse("dnssec: {state_file: state}", "/etc/tern/tern.yaml").dnssec.state_file,
            "/etc/tern/state");
  EXPECT_EQ(Parse("dnssec: {state_file: \"\"}", "/etc/tern/tern.yaml").dnssec.state_file, "");
  EXPECT_EQ(Parse("cache: {file: kept}", "/etc/tern/tern.yaml").cache_file.path, "/etc/tern/kept");
  EXPECT_EQ(Parse("cache: {file: \"\"}", "/etc/tern/tern.yaml").cache_file.path, "");
  EXPECT_EQ(Parse("control: {socket: control}", "/etc/tern/tern.yaml").control.socket,
            "/etc/tern/control");
  EXPECT_EQ(Parse("control: {socket: \"\"}", "/etc/tern/tern.yaml").control.socket, "");
}

// For errors that only the start of the daemon can find.
TEST(ConfigTest, KeepsThePlacesOfWhatOnlyThisMachineCanJudge) {
  const Settings s = Parse(R"(
listen: [127.0.0.1]
cache: {memory: 1GiB, prefetch: true}
resolution: {outgoing: [192.0.2.9]}
local: {hosts_file: /etc/hosts}
forward: [{zone: a., to: [192.0.2.1]}]
)");
  const std::map<std::string, std::string> expected = {
      {"cache.memory", "tern.yaml:3:17"},
      {"forward[0]", "tern.yaml:6:11"},
      {"listen[0]", "tern.yaml:2:10"},
      {"local.hosts_file", "tern.yaml:5:21"},
      {"resolution.outgoing[0]", "tern.yaml:4:25"}};
  EXPECT_EQ(s.places_in_file, expected);
}

TEST(ConfigTest, LoadsAFile) {
  const TestFile file("tern.yaml", "workers: 2\n");
  EXPECT_EQ(LoadConfig(file.path())->workers, 2);
}

}  // namespace
}  // namespace tern::resolver::config
