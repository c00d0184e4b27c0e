#include "resolver/tool/unbound_import.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "resolver/base/amount_text.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/error_text.h"
#include "resolver/tool/unbound_access.h"
#include "resolver/tool/unbound_defaults.h"
#include "resolver/tool/unbound_local_zone.h"
#include "resolver/tool/unbound_rules.h"
#include "resolver/tool/unbound_values.h"
#include "wire/concat.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

constexpr uint64_t kMib = 1 << 20;
constexpr uint64_t kUnboundCacheDefault = 4 * kMib;
constexpr uint16_t kPortOfDns = 53;
constexpr uint32_t kWaitingMax = 65535;  // of access.rate_limit.waiting
constexpr uint16_t kAliasesMax = 11;     // of resolution.budget.aliases
constexpr size_t kCookieSecretDigits = 32;
constexpr std::string_view kDnstapSocket = "/run/dnstap.sock";  // Unbound's default in Debian

bool IsYes(const UnboundOption& option) {
  return !option.values.empty() && option.values[0] == "yes";
}

std::string PlaceOf(const UnboundOption& option) {
  return Concat(option.file, ":", std::to_string(option.line));
}

struct Dnstap {
  bool enabled = false;
  bool clients = false;
  bool servers = false;
  std::string_view socket = kDnstapSocket;
};

struct Zone {
  ImportedZone made;
  std::vector<const UnboundOption*> refused;  // options for which it cannot be carried over
};

class Import {
 public:
  ImportedConfiguration Run(const std::vector<UnboundOption>& options) {
    for (const UnboundOption& option : options) TakeFirst(option);
    for (const UnboundOption& option : options) Take(option);
    EndZone();
    EndListen();
    EndAccess();
    EndDnstap();
    if (cache_octets_) {
      const uint64_t other = both_caches_ ? 0 : kUnboundCacheDefault;
      const uint64_t mib = std::clamp<uint64_t>((*cache_octets_ + other) / kMib, 1, 32 * 1024);
      made_.Set("cache.memory", OctetsToText(mib * kMib));
    }
    EndNeverQuery();
    EndStale();
    TellDefaults();
    return std::move(made_);
  }

 private:
  using Translate = bool (Import::*)(const UnboundOption& option);

  void Note(const UnboundOption& option, ImportGrade grade, std::string_view text) {
    made_.Note({grade, PlaceOf(option), option.name, std::string(text)});
  }

  // ternd cannot do it, whatever the table of rules says. True, so that carriers can return it.
  bool Refuse(const UnboundOption& option, std::string_view text) {
    Note(option, ImportGrade::kMissing, text);
    if (zone_) zone_->refused.push_back(&option);
    return true;
  }

  // What counts for options before it, too.
  void TakeFirst(const UnboundOption& option) {
    seen_.insert(option.name);
    if (option.values.empty()) return;
    const std::string& value = option.values[0];
    if (option.name == "name" && IsStaticZone(option.clause)) {
      local_names_.static_zones.push_back(value);
    }
    if (option.clause.name != "server") return;
    if (IsYes(option)) switched_on_.insert(option.name);
    if (option.name == "do-ip4") ipv4_ = IsYes(option);
    if (option.name == "do-ip6") ipv6_ = IsYes(option);
    if (option.name == "local-data") {
      local_names_.local_data.push_back(value.substr(0, value.find_first_of(" \t")));
    }
    if (option.name == "directory" && !value.empty()) folder_ = value;
    const auto port = wire::ParseDecimal<uint16_t>(value);
    if (!port) return;
    if (option.name == "port") port_ = *port;
    if (option.name == "tls-port" || option.name == "https-port") encrypted_ports_.insert(*port);
  }

  static bool IsStaticZone(const UnboundClause& clause) {
    return clause.name == "forward-zone" || clause.name == "stub-zone";
  }

  void Take(const UnboundOption& option) {
    if (option.clause.number != clause_) EndZone();
    clause_ = option.clause.number;
    if (const UnboundRule* const whole = FindUnboundRule(option.clause.name, "")) {
      if (std::exchange(missing_clause_, clause_) != clause_) {
        made_.Note(
            {ImportGrade::kMissing, PlaceOf(option), option.clause.name, std::string(whole->text)});
      }
      return;
    }
    const UnboundRule* const rule = FindUnboundRule(option.clause.name, option.name);
    if (rule == nullptr)
      return Note(option, ImportGrade::kMissing, "this option is not known here");
    if (option.values.empty()) return Note(option, ImportGrade::kMissing, "it has no value");
    if (rule->grade == ImportGrade::kMissing && TakesNothingAway(option)) return;
    if (rule->grade != ImportGrade::kCarriedOver) {
      Note(option, rule->grade, rule->text);
      if (rule->grade == ImportGrade::kMissing && zone_) zone_->refused.push_back(&option);
      return;
    }
    if (!Carry(option)) {
      Note(option, ImportGrade::kMissing, Concat("cannot read ", Quoted(option.values[0])));
      if (zone_) zone_->refused.push_back(&option);
    }
  }

  // Whether the value says that what ternd lacks is not wanted either.
  static bool TakesNothingAway(const UnboundOption& option) {
    static constexpr std::string_view kOnByDefault[] = {
        "do-udp", "do-tcp", "http-nodelay", "tls-use-sni", "pad-queries", "pad-responses"};
    const std::string_view value = option.values[0];
    const bool on = std::find(std::begin(kOnByDefault), std::end(kOnByDefault), option.name) !=
                    std::end(kOnByDefault);
    return value == (on ? "yes" : "no") || value == "0" || value.empty();
  }

  bool Carry(const UnboundOption& option) {
    if (IsStaticZone(option.clause)) return CarryZone(option);
    if (option.clause.name == "remote-control") return CarryControl(option);
    if (option.clause.name == "dnstap") return CarryDnstap(option);
    struct Carrier {
      std::string_view option;
      Translate translate;
    };
    static constexpr Carrier kCarriers[] = {
        {"interface", &Import::CarryInterface},
        {"ip-address", &Import::CarryInterface},
        {"port", &Import::CarryPort},
        {"interface-automatic", &Import::CarryAutomatic},
        {"access-control", &Import::CarryAccess},
        {"num-threads", &Import::CarryThreads},
        {"ip-ratelimit", &Import::CarryRateLimit},
        {"wait-limit", &Import::CarryWaitLimit},
        {"incoming-num-tcp", &Import::CarryConnections},
        {"msg-cache-size", &Import::CarryCacheSize},
        {"rrset-cache-size", &Import::CarryCacheSize},
        {"serve-expired", &Import::CarryNothing},
        {"serve-expired-client-timeout", &Import::CarryClientTimeout},
        {"max-query-restarts", &Import::CarryAliases},
        {"do-ip4", &Import::CarryFamily},
        {"do-ip6", &Import::CarryFamily},
        {"qname-minimisation", &Import::CarryMinimisation},
        {"qname-minimisation-strict", &Import::CarryMinimisation},
        {"do-not-query-address", &Import::CarryNeverQuery},
        {"do-not-query-localhost", &Import::CarryAskLocalhost},
        {"outgoing-interface", &Import::CarryOutgoing},
        {"module-config", &Import::CarryModules},
        {"val-permissive-mode", &Import::CarryPermissive},
        {"root-hints", &Import::CarryFile},
        {"trust-anchor-file", &Import::CarryFile},
        {"domain-insecure", &Import::CarryText},
        {"local-data", &Import::CarryText},
        {"local-data-ptr", &Import::CarryPointer},
        {"local-zone", &Import::CarryLocalZone},
        {"cookie-secret", &Import::CarrySecret},
        {"verbosity", &Import::CarryVerbosity},
        {"log-queries", &Import::CarryQueryLog},
        {"log-replies", &Import::CarryQueryLog},
        {"log-servfail", &Import::CarryQueryLog},
        {"cache-min-ttl", &Import::CarrySeconds},
        {"cache-max-ttl", &Import::CarrySeconds},
        {"cache-max-negative-ttl", &Import::CarrySeconds},
        {"serve-expired-ttl", &Import::CarrySeconds},
        {"serve-expired-reply-ttl", &Import::CarrySeconds},
        {"prefetch", &Import::CarrySwitch},
        {"use-caps-for-id", &Import::CarrySwitch},
        {"aggressive-nsec", &Import::CarrySwitch},
        {"dns-error-reporting", &Import::CarrySwitch},
    };
    for (const Carrier& carrier : kCarriers) {
      if (carrier.option == option.name) return (this->*carrier.translate)(option);
    }
    return false;
  }

  static std::string_view KeyOf(const UnboundOption& option) {
    return FindUnboundRule(option.clause.name, option.name)->text;
  }

  bool CarrySwitch(const UnboundOption& option) {
    made_.Set(KeyOf(option), IsYes(option) ? "true" : "false");
    return true;
  }
  bool CarrySeconds(const UnboundOption& option) {
    const auto seconds = wire::ParseDecimal<uint32_t>(option.values[0]);
    if (!seconds) return false;
    if (option.name == "serve-expired-ttl" && *seconds == 0) {
      return Refuse(option, "ternd needs a bound: write a long time into cache.max_stale");
    }
    made_.Set(KeyOf(option), DurationToText(std::chrono::seconds(*seconds)));
    return true;
  }
  bool CarryFile(const UnboundOption& option) {
    const std::string_view key = KeyOf(option);
    if (option.values[0].empty()) return true;  // as if it were not there
    if (made_.Has(key)) return Refuse(option, "ternd takes one file: join them");
    const bool is_whole = option.values[0].starts_with('/');
    made_.SetText(key, is_whole ? option.values[0] : Concat(folder_, "/", option.values[0]));
    return true;
  }
  bool CarryText(const UnboundOption& option) {
    made_.Add(KeyOf(option), option.values[0]);
    return true;
  }
  bool CarrySecret(const UnboundOption& option) {
    if (option.values[0].size() != kCookieSecretDigits) return false;
    made_.SetText("access.cookie_secret", option.values[0]);
    return true;
  }
  bool CarryVerbosity(const UnboundOption& option) {
    if (option.values[0] == "0") made_.Set("log.level", "error");
    return true;
  }
  // Its lines go where those of the log go, as in Unbound.
  bool CarryQueryLog(const UnboundOption& option) {
    if (!IsYes(option)) return true;
    made_.SetText("query_log.file", "stderr");
    all_queries_ = all_queries_ || option.name != "log-servfail";
    made_.Set("query_log.only", all_queries_ ? "all" : "failures");
    return true;
  }
  bool IsFamilyOn(const IpAddress& address) const { return address.IsIpv4() ? ipv4_ : ipv6_; }

  void NoteFamilyOff(const UnboundOption& option, const IpAddress& address) {
    Note(option, ImportGrade::kNotNeeded,
         Concat(address.IsIpv4() ? "do-ip4" : "do-ip6", " is no, so Unbound does not use it"));
  }

  bool CarryInterface(const UnboundOption& option) {
    const auto address = ParseUnboundAddress(option.values[0], port_);
    if (!address) return Refuse(option, "write the addresses of the interface into `listen`");
    if (address->port != kPortOfDns && encrypted_ports_.contains(address->port)) {
      return Refuse(option, "ternd has no encrypted transports yet");
    }
    listens_ = true;
    if (IsFamilyOn(address->address)) {
      made_.Add("listen", address->ToText());
    } else {
      NoteFamilyOff(option, address->address);
    }
    return true;
  }
  bool CarryPort(const UnboundOption& option) { return option.values[0] == std::to_string(port_); }
  bool CarryAutomatic(const UnboundOption& option) {
    if (IsYes(option)) Listen("0.0.0.0", "[::]");
    return true;
  }
  void Listen(std::string_view ipv4, std::string_view ipv6) {
    listens_ = true;
    if (ipv4_) made_.Add("listen", Concat(ipv4, ":", std::to_string(port_)));
    if (ipv6_) made_.Add("listen", Concat(ipv6, ":", std::to_string(port_)));
  }
  // Both listen at the loopback addresses if no others are named.
  void EndListen() {
    if (!listens_ && (port_ != kPortOfDns || !ipv4_ || !ipv6_)) Listen("127.0.0.1", "[::1]");
  }
  // EndStale does it.
  bool CarryNothing(const UnboundOption&) { return true; }
  bool CarryThreads(const UnboundOption& option) {
    const auto number = wire::ParseDecimal<uint16_t>(option.values[0]);
    if (!number || *number == 0 || *number > 256) return false;
    made_.Set("workers", std::to_string(*number));
    return true;
  }
  bool CarryRateLimit(const UnboundOption& option) {
    const auto number = wire::ParseDecimal<uint32_t>(option.values[0]);
    if (!number || *number > 10'000'000) return false;
    if (*number == 0) return true;
    made_.Set("access.rate_limit.queries", std::to_string(*number));
    made_.Set("access.rate_limit.ipv4_prefix", "32");  // Unbound counts each address
    return true;
  }
  bool CarryWaitLimit(const UnboundOption& option) {
    const auto number = wire::ParseDecimal<uint32_t>(option.values[0]);
    if (!number) return false;
    made_.Set("access.rate_limit.waiting", std::to_string(std::min(*number, kWaitingMax)));
    made_.Set("access.rate_limit.ipv4_prefix", "32");  // Unbound counts each address
    return true;
  }
  bool CarryAliases(const UnboundOption& option) {
    const auto number = wire::ParseDecimal<uint16_t>(option.values[0]);
    if (!number || *number == 0) return false;
    if (*number > kAliasesMax) return Refuse(option, "ternd follows 11 aliases at most");
    made_.Set("resolution.budget.aliases", std::to_string(*number));
    return true;
  }
  bool CarryConnections(const UnboundOption& option) {
    const auto number = wire::ParseDecimal<uint16_t>(option.values[0]);
    if (!number || *number == 0 || *number > 16384) return false;
    made_.Set("access.connections.most", std::to_string(*number));
    return true;
  }
  bool CarryPointer(const UnboundOption& option) {
    const auto record = ParseUnboundPointer(option.values[0]);
    if (record) made_.Add("local.data", *record);
    return record.has_value();
  }
  bool CarryLocalZone(const UnboundOption& option) {
    if (option.values.size() < 2) return false;
    const auto [grade, text] = FateOfLocalZone({option.values[0], option.values[1]}, local_names_);
    Note(option, grade, text);
    return true;
  }
  bool CarryCacheSize(const UnboundOption& option) {
    const auto octets = ParseUnboundOctets(option.values[0]);
    if (!octets) return false;
    both_caches_ = cache_octets_.has_value();
    cache_octets_ = cache_octets_.value_or(0) + *octets;
    return true;
  }
  // Without `serve-expired` its other options have no effect.
  void EndStale() {
    const bool is_named = seen_.contains("serve-expired") || made_.Has("cache.max_stale");
    if (is_named && !switched_on_.contains("serve-expired")) made_.Set("cache.max_stale", "0s");
  }
  bool CarryClientTimeout(const UnboundOption& option) {
    const auto number = wire::ParseDecimal<uint32_t>(option.values[0]);
    if (!number || (*number != 0 && *number < 10) || *number > 7000) return false;
    if (*number == 0) {  // as if it were not there
      seen_.erase("serve-expired-client-timeout");
      return true;
    }
    made_.Set("resolution.budget.client_timeout",
              DurationToText(std::chrono::milliseconds(*number)));
    return true;
  }
  bool CarryFamily(const UnboundOption& option) {
    if (IsYes(option)) return true;  // IPv6 is `auto`, which is safer than `true`
    made_.Set(KeyOf(option), "false");
    return true;
  }
  bool CarryMinimisation(const UnboundOption& option) {
    if (option.name == "qname-minimisation" && !IsYes(option)) {
      made_.Set("resolution.qname_minimisation", "off");
    } else if (option.name == "qname-minimisation-strict" && IsYes(option)) {
      made_.Set("resolution.qname_minimisation", "strict");
    }
    return true;
  }
  bool CarryNeverQuery(const UnboundOption& option) {
    if (!Prefix::Parse(option.values[0])) return false;
    never_query_.push_back(option.values[0]);
    return true;
  }
  // A list in tern.yaml replaces the default one.
  void EndNeverQuery() {
    if (never_query_.empty() && !ask_localhost_) return;
    if (!ask_localhost_) never_query_.insert(never_query_.begin(), {"127.0.0.0/8", "::1/128"});
    made_.Add("resolution.never_query", "0.0.0.0/8");
    for (const std::string& block : never_query_) made_.Add("resolution.never_query", block);
  }
  bool CarryAskLocalhost(const UnboundOption& option) {
    ask_localhost_ = !IsYes(option);
    return true;
  }
  bool CarryOutgoing(const UnboundOption& option) {
    const auto address = IpAddress::Parse(option.values[0]);
    if (!address) return Refuse(option, "ternd takes single addresses only, without an interface");
    if (!IsFamilyOn(*address)) {
      NoteFamilyOff(option, *address);
    } else {
      made_.Add("resolution.outgoing", option.values[0]);
    }
    return true;
  }
  bool CarryModules(const UnboundOption& option) {
    // What the last three do is asked for by other options.
    constexpr std::string_view kKnown[] = {"validator", "iterator", "cachedb", "respip",
                                           "subnetcache"};
    std::string_view left = option.values[0];
    bool validates = false;
    while (!left.empty()) {
      const size_t end = std::min(left.find(' '), left.size());
      const std::string_view module = left.substr(0, end);
      left.remove_prefix(std::min(end + 1, left.size()));
      if (module.empty()) continue;
      validates = validates || module == "validator";
      if (std::find(std::begin(kKnown), std::end(kKnown), module) == std::end(kKnown)) {
        Note(option, ImportGrade::kMissing, Concat("ternd has no module ", Quoted(module)));
      }
    }
    if (!validates) made_.Set("dnssec.validation", "false");
    return true;
  }
  bool CarryPermissive(const UnboundOption& option) {
    // Without the module `validator` it has no effect.
    if (IsYes(option) && !made_.Has("dnssec.validation")) made_.Set("dnssec.validation", "log");
    return true;
  }

  bool CarryAccess(const UnboundOption& option) {
    if (option.values.size() < 2) return false;
    const auto prefix = Prefix::Parse(option.values[0]);
    const std::string_view action = option.values[1];
    const bool allowed = action.starts_with("allow");
    const bool refused = action == "deny" || action == "refuse" || action == "deny_non_local" ||
                         action == "refuse_non_local";
    if (!prefix || (!allowed && !refused)) return false;
    access_.push_back({*prefix, allowed, &option});
    if (action == "allow_cookie") {
      return Refuse(option, "access.require_cookies counts for all clients");
    }
    if (action == "allow_setrd") {
      return Refuse(option, "ternd answers queries without RD from the cache only");
    }
    return true;
  }

  void EndAccess() {
    const UnboundAccess access = JoinUnboundAccess(access_);
    for (const Prefix& prefix : access.allow) made_.Add("access.allow", prefix.ToText());
    for (const Prefix& prefix : access.deny) made_.Add("access.deny", prefix.ToText());
    for (const UnboundOption* option : access.refused) {
      Note(*option, ImportGrade::kMissing,
           "the block is allowed inside of a refused one, and that is inside of an allowed one: "
           "write access.deny without it");
    }
  }

  bool CarryControl(const UnboundOption& option) {
    if (option.name == "control-enable") {
      if (!IsYes(option)) made_.SetText("control.socket", "");
      return true;
    }
    // Wherever Unbound had it: ternd's own socket is where `tern` looks for it.
    return true;
  }

  bool CarryDnstap(const UnboundOption& option) {
    const std::string_view name = option.name;
    if (name == "dnstap-enable") dnstap_.enabled = IsYes(option);
    if (name == "dnstap-socket-path") dnstap_.socket = option.values[0];
    if (name == "dnstap-identity") made_.SetText("dnstap.identity", option.values[0]);
    if (name == "dnstap-sample-rate" && option.values[0] != "0") {
      if (!wire::ParseDecimal<uint32_t>(option.values[0])) return false;
      made_.Set("dnstap.sample", option.values[0]);
    }
    if (name.starts_with("dnstap-log-") && IsYes(option)) {
      (name.find("-client-") != std::string_view::npos ? dnstap_.clients : dnstap_.servers) = true;
    }
    return true;
  }
  void EndDnstap() {
    if (!dnstap_.enabled) return;
    made_.SetText("dnstap.socket", dnstap_.socket);
    made_.Set("dnstap.clients", dnstap_.clients ? "true" : "false");
    made_.Set("dnstap.servers", dnstap_.servers ? "true" : "false");
  }

  bool CarryZone(const UnboundOption& option) {
    if (!zone_) zone_.emplace();
    zone_is_forward_ = option.clause.name == "forward-zone";
    if (option.name == "name") {
      zone_->made.name = option.values[0];
      return true;
    }
    if (option.name == "forward-first") {
      zone_->made.first = IsYes(option);
      return true;
    }
    const auto endpoint = ParseUnboundAddress(option.values[0], kPortOfDns);
    if (!endpoint) return false;
    zone_->made.to.push_back(endpoint->ToText());
    return true;
  }

  // A zone that is to be asked in a way that ternd does not know is left out. Asking it in another
  // way, for example without encryption, is for the operator to decide.
  void EndZone() {
    if (!zone_) return;
    const Zone zone = *std::exchange(zone_, std::nullopt);
    const bool whole = zone.refused.empty() && !zone.made.name.empty() && !zone.made.to.empty();
    if (!whole) {
      const std::string place = zone.refused.empty() ? "" : PlaceOf(*zone.refused[0]);
      made_.Note({ImportGrade::kMissing, place, zone_is_forward_ ? "forward-zone" : "stub-zone",
                  Concat("the zone ", Quoted(zone.made.name), " is left out for that")});
    } else if (zone_is_forward_) {
      made_.Forward(zone.made);
    } else {
      made_.Stub(zone.made);
    }
  }

  // What the file leaves to the defaults.
  void TellDefaults() {
    for (const UnboundDefault& each : UnboundDefaults()) {
      const bool named = std::any_of(each.options.begin(), each.options.end(),
                                     [&](auto option) { return seen_.contains(option); });
      const bool matters = each.only_with.empty() || switched_on_.contains(each.only_with);
      if (matters && !named && !made_.Has(each.key)) {
        made_.Differ({std::string(each.key), std::string(each.value), std::string(each.meaning)});
      }
    }
  }

  ImportedConfiguration made_;
  std::string folder_ = "/etc/unbound";             // where files are; Unbound's default
  std::set<std::string, std::less<>> seen_;         // the names of the options
  std::set<std::string, std::less<>> switched_on_;  // of these, those that were `yes`
  bool ipv4_ = true;
  bool ipv6_ = true;
  bool listens_ = false;  // some address was named, whether or not it is used
  uint16_t port_ = kPortOfDns;
  size_t clause_ = 0;
  size_t missing_clause_ = 0;  // the last that was told
  std::optional<uint64_t> cache_octets_;
  bool both_caches_ = false;
  bool all_queries_ = false;
  std::set<uint16_t> encrypted_ports_ = {853, 443};  // Unbound's defaults
  bool ask_localhost_ = false;
  std::vector<std::string> never_query_;
  std::vector<UnboundAccessRule> access_;
  UnboundLocalNames local_names_;
  Dnstap dnstap_;
  std::optional<Zone> zone_;
  bool zone_is_forward_ = false;
};

}  // namespace

ImportedConfiguration ImportUnbound(const std::vector<UnboundOption>& options) {
  return Import().Run(options);
}

}  // namespace tern::resolver::tool
