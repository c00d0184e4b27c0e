// The families of metrics of the query log and of dnstap (event_counts.h).
//
// Thread: any. Bound: a sample for each worker, and the families.
#pragma once

#include <vector>

#include "resolver/control/event_counts.h"
#include "resolver/control/metric.h"

namespace tern::resolver::control {

void CollectEvents(const EventCounts& counts, std::vector<Family>* families);

}  // namespace tern::resolver::control
