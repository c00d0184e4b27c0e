#include "tests/support/allocation_count.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local size_t allocations = 0;

void* Allocate(size_t octets, size_t alignment) {
  ++allocations;
  void* memory = nullptr;
  if (posix_memalign(&memory, std::max(alignment, sizeof(void*)), octets) != 0) std::abort();
  return memory;
}

}  // namespace

void* operator new(size_t octets) { return Allocate(octets, alignof(std::max_align_t)); }
void* operator new[](size_t octets) { return Allocate(octets, alignof(std::max_align_t)); }
void* operator new(size_t octets, std::align_val_t alignment) {
  return Allocate(octets, static_cast<size_t>(alignment));
}
void* operator new[](size_t octets, std::align_val_t alignment) {
  return Allocate(octets, static_cast<size_t>(alignment));
}
void* operator new(size_t octets, const std::nothrow_t&) noexcept {
  return Allocate(octets, alignof(std::max_align_t));
}
void* operator new[](size_t octets, const std::nothrow_t&) noexcept {
  return Allocate(octets, alignof(std::max_align_t));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace tern::resolver::test {

size_t AllocationCount() { return allocations; }

}  // namespace tern::resolver::test
