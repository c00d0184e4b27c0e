// Reads the command line of a command for the control socket (control_commands.h).
//
// Thread: any. Bounded by the length of the command line.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/control_socket.h"
#include "resolver/tool/control_command.h"

namespace tern::resolver::tool {

struct ControlOptions {
  std::string socket = kControlSocket;
  bool json = false;
  bool help = false;                    // then there is no request
  std::vector<std::string> words = {};  // of the command line, for what is done here
  std::string request;                  // the line for ternd, with its newline
};

// `words` follow the command's name. An error is one line for the user.
absl::StatusOr<ControlOptions> ParseControlOptions(const ControlCommand& command,
                                                   std::span<const std::string> words);

}  // namespace tern::resolver::tool
