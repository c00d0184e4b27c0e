#include "resolver/tool/client_socket.h"

#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tern::resolver::tool {
namespace {

bool MustWait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

ClientSocket::ClientSocket(const Endpoint& server, int type) {
  sockaddr_storage address;
  const socklen_t size = server.ToSockaddr(&address);
  Open(reinterpret_cast<const sockaddr*>(&address), size, type);
}

ClientSocket::ClientSocket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    error_ = ENAMETOOLONG;
    return;
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Open(reinterpret_cast<const sockaddr*>(&address), sizeof address, SOCK_STREAM);
}

ClientSocket::~ClientSocket() {
  if (fd_ >= 0) close(fd_);
}

void ClientSocket::Open(const sockaddr* address, socklen_t size, int type) {
  fd_ = socket(address->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0 || (connect(fd_, address, size) != 0 && errno != EINPROGRESS)) error_ = errno;
}

bool ClientSocket::Wait(short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      error_ = ETIMEDOUT;
      return false;
    }
    pollfd waited = {.fd = fd_, .events = events, .revents = 0};
    const int ready = poll(&waited, 1, static_cast<int>(std::min<int64_t>(left, 1 << 30)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) {
      error_ = errno;
      return false;
    }
  }
}

bool ClientSocket::SendAll(std::span<const uint8_t> octets, Clock::time_point deadline) {
  error_ = 0;
  while (!octets.empty()) {
    if (!Wait(POLLOUT, deadline)) return false;
    const ssize_t sent = send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && !MustWait(errno)) {
      error_ = errno;
      return false;
    }
    if (sent > 0) octets = octets.subspan(static_cast<size_t>(sent));
  }
  return true;
}

ssize_t ClientSocket::Receive(std::span<uint8_t> to, Clock::time_point deadline) {
  error_ = 0;
  while (Wait(POLLIN, deadline)) {
    const ssize_t octets = recv(fd_, to.data(), to.size(), 0);
    if (octets >= 0) return octets;
    if (MustWait(errno)) continue;
    error_ = errno;
    break;
  }
  return -1;
}

bool ClientSocket::ReceiveAll(std::span<uint8_t> to, Clock::time_point deadline) {
  while (!to.empty()) {
    const ssize_t octets = Receive(to, deadline);
    if (octets == 0) error_ = ECONNRESET;
    if (octets <= 0) return false;
    to = to.subspan(static_cast<size_t>(octets));
  }
  return true;
}

}  // namespace tern::resolver::tool
