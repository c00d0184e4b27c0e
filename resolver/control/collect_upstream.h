// The families of metrics of what name servers and forwarders are asked.
//
// Thread: any. Bound: the families.
#pragma once

#include <vector>

#include "resolver/base/counters.h"
#include "resolver/control/metric.h"

namespace tern::resolver::control {

void CollectUpstream(const CounterSnapshot& counts, std::vector<Family>* families);

}  // namespace tern::resolver::control
