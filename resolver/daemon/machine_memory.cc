#include "resolver/daemon/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_split.h"
#include "resolver/base/text_file.h"
#include "wire/concat.h"
#include "wire/text_encoding.h"

namespace tern::resolver::daemon {
namespace {

constexpr size_t kKernelTextMax = 4096;

// The control group's path below /sys/fs/cgroup. Empty when there is none.
std::string ControlGroup() {
  const auto text = ReadTextFile("/proc/self/cgroup", kKernelTextMax);
  if (!text.ok()) return "";
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(*text, '\n'))) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "";
}

}  // namespace

uint64_t MemoryMaxIn(std::string_view text) {
  return wire::ParseDecimal<uint64_t>(text.substr(0, text.find('\n'))).value_or(0);
}

uint64_t MachineMemory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_octets = sysconf(_SC_PAGESIZE);
  const uint64_t machine = pages > 0 && page_octets > 0
                               ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_octets)
                               : 0;
  const auto text =
      ReadTextFile(Concat("/sys/fs/cgroup", ControlGroup(), "/memory.max"), kKernelTextMax);
  const uint64_t group = text.ok() ? MemoryMaxIn(*text) : 0;
  if (machine == 0 || group == 0) return std::max(machine, group);
  return std::min(machine, group);
}

}  // namespace tern::resolver::daemon
