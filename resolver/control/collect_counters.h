// The families of metrics from what the workers count (base/counters.h).
//
// Thread: any. Bound: the families.
#pragma once

#include <vector>

#include "resolver/base/counters.h"
#include "resolver/control/metric.h"

namespace tern::resolver::control {

void CollectCounters(const CounterSnapshot& counts, std::vector<Family>* families);

}  // namespace tern::resolver::control
