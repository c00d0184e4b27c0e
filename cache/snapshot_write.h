// Writes the store's content into a file, while the store is in use.
//
// - No thread that uses the store waits for the writer: it looks as a Reader does, and it holds a
//   shard's lock only to find a segment.
// - Between two segments it holds nothing, so memory is used again as usual.
// - What the store has from the start of the writing to its end is in the snapshot. What is learnt
//   meanwhile may be in it. If more is learnt meanwhile than a shard has room for, what of it was
//   known before may be missing (`is_outrun`).
// - Failures are left out: whatever failed may work for the next process. So is what the caller
//   names.
//
// Thread: any. Bound: 96 KiB for each writing thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/functional/function_ref.h"
#include "cache/entry.h"
#include "cache/snapshot.h"
#include "cache/store.h"
#include "cache/ttl.h"

namespace tern::cache {

struct SnapshotFacts {
  Instant now;
  int64_t wall_seconds = 0;  // Unix time, of the same moment
  uint64_t facts = 0;        // see SnapshotHeader
  uint64_t number = 0;       // random
  // Entries that are not to be in the snapshot. Empty: none. It is called on each of the threads.
  std::function<bool(EntryView)> leaves_out = nullptr;
};

struct SnapshotWritten {
  enum class Result : uint8_t { kWhole, kStopped, kNoReader, kFailed };
  Result result = Result::kWhole;
  int error = 0;           // errno of kFailed
  bool is_outrun = false;  // the store was filled faster than it could be written
  uint64_t entries = 0;
  uint64_t octets = 0;  // of the file
};

// `fd`: an empty file that can be written at any offset. It is not synchronised with the disk.
// `threads` share the work; the caller's own is one of them.
// `goes_on` is asked before each segment, on each of the threads. When it says no, the file stays
// without its header.
SnapshotWritten WriteSnapshot(Store* store, int fd, const SnapshotFacts& facts, SnapshotSeal seal,
                              size_t threads, absl::FunctionRef<bool()> goes_on);

}  // namespace tern::cache
