// The whole configuration as plain values with their defaults. Each reader gets its part: the core
// gets policy::CoreSettings, the room policy gets the parts in policy_settings.h. The daemon keeps
// the whole.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resolver/base/cache_settings.h"
#include "resolver/base/control_socket.h"
#include "resolver/base/dnssec_settings.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/event_settings.h"
#include "resolver/base/log_level.h"
#include "resolver/base/mail_settings.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/base/time.h"
#include "resolver/base/top_clients.h"
#include "resolver/config/exempt_zones.h"
#include "resolver/config/trust_anchors.h"
#include "resolver/policy/core_settings.h"
#include "resolver/policy/policy_settings.h"
#include "wire/name.h"

namespace tern::resolver::config {

struct DnssecSettings {
  Validation validation = Validation::kOn;
  std::string trust_anchors = "builtin";
  std::vector<TrustAnchor> anchors = {RootAnchor()};
  // Each anchor's name and key tags (trust_anchors.h).
  std::vector<std::string> trust_anchor_texts = {std::string(kBuiltinTrustAnchor)};
  std::string state_file = "/var/lib/tern/trust-anchors";  // empty: none
  std::vector<NegativeAnchor> negative_trust_anchors;
  bool aggressive = true;
  bool sha1 = true;
  bool error_reporting = false;
};

// The file that keeps the cache over a restart.
struct CacheFileSettings {
  std::string path;                                // empty: none
  Duration save_every = std::chrono::minutes(10);  // 0: only when ternd stops
};

// Connections of clients over TCP, in each worker.
struct ConnectionSettings {
  int most = 1024;
  int per_client = 128;
  friend bool operator==(const ConnectionSettings&, const ConnectionSettings&) = default;
};

// Where the metrics and the like are served over HTTP, and who may read them.
struct HttpSettings {
  std::vector<Endpoint> listen;
  bool listen_is_default = false;  // the file has no `http.listen`
  std::vector<wire::Name> hosts;
  std::string token_file;
  std::string token;  // what the file holds; empty: none is asked for
  TopClients top_clients = TopClients::kPrefix;
};

// Where operators steer the daemon (control/control_server.h).
struct ControlSettings {
  std::string socket = kControlSocket;  // empty: none
};

struct Settings {
  std::vector<Endpoint> listen;
  // True when the file has no `listen`. Then an address is left out if this machine lacks its
  // family.
  bool listen_is_default = false;
  int workers = 0;  // 0: one for each processor that this process may use
  std::vector<Prefix> allow;
  std::vector<Prefix> deny;  // these may not ask, although `allow` has them
  policy::RateLimitSettings rate_limit;
  ConnectionSettings connections;
  bool require_cookies = false;                       // from clients over UDP
  std::optional<policy::CookieSecret> cookie_secret;  // missing: a random one is drawn
  bool trace = true;                                  // for clients on the loopback
  CacheSettings cache;
  CacheFileSettings cache_file;
  ResolutionSettings resolution;
  std::string root_hints = "builtin";  // or the file that resolution.root_hints comes from
  DnssecSettings dnssec;
  policy::LocalSettings local;
  MailSettings mail;
  HttpSettings http;
  ControlSettings control;
  LogLevel log_level = LogLevel::kInfo;
  DnstapSettings dnstap;
  QueryLogSettings query_log;
  std::vector<StaticZone> static_zones;
  // The positions of values that only this machine can judge, for errors at the start. They are
  // `FILE:7:3` by key, such as `local.hosts_file` or `listen[0]`. A key that the file does not have
  // is missing.
  std::map<std::string, std::string> places_in_file;
};

// The negative trust anchors in force at `now` (Unix time).
inline NegativeAnchors ExemptZonesAt(const Settings& settings, int64_t now) {
  const DnssecSettings& dnssec = settings.dnssec;
  return ExemptZonesAt(dnssec.negative_trust_anchors, settings.static_zones, dnssec.anchors, now);
}

// The part for the core.
inline policy::CoreSettings CoreSettingsOf(const Settings& settings) {
  policy::CoreSettings core(settings.resolution, settings.cache, settings.static_zones,
                            settings.mail);
  core.dnssec.validation = settings.dnssec.validation;
  core.dnssec.anchors = settings.dnssec.anchors;
  core.dnssec.negative_anchors = ExemptZonesAt(settings, kBeforeAllEnds);
  core.dnssec.aggressive = settings.dnssec.aggressive;
  core.dnssec.sha1 = settings.dnssec.sha1;
  core.dnssec.error_reporting = settings.dnssec.error_reporting;
  return core;
}

}  // namespace tern::resolver::config
