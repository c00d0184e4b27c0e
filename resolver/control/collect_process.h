// The families of metrics of the process, its cache, its configuration and its zones.
//
// Thread: any. Bound: the families; one sample for each zone of the configuration.
#pragma once

#include <vector>

#include "resolver/control/metric.h"
#include "resolver/control/sources.h"

namespace tern::resolver::control {

void CollectProcess(const DaemonState& daemon, std::vector<Family>* families);
void CollectCache(const cache::Store& store, std::vector<Family>* families);
void CollectZones(const Sources& sources, std::vector<Family>* families);

}  // namespace tern::resolver::control
