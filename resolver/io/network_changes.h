// Tells when the machine's addresses or its routes for IPv6 change: at boot, on a VPN, on another
// network. The kernel says so by a signal, so nothing runs while nothing changes.
//
// Thread: one. Bound: one socket.
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::io {

class NetworkChanges {
 public:
  // From now on the process gets `signal` for each change. The signal is blocked in all threads,
  // and the caller waits for it.
  static absl::StatusOr<NetworkChanges> Watch(int signal);

  // Discards the messages about changes until now.
  void Drain();

 private:
  explicit NetworkChanges(OwnedFd socket) : socket_(std::move(socket)) {}

  OwnedFd socket_;
};

}  // namespace tern::resolver::io
