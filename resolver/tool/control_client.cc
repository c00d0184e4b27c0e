#include "resolver/tool/control_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "resolver/base/error_text.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using Clock = std::chrono::steady_clock;

class ControlSocket {
 public:
  ControlSocket() : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~ControlSocket() {
    if (fd_ >= 0) close(fd_);
  }
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status NotReached(const std::string& path, int error) {
  return absl::UnavailableError(Concat(
      path, ": ", std::generic_category().message(error),
      error == ENOENT || error == ECONNREFUSED
          ? "; no ternd listens there. --socket names the control.socket of its configuration"
          : ""));
}

// False when the time is over.
bool WaitFor(int fd, short events, Clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd waited = {.fd = fd, .events = events, .revents = 0};
    const int ready = poll(&waited, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30)));
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

bool MustWait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

absl::StatusOr<std::string> AskControl(const ControlOptions& options,
                                       std::chrono::milliseconds timeout) {
  const Clock::time_point end = Clock::now() + timeout;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (options.socket.empty() || options.socket.size() >= sizeof address.sun_path) {
    return absl::UnavailableError(
        Concat(Quoted(options.socket), ": expected the path of a socket"));
  }
  std::memcpy(address.sun_path, options.socket.data(), options.socket.size());
  const ControlSocket socket;
  if (socket.fd() < 0 ||
      connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return NotReached(options.socket, errno);
  }
  const absl::Status too_late =
      absl::UnavailableError(Concat(options.socket, ": ternd does not answer"));
  std::string_view left = options.request;
  while (!left.empty()) {
    if (!WaitFor(socket.fd(), POLLOUT, end)) return too_late;
    const ssize_t octets = send(socket.fd(), left.data(), left.size(), MSG_NOSIGNAL);
    if (octets >= 0) {
      left.remove_prefix(static_cast<size_t>(octets));
    } else if (!MustWait(errno)) {
      break;  // it has closed; the reason may be there to be read
    }
  }
  std::string answer;
  while (answer.size() <= kControlAnswerOctetsMax) {
    if (!WaitFor(socket.fd(), POLLIN, end)) return too_late;
    char piece[16384];
    const ssize_t octets = recv(socket.fd(), piece, sizeof piece, 0);
    if (octets < 0 && MustWait(errno)) continue;
    if (octets <= 0) break;
    answer.append(piece, static_cast<size_t>(octets));
    if (!answer.ends_with('\n')) continue;
    answer.pop_back();
    return answer;
  }
  return absl::UnavailableError(Concat(options.socket, ": ternd has closed the connection"));
}

}  // namespace tern::resolver::tool
