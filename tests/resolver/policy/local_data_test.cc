#include "resolver/policy/local_data.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "resolver/base/reverse_name.h"
#include "resolver/policy/local_data_build.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::policy {
namespace {

using cache::EntryKind;
using wire::RRType;

wire::Name NameOf(std::string_view text) { return *wire::ParseName(text); }

StaticZone Forward(std::string_view zone) {
  StaticZone forward;
  forward.zone = NameOf(zone);
  forward.to = {*Endpoint::Parse("192.0.2.53", 53)};
  forward.forward = true;
  return forward;
}

// What Find made, as a line: `A 127.0.0.1 10800`, `NODATA home.arpa. 10800`,
// `NXDOMAIN test. 10800`, or `not local`.
std::string Ask(const LocalData& local, wire::NameView name, RRType type) {
  alignas(8) uint8_t buffer[cache::kEntryOctetsMax];
  constexpr cache::Instant kNow(1000);
  cache::EntryBuilder builder(buffer);
  if (!local.Find(name, type, kNow, &builder)) return "not local";
  const auto bytes = builder.Finish();
  EXPECT_TRUE(cache::IsSoundEntry(bytes));
  const cache::EntryView entry(bytes.data());
  EXPECT_TRUE(entry.name().EqualsExactly(name));
  EXPECT_EQ(entry.expiry(), kNow + entry.ttl());
  std::string shown;
  cache::RecordCursor records = entry.Records();
  std::span<const uint8_t> rdata;
  if (entry.kind() == EntryKind::kRRset) {
    EXPECT_EQ(entry.rank(), cache::Rank::kLocal);
    shown = wire::ToText(entry.type());
    while (records.Next(&rdata)) shown += " " + wire::RdataToText(entry.type(), rdata);
  } else {
    shown = entry.kind() == EntryKind::kNoData ? "NODATA " : "NXDOMAIN ";
    shown += wire::ToText(entry.SoaOwner());
    EXPECT_TRUE(records.Next(&rdata));
    EXPECT_EQ(wire::RdataToText(RRType::kSOA, rdata), wire::ToText(entry.SoaOwner()) +
                                                          " nobody.invalid. 1 3600 1200 604800 " +
                                                          std::to_string(entry.ttl()));
  }
  return shown + " " + std::to_string(entry.ttl());
}

std::string Ask(const LocalData& local, std::string_view name, RRType type) {
  return Ask(local, NameOf(name), type);
}

std::unique_ptr<const LocalData> SpecialNamesWith(std::vector<StaticZone> zones = {}) {
  return *BuildLocalData(LocalSettings(), zones);
}

class HostsFile {
 public:
  explicit HostsFile(std::string_view text) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(testing::TempDir()) / (std::string("hosts_") + test->name());
    std::ofstream(path_) << text;
  }
  ~HostsFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }
  absl::StatusOr<std::unique_ptr<const LocalData>> Build(bool special_names,
                                                         std::vector<StaticZone> zones = {}) const {
    LocalSettings settings;
    settings.special_names = special_names;
    settings.hosts_file = path();
    return BuildLocalData(settings, zones);
  }

 private:
  std::filesystem::path path_;
};

TEST(SpecialNamesTest, Rfc6761LocalhostIsTheLoopbackAddress) {
  const auto local = SpecialNamesWith();
  EXPECT_EQ(Ask(*local, "localhost.", RRType::kA), "A 127.0.0.1 10800");
  EXPECT_EQ(Ask(*local, "LocalHost.", RRType::kAAAA), "AAAA ::1 10800");
  EXPECT_EQ(Ask(*local, "a.b.localhost.", RRType::kA), "A 127.0.0.1 10800");
  EXPECT_EQ(Ask(*local, "localhost.", RRType::kMX), "NODATA localhost. 10800");
  EXPECT_EQ(Ask(*local, "a.localhost.", RRType::kTXT), "NODATA localhost. 10800");
  EXPECT_EQ(Ask(*local, "localhost.example.", RRType::kA), "not local");
}

TEST(SpecialNamesTest, Rfc6761InvalidAndTestDoNotExist) {
  const auto local = SpecialNamesWith();
  EXPECT_EQ(Ask(*local, "www.invalid.", RRType::kA), "NXDOMAIN invalid. 10800");
  EXPECT_EQ(Ask(*local, "a.b.c.TEST.", RRType::kAAAA), "NXDOMAIN TEST. 10800");
  EXPECT_EQ(Ask(*local, "test.", RRType::kA), "NODATA test. 10800");
}

TEST(SpecialNamesTest, Rfc6761ExampleNamesAreOrdinary) {
  const auto local = SpecialNamesWith();
  for (const char* name : {"example.", "example.com.", "www.example.net.", "example.org."}) {
    EXPECT_EQ(Ask(*local, name, RRType::kA), "not local") << name;
  }
}

TEST(SpecialNamesTest, Rfc7686OnionRfc9476AltAndRfc6762LocalDoNotExist) {
  const auto local = SpecialNamesWith();
  EXPECT_EQ(Ask(*local, "facebookcorewwwi.onion.", RRType::kA), "NXDOMAIN onion. 10800");
  EXPECT_EQ(Ask(*local, "x.alt.", RRType::kA), "NXDOMAIN alt. 10800");
  EXPECT_EQ(Ask(*local, "printer.local.", RRType::kSRV), "NXDOMAIN local. 10800");
}

TEST(SpecialNamesTest, Rfc8375HomeArpaIsServedHere) {
  const auto local = SpecialNamesWith();
  EXPECT_EQ(Ask(*local, "nas.home.arpa.", RRType::kA), "NXDOMAIN home.arpa. 10800");
  EXPECT_EQ(Ask(*local, "home.arpa.", RRType::kA), "NODATA home.arpa. 10800");
  EXPECT_EQ(Ask(*local, "arpa.", RRType::kNS), "not local");
}

TEST(SpecialNamesTest, Rfc9462ResolverArpaHasNoEncryptedTransport) {
  const auto local = SpecialNamesWith();
  EXPECT_EQ(Ask(*local, "_dns.resolver.arpa.", RRType::kSVCB), "NODATA resolver.arpa. 10800");
  EXPECT_EQ(Ask(*local, "resolver.arpa.", RRType::kA), "NODATA resolver.arpa. 10800");
  EXPECT_EQ(Ask(*local, "x.resolver.arpa.", RRType::kA), "NXDOMAIN resolver.arpa. 10800");
}

TEST(SpecialNamesTest, Rfc8880Ipv4onlyArpaIsOrdinary) {
  EXPECT_EQ(Ask(*SpecialNamesWith(), "ipv4only.arpa.", RRType::kAAAA), "not local");
}

TEST(SpecialNamesTest, Rfc6303ApexAnswersSoaAndNs) {
  const auto local = SpecialNamesWith();
  EXPECT_EQ(Ask(*local, "10.in-addr.arpa.", RRType::kSOA),
            "SOA 10.in-addr.arpa. nobody.invalid. 1 3600 1200 604800 10800 10800");
  EXPECT_EQ(Ask(*local, "10.in-addr.arpa.", RRType::kNS), "NS 10.in-addr.arpa. 10800");
  EXPECT_EQ(Ask(*local, "test.", RRType::kNS), "NS test. 10800");
  EXPECT_EQ(Ask(*local, "10.in-addr.arpa.", RRType::kANY),
            "SOA 10.in-addr.arpa. nobody.invalid. 1 3600 1200 604800 10800 10800");
  EXPECT_EQ(Ask(*local, "1.10.in-addr.arpa.", RRType::kNS), "NXDOMAIN 10.in-addr.arpa. 10800");
}

TEST(SpecialNamesTest, Rfc6303ReversesOfPrivateAddressesStayHere) {
  const auto local = SpecialNamesWith();
  for (const char* address :
       {"10.0.0.1", "172.16.0.1", "172.20.9.9", "172.31.255.255", "192.168.1.1", "0.1.2.3",
        "127.1.2.3", "169.254.7.8", "192.0.2.1", "198.51.100.1", "203.0.113.254", "fd00::1",
        "fdff::1", "fe80::1", "fe90::2", "feaf::1", "febf::1", "2001:db8::1"}) {
    const std::string answer = Ask(*local, ReverseName(*IpAddress::Parse(address)), RRType::kPTR);
    EXPECT_EQ(answer.substr(0, 9), "NXDOMAIN ") << address << ": " << answer;
  }
  // Addresses that are zones of their own: the name exists.
  EXPECT_EQ(Ask(*local, ReverseName(*IpAddress::Parse("::")), RRType::kPTR).substr(0, 7),
            "NODATA ");
  EXPECT_EQ(Ask(*local, "255.255.255.255.in-addr.arpa.", RRType::kPTR),
            "NODATA 255.255.255.255.in-addr.arpa. 10800");
}

TEST(SpecialNamesTest, ReversesOfPublicAddressesAreOrdinary) {
  const auto local = SpecialNamesWith();
  for (const char* address :
       {"11.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "192.169.1.1", "169.253.1.1",
        "192.0.3.1", "198.51.101.1", "203.0.112.1", "255.255.255.254", "100.63.0.1", "100.128.0.1",
        "1.100.64.0", "fc00::1", "fec0::1", "2001:db9::1", "::2", "2001::1"}) {
    EXPECT_EQ(Ask(*local, ReverseName(*IpAddress::Parse(address)), RRType::kPTR), "not local")
        << address;
  }
}

TEST(SpecialNamesTest, Rfc7793ReversesOfSharedAddressesStayHere) {
  const auto local = SpecialNamesWith();
  EXPECT_EQ(Ask(*local, "1.0.64.100.in-addr.arpa.", RRType::kPTR),
            "NXDOMAIN 64.100.in-addr.arpa. 10800");
  EXPECT_EQ(Ask(*local, "1.0.99.100.in-addr.arpa.", RRType::kPTR),
            "NXDOMAIN 99.100.in-addr.arpa. 10800");
  EXPECT_EQ(Ask(*local, "1.0.127.100.in-addr.arpa.", RRType::kPTR),
            "NXDOMAIN 127.100.in-addr.arpa. 10800");
}

TEST(SpecialNamesTest, Rfc6303LoopbackAddressesPointToLocalhost) {
  const auto local = SpecialNamesWith();
  EXPECT_EQ(Ask(*local, "1.0.0.127.in-addr.arpa.", RRType::kPTR), "PTR localhost. 10800");
  EXPECT_EQ(Ask(*local, ReverseName(*IpAddress::Parse("::1")), RRType::kPTR),
            "PTR localhost. 10800");
  // Names between a zone's apex and a name in it exist (RFC 8020 section 2).
  EXPECT_EQ(Ask(*local, "0.0.127.in-addr.arpa.", RRType::kPTR), "NODATA 127.in-addr.arpa. 10800");
}

TEST(SpecialNamesTest, OrdinaryNamesAndTheRootAreNotLocal) {
  const auto local = SpecialNamesWith();
  for (const char* name :
       {".", "com.", "arpa.", "in-addr.arpa.", "test.com.", "xtest.", "localhost.localdomain."}) {
    EXPECT_EQ(Ask(*local, name, RRType::kNS), "not local") << name;
  }
}

TEST(SpecialNamesTest, NamesOfTheGreatestLengthAreWalked) {
  const auto local = SpecialNamesWith();
  std::string labels;
  for (int i = 0; i < 124; ++i) labels += "a.";  // 248 octets, and 6 of test.
  EXPECT_EQ(Ask(*local, labels + "test.", RRType::kA), "NXDOMAIN test. 10800");
  EXPECT_EQ(Ask(*local, labels + "tesx.", RRType::kA), "not local");
}

TEST(SpecialNamesTest, SwitchedOffNothingIsLocal) {
  LocalSettings settings;
  settings.special_names = false;
  const auto local = *BuildLocalData(settings, {});
  for (const char* name : {"localhost.", "x.test.", "10.in-addr.arpa.", "home.arpa."}) {
    EXPECT_EQ(Ask(*local, name, RRType::kA), "not local") << name;
  }
}

TEST(SpecialNamesTest, ForwardZoneReplacesTheSpecialZoneOfItsName) {
  const auto local = SpecialNamesWith({Forward("10.in-addr.arpa."), Forward("localhost.")});
  EXPECT_EQ(Ask(*local, "1.0.0.10.in-addr.arpa.", RRType::kPTR), "not local");
  EXPECT_EQ(Ask(*local, "localhost.", RRType::kA), "not local");
  EXPECT_EQ(Ask(*local, "1.168.192.in-addr.arpa.", RRType::kPTR),
            "NXDOMAIN 168.192.in-addr.arpa. 10800");
}

TEST(SpecialNamesTest, ForwardZoneAboveReplacesWhatLiesBelow) {
  const auto local = SpecialNamesWith({Forward("in-addr.arpa.")});
  EXPECT_EQ(Ask(*local, "1.0.0.10.in-addr.arpa.", RRType::kPTR), "not local");
  EXPECT_EQ(Ask(*local, "1.0.0.127.in-addr.arpa.", RRType::kPTR), "not local");
  EXPECT_EQ(Ask(*local, "x.home.arpa.", RRType::kA), "NXDOMAIN home.arpa. 10800");
}

TEST(SpecialNamesTest, ForwardZoneInsideTakesOutItsOwnPart) {
  const auto local = SpecialNamesWith({Forward("corp.test."), Forward("0.0.127.in-addr.arpa.")});
  EXPECT_EQ(Ask(*local, "corp.test.", RRType::kSOA), "not local");
  EXPECT_EQ(Ask(*local, "www.corp.test.", RRType::kA), "not local");
  EXPECT_EQ(Ask(*local, "xcorp.test.", RRType::kA), "NXDOMAIN test. 10800");
  EXPECT_EQ(Ask(*local, "1.0.0.127.in-addr.arpa.", RRType::kPTR), "not local");
  EXPECT_EQ(Ask(*local, "1.0.127.in-addr.arpa.", RRType::kPTR), "NXDOMAIN 127.in-addr.arpa. 10800");
}

TEST(SpecialNamesTest, ForwardingTheRootReplacesNone) {
  const auto local = SpecialNamesWith({Forward(".")});
  EXPECT_EQ(Ask(*local, "localhost.", RRType::kA), "A 127.0.0.1 10800");
  EXPECT_EQ(Ask(*local, "x.onion.", RRType::kA), "NXDOMAIN onion. 10800");
}

TEST(LocalDataTest, HostsNamesHaveTheirAddressesAndNothingElse) {
  const HostsFile hosts(
      "198.18.0.1 www.corp.example www\n"
      "198.18.0.2 www.corp.example\n"
      "2001:2::1 six.corp.example\n");
  const auto local = *hosts.Build(true);
  EXPECT_EQ(Ask(*local, "WWW.corp.example.", RRType::kA), "A 198.18.0.1 198.18.0.2 60");
  EXPECT_EQ(Ask(*local, "www.", RRType::kA), "A 198.18.0.1 60");
  EXPECT_EQ(Ask(*local, "six.corp.example.", RRType::kAAAA), "AAAA 2001:2::1 60");
  EXPECT_EQ(Ask(*local, "www.corp.example.", RRType::kAAAA), "NODATA www.corp.example. 60");
  EXPECT_EQ(Ask(*local, "www.corp.example.", RRType::kHTTPS), "NODATA www.corp.example. 60");
  EXPECT_EQ(Ask(*local, "www.corp.example.", RRType::kANY), "A 198.18.0.1 198.18.0.2 60");
  EXPECT_EQ(Ask(*local, "a.www.corp.example.", RRType::kA), "not local");
  EXPECT_EQ(Ask(*local, "corp.example.", RRType::kA), "not local");
  EXPECT_EQ(Ask(*local, "mail.corp.example.", RRType::kA), "not local");
}

TEST(LocalDataTest, HostsAddressPointsToTheFirstNameOfItsFirstLine) {
  const HostsFile hosts(
      "198.18.0.1 www.corp.example www\n"
      "198.18.0.1 other.example\n"
      "2001:2::1 six.example\n");
  const auto local = *hosts.Build(true);
  EXPECT_EQ(Ask(*local, "1.0.18.198.in-addr.arpa.", RRType::kPTR), "PTR www.corp.example. 60");
  EXPECT_EQ(Ask(*local, ReverseName(*IpAddress::Parse("2001:2::1")), RRType::kPTR),
            "PTR six.example. 60");
  EXPECT_EQ(Ask(*local, "2.0.18.198.in-addr.arpa.", RRType::kPTR), "not local");
}

TEST(LocalDataTest, HostsNamesLiveInsideSpecialZones) {
  const HostsFile hosts("192.168.1.5 nas.home.arpa\n");
  const auto local = *hosts.Build(true);
  EXPECT_EQ(Ask(*local, "nas.home.arpa.", RRType::kA), "A 192.168.1.5 60");
  EXPECT_EQ(Ask(*local, "nas.home.arpa.", RRType::kMX), "NODATA home.arpa. 10800");
  EXPECT_EQ(Ask(*local, "x.home.arpa.", RRType::kA), "NXDOMAIN home.arpa. 10800");
  EXPECT_EQ(Ask(*local, "5.1.168.192.in-addr.arpa.", RRType::kPTR), "PTR nas.home.arpa. 60");
  EXPECT_EQ(Ask(*local, "6.1.168.192.in-addr.arpa.", RRType::kPTR),
            "NXDOMAIN 168.192.in-addr.arpa. 10800");
}

TEST(LocalDataTest, HostsFileCannotMoveLocalhostAway) {
  const HostsFile hosts("192.0.2.66 localhost evil.localhost other\n127.0.0.1 mybox localhost\n");
  const auto local = *hosts.Build(true);
  EXPECT_EQ(Ask(*local, "localhost.", RRType::kA), "A 127.0.0.1 10800");
  EXPECT_EQ(Ask(*local, "evil.localhost.", RRType::kA), "A 127.0.0.1 10800");
  EXPECT_EQ(Ask(*local, "other.", RRType::kA), "A 192.0.2.66 60");
  EXPECT_EQ(Ask(*local, "1.0.0.127.in-addr.arpa.", RRType::kPTR), "PTR localhost. 10800");
}

TEST(LocalDataTest, WithoutSpecialNamesTheHostsFileSaysWhereLocalhostIs) {
  const HostsFile hosts("127.0.0.1 localhost\n");
  const auto local = *hosts.Build(false);
  EXPECT_EQ(Ask(*local, "localhost.", RRType::kA), "A 127.0.0.1 60");
  EXPECT_EQ(Ask(*local, "localhost.", RRType::kAAAA), "NODATA localhost. 60");
}

TEST(LocalDataTest, HostsNamesStandBeforeForwardZones) {
  const HostsFile hosts("198.18.0.1 www.corp.test\n");
  const auto local = *hosts.Build(true, {Forward("corp.test.")});
  EXPECT_EQ(Ask(*local, "www.corp.test.", RRType::kA), "A 198.18.0.1 60");
  EXPECT_EQ(Ask(*local, "www.corp.test.", RRType::kAAAA), "NODATA www.corp.test. 60");
  EXPECT_EQ(Ask(*local, "mail.corp.test.", RRType::kA), "not local");
}

std::unique_ptr<const LocalData> Written(std::initializer_list<std::string_view> lines,
                                         const std::string& hosts_file = "",
                                         std::vector<StaticZone> zones = {}) {
  LocalSettings settings;
  settings.hosts_file = hosts_file;
  for (const std::string_view line : lines) settings.data.push_back(*ParseLocalRecord(line));
  return *BuildLocalData(settings, zones);
}

TEST(LocalDataTest, WrittenNamesHaveTheirRecordsAndNoOthers) {
  const auto local =
      Written({"www.example. 300 IN A 192.0.2.1", "www.example. 60 A 192.0.2.2",
               "www.example. TXT \"a b\" c", "1.2.0.192.in-addr.arpa. PTR www.example."});
  EXPECT_TRUE(local->has_own_names());
  EXPECT_EQ(Ask(*local, "WWW.example.", RRType::kA), "A 192.0.2.1 192.0.2.2 60");
  EXPECT_EQ(Ask(*local, "www.example.", RRType::kTXT), "TXT \"a b\" \"c\" 3600");
  EXPECT_EQ(Ask(*local, "www.example.", RRType::kAAAA), "NODATA www.example. 60");
  EXPECT_EQ(Ask(*local, "a.www.example.", RRType::kA), "not local");
  EXPECT_EQ(Ask(*local, "1.2.0.192.in-addr.arpa.", RRType::kPTR), "PTR www.example. 3600");
}

TEST(LocalDataTest, AWrittenAliasAnswersEveryType) {
  const auto local = Written({"a.example. 30 CNAME b.example.net."});
  for (const RRType type : {RRType::kA, RRType::kCNAME, RRType::kMX, RRType::kANY}) {
    EXPECT_EQ(Ask(*local, "a.example.", type), "CNAME b.example.net. 30");
  }
}

TEST(LocalDataTest, WrittenNamesStandBeforeTheHostsFileSpecialNamesAndForwardZones) {
  const HostsFile hosts("198.18.0.1 a.example b.example\n198.18.0.2 c.example\n");
  const auto local =
      Written({"a.example. TXT x", "router.home.arpa. 60 A 192.168.1.1", "w.corp.test. A 192.0.2.1",
               "2.0.18.198.in-addr.arpa. PTR d.example."},
              hosts.path(), {Forward("corp.test.")});
  EXPECT_EQ(Ask(*local, "a.example.", RRType::kA), "NODATA a.example. 60");
  EXPECT_EQ(Ask(*local, "b.example.", RRType::kA), "A 198.18.0.1 60");
  EXPECT_EQ(Ask(*local, "router.home.arpa.", RRType::kA), "A 192.168.1.1 60");
  EXPECT_EQ(Ask(*local, "x.home.arpa.", RRType::kA), "NXDOMAIN home.arpa. 10800");
  EXPECT_EQ(Ask(*local, "w.corp.test.", RRType::kA), "A 192.0.2.1 3600");
  EXPECT_EQ(Ask(*local, "2.0.18.198.in-addr.arpa.", RRType::kPTR), "PTR d.example. 3600");
}

TEST(LocalDataTest, TheDigestTellsWhetherAHostsFileHasChanged) {
  const HostsFile hosts("198.18.0.1 a.example\n");
  const uint64_t before = Written({}, hosts.path())->hosts_digest();
  EXPECT_EQ(Written({}, hosts.path())->hosts_digest(), before);
  std::ofstream(hosts.path()) << "198.18.0.2 a.example\n";
  EXPECT_NE(Written({}, hosts.path())->hosts_digest(), before);
}

TEST(LocalDataTest, RepeatedAddressIsOneRecord) {
  const HostsFile hosts("198.18.0.1 a.example\n198.18.0.1 a.example A.Example\n");
  EXPECT_EQ(Ask(**hosts.Build(true), "a.example.", RRType::kA), "A 198.18.0.1 60");
}

TEST(LocalDataTest, MissingHostsFileIsAnError) {
  LocalSettings settings;
  settings.hosts_file = "/nonexistent/hosts";
  EXPECT_EQ(std::string(BuildLocalData(settings, {}).status().message()),
            "/nonexistent/hosts: No such file or directory");
}

// Other programs write the file. The resolver must start all the same.
TEST(LocalDataTest, OddLinesOfTheHostsFileAreNamedAndPassedOver) {
  const HostsFile hosts("127.0.0.1 a.example\nnonsense\n127.0.0.2 b.example\n");
  LocalSettings settings;
  settings.hosts_file = hosts.path();
  std::vector<std::string> warnings;
  const auto local = BuildLocalData(settings, {}, &warnings);
  ASSERT_TRUE(local.ok()) << local.status();
  EXPECT_EQ(warnings, (std::vector<std::string>{
                          hosts.path() +
                          ":2: expected an IPv4 or IPv6 address, found \"nonsense\"; the line is "
                          "passed over"}));
  EXPECT_EQ(Ask(**local, "a.example.", RRType::kA), "A 127.0.0.1 60");
  EXPECT_EQ(Ask(**local, "b.example.", RRType::kA), "A 127.0.0.2 60");
}

TEST(LocalDataTest, TooManyAddressesOfANameAreLeftOut) {
  std::string text;
  for (int i = 0; i <= 256; ++i) {
    text += "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256) + " a.example\n";
  }
  const HostsFile hosts(text);
  LocalSettings settings;
  settings.hosts_file = hosts.path();
  std::vector<std::string> warnings;
  ASSERT_TRUE(BuildLocalData(settings, {}, &warnings).ok());
  EXPECT_EQ(warnings, (std::vector<std::string>{
                          hosts.path() + ":257: expected at most 256 addresses for a.example.; "
                                         "the line is passed over"}));
}

TEST(LocalDataTest, FindsEachOfManyNames) {
  std::string text;
  constexpr int kNames = 20'000;
  for (int i = 0; i < kNames; ++i) {
    text += "0.0.0.0 ads" + std::to_string(i) + ".tracker" + std::to_string(i % 97) + ".example\n";
  }
  const auto local = *HostsFile(text).Build(true);
  for (int i = 0; i < kNames; ++i) {
    const std::string name =
        "ads" + std::to_string(i) + ".Tracker" + std::to_string(i % 97) + ".example.";
    ASSERT_EQ(Ask(*local, name, RRType::kA), "A 0.0.0.0 60") << name;
    const std::string other = "ads" + std::to_string(i) + ".tracker97.example.";
    ASSERT_EQ(Ask(*local, other, RRType::kA), "not local") << other;
  }
}

}  // namespace
}  // namespace tern::resolver::policy
