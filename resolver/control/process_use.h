// What the process uses of the machine. What the kernel does not tell is missing.
//
// Thread: any. Bound: none is needed.
#pragma once

#include <cstdint>
#include <optional>

namespace tern::resolver::control {

struct ProcessUse {
  struct Memory {
    uint64_t resident_octets = 0;
    uint64_t virtual_octets = 0;
  };
  std::optional<double> cpu_seconds;  // since its start
  std::optional<Memory> memory;
};

ProcessUse ReadProcessUse();

}  // namespace tern::resolver::control
