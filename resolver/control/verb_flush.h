// `flush`: what the daemon is to forget.
//
// Thread: the control socket's. Bound: one answer.
#pragma once

#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

VerbResult AnswerFlush(const ControlSources& sources, const ControlRequest& request);

}  // namespace tern::resolver::control
