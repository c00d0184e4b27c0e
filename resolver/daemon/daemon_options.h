// The command line of ternd.
//
// Thread: any. Bounded by the length of the command line.
#pragma once

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"

namespace tern::resolver::daemon {

struct DaemonOptions {
  std::string config;  // a path; empty means the built-in defaults
  bool check = false;
  bool version = false;  // the rest of the line was not read
  bool help = false;     // the rest of the line was not read
};

const Program& TerndProgram();

// `words` follow the program's name. An error is one line for the user.
absl::StatusOr<DaemonOptions> ParseDaemonOptions(std::span<const std::string> words);

}  // namespace tern::resolver::daemon
