#include "resolver/config/value_text.h"

#include <chrono>
#include <cstdio>
#include <utility>

#include "resolver/base/amount_text.h"
#include "resolver/base/time_text.h"
#include "resolver/policy/local_record.h"
#include "wire/check.h"
#include "wire/concat.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::config {
namespace {

std::string NumberText(const Settings& settings, const KeySpec& key) {
  const uint64_t number = std::get<NumberPlace>(key.value.place).get(settings);
  switch (key.value.kind) {
    case KeyKind::kFlag:
      return number != 0 ? "true" : "false";
    case KeyKind::kAutoOrNumber:
      return number == 0 ? "auto" : std::to_string(number);
    case KeyKind::kOctets:
      return OctetsToText(number);
    case KeyKind::kDuration:
      return DurationToText(std::chrono::milliseconds(number));
    case KeyKind::kTtl:
      return DurationToText(std::chrono::seconds(number));
    case KeyKind::kChoice:
      return std::string(key.value.choices[number]);
    default:
      return std::to_string(number);
  }
}

std::string TextOf(const wire::Name& name) { return wire::ToText(name); }
template <typename Item>
std::string TextOf(const Item& item) {
  return item.ToText();
}

KeyValue ListOf(std::vector<std::string> items) {
  return {.is_list = true, .items = std::move(items)};
}

template <typename Item>
KeyValue ListOf(const Settings& settings, const KeySpec& key) {
  std::vector<std::string> items;
  for (const Item& item : std::get<ListPlace<Item>>(key.value.place).get(settings)) {
    items.push_back(YamlQuoted(TextOf(item)));
  }
  return ListOf(std::move(items));
}

template <typename Item>
KeyValue ItemsOf(const std::vector<Item>& list) {
  std::vector<std::string> items;
  for (const Item& item : list) items.push_back(ItemText(item));
  return ListOf(std::move(items));
}

KeyValue StaticZonesOf(const Settings& settings, bool forward) {
  std::vector<std::string> items;
  for (const StaticZone& zone : settings.static_zones) {
    if (zone.forward == forward) items.push_back(ItemText(zone));
  }
  return ListOf(std::move(items));
}

KeyValue BlockListsOf(const Settings& settings) {
  std::vector<std::string> items;
  const BlockList usual;
  for (const BlockList& list : settings.mail.dnsbl) {
    std::string text = Concat("{zone: ", YamlQuoted(wire::ToText(list.zone)));
    if (list.timeout != usual.timeout) {
      const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(list.timeout);
      text += Concat(", timeout: ", DurationToText(timeout));
    }
    if (list.max_negative_ttl != usual.max_negative_ttl) {
      const auto ttl = std::chrono::seconds(list.max_negative_ttl);
      text += Concat(", max_negative_ttl: ", DurationToText(ttl));
    }
    items.push_back(text + "}");
  }
  return ListOf(std::move(items));
}

KeyValue File(const std::string& path, std::string unseen = {}) {
  return {.text = path == "builtin" ? path : YamlQuoted(path), .unseen = std::move(unseen)};
}

std::string UnseenOf(const std::vector<RootHint>& hints) {
  std::string unseen;
  for (const RootHint& hint : hints) {
    unseen += wire::ToText(hint.server);
    for (const IpAddress& address : hint.addresses) unseen += Concat(" ", address.ToText());
    unseen += "\n";
  }
  return unseen;
}

std::string UnseenOf(const std::vector<TrustAnchor>& anchors) {
  std::string unseen;
  for (const TrustAnchor& anchor : anchors) {
    unseen += wire::ToText(anchor.zone);
    for (const auto* const records : {&anchor.ds, &anchor.dnskeys}) {
      for (const std::vector<uint8_t>& record : *records) {
        unseen += Concat(" ", wire::ToHex(record));
      }
      unseen += "\n";
    }
  }
  return unseen;
}

KeyValue CookieSecretOf(const Settings& settings) {
  if (!settings.cookie_secret) return {.text = "\"\""};
  return {
      .text = {}, .items = {}, .unseen = wire::ToHex(*settings.cookie_secret), .is_secret = true};
}

KeyValue AddressKeyOf(const Settings& settings, const KeySpec& key) {
  const AddressSettings& addresses =
      key.path.starts_with("dnstap.") ? settings.dnstap.addresses : settings.query_log.addresses;
  return File(addresses.key_file, addresses.key);
}

}  // namespace

KeyValue ValueOf(const Settings& settings, const KeySpec& key) {
  switch (key.value.kind) {
    case KeyKind::kFlag:
    case KeyKind::kNumber:
    case KeyKind::kAutoOrNumber:
    case KeyKind::kOctets:
    case KeyKind::kDuration:
    case KeyKind::kTtl:
    case KeyKind::kChoice:
      return {.text = NumberText(settings, key)};
    case KeyKind::kListen:
    case KeyKind::kHttpListen:
    case KeyKind::kEndpoints:
      return ListOf<Endpoint>(settings, key);
    case KeyKind::kAddresses:
      return ListOf<IpAddress>(settings, key);
    case KeyKind::kPrefixes:
      return ListOf<Prefix>(settings, key);
    case KeyKind::kNames:
      return ListOf<wire::Name>(settings, key);
    case KeyKind::kRootHints:
      return File(settings.root_hints, UnseenOf(settings.resolution.root_hints));
    case KeyKind::kTrustAnchors:
      return File(settings.dnssec.trust_anchors, UnseenOf(settings.dnssec.anchors));
    case KeyKind::kHostsFile:
      return File(settings.local.hosts_file);
    case KeyKind::kStateFile:
      return File(settings.dnssec.state_file);
    case KeyKind::kCacheFile:
      return File(settings.cache_file.path);
    case KeyKind::kTokenFile:
      return File(settings.http.token_file, settings.http.token);
    case KeyKind::kSocketPath:
      return File(settings.control.socket);
    case KeyKind::kEventSocket:
    case KeyKind::kEventFile:
      return File(std::get<TextPlace>(key.value.place).get(settings));
    case KeyKind::kIdentity:
      return {.text = YamlQuoted(std::get<TextPlace>(key.value.place).get(settings))};
    case KeyKind::kAddressKey:
      return AddressKeyOf(settings, key);
    case KeyKind::kCookieSecret:
      return CookieSecretOf(settings);
    case KeyKind::kLocalData:
      return ItemsOf(settings.local.data);
    case KeyKind::kForwardZones:
      return StaticZonesOf(settings, /*forward=*/true);
    case KeyKind::kStubZones:
      return StaticZonesOf(settings, /*forward=*/false);
    case KeyKind::kBlockLists:
      return BlockListsOf(settings);
    case KeyKind::kNegativeAnchors:
      return ItemsOf(settings.dnssec.negative_trust_anchors);
    case KeyKind::kMap:
    case KeyKind::kZoneName:
    case KeyKind::kListName:
    case KeyKind::kExemptZone:
    case KeyKind::kTime:
    case KeyKind::kReason:
      break;
  }
  TERN_REQUIRE(false);
  return {};
}

std::string ToText(const KeyValue& value) {
  if (value.is_secret) return "hidden";
  if (!value.is_list) return value.text;
  std::string text = "[";
  for (const std::string& item : value.items) text += Concat(text.size() == 1 ? "" : ", ", item);
  return text + "]";
}

std::string ItemText(const StaticZone& zone) {
  std::string text = Concat("{zone: ", YamlQuoted(wire::ToText(zone.zone)), ", to: [");
  for (size_t i = 0; i < zone.to.size(); ++i) {
    text += Concat(i == 0 ? "" : ", ", YamlQuoted(zone.to[i].ToText()));
  }
  return Concat(text, zone.first ? "], first: true" : "]", zone.validate ? ", validate: true" : "",
                "}");
}

std::string ItemText(const NegativeAnchor& anchor) {
  const std::string zone = YamlQuoted(wire::ToText(anchor.zone));
  if (anchor.until == NegativeAnchor::kNoEnd && anchor.reason.empty()) return zone;
  std::string text = Concat("{zone: ", zone);
  if (anchor.until != NegativeAnchor::kNoEnd) {
    text += Concat(", until: ", YamlQuoted(TimeToText(anchor.until)));
  }
  if (!anchor.reason.empty()) text += Concat(", reason: ", YamlQuoted(anchor.reason));
  return text + "}";
}

std::string ItemText(const policy::LocalRecord& record) {
  return YamlQuoted(policy::ToText(record));
}

std::string YamlQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto octet = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      quoted += Concat("\\", std::string_view(&c, 1));
    } else if (octet < ' ' || octet == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", octet);
      quoted += escaped;
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace tern::resolver::config
