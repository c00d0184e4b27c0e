// What the daemon asks the machine for: its clock, and its limits.
//
// Thread: any. No memory of its own.
#pragma once

#include <cstdint>

namespace tern::resolver::daemon {

// Raises the soft limit of file descriptors to the hard limit. Returns true when that worked.
bool RaiseDescriptorLimit();

// Unix time, and whether the kernel or systemd-timesyncd says that it is right.
struct WallClock {
  int64_t now = 0;
  bool synchronised = false;
};
WallClock ReadWallClock();

}  // namespace tern::resolver::daemon
