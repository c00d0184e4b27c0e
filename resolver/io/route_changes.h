// Tells when the machine's routes or addresses of IPv6 change: at boot, on a VPN, on another
// network. The kernel says so by a signal, so nothing runs while nothing changes.
//
// Thread: one. Bound: one socket.
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::io {

class RouteChanges {
 public:
  // From now on the process gets `signal` for each change. The signal is blocked in all threads,
  // and the caller waits for it.
  static absl::StatusOr<RouteChanges> Watch(int signal);

  // Discards the messages about changes until now.
  void Drain();

 private:
  explicit RouteChanges(OwnedFd socket) : socket_(std::move(socket)) {}

  OwnedFd socket_;
};

}  // namespace tern::resolver::io
