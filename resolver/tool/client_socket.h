// A socket to one server. Everything that it does ends at the caller's deadline.
//
// Thread: one. Bound: a descriptor; the caller's buffers bound what is read.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "resolver/base/endpoint.h"

namespace tern::resolver::tool {

class ClientSocket {
 public:
  using Clock = std::chrono::steady_clock;

  // Begins to connect. `type` is SOCK_STREAM or SOCK_DGRAM. error() says when that is impossible.
  ClientSocket(const Endpoint& server, int type);
  // Connects to the stream socket at `path`. error() says when that is impossible.
  explicit ClientSocket(const std::string& path);
  ~ClientSocket();
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  // Why the last call failed, an errno. ETIMEDOUT: its deadline came. 0: it did not fail.
  int error() const { return error_; }

  bool SendAll(std::span<const uint8_t> octets, Clock::time_point deadline);
  bool SendAll(std::string_view text, Clock::time_point deadline) {
    return SendAll(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()), deadline);
  }
  // A datagram, or what has come of a stream: how many octets. 0: an empty datagram, or the server
  // has ended the stream. -1: it failed.
  ssize_t Receive(std::span<uint8_t> to, Clock::time_point deadline);
  // Reads until the buffer is full. When the server ends the stream before, it fails with
  // ECONNRESET.
  bool ReceiveAll(std::span<uint8_t> to, Clock::time_point deadline);

 private:
  void Open(const sockaddr* address, socklen_t size, int type);
  bool Wait(short events, Clock::time_point deadline);

  int fd_ = -1;
  int error_ = 0;
};

}  // namespace tern::resolver::tool
