// What the core reads of the configuration: the rooms answer, upstream and resolution. A job holds
// the snapshot that it began with.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <vector>

#include "resolver/base/cache_settings.h"
#include "resolver/base/resolution_settings.h"

namespace tern::resolver::policy {

struct CoreSettings {
  ResolutionSettings resolution;
  CacheSettings cache;
  std::vector<StaticZone> static_zones;
};

}  // namespace tern::resolver::policy
