// Counts the allocations of this thread, and can let its memory run out: the program's operator new
// counts and refuses.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>

namespace tern::resolver::test {

size_t AllocationCount();

// While an object lives, this thread gets the next `granted` allocations and no others. Then
// operator new throws std::bad_alloc, or returns null for nothrow. A GoogleTest assertion that
// fails inside the scope throws as well.
class MemoryRunsOut {
 public:
  explicit MemoryRunsOut(size_t granted = 0);
  ~MemoryRunsOut();
  MemoryRunsOut(const MemoryRunsOut&) = delete;
  MemoryRunsOut& operator=(const MemoryRunsOut&) = delete;

  // How many allocations were refused so far.
  size_t refused() const;
};

// Runs `scenario(granted)` with more and more memory until it lacks none. The scenario returns how
// many allocations were refused.
template <typename Scenario>
void WithEachAllocationRefused(size_t allocations_least, size_t allocations_most,
                               Scenario&& scenario) {
  for (size_t granted = 0;; ++granted) {
    SCOPED_TRACE(granted);
    if (scenario(granted) == 0) {
      EXPECT_GE(granted, allocations_least) << "the scenario no longer allocates";
      return;
    }
    ASSERT_LT(granted, allocations_most);
  }
}

}  // namespace tern::resolver::test
