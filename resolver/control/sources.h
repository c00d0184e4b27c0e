// Where the room takes from what it tells. Any thread may read each of them, and none asks a
// worker.
//
// Thread: any. All of it outlives the HTTP server.
#pragma once

#include <functional>

#include "cache/store.h"
#include "resolver/base/counters.h"
#include "resolver/base/time.h"
#include "resolver/control/daemon_state.h"
#include "resolver/upstream/server_table.h"

namespace tern::resolver::control {

struct Sources {
  const CounterSource* counters = nullptr;
  const cache::Store* store = nullptr;
  const upstream::ServerTable* servers = nullptr;
  const DaemonState* daemon = nullptr;
  size_t workers = 0;
  // The workers' clock.
  Time (*now)() = nullptr;
};

}  // namespace tern::resolver::control
