// The settings of the cache: what is kept and for how long. Plain values with their defaults.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cache/ttl.h"
#include "resolver/base/limits.h"

namespace tern::resolver {

struct CacheSettings {
  size_t memory_octets = size_t{256} << 20;
  cache::TtlPolicy ttl;
  // An expired entry may be served for max_stale seconds after its TTL, when no name server answers
  // (RFC 8767). It is served with stale_ttl, in seconds. max_stale 0 means never.
  uint32_t max_stale = 86400;
  uint32_t stale_ttl = 30;
  // What expired serves also when what came in its place is bogus.
  bool stale_instead_of_bogus = false;
  // Popular entries are refreshed in the last tenth of their TTL.
  bool prefetch = true;
  // A failed question is not asked again for this many seconds: min_failure_ttl after the first
  // failure, max_failure_ttl at most after repeated failures. Neither exceeds kFailureTtlMax.
  uint32_t min_failure_ttl = 5;
  uint32_t max_failure_ttl = 300;
};

}  // namespace tern::resolver
