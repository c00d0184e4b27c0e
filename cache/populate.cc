#include "cache/populate.h"

#include <sys/mman.h>

namespace tern::cache {

void Populate([[maybe_unused]] void* memory, [[maybe_unused]] size_t octets) {
#ifdef MADV_POPULATE_WRITE
  (void)madvise(memory, octets, MADV_POPULATE_WRITE);
#endif
}

}  // namespace tern::cache
