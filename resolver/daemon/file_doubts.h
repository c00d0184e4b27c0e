// What --check says of the files that ternd would write: those whose folder is not there, or where
// this process may not write.
//
// These are warnings. The folder may come before ternd starts (systemd's RuntimeDirectory), and
// whoever checks may be another user. At the start ternd tries, and says what failed.
//
// Thread: any. Bound: a line for each of the keys.
#pragma once

#include <string>
#include <vector>

#include "resolver/config/settings.h"

namespace tern::resolver::daemon {

// It names the position in the file, the key, what was expected and what was found. Not of paths
// that are the default: without these ternd works as without the key.
std::vector<std::string> FileDoubts(const config::Settings& settings);

}  // namespace tern::resolver::daemon
