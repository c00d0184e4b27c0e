#include "resolver/config/value_reader.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tern::resolver::config {
namespace {

constexpr std::string_view kWords[] = {"low", "middle", "high"};

ConfigNode Scalar(std::string_view text, bool quoted = false) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kScalar;
  node.text = text;
  node.quoted = quoted;
  node.position = {3, 7};
  return node;
}

ConfigNode ListOf(std::vector<ConfigNode> items) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kList;
  node.position = {3, 7};
  node.children = std::move(items);
  return node;
}

// The number, or the error behind the place and the key.
std::string Number(const ValueSpec& spec, const ConfigNode& node) {
  const ValueReader reader("a.yaml");
  const auto number = reader.ReadNumber({&node, "some.key"}, {.path = "some.key", .value = spec});
  if (number.ok()) return std::to_string(*number);
  const std::string message(number.status().message());
  const std::string_view place = "a.yaml:3:7: some.key: ";
  EXPECT_TRUE(message.starts_with(place)) << message;
  return message.substr(place.size());
}

TEST(ValueReaderTest, FlagsAreTheTwoWordsWithoutQuotes) {
  const ValueSpec spec = {.kind = KeyKind::kFlag, .max = 1};
  EXPECT_EQ(Number(spec, Scalar("true")), "1");
  EXPECT_EQ(Number(spec, Scalar("false")), "0");
  EXPECT_EQ(Number(spec, Scalar("yes")), "expected true or false, found \"yes\"");
  EXPECT_EQ(Number(spec, Scalar("true", true)),
            "expected true or false without quotes, found \"true\" in quotes");
  EXPECT_EQ(Number(spec, ListOf({})), "expected true or false, found a list");
}

TEST(ValueReaderTest, NumbersAreWithinTheirBounds) {
  const ValueSpec spec = {.kind = KeyKind::kNumber, .min = 2, .max = 40};
  EXPECT_EQ(Number(spec, Scalar("2")), "2");
  EXPECT_EQ(Number(spec, Scalar("40")), "40");
  for (const char* bad : {"1", "41", "-2", "3.5", "0x3", "", "99999999999999999999"}) {
    EXPECT_EQ(Number(spec, Scalar(bad)),
              std::string("expected a number from 2 to 40, found \"") + bad + "\"");
  }
  EXPECT_EQ(Number(spec, Scalar("3", true)),
            "expected a number from 2 to 40 without quotes, found \"3\" in quotes");
  EXPECT_EQ(Number(spec, ListOf({})), "expected a number from 2 to 40, found a list");
}

TEST(ValueReaderTest, AutoIsNone) {
  const ValueSpec spec = {.kind = KeyKind::kAutoOrNumber, .min = 1, .max = 8};
  EXPECT_EQ(Number(spec, Scalar("auto")), "0");
  EXPECT_EQ(Number(spec, Scalar("8")), "8");
  EXPECT_EQ(Number(spec, Scalar("0")), "expected auto or a number from 1 to 8, found \"0\"");
}

TEST(ValueReaderTest, AmountsOfMemoryAreOctets) {
  const ValueSpec spec = {.kind = KeyKind::kOctets, .min = 1024, .max = 1 << 20};
  EXPECT_EQ(Number(spec, Scalar("2KiB")), "2048");
  EXPECT_EQ(Number(spec, Scalar("1024")), "1024");
  EXPECT_EQ(
      Number(spec, Scalar("2KB")),
      "expected an amount of memory such as 256MiB or 1GiB, found \"2KB\"; did you mean 2KiB?");
  EXPECT_EQ(
      Number(spec, Scalar("3g")),
      "expected an amount of memory such as 256MiB or 1GiB, found \"3g\"; did you mean 3GiB?");
  EXPECT_EQ(Number(spec, Scalar("3 gigs")),
            "expected an amount of memory such as 256MiB or 1GiB, found \"3 gigs\"");
  EXPECT_EQ(Number(spec, Scalar("1023")),
            "expected an amount of memory from 1KiB to 1MiB, found \"1023\"");
}

TEST(ValueReaderTest, DurationsAreMilliseconds) {
  const ValueSpec spec = {.kind = KeyKind::kDuration, .min = 10, .max = 60'000};
  EXPECT_EQ(Number(spec, Scalar("10ms")), "10");
  EXPECT_EQ(Number(spec, Scalar("1m")), "60000");
  EXPECT_EQ(Number(spec, Scalar("7")),
            "expected a duration such as 7s, 1800ms or 1d, found \"7\"; did you mean 7s?");
  EXPECT_EQ(Number(spec, Scalar("9ms")), "expected a duration from 10ms to 1m, found \"9ms\"");
}

TEST(ValueReaderTest, TtlsAreWholeSeconds) {
  const ValueSpec any = {.kind = KeyKind::kTtl, .max = kTtlMax};
  EXPECT_EQ(Number(any, Scalar("0s")), "0");
  EXPECT_EQ(Number(any, Scalar("2000ms")), "2");
  EXPECT_EQ(Number(any, Scalar("2147483647s")), "2147483647");
  EXPECT_EQ(Number(any, Scalar("2147483648s")),
            "expected a duration from 0s to 2147483647s, found \"2147483648s\"");
  EXPECT_EQ(Number(any, Scalar("1500ms")), "expected whole seconds, found \"1500ms\"");
  const ValueSpec positive = {.kind = KeyKind::kTtl, .min = 1, .max = kTtlMax};
  EXPECT_EQ(Number(positive, Scalar("0s")), "expected 1s or more, found \"0s\"");
  const ValueSpec bounded = {.kind = KeyKind::kTtl, .min = 1, .max = 300};
  EXPECT_EQ(Number(bounded, Scalar("6m")), "expected a duration from 1s to 5m, found \"6m\"");
}

TEST(ValueReaderTest, ChoicesAreWordsWithOrWithoutQuotes) {
  const ValueSpec spec = {.kind = KeyKind::kChoice, .max = 2, .choices = kWords};
  EXPECT_EQ(Number(spec, Scalar("low")), "0");
  EXPECT_EQ(Number(spec, Scalar("high", true)), "2");
  EXPECT_EQ(Number(spec, Scalar("higher")), "expected low, middle or high, found \"higher\"");
  EXPECT_EQ(Number(spec, ListOf({})), "expected low, middle or high, found a list");
}

std::optional<int> ParseDigit(const std::string& text) {
  return text.size() == 1 ? std::optional(text[0] - '0') : std::nullopt;
}

std::string ErrorOfList(const ConfigNode& node, std::vector<int>* digits) {
  const ValueSpec spec = {.kind = KeyKind::kAddresses, .min = 1, .max = 2};
  const ValueReader reader("a.yaml");
  return std::string(reader.ReadList({&node, "k"}, spec, ParseDigit, digits).message());
}

TEST(ValueReaderTest, ListsReplaceWhatWasThere) {
  std::vector<int> digits = {9, 9, 9};
  EXPECT_EQ(ErrorOfList(ListOf({Scalar("1"), Scalar("2")}), &digits), "");
  EXPECT_EQ(digits, (std::vector<int>{1, 2}));
}

TEST(ValueReaderTest, ListsAreBoundedAndNameTheirBadItem) {
  std::vector<int> digits;
  EXPECT_EQ(ErrorOfList(ListOf({}), &digits),
            "a.yaml:3:7: k: expected at least an address such as 192.0.2.1 or fe80::1%eth0");
  EXPECT_EQ(ErrorOfList(ListOf({Scalar("1"), Scalar("2"), Scalar("3")}), &digits),
            "a.yaml:3:7: k: expected at most 2 items");
  EXPECT_EQ(
      ErrorOfList(ListOf({Scalar("1"), Scalar("22")}), &digits),
      "a.yaml:3:7: k[1]: expected an address such as 192.0.2.1 or fe80::1%eth0, found \"22\"");
  EXPECT_EQ(
      ErrorOfList(ListOf({ListOf({})}), &digits),
      "a.yaml:3:7: k[0]: expected an address such as 192.0.2.1 or fe80::1%eth0, found a list");
  EXPECT_EQ(ErrorOfList(Scalar("1"), &digits),
            "a.yaml:3:7: k: expected a list, each item an address such as 192.0.2.1 or "
            "fe80::1%eth0, found \"1\"");
}

class KeysOfAMapTest : public testing::Test {
 protected:
  std::string Next(std::string_view name, int line) {
    ConfigNode value = Scalar("1");
    value.key = name;
    value.key_position = {line, 1};
    const auto key = reader_.NextKey(place_, value, keys_);
    return key.ok() ? std::string(NameOf(**key)) : std::string(key.status().message());
  }

  static ConfigNode Map() {
    ConfigNode map;
    map.kind = ConfigNode::Kind::kMap;
    map.position = {1, 1};
    return map;
  }

  const KeySpec zone_ = {.path = "m.zone", .value = {.kind = KeyKind::kZoneName}, .required = true};
  const KeySpec first_ = {.path = "m.first", .value = {.kind = KeyKind::kFlag}};
  const std::vector<const KeySpec*> keys_ = {&zone_, &first_};
  const ConfigNode map_ = Map();
  const ValuePlace place_{&map_, "m"};
  ValueReader reader_{"a.yaml"};
};

TEST_F(KeysOfAMapTest, EachIsFoundOnce) {
  EXPECT_EQ(Next("first", 2), "first");
  EXPECT_EQ(Next("zone", 3), "zone");
  EXPECT_EQ(Next("first", 4), "a.yaml:4:1: m.first: expected once, but found in line 2 too");
}

TEST_F(KeysOfAMapTest, UnknownOnesAreNamedHarmlessly) {
  EXPECT_EQ(Next("frist", 2), "a.yaml:2:1: m.frist: unknown key; did you mean first?");
  EXPECT_EQ(Next("servers", 2), "a.yaml:2:1: m.servers: unknown key; expected zone or first");
  EXPECT_EQ(Next("\n", 2), "a.yaml:2:1: m.\"\\x0a\": unknown key; expected zone or first");
}

TEST_F(KeysOfAMapTest, RequiredOnesMustBeThere) {
  EXPECT_EQ(std::string(reader_.CheckRequired(place_, keys_).message()),
            "a.yaml:1:1: m: expected the key zone");
  EXPECT_EQ(Next("zone", 2), "zone");
  EXPECT_TRUE(reader_.CheckRequired(place_, keys_).ok());
}

TEST_F(KeysOfAMapTest, AnErrorOfTwoStandsAtTheFirstThatIsThere) {
  EXPECT_EQ(Next("first", 5), "first");
  EXPECT_EQ(std::string(reader_.ErrorAtKey({"m.zone", "m.first"}, "no").message()),
            "a.yaml:5:1: m.first: no");
  EXPECT_EQ(std::string(reader_.ErrorAtKey({"m.zone"}, "no").message()), "a.yaml: m.zone: no");
}

}  // namespace
}  // namespace tern::resolver::config
