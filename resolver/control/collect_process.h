// The families of metrics of the process, its cache and its configuration.
//
// Thread: any. Bound: the families.
#pragma once

#include <vector>

#include "resolver/control/metric.h"
#include "resolver/control/sources.h"

namespace tern::resolver::control {

void CollectProcess(const DaemonState& daemon, std::vector<Family>* families);
void CollectCache(const cache::Store& store, std::vector<Family>* families);
void CollectCacheFile(const DaemonState& daemon, std::vector<Family>* families);

}  // namespace tern::resolver::control
