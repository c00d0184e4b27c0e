// The path of a file that the configuration names.
//
// Thread: any; at the start and at a reload. Bound: the path.
#pragma once

#include <string>

namespace tern::resolver::config {

// A relative path starts at the folder of the configuration's file. The result is absolute, so that
// it means the same wherever it is shown. If the system does not say where this process is, the
// result starts there.
std::string NamedPath(const std::string& path, const std::string& configuration);

}  // namespace tern::resolver::config
