// The cache on its way to the next process, as a snapshot in an open file: that of `cache.file`, or
// one in memory.
//
// Thread: one at a time. Bound: that of snapshot_read.h and snapshot_write.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "cache/snapshot_write.h"
#include "cache/store.h"
#include "cache/ttl.h"
#include "resolver/base/siphash.h"
#include "resolver/base/zone_set.h"
#include "resolver/daemon/log.h"

namespace tern::resolver::daemon {

// The first answer waits no longer than this for the cache. What was not read by then is left out.
inline constexpr std::chrono::seconds kKeptCacheReadMax{2};
// A clock that was set back by so much is no reason not to use it.
inline constexpr int64_t kKeptCacheBackwardsSecondsMax = 5;

// One moment on the store's clock and on the wall.
struct CacheMoment {
  cache::Instant now;
  int64_t wall_seconds = 0;  // Unix time
};

struct KeptCacheReading {
  CacheMoment moment = {};
  bool time_unsure = false;  // the clock is plainly wrong
  uint64_t facts = 0;        // cache_facts.h
  uint32_t max_stale = 0;
  cache::TtlPolicy ttl = {};
  size_t threads = 1;
  bool frees = false;  // see ReadSnapshot
};

// Puts the content into the store, which is empty and used by nobody else, and says in the log what
// was read. `name` is where it comes from, for the log. Returns why nothing was read; empty when
// something was.
std::string ReadKeptCache(int fd, const SipKey& key, const KeptCacheReading& reading,
                          std::string_view name, const LogSink& log, cache::Store* store);

// What the next process may have.
struct CacheToKeep {
  uint64_t facts = 0;     // cache_facts.h
  ZoneSet left_out = {};  // what is cached of their names was learnt under other facts

  friend bool operator==(const CacheToKeep&, const CacheToKeep&) = default;
};
inline constexpr const char* kNothingToKeep = "all of it is being forgotten, or the clock is wrong";

struct KeptCacheWriting {
  CacheMoment moment = {};
  CacheToKeep what = {};
  size_t threads = 1;
};

// `fd` is an empty file. The store may be in use. `goes_on` is called from all threads.
cache::SnapshotWritten WriteKeptCache(int fd, const SipKey& key, const KeptCacheWriting& writing,
                                      absl::FunctionRef<bool()> goes_on, cache::Store* store);

// Empty, or why somebody else may have made the file. `forbidden`: the mode that it must not have.
std::string WhyForeign(int fd, unsigned forbidden);
inline constexpr unsigned kWritableByOthers = 022;
inline constexpr unsigned kOpenToOthers = 077;

}  // namespace tern::resolver::daemon
