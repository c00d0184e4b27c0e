#include "tests/support/allocation_count.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr size_t kUnlimited = std::numeric_limits<size_t>::max();

thread_local size_t allocations = 0;
thread_local size_t granted_allocations = kUnlimited;
thread_local size_t refused_allocations = 0;

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TERN_ALLOCATOR_IS_THE_SANITIZERS
#endif
#endif
#ifndef TERN_ALLOCATOR_IS_THE_SANITIZERS

void* TryAllocate(size_t octets, size_t alignment) {
  ++allocations;
  if (granted_allocations == 0) {
    ++refused_allocations;
    return nullptr;
  }
  if (granted_allocations != kUnlimited) --granted_allocations;
  void* memory = nullptr;
  if (posix_memalign(&memory, std::max(alignment, sizeof(void*)), octets) != 0) std::abort();
  return memory;
}

void* Allocate(size_t octets, size_t alignment) {
  void* memory = TryAllocate(octets, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

#endif

}  // namespace

// ThreadSanitizer has an allocator of its own, which cannot be replaced: nothing is counted then.
#ifndef TERN_ALLOCATOR_IS_THE_SANITIZERS

void* operator new(size_t octets) { return Allocate(octets, alignof(std::max_align_t)); }
void* operator new[](size_t octets) { return Allocate(octets, alignof(std::max_align_t)); }
void* operator new(size_t octets, std::align_val_t alignment) {
  return Allocate(octets, static_cast<size_t>(alignment));
}
void* operator new[](size_t octets, std::align_val_t alignment) {
  return Allocate(octets, static_cast<size_t>(alignment));
}
void* operator new(size_t octets, const std::nothrow_t&) noexcept {
  return TryAllocate(octets, alignof(std::max_align_t));
}
void* operator new[](size_t octets, const std::nothrow_t&) noexcept {
  return TryAllocate(octets, alignof(std::max_align_t));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

#endif

namespace tern::resolver::test {

size_t AllocationCount() { return allocations; }

MemoryRunsOut::MemoryRunsOut(size_t granted) {
  granted_allocations = granted;
  refused_allocations = 0;
}

MemoryRunsOut::~MemoryRunsOut() { granted_allocations = kUnlimited; }

size_t MemoryRunsOut::refused() const { return refused_allocations; }

}  // namespace tern::resolver::test
