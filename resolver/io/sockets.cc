#include "resolver/io/sockets.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"

namespace tern::resolver::io {

namespace {

constexpr int kServiceBufferOctets = 4 << 20;  // enough for a pause of the worker of some 10 ms
constexpr int kBacklog = 4096;                 // the kernel clamps it to net.core.somaxconn
constexpr int kFastOpenQueue = 256;
constexpr uint16_t kUnprivilegedPort = 1024;
constexpr int kServedTries = 100;  // together with the pauses about a second
constexpr std::chrono::milliseconds kServedPause(10);

bool SetOption(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

int FamilyOf(const IpAddress& address) { return address.IsIpv4() ? AF_INET : AF_INET6; }

absl::Status Failure(const char* what, const Endpoint& endpoint) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", endpoint.ToText()));
}

// Ignores path-MTU discovery: datagrams are sent without DF, and forged ICMP changes nothing here.
void IgnorePathMtu(int fd, int family) {
  if (family == AF_INET) {
    SetOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
  } else {
    SetOption(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
  }
}

bool Bind(int fd, const Endpoint& endpoint) {
  sockaddr_storage storage;
  const socklen_t octets = endpoint.ToSockaddr(&storage);
  return bind(fd, reinterpret_cast<const sockaddr*>(&storage), octets) == 0;
}

// The address may be one that this machine gets later: from DHCP, after the kernel has looked for
// duplicates (RFC 4862 section 5.4), or when a virtual address moves here (RFC 9568).
void AllowMissingAddress(int fd, int family) {
  if (family == AF_INET) {
    SetOption(fd, IPPROTO_IP, IP_FREEBIND, 1);
  } else {
    SetOption(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
  }
}

absl::Status BindTo(int fd, const Endpoint& endpoint) {
  AllowMissingAddress(fd, FamilyOf(endpoint.address));
  if (!SetOption(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return Failure("cannot share", endpoint);
  if (endpoint.address.IsIpv6()) SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (!Bind(fd, endpoint)) return Failure("cannot listen on", endpoint);
  return absl::OkStatus();
}

// Binds without sharing the address. Returns 0 or an errno.
int TryToBind(int fd, int type, const Endpoint& endpoint) {
  // This ignores connections of an earlier run, but not a socket that listens.
  if (type == SOCK_STREAM) SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (endpoint.address.IsIpv6()) SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  AllowMissingAddress(fd, FamilyOf(endpoint.address));
  return Bind(fd, endpoint) ? 0 : errno;
}
int TryToBind(int type, const Endpoint& endpoint) {
  const OwnedFd fd(socket(FamilyOf(endpoint.address), type | SOCK_CLOEXEC, 0));
  return fd.get() < 0 ? errno : TryToBind(fd.get(), type, endpoint);
}

absl::Status WhyNotBound(int error, const char* transport, const Endpoint& endpoint) {
  if (error == EACCES && endpoint.port < kUnprivilegedPort) {
    return absl::PermissionDeniedError(
        absl::StrCat("cannot listen on ", endpoint.ToText(), ": ports below ", kUnprivilegedPort,
                     " are for root and for who has CAP_NET_BIND_SERVICE"));
  }
  if (error != EADDRINUSE) {
    return absl::ErrnoToStatus(error, absl::StrCat("cannot listen on ", endpoint.ToText()));
  }
  // The text differs from that of EADDRINUSE, which says "already": a script that waits for the
  // word `ready` must not find it there.
  return absl::AlreadyExistsError(absl::StrCat("cannot listen on ", endpoint.ToText(),
                                               ": the address is in use for ", transport,
                                               " by another process"));
}

}  // namespace

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}

absl::Status SetUpUdpListener(int fd, const Endpoint& endpoint) {
  const int family = FamilyOf(endpoint.address);
  IgnorePathMtu(fd, family);
  for (const auto& [force, plain] :
       {std::pair(SO_RCVBUFFORCE, SO_RCVBUF), std::pair(SO_SNDBUFFORCE, SO_SNDBUF)}) {
    // A size above net.core.rmem_max needs CAP_NET_ADMIN. Without it, what the kernel grants is
    // enough.
    if (!SetOption(fd, SOL_SOCKET, force, kServiceBufferOctets)) {
      SetOption(fd, SOL_SOCKET, plain, kServiceBufferOctets);
    }
  }
  if (!endpoint.address.IsUnspecified()) return absl::OkStatus();
  const bool told = family == AF_INET ? SetOption(fd, IPPROTO_IP, IP_PKTINFO, 1)
                                      : SetOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  return told ? absl::OkStatus() : Failure("cannot learn the local address on", endpoint);
}

void SetUpTcpListener(int fd) {
  // Accepted sockets inherit this.
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(fd, IPPROTO_TCP, TCP_FASTOPEN, kFastOpenQueue);
}

absl::StatusOr<OwnedFd> OpenUdpListener(const Endpoint& endpoint) {
  OwnedFd fd(socket(FamilyOf(endpoint.address), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return Failure("cannot make a UDP socket for", endpoint);
  if (absl::Status status = SetUpUdpListener(fd.get(), endpoint); !status.ok()) return status;
  if (absl::Status status = BindTo(fd.get(), endpoint); !status.ok()) return status;
  return fd;
}

absl::StatusOr<OwnedFd> OpenTcpListener(const Endpoint& endpoint) {
  OwnedFd fd(socket(FamilyOf(endpoint.address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return Failure("cannot make a TCP socket for", endpoint);
  // A restart does not wait for connections of the last run.
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  SetUpTcpListener(fd.get());
  if (absl::Status status = BindTo(fd.get(), endpoint); !status.ok()) return status;
  if (listen(fd.get(), kBacklog) != 0) return Failure("cannot listen on", endpoint);
  return fd;
}

absl::StatusOr<OwnedFd> Duplicate(int fd) {
  OwnedFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (copy.get() < 0) return absl::ErrnoToStatus(errno, "cannot duplicate a descriptor");
  return copy;
}

absl::StatusOr<OwnedFd> OpenSoleTcpListener(const Endpoint& endpoint) {
  OwnedFd fd(socket(FamilyOf(endpoint.address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return Failure("cannot make a TCP socket for", endpoint);
  SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  int error = TryToBind(fd.get(), SOCK_STREAM, endpoint);
  if (error == 0 && listen(fd.get(), kBacklog) != 0) error = errno;
  if (error != 0) return WhyNotBound(error, "TCP", endpoint);
  return fd;
}

absl::Status CheckListening(int type, const Endpoint& endpoint) {
  if (endpoint.port == 0) return absl::OkStatus();  // the kernel chooses a free port
  for (int tries = kServedTries;; --tries) {
    const int error = TryToBind(type, endpoint);
    if (error == 0) return absl::OkStatus();
    if (error != EADDRINUSE || tries == 0) {
      return WhyNotBound(error, type == SOCK_DGRAM ? "UDP" : "TCP", endpoint);
    }
    std::this_thread::sleep_for(kServedPause);
  }
}

AddressState StateOf(const IpAddress& address) {
  const OwnedFd fd(socket(FamilyOf(address), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0 && errno == EAFNOSUPPORT) return AddressState::kNoSuchFamily;
  return fd.get() >= 0 && Bind(fd.get(), {address, 0}) ? AddressState::kThere
                                                       : AddressState::kMissing;
}

bool HasRoute(const IpAddress& address) {
  constexpr uint16_t kAnyPort = 53;
  const OwnedFd fd(socket(FamilyOf(address), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return false;
  sockaddr_storage storage;
  const socklen_t octets = Endpoint{address, kAnyPort}.ToSockaddr(&storage);
  // connect() looks for a route and chooses the source address.
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), octets) != 0) return false;
  return address.IsLinkLocal() || !LocalEndpoint(fd.get()).address.IsLinkLocal();
}

std::vector<Prefix> OwnAddresses(std::span<const Endpoint> listen, uint16_t port,
                                 std::string* why_incomplete) {
  std::vector<Prefix> own;
  const auto add = [&own](const IpAddress& address) {
    own.push_back({address, static_cast<uint8_t>(8 * address.size)});
  };
  bool all_ipv4 = false, all_ipv6 = false;
  for (const Endpoint& endpoint : listen) {
    if (endpoint.port != port) continue;
    if (endpoint.address.IsUnspecified()) {
      (endpoint.address.IsIpv4() ? all_ipv4 : all_ipv6) = true;
    } else {
      add(endpoint.address);
    }
  }
  // Every address in this block belongs to the machine itself.
  if (all_ipv4) own.push_back(*Prefix::Parse("127.0.0.0/8"));
  if (!all_ipv4 && !all_ipv6) return own;
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) {
    // The sandbox of a service may forbid AF_NETLINK.
    *why_incomplete = std::string(absl::ErrnoToStatus(errno, "getifaddrs").message());
    return own;
  }
  for (const ifaddrs* at = interfaces; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    const bool ipv4 = at->ifa_addr->sa_family == AF_INET;
    if (!ipv4 && at->ifa_addr->sa_family != AF_INET6) continue;
    const IpAddress address = Endpoint::FromSockaddr(at->ifa_addr).address;
    if ((ipv4 ? all_ipv4 : all_ipv6) && !(ipv4 && address.IsLoopback())) add(address);
  }
  freeifaddrs(interfaces);
  return own;
}

int OpenUpstream(int family, int type, const IpAddress& source) {
  OwnedFd fd(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return -1;
  if (type == SOCK_DGRAM) {
    IgnorePathMtu(fd.get(), family);
  } else {
    SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  }
  if (source.size != 0) {
    SetOption(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    AllowMissingAddress(fd.get(), family);
    sockaddr_storage storage;
    const socklen_t octets = Endpoint{source, 0}.ToSockaddr(&storage);
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&storage), octets) != 0) return -1;
  }
  return fd.release();
}

Endpoint LocalEndpoint(int fd) {
  sockaddr_storage storage{};
  socklen_t octets = sizeof(storage);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &octets) != 0) return {};
  return Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&storage));
}

Endpoint PeerEndpoint(int fd) {
  sockaddr_storage storage{};
  socklen_t octets = sizeof(storage);
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &octets) != 0) return {};
  return Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&storage));
}

IpAddress ReadLocalAddress(void* control, size_t octets) {
  msghdr header{};
  header.msg_control = control;
  header.msg_controllen = octets;
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(item), sizeof(info));
      return IpAddress::FromOctets({reinterpret_cast<const uint8_t*>(&info.ipi_addr), 4});
    }
    if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(item), sizeof(info));
      IpAddress local = IpAddress::FromOctets({info.ipi6_addr.s6_addr, 16});
      // Other addresses are left to the routes: a reply may leave by another interface.
      if (local.IsLinkLocal()) local.scope = info.ipi6_ifindex;
      return local;
    }
  }
  return {};
}

size_t WriteLocalAddress(const IpAddress& local, uint8_t (&control)[kLocalAddressOctets]) {
  if (local.size == 0) return 0;
  std::memset(control, 0, sizeof(control));
  msghdr header{};
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  cmsghdr* item = CMSG_FIRSTHDR(&header);
  if (local.IsIpv4()) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, local.octets, 4);
    item->cmsg_level = IPPROTO_IP;
    item->cmsg_type = IP_PKTINFO;
    item->cmsg_len = CMSG_LEN(sizeof(info));
    std::memcpy(CMSG_DATA(item), &info, sizeof(info));
    return CMSG_SPACE(sizeof(info));
  }
  in6_pktinfo info{};
  std::memcpy(&info.ipi6_addr, local.octets, 16);
  info.ipi6_ifindex = local.scope;
  item->cmsg_level = IPPROTO_IPV6;
  item->cmsg_type = IPV6_PKTINFO;
  item->cmsg_len = CMSG_LEN(sizeof(info));
  std::memcpy(CMSG_DATA(item), &info, sizeof(info));
  return CMSG_SPACE(sizeof(info));
}

int SendNow(int fd, std::span<const uint8_t> bytes) {
  return send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

bool SendDatagramNow(int fd, const Endpoint& peer, const IpAddress& local,
                     std::span<const uint8_t> bytes) {
  sockaddr_storage storage;
  uint8_t control[kLocalAddressOctets];
  iovec part{const_cast<uint8_t*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_name = &storage;
  header.msg_namelen = peer.ToSockaddr(&storage);
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_controllen = WriteLocalAddress(local, control);
  header.msg_control = header.msg_controllen != 0 ? control : nullptr;
  return sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

ExchangeFailure FailureOf(int error) {
  switch (error) {
    case EADDRNOTAVAIL:
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return ExchangeFailure::kNoResources;
    default:
      return ExchangeFailure::kUnreachable;
  }
}

}  // namespace tern::resolver::io
