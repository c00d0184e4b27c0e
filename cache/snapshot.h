// A snapshot: what the store knows, as a file of blocks. A later process reads it and goes on
// (snapshot_write.h, snapshot_read.h).
//
// The file has a header of kSnapshotHeaderOctets, and then blocks. Block number n starts at
// kSnapshotHeaderOctets + n * kSnapshotStride. A block has a header and up to 32 KiB of entries as
// they are in the store. So blocks need no directory, and several threads can write and read them.
// The file's header is written last: a file without it is not finished.
//
// Header and blocks have seals: checksums under a key that only the owner of the file knows. The
// seal of a block covers its number and a random number of the file. So a block of an older file,
// or in another place, is not sound.
//
// Numbers are in the machine's byte order, as in the entries. A file of another machine or of
// another layout is refused by the first words of its header.
//
// Thread: any. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"

namespace tern::cache {

// Goes up when this file changes what the octets mean. Entries have kEntryLayoutVersion (entry.h).
inline constexpr uint32_t kSnapshotVersion = 1;
inline constexpr uint64_t kSnapshotMagic = 0x50414e534e524554;  // "TERNSNAP" in little-endian order
inline constexpr uint32_t kSnapshotByteOrder = 0x01020304;
inline constexpr size_t kSnapshotHeaderOctets = 4096;
inline constexpr size_t kSnapshotBlockHeaderOctets = 64;
inline constexpr size_t kSnapshotBlockOctets = 32 * 1024;  // of entries
inline constexpr size_t kSnapshotStride = kSnapshotBlockHeaderOctets + kSnapshotBlockOctets;

// Of octets, under a key. It must not be possible to find the seal of other octets without the key.
// Any thread calls it.
using SnapshotSeal = absl::FunctionRef<uint64_t(std::span<const uint8_t>)>;

// What a reader must know before it may believe the blocks.
struct SnapshotHeader {
  uint64_t seal = 0;  // of all that follows
  uint64_t magic = kSnapshotMagic;
  uint32_t byte_order = kSnapshotByteOrder;
  uint32_t version = kSnapshotVersion;
  uint32_t entry_layout = 0;
  uint32_t written_at = 0;   // on the writer's store clock
  int64_t wall_seconds = 0;  // the same moment on the wall clock, since 1970
  uint64_t facts = 0;        // about the configuration: what was learnt under others is not used
  uint64_t number = 0;       // drawn at random for this file
  uint64_t seed = 0;         // of the store's hash
  uint32_t shards = 0;       // of the store
  uint32_t blocks = 0;
  uint64_t entries = 0;
};

struct SnapshotBlock {
  uint64_t seal = 0;    // of all that follows, and of the entries
  uint64_t number = 0;  // the file's
  uint32_t index = 0;   // the block's
  uint32_t shard = 0;   // of the store that was written
  uint32_t octets = 0;  // of entries
  uint32_t entries = 0;
  uint8_t log = 0;  // Log (shard.h)
  uint8_t unused[31] = {};
};
static_assert(sizeof(SnapshotBlock) == kSnapshotBlockHeaderOctets);

inline uint64_t SnapshotBlockOffset(uint32_t index) {
  return kSnapshotHeaderOctets + uint64_t{index} * kSnapshotStride;
}

}  // namespace tern::cache
