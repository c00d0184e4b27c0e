// Where the commands of the control socket take what they tell, and what they steer.
//
// Thread: the control socket's. All of it outlives the server.
#pragma once

#include "cache/store.h"
#include "resolver/base/counters.h"
#include "resolver/base/time.h"
#include "resolver/control/connection_counts.h"
#include "resolver/control/daemon_state.h"
#include "resolver/control/steered.h"
#include "resolver/control/worker_looks.h"
#include "resolver/upstream/server_table.h"

namespace tern::resolver::control {

struct ControlSources {
  Steered* steered = nullptr;
  const CounterSource* counters = nullptr;
  WorkerLooks* looks = nullptr;
  cache::Store* store = nullptr;
  const upstream::ServerTable* servers = nullptr;
  const DaemonState* daemon = nullptr;
  ConnectionCounts* connections = nullptr;  // what the server counts
  // The workers' clock.
  Time (*now)() = nullptr;
};

}  // namespace tern::resolver::control
