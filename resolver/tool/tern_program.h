// Describes the commands of tern.
//
// Thread: any; constants.
#pragma once

#include "resolver/base/command_line.h"

namespace tern::resolver::tool {

// To add a command, add its description here and a line in tern_main.cc.
const Program& TernProgram();

}  // namespace tern::resolver::tool
