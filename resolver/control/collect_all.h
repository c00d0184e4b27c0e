// All metrics, for `/metrics` and `tern stats`.
//
// Thread: any. What it costs depends on the number of workers, limits and configured zones.
#pragma once

#include <vector>

#include "resolver/control/metric.h"
#include "resolver/control/sources.h"

namespace tern::resolver::control {

std::vector<Family> CollectAll(const Sources& sources);

}  // namespace tern::resolver::control
