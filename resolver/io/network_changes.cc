#include "resolver/io/network_changes.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tern::resolver::io {

absl::StatusOr<NetworkChanges> NetworkChanges::Watch(int signal) {
  constexpr char kCannot[] = "changes of routes and addresses are not seen";
  OwnedFd watch(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl groups = {};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_IPV6_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_IFADDR;
  if (watch.get() < 0 ||
      bind(watch.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) != 0 ||
      fcntl(watch.get(), F_SETSIG, signal) != 0 || fcntl(watch.get(), F_SETOWN, getpid()) != 0 ||
      fcntl(watch.get(), F_SETFL, O_ASYNC | O_NONBLOCK) != 0) {
    return absl::ErrnoToStatus(errno, kCannot);
  }
  return NetworkChanges(std::move(watch));
}

void NetworkChanges::Drain() {
  char octets[4096];
  // ENOBUFS means that messages were lost. The others still follow.
  while (recv(socket_.get(), octets, sizeof octets, MSG_DONTWAIT) >= 0 || errno == ENOBUFS ||
         errno == EINTR) {
  }
}

}  // namespace tern::resolver::io
