// The commands of the control socket: a table of verbs, each with the arguments that it takes.
//
// Thread: the control socket's. Bound: one answer.
#pragma once

#include <string>
#include <string_view>

#include "resolver/base/counters.h"
#include "resolver/control/steered.h"

namespace tern::resolver::control {

// All of it outlives the server.
struct ControlSources {
  Steered* steered = nullptr;
  const CounterSource* counters = nullptr;
};

// The answer's line to a request's line (control_request.h).
std::string AnswerControl(const ControlSources& sources, std::string_view line);

}  // namespace tern::resolver::control
