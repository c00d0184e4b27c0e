// What is served over HTTP, and where it is taken from.
//
// Thread: the routes are called by the server's threads (http_server.h). They read what any thread
// may read, and never ask a worker.
// Bound: one response for each connection.
#pragma once

#include <vector>

#include "resolver/control/http_server.h"
#include "resolver/control/sources.h"

namespace tern::resolver::control {

// `/metrics`, `/live`, `/ready`, `/health`, `/glance`, and those of the page (page_routes.h).
std::vector<HttpRoute> MakeRoutes(const Sources& sources);

}  // namespace tern::resolver::control
