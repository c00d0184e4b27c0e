// Whether the process does its work, with reasons.
//
// - Live: it answers HTTP at all.
// - Ready: it can answer what clients ask: since the start a server has answered it, or it has
//   answered a client from the cache, and it does not drain.
// - Degraded: something is wrong that people should look at, and that a restart does not mend.
//
// Thread: any. Bound: one reason for each kind, and one for each zone of the configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resolver/base/counters.h"
#include "resolver/control/sources.h"
#include "resolver/control/zone_health.h"

namespace tern::resolver::control {

struct HealthReason {
  std::string_view code;  // a word for programs
  std::string text;       // for people
};

struct Health {
  std::vector<HealthReason> unready;
  std::vector<HealthReason> degraded;

  bool IsReady() const { return unready.empty(); }
  // `ok`, `degraded` or `unready`.
  std::string_view Word() const {
    if (!IsReady()) return "unready";
    return degraded.empty() ? "ok" : "degraded";
  }
};

Health LookAtHealth(const Sources& sources, const CounterSnapshot& counts);

// {"status":"degraded","ready":true,"reasons":[{"code":"...","text":"..."}],"version":"0.1.0"}
std::string HealthJson(const Health& health);

}  // namespace tern::resolver::control
