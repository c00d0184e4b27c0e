// Where the commands of the control socket take what they tell, and what they steer.
//
// Thread: the control socket's. All of it outlives the server.
#pragma once

#include "cache/store.h"
#include "resolver/control/connection_counts.h"
#include "resolver/control/sources.h"
#include "resolver/control/steered.h"

namespace tern::resolver::control {

struct ControlSources {
  Steered* steered = nullptr;
  cache::Store* store = nullptr;  // not const, because whoever walks over entries registers
  Sources watched;                // what the HTTP server tells, too
  ConnectionCounts* connections = nullptr;  // what the server counts
};

}  // namespace tern::resolver::control
