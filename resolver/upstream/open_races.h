// The races of one worker that are under way, by what they ask and of which zone. A second race for
// the same does not ask: it waits for the reply to the first one.
//
// This is a defence against forgers: a second open query for the same question would be a second
// port and id that the same forged packet could hit (the birthday attack, RFC 5452 section 5).
//
// Bound: one race for a zone, a name and a type in each worker, and one last round (race.h). A race
// may have several queries open, to different servers.
//
// Thread: one worker's. It owns nothing: a race leaves the table before it ends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "resolver/base/intrusive_list.h"

namespace tern::resolver::upstream {

class Race;

// The lists that a race can be in.
struct ByQuestion;  // it asks
struct ByLeader;    // it waits for one that asks

class OpenRaces {
 public:
  // The races whose questions have this hash, perhaps with others.
  IntrusiveList<Race, ByQuestion>& WithHash(uint64_t hash) { return races_[hash % races_.size()]; }

 private:
  std::array<IntrusiveList<Race, ByQuestion>, 1024> races_;
};

}  // namespace tern::resolver::upstream
