// Entries that come from outside this process: from the file of an earlier one, or from another
// process.
//
// Thread: any; pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "cache/entry.h"

namespace tern::cache {

// Whether an entry of unknown origin may be put into the store and answered from. It is sound
// (IsSoundEntry), and its content has the shape that a reply's content has when it is learnt: each
// record has the RDATA of its type, and a denial has at most one SOA. No such entry is a failure.
// REQUIRES: bytes are aligned to 8 octets.
bool IsSoundStoredEntry(std::span<const uint8_t> bytes);

// How an entry's times change between two processes, and what they may be.
struct Ageing {
  // What is added to a moment of the earlier process, in seconds, to have the moment of this one:
  // now - then - the time that has passed between the two.
  int64_t shift = 0;
  Instant now;
  uint32_t max_stale = 0;  // entries that expired more seconds ago are not worth keeping
  TtlPolicy ttl;
};

// Changes the times of a sound entry. False when it is too old to be kept.
bool Age(uint8_t* entry, const Ageing& ageing);

}  // namespace tern::cache
