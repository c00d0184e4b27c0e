#include "resolver/daemon/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

#include "resolver/io/sockets.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {

Supervisor::Supervisor(const char* socket_name) {
  const std::string_view name = socket_name == nullptr ? "" : socket_name;
  const bool is_known = name.starts_with('/') || name.starts_with('@');
  if (!is_known || name.size() < 2 || name.size() > sizeof(sockaddr_un::sun_path)) return;
  address_ = name;
  if (name.front() == '@') address_.front() = '\0';  // an abstract name (unix(7))
}

void Supervisor::TellReloading(std::chrono::steady_clock::time_point now) const {
  const std::chrono::microseconds micros =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  Tell(Concat("RELOADING=1\nMONOTONIC_USEC=", micros.count()));
}

void Supervisor::Tell(std::string_view state) const {
  if (address_.empty()) return;
  const io::OwnedFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto octets = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // Nobody can be told when this fails.
  (void)sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               reinterpret_cast<const sockaddr*>(&to), octets);
}

}  // namespace tern::resolver::daemon
