// Sockets that somebody else has opened for this process: systemd for a socket unit, systemd that
// kept them over a restart, or the ternd before this one.
//
// They are the same sockets, not others at the same address. So what waits in their queues is not
// lost.
//
// Thread: one, at the start. Bound: the sockets that were given.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::io {

// The name by which the socket of worker number `place` is given to the next process, for example
// `udp-0-127.0.0.1_53`. It has no colon, which sd_notify(3) forbids.
std::string SocketName(std::string_view kind, size_t place, const Endpoint& endpoint);

struct GivenSocket {
  OwnedFd fd;
  std::string name;
};

class GivenSockets {
 public:
  // Descriptors that are no socket are taken too, and stay. Of two for the same socket, the second
  // one is closed.
  void Add(OwnedFd fd, std::string name);

  // UDP sockets (SOCK_DGRAM), or TCP sockets that listen (SOCK_STREAM), at this very address. Those
  // with names of SocketName come in the order of their places. An IPv6 socket that takes IPv4 too
  // is not among them, because its clients' addresses would look different.
  std::vector<GivenSocket> Take(int type, const Endpoint& endpoint);
  // The socket that listens at this path of the file system; its descriptor is -1 if there is none.
  GivenSocket TakeUnix(std::string_view path);
  // True when a socket of this kind keeps others from this address.
  bool Overlaps(int type, const Endpoint& endpoint) const;
  // What nobody took.
  std::vector<GivenSocket> TakeRest() { return std::move(sockets_); }

 private:
  std::vector<GivenSocket> sockets_;
};

// For a person: what the descriptor is, and where. For example `the UDP socket 127.0.0.1:53`.
std::string DescribeSocket(int fd);

}  // namespace tern::resolver::io
