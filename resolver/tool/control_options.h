// The command lines of what a running ternd is told over its control socket: `tern status`,
// `tern reload` and the like.
//
// Thread: any. Bounded by the length of the command line.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/base/control_socket.h"

namespace tern::resolver::tool {

struct ControlOptions {
  std::string socket = kControlSocket;
  bool json = false;
  bool help = false;    // then there is no request
  std::string request;  // the line for ternd, with its newline
};

// The commands that the control socket takes.
std::vector<Command> ControlCommands();

// Whether ParseControlOptions reads this command.
bool IsControlCommand(std::string_view name);

// `words` follow the command's name. An error is one line for the user.
absl::StatusOr<ControlOptions> ParseControlOptions(const Command& command,
                                                   std::span<const std::string> words);

}  // namespace tern::resolver::tool
