#include "resolver/daemon/control_start.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "resolver/base/control_socket.h"
#include "resolver/config/at_key.h"
#include "resolver/control/peer.h"
#include "resolver/daemon/log.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

constexpr mode_t kSocketMode = 0660;
constexpr int kBacklog = 16;

absl::Status Failed(const std::string& path, int error) {
  const std::string text = Concat(path, ": ", std::generic_category().message(error));
  // For the default a missing folder, or one of somebody else, is nothing to warn of.
  return error == ENOENT || error == EACCES || error == EPERM || error == EROFS
             ? absl::NotFoundError(text)
             : absl::UnavailableError(text);
}

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

io::OwnedFd NewSocket() {
  return io::OwnedFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// Makes room at `path` if a process has left a socket there.
absl::Status RemoveLeftSocket(const std::string& path, const sockaddr_un& address) {
  struct stat file;
  if (lstat(path.c_str(), &file) != 0) {
    return errno == ENOENT ? absl::OkStatus() : Failed(path, errno);
  }
  if (!S_ISSOCK(file.st_mode)) {
    return absl::FailedPreconditionError(Concat(path, ": is there, and is not a socket"));
  }
  const io::OwnedFd probe = NewSocket();
  if (probe.get() < 0) return Failed(path, errno);
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  // EAGAIN: somebody listens, and many wait for him.
  if (connect(probe.get(), to, sizeof address) == 0 || errno == EAGAIN) {
    return absl::AlreadyExistsError(Concat(path, ": another process listens there"));
  }
  if (errno != ECONNREFUSED) return Failed(path, errno);
  return unlink(path.c_str()) == 0 ? absl::OkStatus() : Failed(path, errno);
}

}  // namespace

absl::StatusOr<io::OwnedFd> OpenControlSocket(const std::string& path) {
  const sockaddr_un address = AddressOf(path);
  if (const absl::Status status = RemoveLeftSocket(path, address); !status.ok()) return status;
  io::OwnedFd listener = NewSocket();
  const auto* const at = reinterpret_cast<const sockaddr*>(&address);
  // Nobody can connect before it listens, so nobody gets in under the wrong mode.
  if (listener.get() < 0 || bind(listener.get(), at, sizeof address) != 0 ||
      chmod(path.c_str(), kSocketMode) != 0 || listen(listener.get(), kBacklog) != 0) {
    return Failed(path, errno);
  }
  return listener;
}

absl::StatusOr<std::unique_ptr<control::ControlServer>> StartControl(
    const config::Settings& settings, const control::ControlSources& sources, io::OwnedFd given) {
  const std::string& path = settings.control.socket;
  if (path.empty()) return nullptr;
  absl::StatusOr<io::OwnedFd> listener = std::move(given);
  if (listener->get() < 0) listener = OpenControlSocket(path);
  if (!listener.ok()) {
    const std::string message(listener.status().message());
    if (path != kControlSocket) {
      return absl::Status(listener.status().code(),
                          config::AtKey(settings, "control.socket", message));
    }
    Log(absl::IsNotFound(listener.status()) ? LogLevel::kInfo : LogLevel::kWarning,
        Concat(message, "; so tern gives this ternd no commands (control.socket)"));
    return nullptr;
  }
  control::ControlServer::Options options;
  options.listener = *std::move(listener);
  options.path = path;
  options.may_steer = [](int socket) {
    const auto peer = control::PeerOf(socket);
    return peer && control::MaySteer(*peer, geteuid(), getegid());
  };
  options.counts = sources.connections;
  options.answer = [sources](std::string_view line) {
    return control::AnswerControl(sources, line);
  };
  return control::ControlServer::Start(std::move(options));
}

}  // namespace tern::resolver::daemon
