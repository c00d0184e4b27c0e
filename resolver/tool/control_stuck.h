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

}  // namespace tern::resolver::tool
