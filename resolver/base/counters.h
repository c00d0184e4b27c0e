// What one worker counts of its resolutions.
//
// Thread: one worker's.
#pragma once

#include <cstdint>

namespace tern::resolver {

struct ResolutionCounters {
  uint64_t jobs = 0;
  uint64_t upstream_queries = 0;
  uint64_t hedges = 0;     // attempts beside an open one
  uint64_t forgeries = 0;  // replies with a wrong id or question
  uint64_t failures = 0;   // jobs that ended in SERVFAIL
  uint64_t refreshes = 0;  // jobs begun for entries near their expiry
  uint64_t stale_answers = 0;
  uint64_t dropped = 0;  // jobs and clients that made way for younger ones
};

}  // namespace tern::resolver
