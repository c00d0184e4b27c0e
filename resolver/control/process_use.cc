#include "resolver/control/process_use.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

namespace tern::resolver::control {
namespace {

std::optional<double> ReadCpuSeconds() {
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) != 0) return std::nullopt;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::optional<ProcessUse::Memory> ReadMemory() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return std::nullopt;
  unsigned long long pages = 0;
  unsigned long long resident = 0;
  const bool is_read = std::fscanf(file, "%llu %llu", &pages, &resident) == 2;
  std::fclose(file);
  if (!is_read) return std::nullopt;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return ProcessUse::Memory{resident * page, pages * page};
}

}  // namespace

ProcessUse ReadProcessUse() { return {ReadCpuSeconds(), ReadMemory()}; }

}  // namespace tern::resolver::control
