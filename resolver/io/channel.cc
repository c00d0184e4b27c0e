#include "resolver/io/channel.h"

#include <sys/socket.h>

#include <cerrno>

namespace tern::resolver::io {

Sent Channel::SendPlain(std::span<const uint8_t> octets) {
  Sent sent;
  if (octets.empty()) return sent;
  const ssize_t taken = send(fd_, octets.data(), octets.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (taken >= 0) {
    sent.octets = static_cast<size_t>(taken);
  } else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
    sent.error = errno;
    return sent;
  }
  sent.wants_write = sent.octets < octets.size();
  return sent;
}

Sent Channel::SendThroughLayer(std::span<const uint8_t> octets) {
  Sent sent;
  for (;;) {
    if (const std::span<const uint8_t> waiting = layer_->unsent(); !waiting.empty()) {
      const Sent below = SendPlain(waiting);
      layer_->Forget(below.octets);
      sent.error = below.error;
      sent.wants_write = below.wants_write;
      if (sent.error != 0 || sent.wants_write) return sent;
    }
    const size_t taken = layer_->Take(octets.subspan(sent.octets));
    sent.octets += taken;
    if (taken == 0 && layer_->unsent().empty()) break;
  }
  sent.wants_read = sent.octets < octets.size();
  return sent;
}

}  // namespace tern::resolver::io
