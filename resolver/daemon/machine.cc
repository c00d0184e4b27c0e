#include "resolver/daemon/machine.h"

#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

#include <chrono>

namespace tern::resolver::daemon {

WallClock ReadWallClock() {
  timex state{};
  const int answer = adjtimex(&state);  // it fails where a sandbox forbids it
  const bool kernel_says_so = answer >= 0 && answer != TIME_ERROR;
  // systemd-timesyncd(8) makes the file when it has set the clock.
  const bool synchronised =
      kernel_says_so || access("/run/systemd/timesync/synchronized", F_OK) == 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {.now = std::chrono::duration_cast<std::chrono::seconds>(now).count(),
          .synchronised = synchronised};
}

bool RaiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace tern::resolver::daemon
