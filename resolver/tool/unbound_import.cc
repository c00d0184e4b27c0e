#include "resolver/tool/unbound_import.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "resolver/base/amount_text.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/error_text.h"
#include "resolver/tool/unbound_rules.h"
#include "wire/concat.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

constexpr uint64_t kMib = 1 << 20;
constexpr uint64_t kUnboundCacheDefault = 4 * kMib;
constexpr uint16_t kPortOfDns = 53;
constexpr size_t kCookieSecretDigits = 32;

bool IsYes(const UnboundOption& option) {
  return !option.values.empty() && option.values[0] == "yes";
}

std::string PlaceOf(const UnboundOption& option) {
  return Concat(option.file, ":", std::to_string(option.line));
}

// `4m`, `1g`, `500k`, `1000000`: octets.
std::optional<uint64_t> ParseUnboundOctets(std::string_view text) {
  uint64_t unit = 1;
  if (!text.empty()) {
    constexpr std::string_view kUnits = "kmg";
    const size_t at = kUnits.find(static_cast<char>(text.back() | 0x20));
    if (at != std::string_view::npos && text.back() > '9') {
      unit = uint64_t{1} << (10 * (at + 1));
      text.remove_suffix(1);
    }
  }
  const auto number = wire::ParseDecimal<uint32_t>(text);
  if (!number) return std::nullopt;
  return *number * unit;
}

// An address as Unbound writes it, `192.0.2.1@5353#name`, with the port that it names or another.
std::optional<Endpoint> ParseUnboundAddress(std::string_view text, uint16_t port) {
  text = text.substr(0, text.find('#'));
  const size_t at = text.find('@');
  const auto address = IpAddress::ParseScoped(text.substr(0, at));
  if (at != std::string_view::npos) {
    const auto own = wire::ParseDecimal<uint16_t>(text.substr(at + 1));
    if (!own) return std::nullopt;
    port = *own;
  }
  if (!address || port == 0) return std::nullopt;
  return Endpoint{*address, port};
}

struct AccessRule {
  Prefix prefix;
  bool allowed = false;
  const UnboundOption* option = nullptr;
};

struct Zone {
  ImportedZone made;
  std::vector<const UnboundOption*> refused;  // options for which it cannot be carried over
};

class Import {
 public:
  ImportedConfiguration Run(const std::vector<UnboundOption>& options) {
    for (const UnboundOption& option : options) TakePort(option);
    for (const UnboundOption& option : options) Take(option);
    EndZone();
    EndAccess();
    if (cache_octets_) {
      const uint64_t other = both_caches_ ? 0 : kUnboundCacheDefault;
      const uint64_t mib = std::clamp<uint64_t>((*cache_octets_ + other) / kMib, 1, 32 * 1024);
      made_.Set("cache.memory", OctetsToText(mib * kMib));
    }
    EndNeverQuery();
    if (stale_off_) made_.Set("cache.max_stale", "0s");
    return std::move(made_);
  }

 private:
  using Translate = bool (Import::*)(const UnboundOption& option);

  void Note(const UnboundOption& option, ImportGrade grade, std::string_view text) {
    made_.Note({grade, PlaceOf(option), option.name, std::string(text)});
  }

  // The port counts for all interfaces, also for those before it.
  void TakePort(const UnboundOption& option) {
    if (option.clause.name != "server" || option.values.empty()) return;
    const auto port = wire::ParseDecimal<uint16_t>(option.values[0]);
    if (!port) return;
    if (option.name == "port") port_ = *port;
    if (option.name == "tls-port" || option.name == "https-port") encrypted_ports_.insert(*port);
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
    const bool wanted = option.name == "do-udp" || option.name == "do-tcp";
    return option.values[0] == (wanted ? "yes" : "no") ||
           (option.name == "ratelimit" && option.values[0] == "0");
  }

  bool Carry(const UnboundOption& option) {
    if (option.clause.name == "forward-zone" || option.clause.name == "stub-zone") {
      return CarryZone(option);
    }
    if (option.clause.name == "remote-control") return CarryControl(option);
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
        {"incoming-num-tcp", &Import::CarryConnections},
        {"msg-cache-size", &Import::CarryCacheSize},
        {"rrset-cache-size", &Import::CarryCacheSize},
        {"serve-expired", &Import::CarryStale},
        {"serve-expired-client-timeout", &Import::CarryClientTimeout},
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
    // 0 is no bound there, and none at all here.
    if (option.name == "serve-expired-ttl" && *seconds == 0) return false;
    made_.Set(KeyOf(option), DurationToText(std::chrono::seconds(*seconds)));
    return true;
  }
  bool CarryFile(const UnboundOption& option) {
    const std::string_view key = KeyOf(option);
    if (option.values[0].empty()) return true;  // as if it were not there
    if (made_.Has(key)) return false;
    made_.SetText(key, option.values[0]);
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
  bool CarryInterface(const UnboundOption& option) {
    const auto endpoint = ParseUnboundAddress(option.values[0], port_);
    if (!endpoint) return false;
    if (endpoint->port != kPortOfDns && encrypted_ports_.contains(endpoint->port)) {
      Note(option, ImportGrade::kMissing, "ternd has no encrypted transports yet");
      return true;
    }
    made_.Add("listen", endpoint->ToText());
    return true;
  }
  bool CarryPort(const UnboundOption& option) { return option.values[0] == std::to_string(port_); }
  bool CarryAutomatic(const UnboundOption& option) {
    if (!IsYes(option)) return true;
    made_.Add("listen", Concat("0.0.0.0:", std::to_string(port_)));
    made_.Add("listen", Concat("[::]:", std::to_string(port_)));
    return true;
  }
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
  bool CarryConnections(const UnboundOption& option) {
    const auto number = wire::ParseDecimal<uint16_t>(option.values[0]);
    if (!number || *number == 0 || *number > 16384) return false;
    made_.Set("access.connections.most", std::to_string(*number));
    return true;
  }
  bool CarryCacheSize(const UnboundOption& option) {
    const auto octets = ParseUnboundOctets(option.values[0]);
    if (!octets) return false;
    both_caches_ = cache_octets_.has_value();
    cache_octets_ = cache_octets_.value_or(0) + *octets;
    return true;
  }
  bool CarryStale(const UnboundOption& option) {
    stale_off_ = !IsYes(option);
    return true;
  }
  bool CarryClientTimeout(const UnboundOption& option) {
    const auto number = wire::ParseDecimal<uint32_t>(option.values[0]);
    if (!number || *number < 10 || *number > 7000) return false;
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
    if (!IpAddress::Parse(option.values[0])) return false;
    made_.Add("resolution.outgoing", option.values[0]);
    return true;
  }
  bool CarryModules(const UnboundOption& option) {
    constexpr std::string_view kKnown[] = {"validator", "iterator", "cachedb"};
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
    return true;
  }

  static bool IsInside(const Prefix& inner, const Prefix& outer) {
    return inner.length >= outer.length && outer.Contains(inner.address);
  }

  // In Unbound the narrowest block counts; here `access.deny` goes before `access.allow`. All that
  // no block allows is refused in both.
  void EndAccess() {
    for (const AccessRule& rule : access_) {
      const auto narrower = [&](const AccessRule& other, bool allowed) {
        return other.allowed == allowed && &other != &rule && IsInside(rule.prefix, other.prefix);
      };
      const bool in_allowed = std::any_of(access_.begin(), access_.end(),
                                          [&](const auto& other) { return narrower(other, true); });
      const bool in_refused = std::any_of(access_.begin(), access_.end(), [&](const auto& other) {
        return narrower(other, false);
      });
      if (!rule.allowed) {
        if (in_allowed) made_.Add("access.deny", rule.prefix.ToText());
        continue;
      }
      made_.Add("access.allow", rule.prefix.ToText());
      if (in_allowed && in_refused) {
        Note(*rule.option, ImportGrade::kMissing,
             "the block is allowed inside of a refused one, and that is inside of an allowed one: "
             "write access.deny without it");
      }
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

  ImportedConfiguration made_;
  uint16_t port_ = kPortOfDns;
  size_t clause_ = 0;
  size_t missing_clause_ = 0;  // the last that was told
  std::optional<uint64_t> cache_octets_;
  bool both_caches_ = false;
  bool stale_off_ = false;
  bool all_queries_ = false;
  std::set<uint16_t> encrypted_ports_ = {853, 443};  // Unbound's defaults
  bool ask_localhost_ = false;
  std::vector<std::string> never_query_;
  std::vector<AccessRule> access_;
  std::optional<Zone> zone_;
  bool zone_is_forward_ = false;
};

}  // namespace

ImportedConfiguration ImportUnbound(const std::vector<UnboundOption>& options) {
  return Import().Run(options);
}

}  // namespace tern::resolver::tool
