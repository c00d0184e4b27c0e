// `stuck`: the questions in flight, the oldest first, and whom they wait for.
//
// Thread: any. Bound: kInFlightTold questions.
#pragma once

#include <vector>

#include "resolver/base/time.h"
#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"
#include "resolver/control/worker_looks.h"

namespace tern::resolver::control {

VerbResult AnswerStuck(const ControlSources& sources, const ControlRequest& request);

// The same for a page, which looks with a wait of 0.
VerbJson InFlightJson(const std::vector<WorkerLook>& looks, Time now);

}  // namespace tern::resolver::control
