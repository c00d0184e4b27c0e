// The table of the commands that a running ternd gets over its control socket: `tern status`,
// `tern reload` and the like.
//
// Thread: any; constants.
#pragma once

#include <string_view>
#include <vector>

#include "resolver/tool/control_command.h"

namespace tern::resolver::tool {

const std::vector<ControlCommand>& ControlCommands();

// Null when the command of that name is none of them.
const ControlCommand* FindControlCommand(std::string_view name);

}  // namespace tern::resolver::tool
