// Reads the small text files that an operator names in the configuration.
//
// Thread: any; blocks on the file system, so never a worker's.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace tern::resolver {

// Regular files only: a device or a pipe would never end. An error names the path and the reason.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t octets_max);

}  // namespace tern::resolver
