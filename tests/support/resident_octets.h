// How much memory the test's own process has in the machine's memory now.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

namespace tern {

inline size_t ResidentOctets() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  unsigned long mapped = 0;
  unsigned long resident = 0;
  const int fields = std::fscanf(file, "%lu %lu", &mapped, &resident);
  std::fclose(file);
  EXPECT_EQ(fields, 2);
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace tern
