// The families of metrics of the forward and stub zones, and of the families of addresses.
//
// Thread: any. Bound: the families; some samples for each zone of the configuration.
#pragma once

#include <vector>

#include "resolver/control/metric.h"
#include "resolver/control/sources.h"

namespace tern::resolver::control {

void CollectZones(const Sources& sources, std::vector<Family>* families);

}  // namespace tern::resolver::control
