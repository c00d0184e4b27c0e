// What is served over HTTP, and where it is taken from.
//
// Thread: the routes are called by the server's threads (http_server.h). They read what any thread
// may read, and never ask a worker.
// Bound: one response for each connection.
#pragma once

#include <vector>

#include "resolver/base/counters.h"
#include "resolver/control/http_server.h"

namespace tern::resolver::control {

// All of it outlives the server.
struct Sources {
  const CounterSource* counters = nullptr;
};

// `/metrics` and `/live`.
std::vector<HttpRoute> MakeRoutes(const Sources& sources);

}  // namespace tern::resolver::control
