// The families of metrics of the bounds (service/README.md): what is in use, how much that may be,
// and how often the bound was met.
//
// Thread: any. Bound: the families.
#pragma once

#include <vector>

#include "resolver/control/metric.h"
#include "resolver/control/sources.h"

namespace tern::resolver::control {

void CollectLimits(const Sources& sources, const CounterSnapshot& counts,
                   std::vector<Family>* families);

}  // namespace tern::resolver::control
