// Memory that is about to be filled.
//
// Thread: any. Bound: none of its own; the memory is the caller's.
#pragma once

#include <cstddef>

namespace tern::cache {

// Has the kernel give all pages of fresh memory at once, instead of one at each first touch. A page
// that is read before it is written would even cost two faults, and the second one interrupts all
// processors that run this process. Kernels before 5.14 do not know it, and nothing happens.
// `memory` begins a page.
void Populate(void* memory, size_t octets);

}  // namespace tern::cache
