#include "tests/sim/rpl_config.h"

#include <algorithm>
#include <string>

#include "tests/sim/words.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

// What other resolvers offer and Tern decides for itself, or what concerns a part of the world
// that a scenario does not have.
constexpr std::string_view kIgnored[] = {
    "server",
    "stub-zone",
    "name",
    "stub-prime",
    "harden-glue",
    "harden-referral-path",
    "harden-algo-downgrade",
    "harden-below-nxdomain",
    "harden-dnssec-stripped",
    "harden-large-queries",
    "harden-short-bufsize",
    "harden-unverified-glue",
    "harden-unknown-additional",
    "iter-scrub-promiscuous",
    "target-fetch-policy",
    "outbound-msg-retry",
    "fake-sha1",
    "fake-dsa",
    "module-config",
    "minimal-responses",
    "rrset-roundrobin",
    "access-control",
    "trust-anchor-signaling",
    "root-key-sentinel",
    "val-nsec3-keysize-iterations",
    "val-bogus-ttl",
    "val-sig-skew-min",
    "val-sig-skew-max",
    "val-clean-additional",
    "aggressive-nsec",
    "ede",
    "log-servfail",
    "verbosity",
    "infra-host-ttl",
    "discard-timeout",
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

absl::Status Apply(std::string_view key, const std::string& value, RplConfig* config) {
  if (key == "stub-addr") {
    const auto address = resolver::IpAddress::Parse(value);
    if (!address) {
      return absl::InvalidArgumentError(std::string("expected an address, got '") +
                                        std::string(value) + "'");
    }
    config->root_addresses.push_back(*address);
    return absl::OkStatus();
  }
  if (key == "query-minimization" || key == "qname-minimisation" || key == "qname-minimization" ||
      key == "qname-minimisation-strict") {
    bool on = false;
    const absl::Status status = ReadSwitch(value, &on);
    if (!status.ok()) return status;
    const bool strict = key == "qname-minimisation-strict";
    if (strict && !on) return absl::OkStatus();
    config->qname_minimisation = strict ? resolver::QnameMinimisation::kStrict
                                 : on   ? resolver::QnameMinimisation::kRelaxed
                                        : resolver::QnameMinimisation::kOff;
    return absl::OkStatus();
  }
  if (key == "do-ip4") return ReadSwitch(value, &config->ipv4);
  if (key == "do-ip6") return ReadSwitch(value, &config->ipv6);
  if (key == "do-not-query-localhost") {
    bool refused = true;
    const absl::Status status = ReadSwitch(value, &refused);
    config->may_query_localhost = !refused;
    return status;
  }
  if (key == "cache-max-ttl") return ReadSeconds(value, &config->max_ttl);
  if (key == "cache-max-negative-ttl") return ReadSeconds(value, &config->max_negative_ttl);
  if (key == "trust-anchor") {
    config->trust_anchors.push_back(value);
    return absl::OkStatus();
  }
  if (key == "stub-name") {
    if (!wire::ParseName(value).ok()) {
      return absl::InvalidArgumentError(std::string("expected a name, got '") + std::string(value) +
                                        "'");
    }
    config->root_name = value;
    return absl::OkStatus();
  }
  if (key == "domain-insecure") {
    config->insecure_zones.push_back(value);
    return absl::OkStatus();
  }
  if (key == "val-override-date" || key == "val-override-timestamp") {
    config->validation_date = value;
    return absl::OkStatus();
  }
  if (std::find(std::begin(kIgnored), std::end(kIgnored), key) != std::end(kIgnored)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(std::string("unknown option '") + std::string(key) + "'");
}

}  // namespace

absl::Status ApplyConfigLine(std::string_view line, RplConfig* config) {
  line = Trim(line);
  if (line.empty() || line.front() == ';' || line.front() == '#') return absl::OkStatus();
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return absl::InvalidArgumentError("expected 'option: value' or CONFIG_END");
  }
  return Apply(Trim(line.substr(0, colon)), ValueOf(line.substr(colon + 1)), config);
}

}  // namespace tern::sim
