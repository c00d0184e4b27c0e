#include "resolver/daemon/upgrade_talk.h"

#include <sys/socket.h>

#include <cerrno>

namespace tern::resolver::daemon {

void Say(int talk, std::string_view packet) {
  packet = packet.substr(0, kTalkOctetsMax);
  // Whoever does not read has ended, and the next HearPacket says so.
  (void)send(talk, packet.data(), packet.size(), MSG_NOSIGNAL);
}

absl::StatusOr<std::string> HearPacket(int talk) {
  std::string packet(kTalkOctetsMax, '\0');
  for (;;) {
    const ssize_t octets = recv(talk, packet.data(), packet.size(), 0);
    if (octets > 0) {
      packet.resize(static_cast<size_t>(octets));
      return packet;
    }
    if (octets < 0 && errno == EINTR) continue;
    return absl::AbortedError("the other process has ended");
  }
}

}  // namespace tern::resolver::daemon
