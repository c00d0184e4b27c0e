#include "resolver/io/given_sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "wire/concat.h"

namespace tern::resolver::io {
namespace {

int OptionOf(int fd, int level, int option) {
  int value = 0;
  socklen_t octets = sizeof value;
  return getsockopt(fd, level, option, &value, &octets) == 0 ? value : -1;
}

// The endpoint of an internet socket of this type to which clients come. Empty for any other one.
std::optional<Endpoint> ListensAt(int fd, int type) {
  const int family = OptionOf(fd, SOL_SOCKET, SO_DOMAIN);
  if ((family != AF_INET && family != AF_INET6) || OptionOf(fd, SOL_SOCKET, SO_TYPE) != type) {
    return std::nullopt;
  }
  if (type == SOCK_STREAM && OptionOf(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1) return std::nullopt;
  return LocalEndpoint(fd);
}

bool TakesIpv4Too(int fd, const Endpoint& endpoint) {
  return endpoint.address.IsIpv6() && endpoint.address.IsUnspecified() &&
         OptionOf(fd, IPPROTO_IPV6, IPV6_V6ONLY) != 1;
}

// The path of a unix socket that listens; otherwise empty.
std::string PathOf(int fd) {
  sockaddr_un address{};
  socklen_t octets = sizeof address;
  if (OptionOf(fd, SOL_SOCKET, SO_DOMAIN) != AF_UNIX ||
      OptionOf(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &octets) != 0) {
    return "";
  }
  return {address.sun_path, strnlen(address.sun_path, sizeof address.sun_path)};
}

// The number behind the first `-`. Names of others come last.
size_t PlaceIn(std::string_view name) {
  size_t place = std::numeric_limits<size_t>::max();
  const size_t dash = std::min(name.find('-'), name.size());
  const std::string_view digits = name.substr(std::min(dash + 1, name.size()));
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), place);
  return place;
}

bool AreSame(int a, int b) {
  struct stat of_a, of_b;
  return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
         of_a.st_ino == of_b.st_ino;
}

}  // namespace

std::string SocketName(std::string_view kind, size_t place, const Endpoint& endpoint) {
  std::string name = Concat(kind, "-", place, "-", endpoint.ToText());
  std::replace(name.begin(), name.end(), ':', '_');
  return name;
}

void GivenSockets::Add(OwnedFd fd, std::string name) {
  const bool is_known = std::any_of(sockets_.begin(), sockets_.end(), [&](const GivenSocket& one) {
    return AreSame(one.fd.get(), fd.get());
  });
  if (is_known) return;
  (void)fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  sockets_.push_back({std::move(fd), std::move(name)});
}

std::vector<GivenSocket> GivenSockets::Take(int type, const Endpoint& endpoint) {
  const auto taken =
      std::stable_partition(sockets_.begin(), sockets_.end(), [&](const GivenSocket& one) {
        return ListensAt(one.fd.get(), type) != endpoint || TakesIpv4Too(one.fd.get(), endpoint);
      });
  std::vector<GivenSocket> all(std::make_move_iterator(taken),
                               std::make_move_iterator(sockets_.end()));
  sockets_.erase(taken, sockets_.end());
  std::ranges::stable_sort(all, {}, [](const GivenSocket& one) { return PlaceIn(one.name); });
  return all;
}

GivenSocket GivenSockets::TakeUnix(std::string_view path) {
  GivenSocket found;
  for (GivenSocket& one : sockets_) {
    if (!path.empty() && PathOf(one.fd.get()) == path) found = std::move(one);
  }
  std::erase_if(sockets_, [](const GivenSocket& one) { return one.fd.get() < 0; });
  return found;
}

bool GivenSockets::Overlaps(int type, const Endpoint& endpoint) const {
  return std::any_of(sockets_.begin(), sockets_.end(), [&](const GivenSocket& one) {
    const std::optional<Endpoint> at = ListensAt(one.fd.get(), type);
    if (!at || at->port != endpoint.port) return false;
    if (at->address == endpoint.address || TakesIpv4Too(one.fd.get(), *at)) return true;
    return at->address.size == endpoint.address.size &&
           (at->address.IsUnspecified() || endpoint.address.IsUnspecified());
  });
}

std::string DescribeSocket(int fd) {
  if (const std::string path = PathOf(fd); !path.empty()) return Concat("the socket ", path);
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    const std::optional<Endpoint> at = ListensAt(fd, type);
    if (!at) continue;
    return Concat("the ", type == SOCK_DGRAM ? "UDP" : "TCP", " socket ", at->ToText(),
                  TakesIpv4Too(fd, *at) ? " for IPv4 and IPv6 (BindIPv6Only=)" : "");
  }
  return "a descriptor that is no listening socket";
}

}  // namespace tern::resolver::io
