// Sockets as this room needs them: made, set up and named in one place for both engines.
//
// Thread: any; plain functions. A socket is non-blocking and closes on exec. Errors name the
// address and the reason, for a person.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"

namespace tern::resolver::io {

// Closes what it holds.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFd();

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// With SO_REUSEPORT, so that each worker has one of its own on the same address.
absl::StatusOr<OwnedFd> OpenUdpListener(const Endpoint& endpoint);
absl::StatusOr<OwnedFd> OpenTcpListener(const Endpoint& endpoint);

// Whether the address can be listened on and no other process serves it. Listeners share their
// address with all listeners of the same user, so a second process would bind without an error and
// take a part of the queries. Called once, before the first listener is opened. Waits up to a
// second for a process that has just ended: the kernel takes a ring's sockets down in its own time.
absl::Status CheckListening(const Endpoint& endpoint);
// Whether this machine has the address, so that queries can leave from it.
absl::Status CheckSource(const IpAddress& address);

// The addresses at which a datagram to `port` comes to one of the listeners. For a wildcard these
// are the addresses that this machine has now, without those that it gets later.
std::vector<Prefix> OwnAddresses(std::span<const Endpoint> listen, uint16_t port);

// A socket for queries to servers, its port not yet chosen: connect() draws one. -1 and errno on
// failure. `source` of size 0: the kernel chooses the address as well.
int OpenUpstream(int family, int type, const IpAddress& source);

// What the socket is bound to; port 0 when that cannot be told.
Endpoint LocalEndpoint(int fd);
Endpoint PeerEndpoint(int fd);

// The ancillary bytes that carry the local address of a datagram on a wildcard socket.
inline constexpr size_t kLocalAddressOctets = 64;
static_assert(kLocalAddressOctets >= CMSG_SPACE(20));  // in6_pktinfo, the larger
// Size 0 when there is none.
IpAddress ReadLocalAddress(void* control, size_t octets);
// Fills `control` so that a datagram leaves from `local`; returns its size, 0 for none.
size_t WriteLocalAddress(const IpAddress& local, uint8_t (&control)[kLocalAddressOctets]);

// Sends on a connected socket without waiting. Returns 0 or an errno.
int SendNow(int fd, std::span<const uint8_t> bytes);

// One send by a system call, without waiting: true when the kernel took it.
bool SendDatagramNow(int fd, const Endpoint& peer, const IpAddress& local,
                     std::span<const uint8_t> bytes);

// What an error number of a socket call means for an exchange.
ExchangeFailure FailureOf(int error);

}  // namespace tern::resolver::io
