#include "wire/svcb_text.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "wire/address_text.h"
#include "wire/check.h"
#include "wire/concat.h"
#include "wire/message.h"
#include "wire/rdata_fields.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

// RFC 9460 section 14.3.2; dohpath is RFC 9461, ohttp RFC 9540.
enum SvcKey : uint16_t {
  kMandatory = 0,
  kAlpn = 1,
  kNoDefaultAlpn = 2,
  kPort = 3,
  kIPv4Hint = 4,
  kEch = 5,
  kIPv6Hint = 6,
  kDohPath = 7,
  kOhttp = 8,
};

constexpr std::string_view kKeyNames[] = {"mandatory", "alpn",     "no-default-alpn",
                                          "port",      "ipv4hint", "ech",
                                          "ipv6hint",  "dohpath",  "ohttp"};

using OctetSpan = std::span<const uint8_t>;
using Params = std::map<uint16_t, std::string>;

std::string GenericKey(uint16_t key) { return Concat("key", key); }

std::string KeyText(uint16_t key) {
  return key < std::size(kKeyNames) ? std::string(kKeyNames[key]) : GenericKey(key);
}

// Sets `*generic` for `keyN`. Its value is plain octets, whatever key the number is.
std::optional<uint16_t> ParseKey(std::string_view text, bool* generic) {
  *generic = false;
  for (size_t key = 0; key < std::size(kKeyNames); ++key) {
    if (text == kKeyNames[key]) return static_cast<uint16_t>(key);
  }
  if (!text.starts_with("key")) return std::nullopt;
  text.remove_prefix(3);
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  const std::optional<uint16_t> key = ParseDecimal<uint16_t>(text);
  if (key) *generic = true;
  return key;
}

std::optional<std::string> AlpnText(OctetSpan left) {
  std::string list;
  if (left.empty()) return std::nullopt;
  while (!left.empty()) {
    const size_t size = left[0];
    if (size == 0 || left.size() < 1 + size) return std::nullopt;
    if (!list.empty()) list.push_back(',');
    for (const uint8_t octet : left.subspan(1, size)) {
      // Commas and backslashes are escaped twice: for the list and for the string (RFC 9460
      // appendix A.1).
      if (octet == ',' || octet == '\\') list.push_back('\\');
      list.push_back(static_cast<char>(octet));
    }
    left = left.subspan(1 + size);
  }
  return QuotedText(AsOctets(list));
}

std::optional<std::string> AddressesText(size_t octets, OctetSpan left) {
  if (left.empty() || left.size() % octets != 0) return std::nullopt;
  std::string list;
  for (; !left.empty(); left = left.subspan(octets)) {
    list += Concat(list.empty() ? "" : ",", AddressToText(left.first(octets)));
  }
  return list;
}

// Keys increase, and every one of them must be present (RFC 9460 section 8).
std::optional<std::string> MandatoryText(OctetSpan left, const std::set<uint16_t>& present) {
  if (left.empty() || left.size() % 2 != 0) return std::nullopt;
  std::string list;
  int last_key = kMandatory;
  for (; !left.empty(); left = left.subspan(2)) {
    const uint16_t key = LoadU16(left.data());
    if (key <= last_key || !present.contains(key)) return std::nullopt;
    list += Concat(list.empty() ? "" : ",", KeyText(key));
    last_key = key;
  }
  return list;
}

// The value behind `=`. Empty for a key without a value. Nothing when the value does not have the
// key's format.
std::optional<std::string> ValueText(uint16_t key, OctetSpan value,
                                     const std::set<uint16_t>& present) {
  switch (key) {
    case kMandatory:
      return MandatoryText(value, present);
    case kAlpn:
      return AlpnText(value);
    case kNoDefaultAlpn:
    case kOhttp:
      return value.empty() ? std::optional<std::string>("") : std::nullopt;
    case kPort:
      if (value.size() != 2) return std::nullopt;
      return Concat(LoadU16(value.data()));
    case kIPv4Hint:
      return AddressesText(4, value);
    case kIPv6Hint:
      return AddressesText(16, value);
    case kEch:
      if (value.empty()) return std::nullopt;
      return ToBase64(value);
    case kDohPath:
      if (value.empty()) return std::nullopt;
      return QuotedText(value);
    default:
      return std::nullopt;
  }
}

std::vector<std::string_view> SplitAtCommas(std::string_view list) {
  std::vector<std::string_view> items;
  while (true) {
    const size_t comma = list.find(',');
    items.push_back(list.substr(0, comma));
    if (comma == list.npos) return items;
    list.remove_prefix(comma + 1);
  }
}

absl::Status BadParam(std::string_view token, std::string_view expected) {
  return absl::InvalidArgumentError(Concat("expected ", expected, " in `", token, "`"));
}

std::optional<std::string> ParseMandatory(std::string_view value) {
  std::set<uint16_t> keys;
  for (const std::string_view text : SplitAtCommas(value)) {
    bool generic;
    const std::optional<uint16_t> key = ParseKey(text, &generic);
    if (!key || *key == kMandatory || !keys.insert(*key).second) return std::nullopt;
  }
  std::string octets;
  for (const uint16_t key : keys) {
    octets.push_back(static_cast<char>(key >> 8));
    octets.push_back(static_cast<char>(key));
  }
  return octets;
}

// In `list` the escapes of the string are undone already. Here the escapes of the list are undone.
std::optional<std::string> ParseAlpn(std::string_view list) {
  std::string octets;
  std::string id;
  const auto end_id = [&] {
    if (id.empty() || id.size() > 255) return false;
    octets.push_back(static_cast<char>(id.size()));
    octets += id;
    id.clear();
    return true;
  };
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] == ',') {
      if (!end_id()) return std::nullopt;
      continue;
    }
    if (list[i] == '\\') {
      ++i;
      if (i == list.size() || (list[i] != ',' && list[i] != '\\')) return std::nullopt;
    }
    id.push_back(list[i]);
  }
  if (!end_id()) return std::nullopt;
  return octets;
}

std::optional<std::string> ParseAddresses(size_t octets, std::string_view value) {
  std::string list;
  for (const std::string_view text : SplitAtCommas(value)) {
    const std::optional<std::string> address = ParseAddress(text);
    if (!address || address->size() != octets) return std::nullopt;
    list += *address;
  }
  return list;
}

std::optional<std::string> ParsePort(std::string_view value) {
  const std::optional<uint16_t> port = ParseDecimal<uint16_t>(value);
  if (!port) return std::nullopt;
  return std::string{static_cast<char>(*port >> 8), static_cast<char>(*port)};
}

// In `value` the escapes of the string are undone. It is empty for a key without `=`.
std::optional<std::string> ParseValue(uint16_t key, std::string_view value) {
  switch (key) {
    case kMandatory:
      return ParseMandatory(value);
    case kAlpn:
      return ParseAlpn(value);
    case kNoDefaultAlpn:
    case kOhttp:
      return value.empty() ? std::optional<std::string>("") : std::nullopt;
    case kPort:
      return ParsePort(value);
    case kIPv4Hint:
      return ParseAddresses(4, value);
    case kIPv6Hint:
      return ParseAddresses(16, value);
    case kEch:
      return value.empty() ? std::nullopt : FromBase64(value);
    case kDohPath:
      return value.empty() ? std::nullopt : std::optional(std::string(value));
    default:
      return std::string(value);
  }
}

// RFC 9460 section 8: every key in `mandatory` must be present.
bool HasMandatoryKeys(const Params& params, const std::string& mandatory) {
  for (size_t i = 0; i + 1 < mandatory.size(); i += 2) {
    if (!params.contains(LoadU16(AsOctets(mandatory).data() + i))) return false;
  }
  return true;
}

}  // namespace

std::string SvcParamsText(OctetSpan params) {
  TERN_REQUIRE(FieldOctets(RdataField::kSvcParams, params).has_value());
  std::set<uint16_t> present;
  for (OctetSpan left = params; !left.empty();) {
    present.insert(LoadU16(left.data()));
    left = left.subspan(size_t{4} + LoadU16(left.data() + 2));
  }
  std::string text;
  for (OctetSpan left = params; !left.empty();) {
    const uint16_t key = LoadU16(left.data());
    const OctetSpan value = left.subspan(4, LoadU16(left.data() + 2));
    const std::optional<std::string> value_text = ValueText(key, value, present);
    text += Concat(text.empty() ? "" : " ");
    if (value_text) {
      text += Concat(KeyText(key), value_text->empty() ? "" : "=", *value_text);
    } else {
      text +=
          Concat(GenericKey(key), value.empty() ? "" : "=", value.empty() ? "" : QuotedText(value));
    }
    left = left.subspan(4 + value.size());
  }
  return text;
}

absl::Status ParseSvcParams(std::span<const std::string> tokens, std::vector<uint8_t>* rdata) {
  Params params;
  bool check_mandatory = false;
  for (const std::string& token : tokens) {
    const size_t equals = token.find('=');
    const std::string_view key_text = std::string_view(token).substr(0, equals);
    const std::string_view value_text =
        equals == token.npos ? "" : std::string_view(token).substr(equals + 1);
    bool generic;
    const std::optional<uint16_t> key = ParseKey(key_text, &generic);
    if (!key) return BadParam(token, "a parameter's name or keyN");
    const std::optional<std::string> octets = UndoEscapes(value_text);
    if (!octets) return BadParam(token, "whole escapes");
    const std::optional<std::string> value = generic ? octets : ParseValue(*key, *octets);
    if (!value || value->size() > 0xffff) {
      return BadParam(token, Concat("a value for ", KeyText(*key)));
    }
    if (!params.emplace(*key, *value).second) return BadParam(token, "each key once");
    check_mandatory |= *key == kMandatory && !generic;
  }
  if (check_mandatory && !HasMandatoryKeys(params, params[kMandatory])) {
    return absl::InvalidArgumentError("a key in `mandatory` is not there");
  }
  for (const auto& [key, value] : params) {
    for (const size_t number : {size_t{key}, value.size()}) {
      rdata->push_back(static_cast<uint8_t>(number >> 8));
      rdata->push_back(static_cast<uint8_t>(number));
    }
    rdata->insert(rdata->end(), value.begin(), value.end());
  }
  return absl::OkStatus();
}

}  // namespace tern::wire
