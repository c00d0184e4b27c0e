// The commands of tern.
//
// Thread: any.
#pragma once

#include "resolver/base/command_line.h"

namespace tern::resolver::tool {

// A new command needs its description here and a line in tern_main.cc.
const Program& TernProgram();

}  // namespace tern::resolver::tool
