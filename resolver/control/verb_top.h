// `top`: what is seen at a glance. `tern top` shows it again and again.
//
// Thread: the control socket's. It waits kLookMax at most for workers that are busy.
// Bound: that of glance.h.
#pragma once

#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

VerbResult AnswerTop(const ControlSources& sources, const ControlRequest& request);

}  // namespace tern::resolver::control
