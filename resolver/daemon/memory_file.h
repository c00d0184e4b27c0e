// A file in memory, which never has a name. Only processes that were given its descriptor see it.
// So what one of this user's processes finds in such a file was written by the one before it.
//
// Thread: any. Bound: what is written.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {

// `label` is for people who look into /proc.
absl::StatusOr<io::OwnedFd> MakeMemoryFile(const char* label);

// The file from its start, but `octets_max` at most.
std::string ReadMemoryFile(int fd, size_t octets_max);

}  // namespace tern::resolver::daemon
