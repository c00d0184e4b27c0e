// Walks over the cache a piece at a time, for a dump.
//
// Between two pieces nothing is held and nothing is remembered here: the place is a text that the
// client gives back. So a dump of a large cache holds no memory of it, and one that its client
// gives up leaves nothing. What is learnt or moved meanwhile may be missing, or be there twice.
//
// Thread: any that has a Reader of its own. Bound: one piece.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "cache/entry.h"
#include "cache/store.h"

namespace tern::resolver::control {

// A place in the cache: a shard, a log of it, and the last segment that was visited there.
struct CachePlace {
  size_t shard = 0;
  size_t log = 0;
  uint64_t serial = 0;

  std::string ToText() const;
  // Nothing when it is no place. Whatever place a client makes up, the walk from there is sound.
  static std::optional<CachePlace> Parse(std::string_view text);
};

// Visits the entries of the next segment that has some, and moves the place behind it. False when
// there is none. The views are valid during the visit.
// REQUIRES: the caller is a reader that is awake.
bool VisitNextSegment(const cache::Store& store, CachePlace* place,
                      absl::FunctionRef<void(cache::EntryView)> visit);

}  // namespace tern::resolver::control
