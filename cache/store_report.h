// What the store says about a Put and about itself.
//
// Thread: any; values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tern::cache {

enum class PutOutcome : uint8_t {
  kStored,
  kOutranked,  // a fresh entry of higher rank stays
  kTooLarge,   // over kEntryOctetsMax, or not of the size that it claims
  kNoRoom,     // readers pin everything, or the machine has no memory
};

struct StoreStatistics {
  size_t octets = 0;      // mapped now
  size_t octets_max = 0;  // the ceiling
  uint64_t entries = 0;   // findable now
  uint64_t insertions = 0;
  uint64_t replacements = 0;
  uint64_t evictions = 0;
};

}  // namespace tern::cache
