// Starts the HTTP server that the configuration asks for.
//
// Thread: one, at the start. Bound: the addresses of the configuration.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "resolver/config/settings.h"
#include "resolver/control/http_server.h"
#include "resolver/control/routes.h"
#include "resolver/io/given_sockets.h"

namespace tern::resolver::daemon {

// When the built-in address cannot be had, the log has a warning and nothing is served there:
// another ternd on this machine may have it. When an address of the file cannot be had, it is an
// error that names its position. The log also has a warning if anybody who reaches an address may
// read there.
//
// Sockets of `given` at these addresses are used.
absl::StatusOr<std::unique_ptr<control::HttpServer>> StartHttp(const config::Settings& settings,
                                                               const control::Sources& sources,
                                                               io::GivenSockets* given);

}  // namespace tern::resolver::daemon
