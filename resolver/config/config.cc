#include "resolver/config/config.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "cache/entry.h"
#include "cache/segment_arena.h"
#include "cache/store.h"
#include "resolver/base/limits.h"
#include "resolver/base/text_file.h"
#include "resolver/config/root_hints.h"
#include "resolver/config/trust_anchors.h"
#include "resolver/config/value_reader.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::config {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kBuiltin = "builtin";
constexpr uint16_t kDnsPort = 53;
constexpr size_t kOutgoingMax = 64;
constexpr size_t kNegativeAnchorsMax = 10'000;
constexpr uint64_t kRateMax = 10'000'000;
constexpr uint64_t kWaitingMax = 65'535;
constexpr uint64_t kSlipMax = 1'000;
constexpr uint64_t kInFlightMax = 65'535;
constexpr uint64_t kWaitersMax = 4'096;  // they are gone through whenever one of them is late
constexpr uint64_t kJobsMin = 16;        // below, the quarter for nested look-ups is of no use
constexpr uint64_t kQueriesMax = 1'000;
constexpr uint64_t kNestingMax = 8;
constexpr uint64_t kFailedAddressesMax = 100;
constexpr uint64_t kTriesMax = 3;  // RFC 9520 section 3.1

std::optional<Prefix> ParsePrefix(const std::string& text) { return Prefix::Parse(text); }
std::optional<IpAddress> ParseAddress(const std::string& text) { return IpAddress::Parse(text); }

std::optional<Endpoint> ParseEndpoint(const std::string& text) {
  const auto endpoint = Endpoint::Parse(text, kDnsPort);
  return endpoint && endpoint->port != 0 ? endpoint : std::nullopt;
}

std::optional<wire::Name> ParseDomain(const std::string& text) {
  const auto name = wire::ParseName(text);
  return name.ok() ? std::optional(*name) : std::nullopt;
}

constexpr std::string_view kOneEndpoint = "an address with a port such as 127.0.0.1:53 or [::1]:53";
constexpr std::string_view kOnePrefix =
    "a block of addresses such as 192.0.2.0/24 or 2001:db8::/32, with zeros behind the prefix";

class ConfigReader {
 public:
  using Key = ValueReader::Key;

  ConfigReader(std::string_view file_name, Settings* settings)
      : reader_(file_name), settings_(settings) {}

  absl::Status Read(const ConfigNode& root) {
    if (root.kind == ConfigNode::Kind::kNothing) return absl::OkStatus();
    if (const absl::Status status = reader_.ReadMap({&root, ""}, TopKeys()); !status.ok()) {
      return status;
    }
    return CheckTogether();
  }

 private:
  std::vector<Key> TopKeys() {
    return {
        {"listen", [this](const ValuePlace& place) { return ReadListen(place); }},
        {"workers", [this](const ValuePlace& place) { return ReadWorkers(place); }},
        {"access", reader_.Map([this] { return AccessKeys(); })},
        {"cache", reader_.Map([this] { return CacheKeys(); })},
        {"resolution", reader_.Map([this] { return ResolutionKeys(); })},
        {"dnssec", reader_.Map([this] { return DnssecKeys(); })},
        {"local", reader_.Map([this] { return LocalKeys(); })},
        {"forward", [this](const ValuePlace& place) { return ReadStaticZones(place, true); }},
        {"stub", [this](const ValuePlace& place) { return ReadStaticZones(place, false); }},
    };
  }

  std::vector<Key> AccessKeys() {
    return {
        {"allow", reader_.List<Prefix>(&settings_->allow, 0, kPrefixesMax, std::string(kOnePrefix),
                                       ParsePrefix)},
        {"rate_limit", reader_.Map([this] { return RateLimitKeys(); })},
        {"require_cookies", reader_.Flag(&settings_->require_cookies)},
        {"cookie_secret", [this](const ValuePlace& place) { return ReadCookieSecret(place); }},
    };
  }

  template <typename Value>
  ValueReader::Read NumberTo(uint64_t min, uint64_t max, Value* value) {
    return reader_.Number(min, max, [value](uint64_t n) { *value = static_cast<Value>(n); });
  }

  std::vector<Key> RateLimitKeys() {
    RateLimitSettings& limit = settings_->rate_limit;
    return {
        {"queries", NumberTo(0, kRateMax, &limit.queries)},
        {"misses", NumberTo(0, kRateMax, &limit.misses)},
        {"waiting", NumberTo(0, kWaitingMax, &limit.waiting)},
        {"burst", reader_.Duration(milliseconds(1), milliseconds(60'000),
                                   [&limit](milliseconds burst) { limit.burst = burst; })},
        {"ipv4_prefix", NumberTo(8, 32, &limit.ipv4_prefix)},
        {"ipv6_prefix", NumberTo(16, 128, &limit.ipv6_prefix)},
        {"slip", NumberTo(0, kSlipMax, &limit.slip)},
        {"exempt", reader_.List<Prefix>(&limit.exempt, 0, kPrefixesMax, std::string(kOnePrefix),
                                        ParsePrefix)},
    };
  }

  std::vector<Key> CacheKeys() {
    CacheSettings& cache = settings_->cache;
    return {
        {"memory", reader_.Octets(cache::kStoreOctetsMin, cache::kArenaOctetsMax,
                                  [&cache](uint64_t octets) { cache.memory_octets = octets; })},
        {"min_ttl", reader_.Ttl(&cache.ttl.min_ttl)},
        {"max_ttl", reader_.Ttl(&cache.ttl.max_ttl)},
        {"max_negative_ttl", reader_.Ttl(&cache.ttl.max_negative_ttl)},
        {"max_stale", reader_.Ttl(&cache.max_stale)},
        {"stale_ttl", [this](const ValuePlace& place) { return ReadStaleTtl(place); }},
        {"prefetch", reader_.Flag(&cache.prefetch)},
        {"min_failure_ttl", FailureTtl(&cache.min_failure_ttl)},
        {"max_failure_ttl", FailureTtl(&cache.max_failure_ttl)},
    };
  }

  std::vector<Key> ResolutionKeys() {
    ResolutionSettings& resolution = settings_->resolution;
    return {
        {"root_hints", [this](const ValuePlace& place) { return ReadRootHints(place); }},
        {"upstream_port", reader_.Number(1, 65535,
                                         [&resolution](uint64_t port) {
                                           resolution.upstream_port = static_cast<uint16_t>(port);
                                         })},
        {"ipv4", reader_.Flag(&resolution.ipv4)},
        {"ipv6", reader_.Choice<Ipv6Use>(
                     &resolution.ipv6,
                     {{"auto", Ipv6Use::kAuto}, {"true", Ipv6Use::kOn}, {"false", Ipv6Use::kOff}})},
        {"qname_minimisation",
         reader_.Choice<QnameMinimisation>(&resolution.qname_minimisation,
                                           {{"off", QnameMinimisation::kOff},
                                            {"relaxed", QnameMinimisation::kRelaxed},
                                            {"strict", QnameMinimisation::kStrict}})},
        {"case_randomisation", reader_.Flag(&resolution.case_randomisation)},
        {"cookies", reader_.Flag(&resolution.cookies)},
        {"never_query", reader_.List<Prefix>(&resolution.never_query, 0, kPrefixesMax,
                                             std::string(kOnePrefix), ParsePrefix)},
        {"outgoing", [this](const ValuePlace& place) { return ReadOutgoing(place); }},
        {"budget", reader_.Map([this] { return BudgetKeys(); })},
        {"limits", reader_.Map([this] { return LimitsKeys(); })},
    };
  }

  std::vector<Key> LimitsKeys() {
    ResolutionLimits& limits = settings_->resolution.limits;
    return {
        {"per_zone", NumberTo(1, kInFlightMax, &limits.per_zone)},
        {"per_server", NumberTo(1, kInFlightMax, &limits.per_server)},
        {"waiters", NumberTo(1, kWaitersMax, &limits.waiters)},
        {"jobs", NumberTo(kJobsMin, kJobsMax, &limits.jobs)},
        {"name_servers", NumberTo(1, cache::kNameServersMax, &limits.name_servers)},
        {"addresses", NumberTo(1, cache::kAddressesPerServerMax, &limits.addresses)},
        {"tries", NumberTo(1, kTriesMax, &limits.tries)},
    };
  }

  std::vector<Key> BudgetKeys() {
    Budget& budget = settings_->resolution.budget;
    return {
        {"upstream_queries", NumberTo(1, kQueriesMax, &budget.upstream_queries)},
        {"referrals", NumberTo(1, kQueriesMax, &budget.referrals)},
        {"aliases", NumberTo(1, kChainLinksMax, &budget.aliases)},
        {"nesting", NumberTo(1, kNestingMax, &budget.nesting)},
        {"failed_addresses", NumberTo(1, kFailedAddressesMax, &budget.failed_addresses)},
        {"client_timeout",
         reader_.Duration(milliseconds(10), milliseconds(60'000),
                          [&budget](milliseconds timeout) { budget.client_timeout = timeout; })},
        {"total_timeout",
         reader_.Duration(milliseconds(10), milliseconds(120'000),
                          [&budget](milliseconds timeout) { budget.total_timeout = timeout; })},
    };
  }

  std::vector<Key> DnssecKeys() {
    DnssecSettings& dnssec = settings_->dnssec;
    return {
        {"validation", reader_.Flag(&dnssec.validation)},
        {"trust_anchors", [this](const ValuePlace& place) { return ReadTrustAnchors(place); }},
        {"negative_trust_anchors",
         reader_.List<wire::Name>(&dnssec.negative_trust_anchors, 0, kNegativeAnchorsMax,
                                  "a domain name", ParseDomain)},
    };
  }

  std::vector<Key> LocalKeys() {
    return {
        {"special_names", reader_.Flag(&settings_->local.special_names)},
        {"hosts_file", [this](const ValuePlace& place) { return ReadHostsFile(place); }},
    };
  }

  // RFC 8767 section 5: greater than 0.
  absl::Status ReadStaleTtl(const ValuePlace& place) {
    uint32_t* const stale_ttl = &settings_->cache.stale_ttl;
    if (const absl::Status status = reader_.Ttl(stale_ttl)(place); !status.ok()) return status;
    return *stale_ttl > 0 ? absl::OkStatus() : reader_.Expected(place, "1s or more");
  }

  // RFC 9520 section 3.2: at least one second, at most five minutes.
  ValueReader::Read FailureTtl(uint32_t* ttl) {
    return [this, ttl](const ValuePlace& place) {
      if (const absl::Status status = reader_.Ttl(ttl)(place); !status.ok()) return status;
      return *ttl >= 1 && *ttl <= kFailureTtlMax
                 ? absl::OkStatus()
                 : reader_.Expected(place, "a duration from 1s to 5m");
    };
  }

  // The message does not repeat what was found: logs are no place for secrets.
  absl::Status ReadCookieSecret(const ValuePlace& place) {
    settings_->cookie_secret.reset();
    if (place.node->kind == ConfigNode::Kind::kScalar) {
      if (place.node->text.empty()) return absl::OkStatus();
      const auto octets = wire::FromHex(place.node->text);
      if (octets && octets->size() == sizeof(CookieSecret)) {
        std::copy(octets->begin(), octets->end(), settings_->cookie_secret.emplace().begin());
        return absl::OkStatus();
      }
    }
    return reader_.Error(place, "expected 32 hexadecimal digits, or \"\" to draw a secret");
  }

  absl::Status ReadListen(const ValuePlace& place) {
    const auto read = reader_.List<Endpoint>(&settings_->listen, 1, kListenMax,
                                             std::string(kOneEndpoint), ParseEndpoint);
    if (const absl::Status status = read(place); !status.ok()) return status;
    KeepItemPlaces(place);
    settings_->listen_is_builtin = false;
    for (size_t i = 0; i < settings_->listen.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (!(settings_->listen[i] == settings_->listen[j])) continue;
        return reader_.Error(
            {&place.node->children[i], Concat(place.path, "[", i, "]")},
            Concat("expected each address once, found ", settings_->listen[i].ToText(), " again"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadOutgoing(const ValuePlace& place) {
    const auto read = reader_.List<IpAddress>(&settings_->resolution.outgoing, 0, kOutgoingMax,
                                              "an address such as 192.0.2.1", ParseAddress);
    if (const absl::Status status = read(place); !status.ok()) return status;
    KeepItemPlaces(place);
    return absl::OkStatus();
  }

  // For errors that only the start of the daemon can find.
  void KeepPlace(const ConfigNode& node, const std::string& path) {
    settings_->places[path] = PlaceInFile(reader_.file_name(), node.position);
  }
  void KeepItemPlaces(const ValuePlace& list) {
    for (size_t i = 0; i < list.node->children.size(); ++i) {
      KeepPlace(list.node->children[i], Concat(list.path, "[", i, "]"));
    }
  }

  absl::Status ReadWorkers(const ValuePlace& place) {
    if (place.node->kind == ConfigNode::Kind::kScalar && place.node->text == "auto") {
      settings_->workers = 0;
      return absl::OkStatus();
    }
    const auto read = reader_.Number(
        1, kWorkersMax, [this](uint64_t count) { settings_->workers = static_cast<int>(count); });
    if (read(place).ok()) return absl::OkStatus();
    return reader_.Expected(place, Concat("auto or a number from 1 to ", kWorkersMax));
  }

  // The path of a file that the configuration names; relative ones start at its own folder.
  std::string PathOf(const std::string& text) const {
    return (std::filesystem::path(reader_.file_name()).parent_path() / text).string();
  }

  // `builtin` or a file; `*path` is empty for the former.
  absl::Status ReadBuiltinOrPath(const ValuePlace& place, std::string* path) {
    if (place.node->kind != ConfigNode::Kind::kScalar || place.node->text.empty()) {
      return reader_.Expected(place, "builtin or the path of a file");
    }
    path->clear();
    if (place.node->text != kBuiltin) *path = PathOf(place.node->text);
    return absl::OkStatus();
  }

  // What goes wrong in a file that the configuration names is told with the key that names it.
  absl::Status ErrorInNamedFile(const ValuePlace& place, const absl::Status& status) const {
    return reader_.Error(place, std::string(status.message()));
  }

  absl::Status ReadRootHints(const ValuePlace& place) {
    std::string path;
    if (const absl::Status status = ReadBuiltinOrPath(place, &path); !status.ok()) return status;
    if (path.empty()) return absl::OkStatus();
    const auto text = ReadTextFile(path, kRootHintsOctetsMax);
    if (!text.ok()) return ErrorInNamedFile(place, text.status());
    auto hints = ParseRootHints(*text, path);
    if (!hints.ok()) return ErrorInNamedFile(place, hints.status());
    settings_->resolution.root_hints = *std::move(hints);
    return absl::OkStatus();
  }

  absl::Status ReadTrustAnchors(const ValuePlace& place) {
    std::string path;
    if (const absl::Status status = ReadBuiltinOrPath(place, &path); !status.ok()) return status;
    settings_->dnssec.trust_anchors = kBuiltin;
    if (path.empty()) return absl::OkStatus();
    const auto text = ReadTextFile(path, kTrustAnchorsOctetsMax);
    if (!text.ok()) return ErrorInNamedFile(place, text.status());
    if (const absl::Status status = CheckTrustAnchors(*text, path); !status.ok()) {
      return ErrorInNamedFile(place, status);
    }
    settings_->dnssec.trust_anchors = path;
    return absl::OkStatus();
  }

  absl::Status ReadHostsFile(const ValuePlace& place) {
    if (place.node->kind != ConfigNode::Kind::kScalar) {
      return reader_.Expected(place, "the path of a hosts file, or \"\" for none");
    }
    const std::string& text = place.node->text;
    settings_->local.hosts_file = text.empty() ? "" : PathOf(text);
    KeepPlace(*place.node, place.path);
    return absl::OkStatus();
  }

  absl::Status ReadStaticZones(const ValuePlace& place, bool forward) {
    if (place.node->kind != ConfigNode::Kind::kList) {
      return reader_.Expected(place, "a list of zones, each with the keys zone and to");
    }
    for (size_t i = 0; i < place.node->children.size(); ++i) {
      const ValuePlace item{&place.node->children[i], Concat(place.path, "[", i, "]")};
      if (const absl::Status status = ReadStaticZone(item, forward); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadStaticZone(const ValuePlace& place, bool forward) {
    if (settings_->static_zones.size() >= kStaticZonesMax) {
      return reader_.Error(place, Concat("expected at most ", kStaticZonesMax, " zones"));
    }
    StaticZone zone;
    zone.forward = forward;
    std::vector<Key> keys = {
        {"zone", [&](const ValuePlace& value) { return ReadZoneName(value, &zone); }, true},
        {"to",
         reader_.List<Endpoint>(&zone.to, 1, kStaticServersMax, std::string(kOneEndpoint),
                                ParseEndpoint),
         true},
    };
    if (forward) keys.push_back({"first", reader_.Flag(&zone.first)});
    if (const absl::Status status = reader_.ReadMap(place, keys); !status.ok()) return status;
    KeepPlace(*place.node, place.path);
    settings_->static_zones.push_back(std::move(zone));
    return absl::OkStatus();
  }

  absl::Status ReadZoneName(const ValuePlace& place, StaticZone* zone) {
    if (place.node->kind != ConfigNode::Kind::kScalar) {
      return reader_.Expected(place, "a domain name");
    }
    const auto name = wire::ParseName(place.node->text);
    if (!name.ok()) {
      return reader_.Error(
          place, Concat("expected a domain name: ", std::string(name.status().message())));
    }
    zone->zone = *name;
    wire::Name lowered = *name;
    lowered.Lower();
    const auto [first, is_new] = zones_.try_emplace(wire::ToText(lowered), place.node->position);
    if (!is_new) {
      return reader_.Error(place,
                           Concat("expected each zone once in forward and stub, but ", first->first,
                                  " stands in line ", first->second.line, " too"));
    }
    return absl::OkStatus();
  }

  // The keys `lower` and `upper` of the map `path`.
  absl::Status CheckOrder(std::string_view path, std::string_view lower, milliseconds lower_value,
                          std::string_view upper, milliseconds upper_value) const {
    if (lower_value <= upper_value) return absl::OkStatus();
    return reader_.ErrorAtKey(
        {Concat(path, ".", lower), Concat(path, ".", upper)},
        Concat("expected ", lower, " to be at most ", upper, ", found ",
               DurationToText(lower_value), " and ", DurationToText(upper_value)));
  }

  absl::Status CheckTogether() const {
    using std::chrono::seconds;
    const CacheSettings& cache = settings_->cache;
    absl::Status status = CheckOrder("cache", "min_ttl", seconds(cache.ttl.min_ttl), "max_ttl",
                                     seconds(cache.ttl.max_ttl));
    if (!status.ok()) return status;
    status = CheckOrder("cache", "min_failure_ttl", seconds(cache.min_failure_ttl),
                        "max_failure_ttl", seconds(cache.max_failure_ttl));
    if (!status.ok()) return status;
    const ResolutionSettings& resolution = settings_->resolution;
    const auto whole = [](resolver::Duration duration) {
      return std::chrono::duration_cast<milliseconds>(duration);
    };
    status =
        CheckOrder("resolution.budget", "client_timeout", whole(resolution.budget.client_timeout),
                   "total_timeout", whole(resolution.budget.total_timeout));
    if (!status.ok()) return status;
    if (!resolution.ipv4 && resolution.ipv6 == Ipv6Use::kOff) {
      return reader_.ErrorAtKey({"resolution.ipv4", "resolution.ipv6"},
                                "expected at least one of ipv4 and ipv6, found both switched off");
    }
    return absl::OkStatus();
  }

  ValueReader reader_;
  Settings* settings_;
  std::map<std::string, Position> zones_;
};

}  // namespace

Settings DefaultSettings() {
  Settings settings;
  settings.listen = {*Endpoint::Parse("127.0.0.1:53", 0), *Endpoint::Parse("[::1]:53", 0)};
  settings.listen_is_builtin = true;
  settings.allow = {*Prefix::Parse("127.0.0.0/8"), *Prefix::Parse("::1/128")};
  // Nobody forges a loopback address from outside, and a forwarder there may stand for thousands.
  settings.rate_limit.exempt = settings.allow;
  settings.resolution.root_hints = BuiltinRootHints();
  settings.resolution.never_query = {*Prefix::Parse("127.0.0.0/8"), *Prefix::Parse("::1/128"),
                                     *Prefix::Parse("0.0.0.0/8")};
  return settings;
}

absl::StatusOr<Settings> ParseConfig(std::string_view yaml, std::string_view file_name) {
  const auto root = ReadYamlTree(yaml, file_name);
  if (!root.ok()) return root.status();
  Settings settings = DefaultSettings();
  if (const absl::Status status = ConfigReader(file_name, &settings).Read(*root); !status.ok()) {
    return status;
  }
  return settings;
}

absl::StatusOr<Settings> LoadConfig(const std::string& path) {
  const auto text = ReadTextFile(path, kConfigOctetsMax);
  if (!text.ok()) return text.status();
  return ParseConfig(*text, path);
}

}  // namespace tern::resolver::config
