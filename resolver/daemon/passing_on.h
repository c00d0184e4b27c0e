// What the supervisor keeps for the next process (supervisor.h, given_descriptors.h).
//
// Thread: the main thread's. Bound: a descriptor of each listening socket, and two files.
#pragma once

#include <chrono>
#include <vector>

#include "resolver/daemon/daemon.h"
#include "resolver/daemon/given_descriptors.h"
#include "resolver/daemon/supervisor.h"
#include "resolver/io/given_sockets.h"

namespace tern::resolver::daemon {

// The files that this process was given are its own now.
void ForgetFiles(const Supervisor& supervisor, const GivenDescriptors& given);

// Queries that come after this process, and before the next one, wait in these sockets.
void KeepSockets(const Supervisor& supervisor, const Daemon& daemon);

// Closes what this process was given and has no use for.
void CloseForeign(const Supervisor& supervisor, std::vector<io::GivenSocket> foreign);

// At the end: the secrets, and the cache if there is no cache.file, which takes `at_most`.
void KeepFiles(const Supervisor& supervisor, std::chrono::milliseconds at_most, Daemon* daemon);

}  // namespace tern::resolver::daemon
