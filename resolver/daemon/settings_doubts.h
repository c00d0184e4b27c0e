// What is possible, but may not be what the operator means: texts for the log and for --check.
//
// Thread: any; at the start and at a reload.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "resolver/config/settings.h"

namespace tern::resolver::daemon {

// All warnings for the log of a start, and for --check.
std::vector<std::string> DoubtsOf(const config::Settings& settings);

// A warning for each address of `listen`, unless it is the default, and of resolution.outgoing
// that this machine lacks now. It names the position in the file, the key and the address.
std::vector<std::string> MissingAddresses(const config::Settings& settings);

// A warning when the cache may become larger than `machine`, which is MachineMemory(). Otherwise it
// is empty.
std::string DoubtOfMemory(const config::Settings& settings, uint64_t machine);

// A line for the log when forward or stub zones are not validated because they are private
// (config/private_zones.h). Otherwise it is empty.
std::string TellPrivateZones(const config::Settings& settings);

// A warning for each negative trust anchor that ended before `now` (Unix time). It names the
// position in the file and the key.
std::vector<std::string> EndedAnchors(const config::Settings& settings, int64_t now);

}  // namespace tern::resolver::daemon
