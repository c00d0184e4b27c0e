// The listening sockets of all workers: each worker has its own on each address, for UDP and for
// TCP (SO_REUSEPORT).
//
// Sockets that were given to this process (given_sockets.h) come first:
// - If there are more of them than workers, some workers serve several. A socket that were closed
//   instead would take its queue with it.
// - If there are fewer, more are opened. If that is not possible, workers share: a socket that
//   another user has opened lets nobody else to its address.
//
// Thread: one, at the start. It keeps a descriptor of each socket. The workers have others for the
// same sockets. A socket is closed when both are.
// Bound: two sockets for each worker and address, and those that were given.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"
#include "resolver/io/given_sockets.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::io {

class Listeners {
 public:
  struct Options {
    std::vector<Endpoint> listen = {};
    size_t workers = 1;
    std::vector<int> processors = {};  // see WorkerOptions
  };
  struct Socket {
    OwnedFd fd;
    std::string name;
    bool is_given = false;
  };

  // Takes those of `given` that fit; it may be null. An error names the address and the reason.
  static absl::StatusOr<Listeners> Open(const Options& options, GivenSockets* given);

  // The endpoints of the options, but port 0 has become a real port.
  const std::vector<Endpoint>& listening() const { return listening_; }
  // New descriptors of the sockets that this worker serves at listening()[address]: at least one of
  // each kind.
  absl::StatusOr<std::vector<OwnedFd>> UdpOf(size_t worker, size_t address) const;
  absl::StatusOr<std::vector<OwnedFd>> TcpOf(size_t worker, size_t address) const;

  // How many sockets of TcpOf a worker has at most, on all addresses.
  size_t TcpOfWorkerMax() const;

  const std::vector<Socket>& udp(size_t address) const { return groups_[address].udp; }
  const std::vector<Socket>& tcp(size_t address) const { return groups_[address].tcp; }

 private:
  // The sockets of one address by their places.
  struct Group {
    std::vector<Socket> udp;
    std::vector<Socket> tcp;
  };

  absl::StatusOr<std::vector<OwnedFd>> ShareOf(const std::vector<Socket>& sockets,
                                               size_t worker) const;
  absl::Status Fill(Endpoint* endpoint, Group* group) const;

  size_t workers_ = 1;
  std::vector<Endpoint> listening_;
  std::vector<Group> groups_;  // one for each endpoint
};

}  // namespace tern::resolver::io
