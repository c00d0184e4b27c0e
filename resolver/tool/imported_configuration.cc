#include "resolver/tool/imported_configuration.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "wire/check.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kColumns = 100;

// In the order in which they are written. Keys of one map stand together.
constexpr std::array<std::string_view, 40> kKeys = {
    "listen",
    "workers",
    "access.allow",
    "access.deny",
    "access.rate_limit.queries",
    "access.rate_limit.waiting",
    "access.rate_limit.ipv4_prefix",
    "access.connections.most",
    "access.cookie_secret",
    "cache.memory",
    "cache.min_ttl",
    "cache.max_ttl",
    "cache.max_negative_ttl",
    "cache.max_stale",
    "cache.stale_ttl",
    "cache.prefetch",
    "resolution.root_hints",
    "resolution.ipv4",
    "resolution.ipv6",
    "resolution.qname_minimisation",
    "resolution.case_randomisation",
    "resolution.never_query",
    "resolution.outgoing",
    "resolution.budget.aliases",
    "resolution.budget.client_timeout",
    "dnssec.validation",
    "dnssec.trust_anchors",
    "dnssec.negative_trust_anchors",
    "dnssec.aggressive",
    "dnssec.error_reporting",
    "local.data",
    "log.level",
    "query_log.file",
    "query_log.only",
    "control.socket",
    "dnstap.socket",
    "dnstap.clients",
    "dnstap.servers",
    "dnstap.sample",
    "dnstap.identity",
};

void RequireKnown(std::string_view key) {
  TERN_REQUIRE(std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end());
}

// A text of JSON is one of YAML too.
std::string InQuotes(std::string_view text) {
  return Json(text).dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

std::string ListText(const std::vector<std::string>& items, std::string_view indent) {
  std::string line = "[";
  for (const std::string& item : items) line += (line.size() > 1 ? ", " : "") + InQuotes(item);
  line += "]";
  if (line.size() + 40 <= kColumns) return " " + line;
  std::string lines;
  for (const std::string& item : items) lines += Concat("\n", indent, "  - ", InQuotes(item));
  return lines;
}

// Opens the maps around `key` that `open`, the key before it, is not in. Leaves the last part.
std::string OpenMaps(std::string_view key, std::string_view open, std::string* text) {
  std::string indent;
  for (size_t dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.', dot + 1)) {
    const std::string_view map = key.substr(0, dot + 1);
    if (!open.starts_with(map)) {
      const size_t begin = map.rfind('.', dot - 1) + 1;  // 0 when there is none
      *text += Concat(indent, map.substr(begin, dot - begin), ":\n");
    }
    indent += "  ";
  }
  return indent;
}

std::string ZonesText(std::string_view key, const std::vector<ImportedZone>& zones) {
  if (zones.empty()) return "";
  std::string text = Concat(key, ":\n");
  for (const ImportedZone& zone : zones) {
    text += Concat("  - zone: ", InQuotes(zone.name), "\n    to:", ListText(zone.to, "    "), "\n");
    if (zone.first) text += "    first: true\n";
  }
  return text;
}

// Text from a file must not end the comment that it stands in.
std::string CommentLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

std::string NotesText(const std::vector<ImportNote>& notes, ImportGrade grade,
                      std::string_view title) {
  std::string text;
  for (const ImportNote& note : notes) {
    if (note.grade != grade) continue;
    if (text.empty()) text = Concat("#\n# ", title, "\n");
    text += CommentLine(Concat("#   ", note.place, ": ", note.option, ": ", note.text)) + "\n";
  }
  return text;
}

std::string DifferencesText(const std::vector<ImportedDifference>& differences) {
  if (differences.empty()) return "";
  std::string text =
      "\n# The file leaves these to the defaults, and those of ternd differ. With these values "
      "ternd"
      "\n# does as before:\n";
  for (const ImportedDifference& each : differences) {
    text += Concat("#   ", each.key, ": ", each.value, "  # ", each.text, "\n");
  }
  return text;
}

}  // namespace

void ImportedConfiguration::Set(std::string_view key, std::string value) {
  RequireKnown(key);
  values_[std::string(key)] = std::move(value);
}

void ImportedConfiguration::SetText(std::string_view key, std::string_view text) {
  Set(key, InQuotes(text));
}

void ImportedConfiguration::Add(std::string_view key, std::string_view item) {
  RequireKnown(key);
  std::vector<std::string>& items = lists_[std::string(key)];
  if (std::find(items.begin(), items.end(), item) == items.end()) items.emplace_back(item);
}

size_t ImportedConfiguration::Count(ImportGrade grade) const {
  return static_cast<size_t>(std::count_if(
      notes_.begin(), notes_.end(), [&](const ImportNote& note) { return note.grade == grade; }));
}

std::string ImportedConfiguration::ToYaml(std::string_view source) const {
  std::string text = CommentLine(Concat("# Made by tern config import from ", source, ".")) +
                     "\n# Check it with: ternd --check --config FILE\n";
  text += NotesText(notes_, ImportGrade::kMissing,
                    "Not carried over. Decide whether you can do without it:");
  text += NotesText(notes_, ImportGrade::kElsewhere, "Set elsewhere:");
  text += NotesText(notes_, ImportGrade::kNotNeeded, "Not needed:");
  text += "\n";
  std::string_view open;
  for (const std::string_view key : kKeys) {
    const auto value = values_.find(key);
    const auto list = lists_.find(key);
    if (value == values_.end() && list == lists_.end()) continue;
    const std::string indent = OpenMaps(key, open, &text);
    const std::string name = Concat(indent, key.substr(key.rfind('.') + 1), ":");
    text += name;
    text += value == values_.end() ? ListText(list->second, indent) : " " + value->second;
    text += "\n";
    open = key;
  }
  return text + ZonesText("forward", forward_) + ZonesText("stub", stub_) +
         DifferencesText(differences_);
}

}  // namespace tern::resolver::tool
