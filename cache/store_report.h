// What the store reports about a Put and about itself.
//
// Thread: any. Values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cache/entry.h"

namespace tern::cache {

// Whether an entry is likely to be used again. If not, it takes no room from the others.
enum class Reuse : uint8_t { kExpected, kUnlikely };

enum class PutOutcome : uint8_t {
  kStored,
  kOutranked,  // a fresh entry of a higher rank stays
  kTooLarge,   // over kEntryOctetsMax, or its size is not what it says
  kNoRoom,     // readers pin everything, or the machine has no memory
};

// Why an entry left the store.
enum class Leaving : uint8_t {
  kRoom,      // memory was needed
  kExpired,   // memory was needed, and it was past its TTL
  kIndex,     // its name has as many entries as it may have, or the index could not grow
  kReplaced,  // by another one of its key
  kErased,
};
inline constexpr size_t kLeavings = 5;

struct StoreStatistics {
  struct OfKind {
    uint64_t entries = 0;
    uint64_t octets = 0;  // without their part of the index
  };

  uint64_t Left(Leaving why) const { return left[static_cast<size_t>(why)]; }
  // Entries that made way for entries of other keys.
  uint64_t evictions() const {
    return Left(Leaving::kRoom) + Left(Leaving::kExpired) + Left(Leaving::kIndex);
  }

  size_t octets = 0;      // mapped now
  size_t octets_max = 0;  // the ceiling
  uint64_t entries = 0;   // that Find can find now
  uint64_t insertions = 0;
  std::array<uint64_t, kLeavings> left{};
  std::array<OfKind, kEntryKinds> of_kind{};  // by EntryKind
  uint64_t too_large = 0;                     // entries that were not kept for their size
};

}  // namespace tern::cache
