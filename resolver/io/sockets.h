// Opens and configures sockets, in one place for both engines.
//
// Thread: any; plain functions. Sockets are non-blocking and close on exec. An error names the
// address and the reason, for a person.
// Bound: no memory of its own.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"

namespace tern::resolver::io {

// A descriptor that is closed when its owner is destroyed.
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

// These use SO_REUSEPORT, so each worker has its own socket on the same address. The address may be
// one that this machine gets later.
absl::StatusOr<OwnedFd> OpenUdpListener(const Endpoint& endpoint);
absl::StatusOr<OwnedFd> OpenTcpListener(const Endpoint& endpoint);

// Sets what a listener needs and what can be set at any time. `endpoint` is where it is bound, or
// will be.
absl::Status SetUpUdpListener(int fd, const Endpoint& endpoint);
void SetUpTcpListener(int fd);

// A second descriptor for the same socket.
absl::StatusOr<OwnedFd> Duplicate(int fd);

// A TCP listener that no other process can share. The address may be one that this machine gets
// later.
absl::StatusOr<OwnedFd> OpenSoleTcpListener(const Endpoint& endpoint);

// Checks that this process can listen on the address and that no other process does, for UDP
// (SOCK_DGRAM) or TCP (SOCK_STREAM). Listeners share their address with all listeners of the same
// user. So a second process would bind without an error and take a part of the queries. Called
// before the first listener is opened. It waits up to a second for a process that has just ended,
// because the kernel closes a ring's sockets with a delay.
absl::Status CheckListening(int type, const Endpoint& endpoint);
enum class AddressState : uint8_t {
  kThere,
  kMissing,       // this machine does not have the address; it may get it later
  kNoSuchFamily,  // this kernel has no IPv6, or no IPv4
};
AddressState StateOf(const IpAddress& address);

// True when the machine has a route to the address and an address of its own to send from that is
// not only link-local. Nothing is sent.
bool HasRoute(const IpAddress& address);

// The addresses at which a datagram to `port` reaches one of the listeners. For a wildcard these
// are the addresses that the machine has now (network_changes.h tells of others). When the machine
// does not tell them, `*why_incomplete` is the reason. Otherwise it stays as it is.
std::vector<Prefix> OwnAddresses(std::span<const Endpoint> listen, uint16_t port,
                                 std::string* why_incomplete);

// Opens a socket for queries to servers. connect() draws its port later. When the size of `source`
// is 0, the kernel also chooses the address. Returns -1 and sets errno on failure.
int OpenUpstream(int family, int type, const IpAddress& source);

// The endpoint to which the socket is bound; port 0 when it is unknown.
Endpoint LocalEndpoint(int fd);
Endpoint PeerEndpoint(int fd);

// The ancillary bytes that hold the local address of a datagram on a wildcard socket.
inline constexpr size_t kLocalAddressOctets = 64;
static_assert(kLocalAddressOctets >= CMSG_SPACE(20));  // in6_pktinfo, the larger of the two
// The local address; its size is 0 when there is none.
IpAddress ReadLocalAddress(void* control, size_t octets);
// Fills `control` so that a datagram is sent from `local`. Returns the size, or 0 when `local` is
// empty.
size_t WriteLocalAddress(const IpAddress& local, uint8_t (&control)[kLocalAddressOctets]);

// Sends on a connected socket without waiting. Returns 0 or an errno.
int SendNow(int fd, std::span<const uint8_t> bytes);

// Sends one datagram by a system call, without waiting. Returns true when the kernel took it.
bool SendDatagramNow(int fd, const Endpoint& peer, const IpAddress& local,
                     std::span<const uint8_t> bytes);

// The failure that an errno of a socket call means for an exchange.
ExchangeFailure FailureOf(int error);

}  // namespace tern::resolver::io
