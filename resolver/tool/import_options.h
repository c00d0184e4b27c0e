// The command line of `tern config import`.
//
// Thread: any.
#pragma once

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"

namespace tern::resolver::tool {

struct ImportOptions {
  std::string file;
  bool help = false;
};

enum class ImportExit : int {
  kWhole = 0,
  kMissing = 1,  // something could not be carried over
  kUsage = 2,
  kUnreadable = 3,
};

const Command& ImportCommand();
// `words` follow `tern config import`. An error is one line for the user.
absl::StatusOr<ImportOptions> ParseImportOptions(std::span<const std::string> words);

}  // namespace tern::resolver::tool
