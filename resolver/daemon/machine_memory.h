// How much memory this process may have at most.
//
// Thread: any; at the start and at a reload.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tern::resolver::daemon {

// Octets: the machine's memory, or the limit of the process's control group (cgroup v2) if that is
// lower. 0 when nobody tells.
uint64_t MachineMemory();

// The limit in the text of a file `memory.max`. 0: no limit, or no such text.
uint64_t MemoryMaxIn(std::string_view text);

}  // namespace tern::resolver::daemon
