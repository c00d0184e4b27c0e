#include "resolver/io/route_changes.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tern::resolver::io {

absl::StatusOr<RouteChanges> RouteChanges::Watch(int signal) {
  constexpr char kCannot[] = "changes of routes are not seen";
  OwnedFd watch(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl groups = {};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_IPV6_ROUTE | RTMGRP_IPV6_IFADDR;
  if (watch.get() < 0 ||
      bind(watch.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) != 0 ||
      fcntl(watch.get(), F_SETSIG, signal) != 0 || fcntl(watch.get(), F_SETOWN, getpid()) != 0 ||
      fcntl(watch.get(), F_SETFL, O_ASYNC | O_NONBLOCK) != 0) {
    return absl::ErrnoToStatus(errno, kCannot);
  }
  return RouteChanges(std::move(watch));
}

void RouteChanges::Drain() {
  char octets[4096];
  // ENOBUFS means that messages were lost. The others still follow.
  while (recv(socket_.get(), octets, sizeof octets, MSG_DONTWAIT) >= 0 || errno == ENOBUFS ||
         errno == EINTR) {
  }
}

}  // namespace tern::resolver::io
