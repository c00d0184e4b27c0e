#include "resolver/mail/spf.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/check.h"

namespace tern::resolver::mail {
namespace {

constexpr std::string_view kVersion = "v=spf1";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// RFC 7208 section 3.3: the strings of a record are joined without spaces.
std::string JoinStrings(std::span<const uint8_t> rdata) {
  std::string text;
  while (!rdata.empty()) {
    const size_t size = std::min<size_t>(rdata[0], rdata.size() - 1);
    text.append(reinterpret_cast<const char*>(rdata.data()) + 1, size);
    rdata = rdata.subspan(1 + size);
  }
  return text;
}

bool IsSpf(std::string_view text) {
  if (text.size() < kVersion.size()) return false;
  const bool same = std::equal(kVersion.begin(), kVersion.end(), text.begin(),
                               [](char a, char b) { return a == Lower(b); });
  return same && (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

std::optional<wire::Name> ToName(std::string_view text) {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  wire::Name name;
  while (!text.empty()) {
    const size_t dot = text.rfind('.');
    const std::string_view label = dot == std::string_view::npos ? text : text.substr(dot + 1);
    if (label.empty() || !name.Prepend(label)) return std::nullopt;
    text = dot == std::string_view::npos ? std::string_view() : text.substr(0, dot);
  }
  name.Lower();
  return name;
}

// The term's name in lower case, and what stands behind `:` or `=`, without a prefix length.
struct Words {
  std::string mechanism;
  std::string_view domain;
};

Words SplitTerm(std::string_view term) {
  Words words;
  if (!term.empty() && std::string_view("+-?~").find(term[0]) != std::string_view::npos) {
    term.remove_prefix(1);
  }
  const size_t end = std::min(term.find_first_of(":=/"), term.size());
  for (const char c : term.substr(0, end)) words.mechanism += Lower(c);
  if (end < term.size() && term[end] != '/') words.domain = term.substr(end + 1);
  words.domain = words.domain.substr(0, words.domain.find('/'));
  return words;
}

// nullopt: the term costs no look-up.
std::optional<SpfTerm> ReadTerm(std::string_view text, wire::NameView owner) {
  using Kind = SpfTerm::Kind;
  const Words words = SplitTerm(text);
  const bool is_record = words.mechanism == "include" || words.mechanism == "redirect";
  const bool is_host = words.mechanism == "a";
  const bool is_exchangers = words.mechanism == "mx";
  if (!is_record && !is_host && !is_exchangers) {
    const bool costs = words.mechanism == "exists" || words.mechanism == "ptr";
    return costs ? std::optional(SpfTerm{Kind::kOther, {}}) : std::nullopt;
  }
  if (words.domain.empty()) {
    if (is_record) return std::nullopt;
    return SpfTerm{is_host ? Kind::kHost : Kind::kExchangers, wire::Name(owner)};
  }
  const bool has_macro = words.domain.find('%') != std::string_view::npos;
  const std::optional<wire::Name> domain = has_macro ? std::nullopt : ToName(words.domain);
  if (!domain.has_value()) return SpfTerm{Kind::kOther, {}};
  return SpfTerm{is_record ? Kind::kRecord : (is_host ? Kind::kHost : Kind::kExchangers), *domain};
}

}  // namespace

std::vector<SpfTerm> ReadSpf(cache::EntryView txt) {
  TERN_REQUIRE(txt.kind() == cache::EntryKind::kRRset && txt.type() == wire::RRType::kTXT);
  std::string record;
  cache::RecordCursor cursor = txt.Records();
  std::span<const uint8_t> rdata;
  while (cursor.Next(&rdata)) {
    if (rdata.size() > kSpfOctetsMax) continue;
    std::string text = JoinStrings(rdata);
    if (!IsSpf(text)) continue;
    if (!record.empty()) return {};
    record = std::move(text);
  }
  std::vector<SpfTerm> terms;
  std::string_view left = std::string_view(record).substr(std::min(record.size(), kVersion.size()));
  while (!left.empty() && terms.size() < static_cast<size_t>(kSpfLookupsMax)) {
    const size_t end = std::min(left.find(' '), left.size());
    const std::optional<SpfTerm> term = ReadTerm(left.substr(0, end), txt.name());
    if (term.has_value()) terms.push_back(*term);
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return terms;
}

}  // namespace tern::resolver::mail
