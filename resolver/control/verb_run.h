// `reload`, `drain`, `upgrade` and `stop`: the daemon as a whole.
//
// Thread: the control socket's. Bound: one answer.
#pragma once

#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

VerbResult AnswerReload(const ControlSources& sources, const ControlRequest& request);
VerbResult AnswerDrain(const ControlSources& sources, const ControlRequest& request);
VerbResult AnswerUpgrade(const ControlSources& sources, const ControlRequest& request);
VerbResult AnswerStop(const ControlSources& sources, const ControlRequest& request);

}  // namespace tern::resolver::control
