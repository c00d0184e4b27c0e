// The command lines of what changes a running ternd until it reads its configuration again: `tern
// log level`, `tern forward add` and the like.
//
// Thread: any. Bounded by the command line.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "resolver/tool/control_command.h"

namespace tern::resolver::tool {

// `config show`, `log level`, `log reopen`, and `add`, `remove` and `list` of `forward`, `stub`,
// `local` and `nta`.
std::vector<ControlCommand> SettingsCommands();
ControlCommand DrainCommand();

// The lines that ternd has made for people. What else the result has is for programs.
std::string LinesText(const nlohmann::ordered_json& result);

}  // namespace tern::resolver::tool
