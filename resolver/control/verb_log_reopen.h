// `log reopen`: the files of the query log and of dnstap are opened again, as after logrotate.
//
// Thread: the control socket's. Bound: one answer.
#pragma once

#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

// An error when one of them cannot be opened: a line for each file.
VerbResult AnswerLogReopen(const ControlSources& sources, const ControlRequest& request);

}  // namespace tern::resolver::control
