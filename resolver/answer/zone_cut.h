// The zone cut that the store knows at a name.
//
// Thread: as cache::Store::Find. Nothing here waits.
#pragma once

#include <cstdint>

#include "cache/entry.h"
#include "cache/store.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::answer {

// The delegation to the zone whose apex is `name`. `hash` is the store's hash of that name. Null
// when no delegation is known that is within its TTL at `now`.
inline cache::EntryView FreshCut(const cache::Store& store, wire::NameView name, uint64_t hash,
                                 cache::Instant now) {
  const cache::EntryView cut = store.FindCut(name, hash);
  return cut && cut.IsFresh(now) ? cut : cache::EntryView();
}

// Whether the alias at `name` belongs to the zone below. Then it is no answer for DS, which is in
// the parent zone (RFC 4035 section 3.1.4.1).
inline bool IsAliasBelowCut(const cache::Store& store, wire::NameView name, uint64_t hash,
                            wire::RRType type, cache::Instant now) {
  return type == wire::RRType::kDS && FreshCut(store, name, hash, now);
}

}  // namespace tern::resolver::answer
