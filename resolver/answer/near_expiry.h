// When an entry is refreshed ahead of its expiry.
//
// Thread: any.
#pragma once

#include "cache/entry.h"

namespace tern::resolver::answer {

// Whether the entry is in the last tenth of its life. An entry of less than ten seconds is never
// near its expiry: a tenth of it would leave no time to refresh it.
// REQUIRES: the entry is fresh.
inline bool IsNearExpiry(cache::EntryView entry, cache::Instant now) {
  return entry.Remaining(now) <= entry.ttl() / 10;
}

}  // namespace tern::resolver::answer
