#include "resolver/daemon/supervisor.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

#include "resolver/io/sockets.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

constexpr std::chrono::milliseconds kStoreMax(1000);

}  // namespace

Supervisor::Supervisor(const char* socket_name) {
  const std::string_view name = socket_name == nullptr ? "" : socket_name;
  const bool is_known = name.starts_with('/') || name.starts_with('@');
  if (!is_known || name.size() < 2 || name.size() > sizeof(sockaddr_un::sun_path)) return;
  address_ = name;
  if (name.front() == '@') address_.front() = '\0';  // an abstract name (unix(7))
}

// What comes before it may have filled the supervisor's queue: a message for each socket.
void Supervisor::TellReady() const { (void)Send("READY=1", -1, kStoreMax); }

void Supervisor::TellReloading(std::chrono::steady_clock::time_point now) const {
  const std::chrono::microseconds micros =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  Tell(Concat("RELOADING=1\nMONOTONIC_USEC=", micros.count()));
}

void Supervisor::TellMain(pid_t process) const {
  // What the process says itself counts only after this.
  (void)Send(Concat("MAINPID=", process), -1, kStoreMax);
}

bool Supervisor::Keep(int fd, std::string_view name) const {
  // FDPOLL=0: a socket with an error pending is kept, too.
  return Send(Concat("FDSTORE=1\nFDPOLL=0\nFDNAME=", name), fd, kStoreMax);
}

bool Supervisor::Forget(std::string_view name) const {
  return Send(Concat("FDSTOREREMOVE=1\nFDNAME=", name), -1, kStoreMax);
}

void Supervisor::Tell(std::string_view state) const {
  (void)Send(state, -1, std::chrono::milliseconds(0));  // nobody can be told when this fails
}

// With a descriptor if `fd` is one.
bool Supervisor::Send(std::string_view state, int fd, std::chrono::milliseconds time_max) const {
  if (address_.empty()) return false;
  const io::OwnedFd via(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (via.get() < 0) return false;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  iovec part{const_cast<char*>(state.data()), state.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const item = CMSG_FIRSTHDR(&message);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(item), &fd, sizeof fd);
  }
  const timeval limit = {.tv_sec = time_max.count() / 1000,
                         .tv_usec = time_max.count() % 1000 * 1000};
  (void)setsockopt(via.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int flags = MSG_NOSIGNAL | (time_max.count() == 0 ? MSG_DONTWAIT : 0);
  return sendmsg(via.get(), &message, flags) >= 0;
}

}  // namespace tern::resolver::daemon
