// What one worker has open upstream, counted by zone and by server.
//
// Thread: one worker's.
#pragma once

#include <array>
#include <cstdint>

#include "resolver/upstream/server_table.h"

namespace tern::resolver::upstream {

// Counts the open questions of each zone and the open queries of each server, for one worker. Two
// zones (or servers) may share a count when their hashes meet. So the memory is fixed.
class OpenCounts {
 public:
  // Questions that wait for the servers of this zone. `zone_hash` is the store's hash of its name.
  uint32_t& QuestionsOf(uint64_t zone_hash) {
    return zone_questions_[zone_hash % zone_questions_.size()];
  }
  // Open queries over UDP about names of this zone.
  uint32_t& DatagramsOf(uint64_t zone_hash) {
    return zone_datagrams_[zone_hash % zone_datagrams_.size()];
  }
  // Open queries to the server.
  uint32_t& QueriesOf(ServerKey server) {
    return server_queries_[(static_cast<uint64_t>(server) >> 8) % server_queries_.size()];
  }

 private:
  std::array<uint32_t, 4096> zone_questions_{};
  std::array<uint32_t, 4096> zone_datagrams_{};
  std::array<uint32_t, 8192> server_queries_{};
};

}  // namespace tern::resolver::upstream
