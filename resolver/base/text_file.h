// Reads small text files that the configuration names.
//
// Thread: any except a worker's, because it blocks on the file system. Bounded by the caller's
// limit.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace tern::resolver {

// Reads a regular file of at most `octets_max`. Devices and pipes are refused, because they might
// never end. An error names the path and the reason.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t octets_max);

}  // namespace tern::resolver
