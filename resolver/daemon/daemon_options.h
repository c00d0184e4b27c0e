// The command line of ternd.
//
// Thread: any.
#pragma once

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"

namespace tern::resolver::daemon {

struct DaemonOptions {
  std::string config;  // a path; empty: the built-in defaults
  bool check = false;
  bool version = false;  // when set, the options behind it were not read
  bool help = false;     // the same
};

const Program& TerndProgram();

// `words` are what stands behind the program's name. An error is one line for the user.
absl::StatusOr<DaemonOptions> ParseDaemonOptions(std::span<const std::string> words);

}  // namespace tern::resolver::daemon
