// `cache look`: what the cache holds of a name. `cache dump`: a piece of all that it holds, and the
// place of the next one.
//
// Thread: the control socket's; it looks as any reader of the store does. Bound: one answer.
#pragma once

#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

VerbResult AnswerCacheLook(const ControlSources& sources, const ControlRequest& request);
VerbResult AnswerCacheDump(const ControlSources& sources, const ControlRequest& request);

}  // namespace tern::resolver::control
