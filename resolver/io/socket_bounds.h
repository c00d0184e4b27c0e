// How much of the bounds of a worker's sockets is in use, and how often they were met
// (service/README.md).
//
// Thread: the worker's writes BoundCounter, any reads. SocketBounds is a value.
// Bound: the members.
#pragma once

#include <cstdint>

#include "resolver/base/counter.h"

namespace tern::resolver::io {

struct BoundCounter {
  Counter use;  // a state
  Counter met;
};

struct Bound {
  uint64_t use = 0;
  uint64_t most = 0;
  uint64_t met = 0;

  void Add(const BoundCounter& counter, uint64_t its_most) {
    use += counter.use;
    most += its_most;
    met += counter.met;
  }
};

// Of one worker, or the sum of several.
struct SocketBounds {
  Bound upstream_sockets;  // with a query that waits for its reply
  Bound upstream_connections;
  uint64_t upstream_share_met = 0;  // a zone or a server had its share of the connections
  Bound connections;                // of clients
  uint64_t connections_of_client_met = 0;
  Bound strangers;              // connections of clients that may not ask
  Bound connection_octets;      // answers that were not sent, and partial messages
  uint64_t unanswered_met = 0;  // a connection had so much to be answered that it was not read
};

}  // namespace tern::resolver::io
