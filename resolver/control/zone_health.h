// How the servers of the forward and stub zones are.
//
// Thread: any. Bound: the zones of the configuration.
#pragma once

#include <string>
#include <vector>

#include "resolver/base/resolution_settings.h"
#include "resolver/base/time.h"
#include "resolver/upstream/server_table.h"

namespace tern::resolver::control {

struct ZoneHealth {
  std::string zone;
  bool forward = false;
  size_t answering = 0;  // servers that answered when they were last asked
  size_t silent = 0;     // servers that are dead (upstream::kDeadAfter)
  size_t unknown = 0;    // servers that nobody has asked yet
  Duration fastest{0};   // the smoothed round trip of the fastest one that answers; 0: none does

  // Its questions fail.
  bool IsDown() const { return silent > 0 && answering == 0 && unknown == 0; }
};

std::vector<ZoneHealth> LookAtZones(const std::vector<StaticZone>& zones,
                                    const upstream::ServerTable& servers, Time now);

}  // namespace tern::resolver::control
