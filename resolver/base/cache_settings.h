// What is kept of answers and for how long, as an operator can set it: plain values with their
// defaults.
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
  // How long past its TTL an entry may serve where nobody answers (RFC 8767), and the TTL it has
  // then; seconds. 0: never.
  uint32_t max_stale = 86400;
  uint32_t stale_ttl = 30;
  // Popular entries are asked for again in the last tenth of their TTL.
  bool prefetch = true;
  // For how long a question that failed is not asked again: the first time, and at most when it
  // fails time after time; seconds, neither more than kFailureTtlMax.
  uint32_t min_failure_ttl = 5;
  uint32_t max_failure_ttl = 300;
};

}  // namespace tern::resolver
