// What the store reports about a Put and about itself.
//
// Thread: any. Values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tern::cache {

// Whether an entry is likely to be used again. If not, it takes no room from the others.
enum class Reuse : uint8_t { kExpected, kUnlikely };

enum class PutOutcome : uint8_t {
  kStored,
  kOutranked,  // a fresh entry of a higher rank stays
  kTooLarge,   // over kEntryOctetsMax, or its size is not what it says
  kNoRoom,     // readers pin everything, or the machine has no memory
};

struct StoreStatistics {
  size_t octets = 0;      // mapped now
  size_t octets_max = 0;  // the ceiling
  uint64_t entries = 0;   // that Find can find now
  uint64_t insertions = 0;
  uint64_t replacements = 0;
  uint64_t evictions = 0;
};

}  // namespace tern::cache
