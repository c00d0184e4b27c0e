#include "resolver/config/value_reader.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "resolver/base/amount_text.h"
#include "resolver/base/error_text.h"
#include "resolver/base/nearest_word.h"
#include "wire/check.h"
#include "wire/concat.h"
#include "wire/text_encoding.h"

namespace tern::resolver::config {

namespace {

// A wrong key may be any text. It is shown unchanged only when it is harmless.
std::string ShownKey(std::string_view key) {
  constexpr size_t kOctetsMax = 64;
  const bool plain =
      !key.empty() && key.size() <= kOctetsMax && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
      });
  return plain ? std::string(key) : Quoted(key);
}

bool IsScalar(const ConfigNode& node) { return node.kind == ConfigNode::Kind::kScalar; }

// The amount of memory that an amount with another spelling of its unit may mean: `1GB`, `1g`.
// Empty when there is none.
std::string OctetsNearlyMeant(const ValuePlace& place) {
  if (!IsScalar(*place.node)) return "";
  const std::string& text = place.node->text;
  const size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string::npos) return "";
  const char unit = static_cast<char>(text[digits] & ~0x20);
  const std::string meant = Concat(text.substr(0, digits), std::string(1, unit), "iB");
  return text.size() - digits <= 3 && ParseOctets(meant) ? meant : "";
}

// The duration that a number without a unit may mean. Empty when it is no such number.
std::string DurationNearlyMeant(const ValuePlace& place) {
  if (!IsScalar(*place.node)) return "";
  const std::string meant = place.node->text + "s";
  return ParseDuration(meant) && wire::ParseDecimal<uint64_t>(place.node->text) ? meant : "";
}

// The prefix for the names of a map's keys.
std::string PrefixOf(const ValuePlace& map) { return map.path.empty() ? "" : map.path + "."; }

}  // namespace

std::string Found(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::kNothing:
      return "nothing";
    case ConfigNode::Kind::kScalar:
      return Quoted(node.text);
    case ConfigNode::Kind::kList:
      return "a list";
    case ConfigNode::Kind::kMap:
      return "a map";
  }
  return "nothing";
}

absl::Status ValueReader::Error(const ValuePlace& place, std::string_view message) const {
  if (place.path.empty()) return ErrorInFile(file_name_, place.node->position, message);
  return ErrorInFile(file_name_, place.node->position, Concat(place.path, ": ", message));
}

absl::Status ValueReader::ErrorAtKey(std::initializer_list<std::string_view> paths,
                                     std::string_view message) const {
  for (const std::string_view path : paths) {
    const auto found = seen_.find(std::string(path));
    if (found == seen_.end()) continue;
    return ErrorInFile(file_name_, found->second, Concat(path, ": ", message));
  }
  return ErrorInFile(file_name_, {}, Concat(*paths.begin(), ": ", message));
}

absl::Status ValueReader::UnknownKey(std::string_view prefix, const ConfigNode& value,
                                     std::span<const KeySpec* const> keys) const {
  std::vector<std::string_view> names;
  for (const KeySpec* key : keys) names.push_back(NameOf(*key));
  const std::string_view nearest = NearestWord(value.key, names);
  const std::string hint = nearest.empty() ? Concat("expected ", WordList(names))
                                           : Concat("did you mean ", nearest, "?");
  return ErrorInFile(file_name_, value.key_position,
                     Concat(prefix, ShownKey(value.key), ": unknown key; ", hint));
}

absl::StatusOr<const KeySpec*> ValueReader::NextKey(const ValuePlace& place,
                                                    const ConfigNode& value,
                                                    std::span<const KeySpec* const> keys) {
  const std::string prefix = PrefixOf(place);
  const auto key = std::find_if(keys.begin(), keys.end(),
                                [&](const KeySpec* known) { return NameOf(*known) == value.key; });
  if (key == keys.end()) return UnknownKey(prefix, value, keys);
  const std::string path = prefix + value.key;
  const auto [seen, is_new] = seen_.try_emplace(path, value.key_position);
  if (is_new) return *key;
  return ErrorInFile(
      file_name_, value.key_position,
      Concat(path, ": expected once, but found in line ", seen->second.line, " too"));
}

absl::Status ValueReader::CheckRequired(const ValuePlace& place,
                                        std::span<const KeySpec* const> keys) const {
  for (const KeySpec* key : keys) {
    if (!key->required || seen_.contains(Concat(PrefixOf(place), NameOf(*key)))) continue;
    return Error(place, Concat("expected the key ", NameOf(*key)));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> ValueReader::ReadNumber(const ValuePlace& place,
                                                 const KeySpec& key) const {
  const KeyKind kind = key.value.kind;
  if (kind == KeyKind::kOctets) return ReadOctets(place, key);
  if (kind == KeyKind::kDuration) return ReadDuration(place, key);
  if (kind == KeyKind::kTtl) return ReadTtl(place, key);
  const ConfigNode& node = *place.node;
  if (kind == KeyKind::kChoice) {
    const auto words = key.value.choices;
    const auto word = std::find(words.begin(), words.end(), node.text);
    if (!IsScalar(node) || word == words.end()) return Expected(place, Expectation(key));
    return static_cast<uint64_t>(word - words.begin());
  }
  if (kind == KeyKind::kFlag) {
    const bool is_flag = node.text == "true" || node.text == "false";
    if (!IsScalar(node) || !is_flag) return Expected(place, Expectation(key));
    if (node.quoted) return WithoutQuotes(place, key);
    return node.text == "true" ? 1 : 0;
  }
  TERN_REQUIRE(kind == KeyKind::kNumber || kind == KeyKind::kAutoOrNumber);
  if (kind == KeyKind::kAutoOrNumber && IsScalar(node) && node.text == "auto") return 0;
  const auto number = IsScalar(node) ? wire::ParseDecimal<uint64_t>(node.text) : std::nullopt;
  if (!number || *number < key.value.min || *number > key.value.max) {
    return Expected(place, Expectation(key));
  }
  if (node.quoted) return WithoutQuotes(place, key);
  return *number;
}

absl::Status ValueReader::WithoutQuotes(const ValuePlace& place, const KeySpec& key) const {
  return Error(place, Concat("expected ", Expectation(key), " without quotes, found ",
                             Quoted(place.node->text), " in quotes"));
}

absl::Status ValueReader::ExpectedOrHint(const ValuePlace& place, std::string_view what,
                                         std::string_view meant) const {
  if (meant.empty()) return Expected(place, what);
  return Error(place, Concat("expected ", what, ", found ", Found(*place.node), "; did you mean ",
                             meant, "?"));
}

absl::StatusOr<uint64_t> ValueReader::ReadOctets(const ValuePlace& place,
                                                 const KeySpec& key) const {
  const auto octets = IsScalar(*place.node) ? ParseOctets(place.node->text) : std::nullopt;
  if (!octets) {
    return ExpectedOrHint(place, "an amount of memory such as 256MiB or 1GiB",
                          OctetsNearlyMeant(place));
  }
  if (*octets < key.value.min || *octets > key.value.max) {
    return Expected(place, Expectation(key));
  }
  return *octets;
}

absl::StatusOr<uint64_t> ValueReader::ReadDuration(const ValuePlace& place,
                                                   const KeySpec& key) const {
  const auto duration = IsScalar(*place.node) ? ParseDuration(place.node->text) : std::nullopt;
  if (!duration) {
    return ExpectedOrHint(place, "a duration such as 7s, 1800ms or 1d", DurationNearlyMeant(place));
  }
  const auto count = static_cast<uint64_t>(duration->count());
  if (count < key.value.min || count > key.value.max) return Expected(place, Expectation(key));
  return count;
}

absl::StatusOr<uint64_t> ValueReader::ReadTtl(const ValuePlace& place, const KeySpec& key) const {
  // Any TTL is accepted at first. The checks below can then give the error that fits best.
  constexpr uint64_t kPerSecond = 1000;
  const KeySpec any = {.path = key.path,
                       .value = {.kind = KeyKind::kDuration, .max = kTtlMax * kPerSecond}};
  const auto count = ReadDuration(place, any);
  if (!count.ok()) return count.status();
  if (*count % kPerSecond != 0) return Expected(place, "whole seconds");
  const uint64_t seconds = *count / kPerSecond;
  if (seconds < key.value.min || seconds > key.value.max) {
    return Expected(place, Expectation(key));
  }
  return seconds;
}

}  // namespace tern::resolver::config
