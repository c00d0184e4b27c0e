// What ternd answers over its control socket, for people.
//
// Thread: any. Bounded by the answer.
#pragma once

#include <string>
#include <string_view>

#include "resolver/tool/control_command.h"

namespace tern::resolver::tool {

enum class ControlExit : int {
  kOk = 0,
  kUsage = 2,
  kFailure = 3,   // ternd refused, or could not do it
  kNoAnswer = 4,  // nobody answers at the socket
};

struct ControlReply {
  ControlExit exit = ControlExit::kFailure;
  std::string text;   // for stdout: a line for each value, or nothing
  std::string error;  // for stderr: lines, or nothing
  std::string json;   // the answer on a line of its own; nothing when it cannot be read
};

// `line` is what came from the socket. Whatever it holds, the result is harmless text.
ControlReply ReadControlReply(const ControlCommand& command, std::string_view line);

}  // namespace tern::resolver::tool
