// Memory that runs out at each allocation in turn while a configuration is read. Reading throws
// then: it never gives settings that lack a part, nor another error than the file's own.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <new>
#include <string>
#include <string_view>

#include "resolver/config/config.h"
#include "tests/resolver/config/settings_text.h"
#include "tests/support/allocation_count.h"

namespace tern::resolver::config {
namespace {

// The settings as text, or the error.
std::string TextOf(const absl::StatusOr<Settings>& read) {
  return read.ok() ? Shown(*read) : std::string(read.status().message());
}

template <typename Read>
void ExpectWholeOrThrown(Read&& read) {
  const std::string whole = TextOf(read());
  test::WithEachAllocationRefused(20, 20000, [&](size_t granted) {
    absl::StatusOr<Settings> settings;
    bool threw = false;
    size_t refused = 0;
    {
      const test::MemoryRunsOut memory(granted);
      try {
        settings = read();
      } catch (const std::bad_alloc&) {
        threw = true;
      }
      refused = memory.refused();
    }
    EXPECT_EQ(threw, refused != 0);
    if (!threw) {
      EXPECT_EQ(TextOf(settings), whole);
    }
    return refused;
  });
}

// A key of every kind.
constexpr std::string_view kYaml = R"(
listen: ["127.0.0.1:5353"]
workers: 2
access:
  allow: ["192.0.2.0/24"]
  rate_limit: {burst: 3s}
  require_cookies: true
  cookie_secret: 000102030405060708090a0b0c0d0e0f
cache: {memory: 64MiB, max_ttl: 2h}
resolution:
  ipv6: true
  outgoing: ["192.0.2.1"]
  never_query: ["198.51.100.0/24"]
dnssec:
  negative_trust_anchors: [example.net, {zone: a, until: 2030-12-31, reason: "not so short a text"}]
forward: [{zone: corp.example, to: ["192.0.2.53"]}]
stub: [{zone: lab.example, to: ["192.0.2.54"]}]
)";

TEST(ConfigMemoryTest, SettingsAreWholeOrReadingThrows) {
  ASSERT_TRUE(ParseConfig(kYaml, "tern.yaml").ok()) << ParseConfig(kYaml, "tern.yaml").status();
  ExpectWholeOrThrown([] { return ParseConfig(kYaml, "tern.yaml"); });
}

TEST(ConfigMemoryTest, AMistakeIsToldOrReadingThrows) {
  for (const std::string_view yaml :
       {"listen: [\"127.0.0.1:5353\", \"127.0.0.1:5353\"]", "acces: {}", "cache: {memory: 1}",
        "a: [", "resolution: {ipv4: false, ipv6: false}"}) {
    SCOPED_TRACE(yaml);
    ASSERT_FALSE(ParseConfig(yaml, "tern.yaml").ok());
    ExpectWholeOrThrown([&] { return ParseConfig(yaml, "tern.yaml"); });
  }
}

TEST(ConfigMemoryTest, FilesThatTheConfigurationNamesAreReadWholeOrNotAtAll) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "config_out_of_memory";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "hints") << ". 3600 NS a.root.\na.root. 3600 A 192.0.2.1\n";
  std::ofstream(folder / "anchors") << ". 3600 DS 20326 8 2 " << std::string(64, 'a') << "\n";
  std::ofstream(folder / "tern.yaml")
      << "resolution: {root_hints: hints}\ndnssec: {trust_anchors: anchors}\n"
         "local: {hosts_file: hosts}\n";
  const std::string path = folder / "tern.yaml";
  ASSERT_TRUE(LoadConfig(path).ok()) << LoadConfig(path).status();
  ExpectWholeOrThrown([&] { return LoadConfig(path); });
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tern::resolver::config
