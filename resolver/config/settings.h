// The whole configuration as it was read, as plain values with their defaults. Each reader gets its
// part: the core policy::CoreSettings, policy its slices (policy_settings.h); the daemon keeps the
// whole.
//
// Thread: any may read one; nobody writes one after it was made.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resolver/base/cache_settings.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/policy/core_settings.h"
#include "resolver/policy/policy_settings.h"
#include "wire/name.h"

namespace tern::resolver::config {

struct DnssecSettings {
  bool validation = true;
  std::string trust_anchors = "builtin";
  std::vector<wire::Name> negative_trust_anchors;
};

struct Settings {
  std::vector<Endpoint> listen;
  // Nobody wrote `listen`: an address family that this machine lacks may be left out.
  bool listen_is_builtin = false;
  int workers = 0;  // 0: one a processor this process may run on
  std::vector<Prefix> allow;
  policy::RateLimitSettings rate_limit;
  bool require_cookies = false;                       // of clients over UDP
  std::optional<policy::CookieSecret> cookie_secret;  // none: drawn at random
  CacheSettings cache;
  ResolutionSettings resolution;
  DnssecSettings dnssec;
  policy::LocalSettings local;
  std::vector<StaticZone> static_zones;
  // Where the file holds what only this machine can judge, for errors at the start: `FILE:7:3` by
  // key, such as `local.hosts_file` or `listen[0]`. Without what nobody wrote.
  std::map<std::string, std::string> places;
};

// The core's part.
inline policy::CoreSettings CoreOf(const Settings& settings) {
  return policy::CoreSettings(settings.resolution, settings.cache, settings.static_zones);
}

}  // namespace tern::resolver::config
