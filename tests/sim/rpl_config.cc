#include "tests/sim/rpl_config.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "tests/sim/words.h"
#include "wire/master_file.h"
#include "wire/parse_presentation.h"

namespace tern::sim {
namespace {

constexpr uint16_t kDnsPort = 53;

// Options that Tern decides for itself, or that concern something a scenario does not have.
constexpr std::string_view kIgnored[] = {
    "access-control",
    "aggressive-nsec",
    "answer-cookie",
    "caps-exempt",
    "caps-whitelist",
    "chroot",
    "directory",
    "discard-timeout",
    "do-daemonize",
    "do-tcp",
    "do-udp",
    "ede",
    "ede-serve-expired",
    "edns-buffer-size",
    "fake-dsa",
    "fake-sha1",
    "fast-server-num",
    "fast-server-permil",
    "harden-algo-downgrade",
    "harden-below-nxdomain",
    "harden-dnssec-stripped",
    "harden-glue",
    "harden-large-queries",
    "harden-referral-path",
    "harden-short-bufsize",
    "harden-unknown-additional",
    "harden-unverified-glue",
    "hide-identity",
    "hide-version",
    "identity",
    "infra-cache-max-rtt",
    "infra-cache-min-rtt",
    "infra-host-ttl",
    "infra-keep-probing",
    "interface",
    "iter-scrub-cname",
    "iter-scrub-ns",
    "iter-scrub-promiscuous",
    "jostle-timeout",
    "key-cache-size",
    "log-queries",
    "log-replies",
    "log-servfail",
    "logfile",
    "max-global-quota",
    "max-query-restarts",
    "max-sent-count",
    "max-udp-size",
    "minimal-responses",
    "module-config",
    "msg-cache-size",
    "neg-cache-size",
    "num-queries-per-thread",
    "num-threads",
    "outbound-msg-retry",
    "outgoing-range",
    "pidfile",
    "port",
    "prefer-ip4",
    "prefer-ip6",
    "prefetch-key",
    "ratelimit",
    "root-key-sentinel",
    "rrset-cache-size",
    "rrset-roundrobin",
    "serve-expired-ttl-reset",
    "so-reuseport",
    "target-fetch-policy",
    "trust-anchor-signaling",
    "unwanted-reply-threshold",
    "use-syslog",
    "username",
    "val-bogus-ttl",
    "val-clean-additional",
    "val-log-level",
    "val-max-restart",
    "val-sig-skew-max",
    "val-sig-skew-min",
    "verbosity",
    "version",
};

// The value behind `key:`, without quotes and comments.
std::string ValueOf(std::string_view text) {
  text = Trim(text);
  if (!text.empty() && text.front() == '"') {
    const size_t end = text.find('"', 1);
    return std::string(text.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  return std::string(Trim(text.substr(0, text.find_first_of("#;"))));
}

absl::Status CheckName(const std::string& value) {
  if (wire::ParseName(value).ok()) return absl::OkStatus();
  return absl::InvalidArgumentError("expected a name, got '" + value + "'");
}

absl::Status ReadSwitch(const std::string& value, bool* out) {
  if (value == "yes" || value == "on" || value == "true") {
    *out = true;
  } else if (value == "no" || value == "off" || value == "false") {
    *out = false;
  } else {
    return absl::InvalidArgumentError(std::string("expected yes or no, got '") +
                                      std::string(value) + "'");
  }
  return absl::OkStatus();
}

absl::Status ReadSeconds(const std::string& value, std::optional<uint32_t>* out) {
  uint32_t seconds;
  if (!ReadNumber(value, &seconds)) {
    return absl::InvalidArgumentError(std::string("expected seconds, got '") + std::string(value) +
                                      "'");
  }
  *out = seconds;
  return absl::OkStatus();
}

// YYYYMMDDHHMMSS, or seconds since 1970.
absl::Status ReadDate(const std::string& value, std::optional<uint32_t>* out) {
  uint64_t number = 0;
  const absl::Status wrong =
      absl::InvalidArgumentError("expected YYYYMMDDHHMMSS or seconds, got '" + value + "'");
  if (!ReadNumber(std::string_view(value), &number)) return wrong;
  if (value.size() != 14) return ReadSeconds(value, out);
  const auto take = [&number](uint64_t count) {
    const uint64_t taken = number % count;
    number /= count;
    return static_cast<unsigned>(taken);
  };
  const unsigned second = take(100), minute = take(100), hour = take(100);
  const unsigned day = take(100), month = take(100);
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(number)),
                                         std::chrono::month(month), std::chrono::day(day));
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return wrong;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  *out = static_cast<uint32_t>(days * 86400 + hour * 3600 + minute * 60 + second);
  return absl::OkStatus();
}

// A DS or DNSKEY record as a line of a master file.
absl::Status ReadAnchor(const std::string& value, std::vector<PlainRecord>* anchors) {
  auto records = wire::ParseMasterFile(value + "\n", "trust-anchor");
  if (!records.ok()) return records.status();
  for (wire::MasterRecord& record : *records) {
    if (record.type != wire::RRType::kDS && record.type != wire::RRType::kDNSKEY) {
      return absl::InvalidArgumentError("expected DS or DNSKEY, got '" + value + "'");
    }
    anchors->push_back(
        {record.owner, record.type, record.rrclass, record.ttl, std::move(record.rdata)});
  }
  return absl::OkStatus();
}

absl::Status NotAnAddress(const std::string& value) {
  return absl::InvalidArgumentError(std::string("expected an address, got '") + value + "'");
}

}  // namespace

bool RplConfigReader::ApplyToZone(std::string_view key, const std::string& value,
                                  absl::Status* status) {
  const bool is_address = key == "stub-addr" || key == "forward-addr";
  if (is_address && in_zone_) {
    // The form is Unbound's: address@port.
    std::string text = value;
    uint16_t port = kDnsPort;
    if (const size_t at = text.find('@'); at != std::string::npos) {
      if (!ReadNumber(text.substr(at + 1), &port)) *status = NotAnAddress(value);
      text.resize(at);
    }
    const auto address = resolver::IpAddress::Parse(text);
    if (!address) *status = NotAnAddress(value);
    if (status->ok()) config_->zones.back().to.push_back({*address, port});
    return true;
  }
  if (key == "stub-addr") {
    const auto address = resolver::IpAddress::Parse(value);
    if (!address) {
      *status = NotAnAddress(value);
    } else {
      config_->root_addresses.push_back(*address);
    }
    return true;
  }
  if (key == "stub-name") {
    *status = CheckName(value);
    config_->root_name = value;
    return true;
  }
  if (!in_zone_) return false;
  if (key == "name") {
    *status = CheckName(value);
    config_->zones.back().name = value;
    return true;
  }
  if (key == "forward-first" || key == "stub-first") {
    *status = ReadSwitch(value, &config_->zones.back().first);
    return true;
  }
  // Other options of a clause that Tern decides for itself.
  return key == "stub-prime" || key == "stub-no-cache" || key == "forward-no-cache";
}

bool RplConfigReader::ApplyNumberOrSwitch(std::string_view key, const std::string& value,
                                          absl::Status* status) {
  if (key == "do-ip4") {
    *status = ReadSwitch(value, &config_->ipv4);
  } else if (key == "do-ip6") {
    *status = ReadSwitch(value, &config_->ipv6);
  } else if (key == "use-caps-for-id") {
    *status = ReadSwitch(value, &config_->case_randomisation.emplace());
  } else if (key == "do-not-query-localhost") {
    bool refused = true;
    *status = ReadSwitch(value, &refused);
    config_->may_query_localhost = !refused;
  } else if (key == "cache-min-ttl") {
    *status = ReadSeconds(value, &config_->min_ttl);
  } else if (key == "cache-max-ttl") {
    *status = ReadSeconds(value, &config_->max_ttl);
  } else if (key == "cache-max-negative-ttl") {
    *status = ReadSeconds(value, &config_->max_negative_ttl);
  } else {
    return ApplyStale(key, value, status);
  }
  return true;
}

bool RplConfigReader::ApplyStale(std::string_view key, const std::string& value,
                                 absl::Status* status) {
  if (key == "prefetch") {
    *status = ReadSwitch(value, &config_->prefetch);
  } else if (key == "serve-expired") {
    *status = ReadSwitch(value, &config_->serve_expired);
  } else if (key == "serve-expired-ttl") {
    *status = ReadSeconds(value, &config_->max_stale);
  } else if (key == "serve-expired-reply-ttl") {
    *status = ReadSeconds(value, &config_->stale_ttl);
  } else if (key == "serve-expired-client-timeout") {
    *status = ReadSeconds(value, &config_->client_timeout);
  } else {
    return false;
  }
  return true;
}

bool RplConfigReader::ApplyValidation(std::string_view key, const std::string& value,
                                      absl::Status* status) {
  RplValidation& validation = config_->validation;
  if (key == "trust-anchor") {
    *status = ReadAnchor(value, &validation.anchors);
  } else if (key == "domain-insecure") {
    *status = CheckName(value);
    if (status->ok()) validation.insecure_zones.push_back(NameOf(value));
  } else if (key == "val-override-date" || key == "val-override-timestamp") {
    *status = ReadDate(value, &validation.now);
  } else if (key == "val-permissive-mode") {
    *status = ReadSwitch(value, &validation.permissive);
  } else if (key == "val-nsec3-keysize-iterations") {
    // Pairs of a key size and a number of iterations.
    const std::vector<std::string> words = SplitWords(value);
    validation.iterations_max = 0;
    for (size_t i = 1; i < words.size(); i += 2) {
      uint16_t iterations = 0;
      if (!ReadNumber(std::string_view(words[i]), &iterations)) {
        *status = absl::InvalidArgumentError("expected numbers, got '" + value + "'");
      }
      validation.iterations_max = std::max(validation.iterations_max, iterations);
    }
  } else {
    return false;
  }
  return true;
}

absl::Status RplConfigReader::Apply(std::string_view key, const std::string& value) {
  absl::Status status;
  if (key == "server" || key == "stub-zone" || key == "forward-zone") {
    in_zone_ = key != "server";
    if (in_zone_) config_->zones.emplace_back().forward = key == "forward-zone";
    return status;
  }
  if (ApplyToZone(key, value, &status) || ApplyNumberOrSwitch(key, value, &status)) return status;
  if (key == "query-minimization" || key == "qname-minimisation" || key == "qname-minimization" ||
      key == "qname-minimisation-strict") {
    bool on = false;
    status = ReadSwitch(value, &on);
    if (!status.ok()) return status;
    const bool strict = key == "qname-minimisation-strict";
    if (strict && !on) return absl::OkStatus();
    // The strict line may come before the other one.
    if (on && config_->qname_minimisation == resolver::QnameMinimisation::kStrict) return status;
    config_->qname_minimisation = strict ? resolver::QnameMinimisation::kStrict
                                  : on   ? resolver::QnameMinimisation::kRelaxed
                                         : resolver::QnameMinimisation::kOff;
    return absl::OkStatus();
  }
  if (key == "do-not-query-address") {
    const auto prefix = resolver::Prefix::Parse(value);
    if (!prefix) return NotAnAddress(value);
    config_->never_query.push_back(*prefix);
    return absl::OkStatus();
  }
  if (ApplyValidation(key, value, &status)) return status;
  // Names that are answered like others. There is nothing to switch off.
  if (key == "local-zone" && (value.ends_with("nodefault") || value.ends_with("transparent"))) {
    return absl::OkStatus();
  }
  if (std::find(std::begin(kIgnored), std::end(kIgnored), key) != std::end(kIgnored)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(std::string("unknown option '") + std::string(key) + "'");
}

absl::Status RplConfigReader::ApplyLine(std::string_view line) {
  line = Trim(line);
  if (line.empty() || line.front() == ';' || line.front() == '#') return absl::OkStatus();
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return absl::InvalidArgumentError("expected 'option: value' or CONFIG_END");
  }
  const std::string_view key = Trim(line.substr(0, colon));
  const std::string_view text = line.substr(colon + 1);
  // local-zone: "name" kind
  return Apply(key, key == "local-zone" ? std::string(Trim(text)) : ValueOf(text));
}

absl::Status RplConfigReader::Finish() {
  std::vector<RplZone> zones;
  for (RplZone& zone : config_->zones) {
    const char* const kind = zone.forward ? "forward-zone" : "stub-zone";
    if (zone.name.empty()) {
      return absl::InvalidArgumentError(std::string("a ") + kind + " without a name");
    }
    if (zone.to.empty()) {
      return absl::InvalidArgumentError(std::string("the ") + kind + " '" + zone.name +
                                        "' has no address");
    }
    if (zone.name != "." || zone.forward) {
      zones.push_back(std::move(zone));
      continue;
    }
    for (const resolver::Endpoint& server : zone.to) {
      config_->root_addresses.push_back(server.address);
    }
  }
  config_->zones = std::move(zones);
  return absl::OkStatus();
}

}  // namespace tern::sim
