// How often this thread has allocated, and a way to let its memory run out: the program's operator
// new counts and refuses.
#pragma once

#include <cstddef>

namespace tern::resolver::test {

size_t AllocationCount();

// While one lives, this thread gets the next `granted` allocations and no further one: operator new
// throws std::bad_alloc, or returns null where nothrow was asked for. Assertions of GoogleTest that
// fail inside its scope throw as well.
class MemoryRunsOut {
 public:
  explicit MemoryRunsOut(size_t granted = 0);
  ~MemoryRunsOut();
  MemoryRunsOut(const MemoryRunsOut&) = delete;
  MemoryRunsOut& operator=(const MemoryRunsOut&) = delete;

  // How many allocations were refused so far.
  size_t refused() const;
};

}  // namespace tern::resolver::test
