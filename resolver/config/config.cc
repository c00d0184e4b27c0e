#include "resolver/config/config.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "resolver/base/amount_text.h"
#include "resolver/base/domain_text.h"
#include "resolver/base/text_file.h"
#include "resolver/base/time_text.h"
#include "resolver/config/at_key.h"
#include "resolver/config/item_text.h"
#include "resolver/config/key_text.h"
#include "resolver/config/keys.h"
#include "resolver/config/mistakes.h"
#include "resolver/config/named_path.h"
#include "resolver/config/root_hints.h"
#include "resolver/config/secret_files.h"
#include "resolver/config/trust_anchors.h"
#include "resolver/config/value_reader.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::config {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kBuiltin = "builtin";
constexpr size_t kSocketPathOctetsMax = 107;  // of a sockaddr_un

class ConfigReader {
 public:
  ConfigReader(std::string_view file_name, Settings* settings)
      : reader_(file_name), settings_(settings) {}

  absl::Status Read(const ConfigNode& root) {
    if (root.kind == ConfigNode::Kind::kNothing) return absl::OkStatus();
    if (const absl::Status status = ReadMap({&root, ""}, ""); !status.ok()) return status;
    return CheckTogether();
  }

 private:
  // `map` is the path of the map in the table. The error has a line for each mistake in the map.
  absl::Status ReadMap(const ValuePlace& place, std::string_view map) {
    if (place.node->kind != ConfigNode::Kind::kMap) {
      return reader_.Expected(place, "a map of keys");
    }
    const std::vector<const KeySpec*> keys = KeysInside(map);
    Mistakes mistakes;
    for (const ConfigNode& value : place.node->children) {
      const absl::StatusOr<const KeySpec*> key = reader_.NextKey(place, value, keys);
      mistakes.Add(key.status());
      if (!key.ok()) continue;
      const std::string path = place.path.empty() ? value.key : Concat(place.path, ".", value.key);
      mistakes.Add(ReadKey({&value, path}, **key));
    }
    mistakes.Add(reader_.CheckRequired(place, keys));
    return mistakes.All();
  }

  absl::Status ReadKey(const ValuePlace& place, const KeySpec& key) {
    switch (key.value.kind) {
      case KeyKind::kMap:
        return ReadMap(place, key.path);
      case KeyKind::kFlag:
      case KeyKind::kNumber:
      case KeyKind::kAutoOrNumber:
      case KeyKind::kOctets:
      case KeyKind::kDuration:
      case KeyKind::kTtl:
      case KeyKind::kChoice:
        return ReadNumber(place, key);
      case KeyKind::kListen:
        settings_->listen_is_default = false;
        return ReadListen(place, key);
      case KeyKind::kHttpListen:
        return ReadHttpListen(place, key);
      case KeyKind::kEndpoints:
        return ReadServers(place, key);
      case KeyKind::kAddresses:
        return ReadOutgoing(place, key);
      case KeyKind::kPrefixes:
        return ReadList<Prefix>(place, key, ParsePrefix);
      case KeyKind::kNames:
        return ReadList<wire::Name>(place, key, ParseDomain);
      case KeyKind::kRootHints:
        return ReadRootHints(place, key);
      case KeyKind::kTrustAnchors:
        return ReadTrustAnchors(place, key);
      case KeyKind::kHostsFile:
        return ReadPath(place, key, &settings_->local.hosts_file);
      case KeyKind::kStateFile:
        return ReadPath(place, key, &settings_->dnssec.state_file);
      case KeyKind::kCacheFile:
        return ReadPath(place, key, &settings_->cache_file.path);
      case KeyKind::kTokenFile:
        return ReadTokenFile(place, key);
      case KeyKind::kSocketPath:
        return ReadSocketPath(place, key);
      case KeyKind::kEventSocket:
      case KeyKind::kEventFile:
      case KeyKind::kIdentity:
      case KeyKind::kAddressKey:
        return ReadOfEvents(place, key);
      case KeyKind::kCookieSecret:
        return ReadCookieSecret(place, key);
      case KeyKind::kLocalData:
        return ReadLocalData(place, key);
      case KeyKind::kForwardZones:
      case KeyKind::kStubZones:
        return ReadMaps(place, key, &ConfigReader::StartStaticZone);
      case KeyKind::kBlockLists:
        return ReadMaps(place, key, &ConfigReader::StartBlockList);
      case KeyKind::kZoneName:
        return ReadZoneName(place, key, &settings_->static_zones.back().zone, &zones_,
                            "forward and stub");
      case KeyKind::kListName:
        return ReadListName(place, key);
      case KeyKind::kNegativeAnchors:
        return ReadNegativeAnchors(place, key);
      case KeyKind::kExemptZone:
        return ReadExemptZone(place, key);
      case KeyKind::kTime:
        return ReadUntil(place, key);
      case KeyKind::kReason:
        return ReadReason(place, key);
    }
    return absl::OkStatus();
  }

  absl::Status ReadNumber(const ValuePlace& place, const KeySpec& key) {
    const absl::StatusOr<uint64_t> number = reader_.ReadNumber(place, key);
    if (!number.ok()) return number.status();
    std::get<NumberPlace>(key.value.place).set(*settings_, *number);
    if (key.value.kind == KeyKind::kOctets) KeepPlace(*place.node, place.path);
    return absl::OkStatus();
  }

  template <typename Item>
  absl::Status ReadList(const ValuePlace& place, const KeySpec& key,
                        std::optional<Item> (*parse)(const std::string&)) {
    return reader_.ReadList(place, key.value, parse,
                            &std::get<ListPlace<Item>>(key.value.place).at(*settings_));
  }

  // The message does not repeat what was found, because secrets must not reach logs.
  absl::Status ReadCookieSecret(const ValuePlace& place, const KeySpec& key) {
    settings_->cookie_secret.reset();
    if (place.node->kind == ConfigNode::Kind::kScalar) {
      if (place.node->text.empty()) return absl::OkStatus();
      const auto octets = wire::FromHex(place.node->text);
      if (octets && octets->size() == sizeof(policy::CookieSecret)) {
        std::copy(octets->begin(), octets->end(), settings_->cookie_secret.emplace().begin());
        return absl::OkStatus();
      }
    }
    return reader_.Error(place, Concat("expected ", Expectation(key)));
  }

  absl::Status ReadServers(const ValuePlace& place, const KeySpec& key) {
    const absl::Status status = ReadList<Endpoint>(place, key, ParseEndpoint);
    if (!status.ok()) return status;
    const std::vector<Endpoint>& servers = settings_->static_zones.back().to;
    Mistakes mistakes;
    for (size_t i = 0; i < servers.size(); ++i) {
      mistakes.Add(CheckHost(place, i, servers[i].address));
    }
    return mistakes.All();
  }

  absl::Status CheckHost(const ValuePlace& list, size_t i, const IpAddress& address) const {
    const std::string_view why_not = WhyNoHost(address);
    if (why_not.empty()) return absl::OkStatus();
    const ValuePlace item{&list.node->children[i], Concat(list.path, "[", i, "]")};
    return reader_.Expected(item, Concat("the address of one host, not ", why_not));
  }

  absl::Status ReadListen(const ValuePlace& place, const KeySpec& key) {
    const absl::Status status = ReadList<Endpoint>(place, key, ParseEndpoint);
    if (!status.ok()) return status;
    KeepItemPlaces(place);
    const std::vector<Endpoint>& listen =
        std::get<ListPlace<Endpoint>>(key.value.place).at(*settings_);
    Mistakes mistakes;
    for (size_t i = 0; i < listen.size(); ++i) {
      if (!listen[i].address.IsUnspecified()) {
        mistakes.Add(CheckHost(place, i, listen[i].address));
      }
      const auto before = listen.begin() + static_cast<ptrdiff_t>(i);
      if (std::find(listen.begin(), before, listen[i]) == before) continue;
      mistakes.Add(reader_.Error(
          {&place.node->children[i], Concat(place.path, "[", i, "]")},
          Concat("expected each address once, found ", listen[i].ToText(), " again")));
    }
    return mistakes.All();
  }

  absl::Status ReadHttpListen(const ValuePlace& place, const KeySpec& key) {
    settings_->http.listen_is_default = false;
    const bool is_off = place.node->kind == ConfigNode::Kind::kScalar && place.node->text.empty();
    if (!is_off) return ReadListen(place, key);
    settings_->http.listen.clear();
    return absl::OkStatus();
  }

  absl::Status ReadOutgoing(const ValuePlace& place, const KeySpec& key) {
    const absl::Status status = ReadList<IpAddress>(place, key, ParseAddress);
    if (!status.ok()) return status;
    const std::vector<IpAddress>& outgoing = settings_->resolution.outgoing;
    Mistakes mistakes;
    for (size_t i = 0; i < outgoing.size(); ++i) {
      mistakes.Add(CheckHost(place, i, outgoing[i]));
    }
    KeepItemPlaces(place);
    return mistakes.All();
  }

  // Keeps the position for errors that only the start of the daemon can find.
  void KeepPlace(const ConfigNode& node, const std::string& path) {
    settings_->places_in_file[path] = PlaceInFile(reader_.file_name(), node.position);
  }
  void KeepItemPlaces(const ValuePlace& list) {
    for (size_t i = 0; i < list.node->children.size(); ++i) {
      KeepPlace(list.node->children[i], Concat(list.path, "[", i, "]"));
    }
  }

  std::string PathOf(const std::string& text) const { return NamedPath(text, reader_.file_name()); }

  // Reads `builtin` or the path of a file. *path is empty for `builtin`.
  absl::Status ReadBuiltinOrPath(const ValuePlace& place, const KeySpec& key, std::string* path) {
    if (place.node->kind != ConfigNode::Kind::kScalar || place.node->text.empty()) {
      return reader_.Expected(place, Expectation(key));
    }
    path->clear();
    if (place.node->text != kBuiltin) *path = PathOf(place.node->text);
    return absl::OkStatus();
  }

  // An error inside a file that the configuration names. The message also names the key.
  absl::Status ErrorInNamedFile(const ValuePlace& place, const absl::Status& status) const {
    return reader_.Error(place, std::string(status.message()));
  }

  absl::Status ReadRootHints(const ValuePlace& place, const KeySpec& key) {
    std::string path;
    const absl::Status read = ReadBuiltinOrPath(place, key, &path);
    if (!read.ok()) return read;
    if (path.empty()) return absl::OkStatus();
    settings_->root_hints = path;
    const auto text = ReadTextFile(path, kRootHintsOctetsMax);
    if (!text.ok()) return ErrorInNamedFile(place, text.status());
    auto hints = ParseRootHints(*text, path);
    if (!hints.ok()) return ErrorInNamedFile(place, hints.status());
    settings_->resolution.root_hints = *std::move(hints);
    return absl::OkStatus();
  }

  absl::Status ReadTrustAnchors(const ValuePlace& place, const KeySpec& key) {
    std::string path;
    const absl::Status read = ReadBuiltinOrPath(place, key, &path);
    if (!read.ok()) return read;
    settings_->dnssec.trust_anchors = kBuiltin;
    settings_->dnssec.anchors = {RootAnchor()};
    settings_->dnssec.trust_anchor_texts = {std::string(kBuiltinTrustAnchor)};
    if (path.empty()) return absl::OkStatus();
    const auto text = ReadTextFile(path, kTrustAnchorsOctetsMax);
    if (!text.ok()) return ErrorInNamedFile(place, text.status());
    auto anchors = config::ReadTrustAnchors(*text, path);
    if (!anchors.ok()) return ErrorInNamedFile(place, anchors.status());
    settings_->dnssec.trust_anchors = path;
    settings_->dnssec.trust_anchor_texts = AnchorTexts(*anchors);
    settings_->dnssec.anchors = *std::move(anchors);
    return absl::OkStatus();
  }

  absl::Status ReadLocalData(const ValuePlace& place, const KeySpec& key) {
    if (place.node->kind != ConfigNode::Kind::kList) {
      return reader_.Expected(place, Expectation(key));
    }
    const size_t count = place.node->children.size();
    if (count > key.value.max) {
      return reader_.Error(place, Concat("expected at most ", key.value.max, " items"));
    }
    settings_->local.data.clear();
    Mistakes mistakes;
    for (size_t i = 0; i < count; ++i) {
      const ValuePlace item{&place.node->children[i], Concat(place.path, "[", i, "]")};
      auto record = policy::ParseLocalRecord(item.node->text);
      if (record.ok()) {
        settings_->local.data.push_back(*std::move(record));
      } else {
        mistakes.Add(reader_.Error(item, std::string(record.status().message())));
      }
    }
    KeepItemPlaces(place);
    return mistakes.All();
  }

  absl::Status ReadPath(const ValuePlace& place, const KeySpec& key, std::string* path) {
    if (place.node->kind != ConfigNode::Kind::kScalar) {
      return reader_.Expected(place, Expectation(key));
    }
    KeepPlace(*place.node, place.path);
    const std::string& text = place.node->text;
    *path = text.empty() ? "" : PathOf(text);
    return absl::OkStatus();
  }

  absl::Status ReadSocketPath(const ValuePlace& place, const KeySpec& key) {
    std::string path;
    if (const absl::Status read = ReadPath(place, key, &path); !read.ok()) return read;
    settings_->control.socket = path;
    return CheckSocketPath(place, path);
  }

  absl::Status CheckSocketPath(const ValuePlace& place, const std::string& path) const {
    if (path.size() <= kSocketPathOctetsMax) return absl::OkStatus();
    return reader_.Error(place, Concat("expected a path of at most ", kSocketPathOctetsMax,
                                       " octets, found one of ", path.size()));
  }

  absl::Status ReadTokenFile(const ValuePlace& place, const KeySpec& key) {
    std::string* const path = &settings_->http.token_file;
    if (const absl::Status read = ReadPath(place, key, path); !read.ok()) return read;
    settings_->http.token.clear();
    if (path->empty()) return absl::OkStatus();
    auto token = ReadToken(*path);
    if (!token.ok()) return ErrorInNamedFile(place, token.status());
    settings_->http.token = *std::move(token);
    return absl::OkStatus();
  }

  absl::Status ReadOfEvents(const ValuePlace& place, const KeySpec& key) {
    if (place.node->kind != ConfigNode::Kind::kScalar) {
      return reader_.Expected(place, Expectation(key));
    }
    KeepPlace(*place.node, place.path);
    const std::string& text = place.node->text;
    const bool is_path = key.value.kind != KeyKind::kIdentity && !text.empty() &&
                         (key.path != "query_log.file" || text != kStandardError);
    std::string& value = std::get<TextPlace>(key.value.place).at(*settings_);
    value = is_path ? PathOf(text) : text;
    if (key.value.kind == KeyKind::kEventSocket) return CheckSocketPath(place, value);
    if (key.value.kind == KeyKind::kIdentity &&
        (text.size() > kIdentityOctetsMax ||
         !std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))) {
      return reader_.Expected(place, Expectation(key));
    }
    if (key.value.kind != KeyKind::kAddressKey || value.empty()) return absl::OkStatus();
    auto octets = ReadAddressKey(value);
    if (!octets.ok()) return ErrorInNamedFile(place, octets.status());
    AddressSettings& addresses = key.path.starts_with("dnstap.") ? settings_->dnstap.addresses
                                                                 : settings_->query_log.addresses;
    addresses.key = *std::move(octets);
    return absl::OkStatus();
  }

  // Makes the next item of a list of maps. Returns how many the list has now.
  using StartItem = size_t (ConfigReader::*)(const KeySpec& key);

  size_t StartStaticZone(const KeySpec& key) {
    settings_->static_zones.emplace_back().forward = key.value.kind == KeyKind::kForwardZones;
    return settings_->static_zones.size();
  }
  size_t StartBlockList(const KeySpec& /*key*/) {
    settings_->mail.dnsbl.emplace_back();
    return settings_->mail.dnsbl.size();
  }

  absl::Status ReadMaps(const ValuePlace& place, const KeySpec& key, StartItem start) {
    if (place.node->kind != ConfigNode::Kind::kList) {
      return reader_.Expected(place, Expectation(key));
    }
    Mistakes mistakes;
    for (size_t i = 0; i < place.node->children.size(); ++i) {
      const ValuePlace item{&place.node->children[i], Concat(place.path, "[", i, "]")};
      if ((this->*start)(key) > key.value.max) {
        mistakes.Add(reader_.Error(item, Concat("expected at most ", key.value.max, " zones")));
        break;
      }
      mistakes.Add(ReadMap(item, Concat(key.path, "[]")));
      KeepPlace(*item.node, item.path);
    }
    return mistakes.All();
  }

  absl::Status ReadZone(const ValuePlace& place, const KeySpec& key, wire::Name* zone) {
    if (place.node->kind != ConfigNode::Kind::kScalar) {
      return reader_.Expected(place, Expectation(key));
    }
    if (place.node->text.starts_with("*")) {
      return reader_.Expected(place, "a zone without *, because all names below it belong to it");
    }
    const auto name = ParseDomainText(place.node->text);
    if (!name.ok()) {
      return reader_.Error(
          place, Concat("expected ", Expectation(key), ": ", std::string(name.status().message())));
    }
    *zone = *name;
    return absl::OkStatus();
  }

  // Every name at most once among `known`. `keys`: the lists that share them.
  absl::Status ReadZoneName(const ValuePlace& place, const KeySpec& key, wire::Name* zone,
                            std::unordered_map<std::string, Position>* known,
                            std::string_view keys) {
    if (const absl::Status read = ReadZone(place, key, zone); !read.ok()) return read;
    wire::Name lowered = *zone;
    lowered.Lower();
    const auto [first, is_new] = known->try_emplace(wire::ToText(lowered), place.node->position);
    if (!is_new) {
      return reader_.Error(place,
                           Concat("expected each zone once in ", keys, ", but ", first->first,
                                  " stands in line ", first->second.line, " too"));
    }
    return absl::OkStatus();
  }

  absl::Status ReadListName(const ValuePlace& place, const KeySpec& key) {
    wire::Name* const zone = &settings_->mail.dnsbl.back().zone;
    const absl::Status status = ReadZoneName(place, key, zone, &lists_, "mail.dnsbl");
    if (status.ok() && zone->view().IsRoot()) {
      return reader_.Expected(place, "the name of a block list, which is never the root");
    }
    return status;
  }

  // Each item is the name of a zone, or a map.
  absl::Status ReadNegativeAnchors(const ValuePlace& place, const KeySpec& key) {
    if (place.node->kind != ConfigNode::Kind::kList) {
      return reader_.Expected(place, Expectation(key));
    }
    const size_t count = place.node->children.size();
    if (count > key.value.max) {
      return reader_.Error(place, Concat("expected at most ", key.value.max, " items"));
    }
    settings_->dnssec.negative_trust_anchors.clear();
    Mistakes mistakes;
    const std::string map = Concat(key.path, "[]");
    const KeySpec& zone = *FindKey(map + ".zone");
    for (size_t i = 0; i < count; ++i) {
      settings_->dnssec.negative_trust_anchors.emplace_back();
      const ValuePlace item{&place.node->children[i], Concat(place.path, "[", i, "]")};
      mistakes.Add(item.node->kind == ConfigNode::Kind::kMap ? ReadMap(item, map)
                                                             : ReadExemptZone(item, zone));
    }
    return mistakes.All();
  }

  absl::Status ReadExemptZone(const ValuePlace& place, const KeySpec& key) {
    return ReadZone(place, key, &settings_->dnssec.negative_trust_anchors.back().zone);
  }

  absl::Status ReadUntil(const ValuePlace& place, const KeySpec& key) {
    if (place.node->kind != ConfigNode::Kind::kScalar) {
      return reader_.Expected(place, Expectation(key));
    }
    const std::optional<int64_t> until = ParseTime(place.node->text);
    if (!until) return reader_.Expected(place, Expectation(key));
    settings_->dnssec.negative_trust_anchors.back().until = *until;
    KeepPlace(*place.node, place.path);
    return absl::OkStatus();
  }

  absl::Status ReadReason(const ValuePlace& place, const KeySpec& key) {
    const std::string& text = place.node->text;
    if (place.node->kind != ConfigNode::Kind::kScalar || text.size() > kReasonOctetsMax ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
      return reader_.Expected(place, Expectation(key));
    }
    settings_->dnssec.negative_trust_anchors.back().reason = text;
    return absl::OkStatus();
  }

  // The value of a key that holds a duration.
  milliseconds DurationOf(const KeySpec& key) const {
    const auto number =
        static_cast<int64_t>(std::get<NumberPlace>(key.value.place).get(*settings_));
    return key.value.kind == KeyKind::kTtl ? std::chrono::seconds(number) : milliseconds(number);
  }

  absl::Status CheckOrder(const KeySpec& lower, const KeySpec& upper) const {
    if (DurationOf(lower) <= DurationOf(upper)) return absl::OkStatus();
    return reader_.ErrorAtKey(
        {lower.path, upper.path},
        Concat("expected ", NameOf(lower), " to be at most ", NameOf(upper), ", found ",
               DurationToText(DurationOf(lower)), " and ", DurationToText(DurationOf(upper))));
  }

  // A file that was right without this key stays right.
  void FitFailureTimeout() {
    if (reader_.Has("resolution.budget.failure_timeout")) return;
    Budget& budget = settings_->resolution.budget;
    budget.failure_timeout =
        std::min(std::max(budget.failure_timeout, budget.client_timeout), budget.total_timeout);
  }

  absl::Status CheckTogether() {
    FitFailureTimeout();
    Mistakes mistakes;
    mistakes.Add(CheckOrders());
    mistakes.Add(CheckLocalData(*settings_));
    const ResolutionSettings& resolution = settings_->resolution;
    if (!resolution.ipv4 && resolution.ipv6 == Ipv6Use::kOff) {
      mistakes.Add(
          reader_.ErrorAtKey({"resolution.ipv4", "resolution.ipv6"},
                             "expected at least one of ipv4 and ipv6, found both switched off"));
    }
    mistakes.Add(CheckAddressKey(settings_->dnstap.addresses, "dnstap.addresses"));
    mistakes.Add(CheckAddressKey(settings_->query_log.addresses, "query_log.addresses"));
    return mistakes.All();
  }

  absl::Status CheckAddressKey(const AddressSettings& addresses, std::string_view path) const {
    if (addresses.form != AddressForm::kEncrypted || !addresses.key.empty()) {
      return absl::OkStatus();
    }
    return reader_.ErrorAtKey({path}, "expected a key_file beside addresses: encrypted");
  }

  // Only the first contradiction: others may follow from it.
  absl::Status CheckOrders() const {
    for (const KeySpec& key : Keys()) {
      absl::Status status;
      if (!key.not_above.empty()) status = CheckOrder(key, *FindKey(key.not_above));
      if (status.ok() && !key.not_below.empty()) {
        status = CheckOrder(*FindKey(key.not_below), key);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  ValueReader reader_;
  Settings* settings_;
  std::unordered_map<std::string, Position> zones_;
  std::unordered_map<std::string, Position> lists_;
};

}  // namespace

absl::Status CheckLocalData(const Settings& settings) {
  const auto mistake = policy::FindLocalMistake(settings.local.data, settings.local.special_names);
  if (!mistake) return absl::OkStatus();
  return absl::InvalidArgumentError(
      AtKey(settings, Concat("local.data[", mistake->record, "]"), mistake->message));
}

Settings DefaultSettings() {
  Settings settings;
  settings.listen = {*Endpoint::Parse("127.0.0.1:53", 0), *Endpoint::Parse("[::1]:53", 0)};
  settings.listen_is_default = true;
  settings.allow = {*Prefix::Parse("127.0.0.0/8"), *Prefix::Parse("::1/128")};
  settings.http.listen = {*Endpoint::Parse("127.0.0.1:9530", 0)};
  settings.http.listen_is_default = true;
  // A loopback address cannot be forged from outside, and a forwarder there may stand for thousands
  // of clients.
  settings.rate_limit.exempt = settings.allow;
  settings.resolution.root_hints = BuiltinRootHints();
  settings.resolution.never_query = {*Prefix::Parse("127.0.0.0/8"), *Prefix::Parse("::1/128"),
                                     *Prefix::Parse("0.0.0.0/8")};
  return settings;
}

absl::StatusOr<Settings> ReadConfigTree(const ConfigNode& root, std::string_view source) {
  Settings settings = DefaultSettings();
  if (const absl::Status status = ConfigReader(source, &settings).Read(root); !status.ok()) {
    return status;
  }
  return settings;
}

absl::StatusOr<Settings> ParseConfig(std::string_view yaml, std::string_view file_name) {
  const auto root = ReadYamlTree(yaml, file_name);
  return root.ok() ? ReadConfigTree(*root, file_name) : root.status();
}

absl::StatusOr<Settings> LoadConfig(const std::string& path) {
  const auto text = ReadTextFile(path, kConfigOctetsMax);
  if (!text.ok()) return text.status();
  return ParseConfig(*text, path);
}

}  // namespace tern::resolver::config
