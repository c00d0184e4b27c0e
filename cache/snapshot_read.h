// Reads a snapshot into a store (snapshot.h).
//
// Everything in the file is checked as what a stranger says, whatever its seals are. What is not
// sound is left out, block by block:
// - A block must have its seal, and be the one that its place says.
// - Each entry must be one that could have been learnt (stored_entry.h), and young enough.
//
// If the store is smaller than the file, it keeps the entries of the main logs first, and the
// newest first.
//
// Thread: any; the store may be in use, but see ReadSnapshot.
// Bound: 128 KiB for each reading thread, and 24 octets for each block of the file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "cache/snapshot.h"
#include "cache/store.h"
#include "cache/stored_entry.h"

namespace tern::cache {

enum class SnapshotVerdict : uint8_t {
  kGood,
  kUnreadable,   // errno says why
  kForeign,      // no snapshot, or one that was not finished
  kOtherLayout,  // of another version of Tern or of another machine
  kWrongSeal,    // made with another key, or changed since
};

// Reads the header of the file and checks all that needs no knowledge of the configuration.
SnapshotVerdict ReadSnapshotHeader(int fd, SnapshotSeal seal, SnapshotHeader* header);

struct SnapshotRead {
  uint64_t entries = 0;   // put into the store
  uint64_t octets = 0;    // of their blocks
  uint64_t old = 0;       // entries that expired too long ago
  uint64_t left_out = 0;  // entries for which there was no room
  uint32_t blocks = 0;    // that were sound
  uint32_t damaged = 0;   // blocks that were not there, or not sound
  uint32_t skipped =
      0;  // blocks that were not read, because `goes_on` said no, or for want of memory
};

// Reads the blocks of a file whose header was good. If the store is empty, it gets the seed of the
// file: then the blocks of a shard go to one shard, which takes a third of the time.
// `threads` share the work; the caller's own is one of them. `goes_on` is asked before each block
// is looked for and before it is read, on each of the threads.
// `frees`: the file is in memory, and gives back the memory of each block that was read. So the
// file shrinks while the store grows.
// REQUIRES: nobody else uses the store, or something is in it already.
SnapshotRead ReadSnapshot(int fd, const SnapshotHeader& header, SnapshotSeal seal,
                          const Ageing& ageing, size_t threads, absl::FunctionRef<bool()> goes_on,
                          Store* store, bool frees = false);

}  // namespace tern::cache
