// Opens the control socket that the configuration asks for (`control.socket`).
//
// Thread: one, at the start. Bound: one socket.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "resolver/config/settings.h"
#include "resolver/control/control_server.h"
#include "resolver/control/control_verbs.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {

// A stream socket at `path` that listens, for the user and the group of this process. One that a
// process has left behind is replaced, one at which a process listens is not.
absl::StatusOr<io::OwnedFd> OpenControlSocket(const std::string& path);

// Null when there is to be no socket. When the socket of the default cannot be had, the log has a
// line and the result is null too: this may be a user's ternd, or the second on this machine. It
// makes no difference whether the file names the default. Any other socket that cannot be had is an
// error, with its position in the file.
// `given` is a socket that listens at this path, if there is one.
absl::StatusOr<std::unique_ptr<control::ControlServer>> StartControl(
    const config::Settings& settings, const control::ControlSources& sources,
    io::OwnedFd given = {});

}  // namespace tern::resolver::daemon
