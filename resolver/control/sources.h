// Where the room takes from what it tells. Any thread may read each of them, and none waits for a
// worker, unless a look is given time to (worker_looks.h).
//
// Thread: any. All of it outlives the HTTP server.
#pragma once

#include <functional>

#include "cache/store.h"
#include "resolver/base/counters.h"
#include "resolver/base/log_counts.h"
#include "resolver/base/time.h"
#include "resolver/control/connection_counts.h"
#include "resolver/control/daemon_state.h"
#include "resolver/control/event_counts.h"
#include "resolver/control/worker_looks.h"
#include "resolver/dnssec/aggressive.h"
#include "resolver/io/socket_bounds.h"
#include "resolver/service/look_up.h"
#include "resolver/service/recent_traffic.h"
#include "resolver/upstream/server_table.h"
#include "resolver/upstream/zone_counts.h"

namespace tern::resolver::control {

struct Sources {
  const CounterSource* counters = nullptr;
  const cache::Store* store = nullptr;
  const upstream::ServerTable* servers = nullptr;
  const DaemonState* daemon = nullptr;
  WorkerLooks* looks = nullptr;  // not const, because a look asks the workers
  const EventCounts* events = nullptr;
  const service::TrafficSource* traffic = nullptr;
  service::LookUpSource* look_up = nullptr;
  const dnssec::AggressiveIndex* ranges = nullptr;
  std::function<io::SocketBounds()> sockets = nullptr;             // the sums of all workers
  std::function<upstream::ZoneCountSums()> zone_counts = nullptr;  // the same
  LogCounts (*log)() = nullptr;
  ConnectionCounts* http_connections = nullptr;  // what the HTTP server counts
  size_t workers = 0;
  // The workers' clock.
  Time (*now)() = nullptr;
  int64_t (*unix_now)() = nullptr;
};

}  // namespace tern::resolver::control
