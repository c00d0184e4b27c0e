#include "resolver/tool/control_client.h"

#include <cerrno>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>

#include "resolver/base/error_text.h"
#include "resolver/tool/client_socket.h"
#include "resolver/tool/socket_rights.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

absl::Status NotReached(const std::string& path, int error) {
  if (error == ENAMETOOLONG) {
    return absl::UnavailableError(Concat(Quoted(path), ": expected the path of a socket"));
  }
  const std::string reason = Concat(path, ": ", std::generic_category().message(error));
  if (error == EACCES || error == EPERM) {
    return absl::PermissionDeniedError(Concat(reason, "; ", WhoMayUse(path)));
  }
  return absl::UnavailableError(Concat(
      reason,
      error == ENOENT || error == ECONNREFUSED
          ? "; no ternd listens there. --socket names the control.socket of its configuration"
          : ""));
}

}  // namespace

absl::StatusOr<std::string> AskControl(const ControlOptions& options,
                                       std::chrono::milliseconds timeout) {
  const auto deadline = ClientSocket::Clock::now() + timeout;
  ClientSocket socket(options.socket);
  if (socket.error() != 0) return NotReached(options.socket, socket.error());
  // When it has closed, the reason may be there to be read.
  (void)socket.SendAll(options.request, deadline);
  std::string answer;
  while (answer.size() <= kControlAnswerOctetsMax) {
    uint8_t piece[16384];
    const ssize_t octets = socket.Receive(piece, deadline);
    if (octets < 0 && socket.error() == ETIMEDOUT) {
      return absl::UnavailableError(Concat(options.socket, ": ternd does not answer"));
    }
    if (octets <= 0) break;
    answer.append(reinterpret_cast<const char*>(piece), static_cast<size_t>(octets));
    if (!answer.ends_with('\n')) continue;
    answer.pop_back();
    return answer;
  }
  return absl::UnavailableError(Concat(options.socket, ": ternd has closed the connection"));
}

}  // namespace tern::resolver::tool
