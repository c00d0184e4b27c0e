// `tern stuck`: the questions in flight, for people.
//
// Thread: any. Bounded by the answer.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "resolver/base/command_line.h"

namespace tern::resolver::tool {

Command StuckCommand();
std::string StuckText(const nlohmann::ordered_json& result);
// What one step of a question in flight waits for: `asks the servers of example.: ...`.
std::string StepText(const nlohmann::ordered_json& step);

}  // namespace tern::resolver::tool
