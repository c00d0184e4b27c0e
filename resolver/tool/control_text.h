// What ternd answers over its control socket, for people.
//
// Thread: any. Bounded by the answer.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "resolver/tool/control_command.h"

namespace tern::resolver::tool {

enum class ControlExit : int {
  kOk = 0,
  kUsage = 2,
  kFailure = 3,   // ternd could not do it, or who asks may not ask for it
  kNoAnswer = 4,  // nobody answers at the socket
};

struct ControlReply {
  ControlExit exit = ControlExit::kFailure;
  std::string text;   // for stdout: a line for each value, or nothing
  std::string error;  // for stderr: lines, or nothing
  std::string json;   // the answer on a line of its own; nothing when it cannot be read
};

// `why` is one line for the user.
ControlReply FailedReply(ControlExit exit, std::string_view why);

// Why ternd gave no answer (AskControl): nobody answered, or who asks may not.
ControlReply NoAnswerReply(const absl::Status& why);

// `line` is what came from the socket. Whatever it holds, what is made of it is harmless text.
// Gives the result of the answer, if there is one; then the reply has no text.
ControlReply ReadControlResult(std::string_view line, nlohmann::ordered_json* result);
ControlReply ReadControlReply(const ControlCommand& command, std::string_view line);

}  // namespace tern::resolver::tool
