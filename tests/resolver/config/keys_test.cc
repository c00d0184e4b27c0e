#include "resolver/config/keys.h"

#include <algorithm>
#include <set>
#include <string>
#include <variant>

#include "gtest/gtest.h"
#include "resolver/base/error_text.h"
#include "resolver/config/config.h"
#include "resolver/config/key_text.h"
#include "resolver/config/value_reader.h"
#include "tests/resolver/config/settings_text.h"

namespace tern::resolver::config {
namespace {

// A file that holds the default of one key only.
std::string FileWithDefault(const KeySpec& key) {
  std::string yaml;
  std::string indent;
  size_t start = 0;
  for (size_t dot = key.path.find('.'); dot != std::string_view::npos;
       dot = key.path.find('.', start)) {
    yaml += indent + std::string(key.path.substr(start, dot - start)) + ":\n";
    indent += "  ";
    start = dot + 1;
  }
  return yaml + indent + std::string(NameOf(key)) + ": " + std::string(key.default_text) + "\n";
}

const NumberPlace* NumberOf(const KeySpec& key) {
  return std::get_if<NumberPlace>(&key.value.place);
}

Settings SettingsWithAZone() {
  Settings settings = DefaultSettings();
  settings.static_zones.emplace_back();
  settings.mail.dnsbl.emplace_back();
  return settings;
}

TEST(KeysTest, EveryDefaultIsTheOneOfDefaultSettings) {
  const std::string expected = Shown(DefaultSettings());
  for (const KeySpec& key : Keys()) {
    if (key.value.kind == KeyKind::kMap || IsOfAnItem(key)) continue;
    ASSERT_FALSE(key.default_text.empty()) << key.path;
    const auto settings = ParseConfig(FileWithDefault(key), "tern.yaml");
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(Shown(*settings), expected) << key.path;
  }
}

TEST(KeysTest, EveryDefaultThatIsANumberLiesWhereTheKeySays) {
  const Settings settings = SettingsWithAZone();
  const ValueReader reader("tern.yaml");
  for (const KeySpec& key : Keys()) {
    const NumberPlace* place = NumberOf(key);
    if (place == nullptr) continue;
    ConfigNode node;
    node.kind = ConfigNode::Kind::kScalar;
    node.text = key.default_text;
    const auto number = reader.ReadNumber({&node, std::string(key.path)}, key);
    ASSERT_TRUE(number.ok()) << number.status();
    EXPECT_EQ(*number, place->get(settings)) << key.path;
  }
}

// Two keys that wrote to one place would give the same settings.
TEST(KeysTest, EveryNumberHasAPlaceOfItsOwn) {
  std::set<std::string> shown = {Shown(SettingsWithAZone())};
  for (const KeySpec& key : Keys()) {
    const NumberPlace* place = NumberOf(key);
    // A stub zone's lies where a forward zone's does.
    if (place == nullptr || key.path == "stub[].validate") continue;
    Settings settings = SettingsWithAZone();
    const uint64_t before = place->get(settings);
    const uint64_t other = before == key.value.max ? key.value.min : key.value.max;
    place->set(settings, other);
    EXPECT_EQ(place->get(settings), other) << key.path;
    EXPECT_TRUE(shown.insert(Shown(settings)).second) << key.path;
  }
}

TEST(KeysTest, EveryKindHasThePlaceThatItNeeds) {
  for (const KeySpec& key : Keys()) {
    switch (key.value.kind) {
      case KeyKind::kFlag:
      case KeyKind::kNumber:
      case KeyKind::kAutoOrNumber:
      case KeyKind::kOctets:
      case KeyKind::kDuration:
      case KeyKind::kTtl:
      case KeyKind::kChoice:
        EXPECT_NE(NumberOf(key), nullptr) << key.path;
        EXPECT_LT(key.value.min, key.value.max) << key.path;
        break;
      case KeyKind::kListen:
      case KeyKind::kHttpListen:
      case KeyKind::kEndpoints:
        EXPECT_TRUE(std::holds_alternative<ListPlace<Endpoint>>(key.value.place)) << key.path;
        break;
      case KeyKind::kAddresses:
        EXPECT_TRUE(std::holds_alternative<ListPlace<IpAddress>>(key.value.place)) << key.path;
        break;
      case KeyKind::kPrefixes:
        EXPECT_TRUE(std::holds_alternative<ListPlace<Prefix>>(key.value.place)) << key.path;
        break;
      case KeyKind::kNames:
        EXPECT_TRUE(std::holds_alternative<ListPlace<wire::Name>>(key.value.place)) << key.path;
        break;
      case KeyKind::kEventSocket:
      case KeyKind::kEventFile:
      case KeyKind::kIdentity:
      case KeyKind::kAddressKey:
        EXPECT_TRUE(std::holds_alternative<TextPlace>(key.value.place)) << key.path;
        break;
      default:
        EXPECT_TRUE(std::holds_alternative<std::monostate>(key.value.place)) << key.path;
    }
  }
}

TEST(KeysTest, MapsStandBeforeTheirKeysWhichStandTogether) {
  std::set<std::string_view> seen;
  std::string_view last;
  for (const KeySpec& key : Keys()) {
    EXPECT_TRUE(seen.insert(key.path).second) << key.path;
    std::string_view map = key.path.substr(0, key.path.size() - NameOf(key).size());
    while (!map.empty() && (map.back() == '.' || map.back() == '[' || map.back() == ']')) {
      map.remove_suffix(1);
    }
    EXPECT_TRUE(map.empty() || seen.contains(map)) << key.path;
    EXPECT_TRUE(last.starts_with(map)) << key.path << " behind " << last;
    EXPECT_EQ(FindKey(key.path), &key);
    last = key.path;
  }
}

TEST(KeysTest, EveryKeyHasHelpOfWholeSentences) {
  for (const KeySpec& key : Keys()) {
    if (key.value.kind != KeyKind::kMap) {
      EXPECT_FALSE(key.summary.empty()) << key.path;
    }
    for (const std::string_view text : {key.summary, key.details}) {
      EXPECT_TRUE(text.empty() || text.back() == '.') << key.path;
      EXPECT_EQ(std::count(text.begin(), text.end(), '`') % 2, 0) << key.path;
      EXPECT_EQ(text.find("  "), std::string_view::npos) << key.path;
    }
  }
}

TEST(KeysTest, KeysThatAreComparedTakeDurations) {
  for (const KeySpec& key : Keys()) {
    if (key.not_above.empty()) continue;
    const KeySpec* upper = FindKey(key.not_above);
    ASSERT_NE(upper, nullptr) << key.path;
    for (const KeySpec* each : {&key, upper}) {
      EXPECT_TRUE(each->value.kind == KeyKind::kTtl || each->value.kind == KeyKind::kDuration)
          << each->path;
    }
  }
}

TEST(KeysTest, FindsTheKeysOfAMap) {
  const auto names = [](std::string_view map) {
    std::vector<std::string_view> all;
    for (const KeySpec* key : KeysInside(map)) all.push_back(NameOf(*key));
    return WordList(all);
  };
  EXPECT_EQ(names(""),
            "listen, workers, access, cache, resolution, dnssec, local, mail, forward, stub, http, "
            "control, log, dnstap or query_log");
  EXPECT_EQ(names("access"),
            "allow, deny, rate_limit, connections, require_cookies, trace or cookie_secret");
  EXPECT_EQ(names("stub[]"), "zone, to or validate");
  EXPECT_EQ(names("cach"), "");
  EXPECT_EQ(FindKey("resolution.budge"), nullptr);
}

TEST(FixedKeysTest, NamesWhatOnlyARestartChanges) {
  const Settings before = DefaultSettings();
  EXPECT_TRUE(FixedKeysThatDiffer(before, before).empty());
  Settings after = before;
  after.allow.clear();
  after.resolution.upstream_port = 5353;
  after.cache.ttl.max_ttl = 60;
  EXPECT_TRUE(FixedKeysThatDiffer(before, after).empty());
  after.listen.push_back(*Endpoint::Parse("127.0.0.2:53", 0));
  after.workers = 3;
  after.connections.per_client = 7;
  after.cache.memory_octets *= 2;
  after.resolution.outgoing = {*IpAddress::Parse("127.0.0.1")};
  after.http.listen.clear();
  after.http.hosts.emplace_back();
  after.http.token = "another";
  after.control.socket.clear();
  EXPECT_EQ(FixedKeysThatDiffer(before, after),
            (std::vector<std::string_view>{"listen", "workers", "access.connections.per_client",
                                           "cache.memory", "resolution.outgoing", "http.listen",
                                           "http.hosts", "http.token_file", "control.socket"}));
}

TEST(FixedKeysTest, KeepsThemAndNothingBesides) {
  const Settings before = DefaultSettings();
  Settings after = before;
  after.resolution.upstream_port = 5353;
  const std::string expected = Shown(after);
  after.listen.pop_back();
  after.workers = 3;
  after.connections.per_client = 7;
  after.cache.memory_octets *= 2;
  after.resolution.outgoing = {*IpAddress::Parse("127.0.0.1")};
  KeepFixedKeys(before, &after);
  EXPECT_EQ(Shown(after), expected);
}

}  // namespace
}  // namespace tern::resolver::config
