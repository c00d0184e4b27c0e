// Reads the lines of a scenario before CONFIG_END. Its options have Unbound's names.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/resolution_settings.h"
#include "tests/sim/plain_message.h"
#include "wire/name.h"

namespace tern::sim {

// A stub-zone: or forward-zone: clause. A stub for the root gives the root hints.
struct RplZone {
  bool forward = false;
  std::string name;
  std::vector<resolver::Endpoint> to;
  bool first = false;  // iterate when the forwarders fail
};

// What a scenario says about validation. Without anchors nothing is validated.
struct RplValidation {
  std::vector<PlainRecord> anchors;        // trust-anchor: DS or DNSKEY records
  std::vector<wire::Name> insecure_zones;  // domain-insecure
  // val-override-date and val-override-timestamp: seconds since 1970, at the first step. Unbound's
  // clock then stands still; here it goes on.
  std::optional<uint32_t> now;
  uint16_t iterations_max = 150;  // val-nsec3-keysize-iterations: the most of all key sizes
  bool permissive = false;        // val-permissive-mode: bogus answers are told, without AD
};

// The options before CONFIG_END that this world applies.
struct RplConfig {
  std::vector<resolver::IpAddress> root_addresses;  // stub-addr; none: the real root's
  std::string root_name = "k.root-servers.net.";    // stub-name
  std::optional<resolver::QnameMinimisation> qname_minimisation;
  bool ipv4 = true;
  bool ipv6 = true;
  bool may_query_localhost = false;
  std::vector<resolver::Prefix> never_query;  // do-not-query-address
  std::optional<bool> case_randomisation;     // use-caps-for-id
  std::vector<RplZone> zones;
  std::optional<uint32_t> min_ttl;           // seconds
  std::optional<uint32_t> max_ttl;           // seconds
  std::optional<uint32_t> max_negative_ttl;  // seconds
  // Off unless the scenario sets it, as in Unbound.
  bool serve_expired = false;
  bool prefetch = false;
  std::optional<uint32_t> max_stale;       // serve-expired-ttl, seconds
  std::optional<uint32_t> stale_ttl;       // serve-expired-reply-ttl, seconds
  std::optional<uint32_t> client_timeout;  // serve-expired-client-timeout, milliseconds
  RplValidation validation;
};

// Each option is applied or known to have no meaning here. Any other is an error. stub-zone: and
// forward-zone: begin clauses, whose name and addresses follow. Deckard writes a bare stub-addr:
// for the root's.
class RplConfigReader {
 public:
  // REQUIRES: `config` outlives the reader.
  explicit RplConfigReader(RplConfig* config) : config_(config) {}

  // One line, with its comments.
  absl::Status ApplyLine(std::string_view line);
  // Call it after the last line.
  absl::Status Finish();

 private:
  absl::Status Apply(std::string_view key, const std::string& value);
  // Applies a line of the open clause. False when the key does not belong in a clause.
  bool ApplyToZone(std::string_view key, const std::string& value, absl::Status* status);
  bool ApplyNumberOrSwitch(std::string_view key, const std::string& value, absl::Status* status);
  bool ApplyStale(std::string_view key, const std::string& value, absl::Status* status);
  bool ApplyValidation(std::string_view key, const std::string& value, absl::Status* status);

  RplConfig* config_;
  bool in_zone_ = false;  // the last of config_->zones is open
};

}  // namespace tern::sim
