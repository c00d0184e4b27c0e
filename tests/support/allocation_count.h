// How often this thread has allocated: the program's operator new counts.
#pragma once

#include <cstddef>

namespace tern::resolver::test {

size_t AllocationCount();

}  // namespace tern::resolver::test
