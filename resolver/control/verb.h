// One command of the control socket, as the table of control_verbs.cc has it. Its answer is made in
// a file of its own, `verb_*.cc`.
//
// Thread: the control socket's. Bound: one answer.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"

namespace tern::resolver::control {

using VerbJson = nlohmann::ordered_json;
// An error is a text for a person.
using VerbResult = absl::StatusOr<VerbJson>;

struct Verb {
  std::string_view name;
  std::vector<std::string_view> arguments;
  VerbResult (*answer)(const ControlSources& sources, const ControlRequest& request);
};

}  // namespace tern::resolver::control
