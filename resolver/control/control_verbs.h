// The commands of the control socket: a table of verbs, each with the arguments that it takes.
//
// Thread: the control socket's. Bound: one answer.
#pragma once

#include <string>
#include <string_view>

#include "resolver/control/control_sources.h"

namespace tern::resolver::control {

// The answer's line to a request's line (control_request.h).
std::string AnswerControl(const ControlSources& sources, std::string_view line);

}  // namespace tern::resolver::control
