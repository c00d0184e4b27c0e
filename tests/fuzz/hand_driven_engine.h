// An engine whose events a fuzz target makes, for the owners of sockets above it. Sockets are real
// ones of the loopback; it is the target that says when there is something to read or to write.
//
// Thread: one. Invariants, which are what an owner owes an engine: every call is about a socket
// that was added and not removed, and an owner asks once for each event.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/base/environment.h"
#include "resolver/io/engine.h"
#include "resolver/io/timer_heap.h"
#include "tests/fuzz/property.h"

namespace tern::fuzz {

// Virtual time and no exchanges.
class HandDrivenEnvironment final : public resolver::Environment {
 public:
  resolver::Time Now() const override { return now_; }
  uint32_t WallSeconds() override { return 1'700'000'000; }
  uint64_t Random() override { return ++drawn_; }
  void ArmTimer(resolver::Timer* timer, resolver::Time at) override { timers_.Arm(timer, at); }
  void DisarmTimer(resolver::Timer* timer) override { timers_.Disarm(timer); }
  resolver::ExchangeId StartExchange(const resolver::Endpoint&, resolver::Transport,
                                     std::span<const uint8_t>, resolver::ExchangeSink*) override {
    return resolver::ExchangeId::kNone;
  }
  void HandOver(resolver::ExchangeId, resolver::ExchangeSink*) override {}
  void EndExchange(resolver::ExchangeId) override {}

  // One run of the timers that are due then.
  void Advance(resolver::Duration duration) {
    now_ += duration;
    timers_.RunDue(now_);
  }
  size_t armed_timers() const { return timers_.size(); }

 private:
  resolver::Time now_{std::chrono::seconds(1000)};
  resolver::io::TimerHeap timers_{8};
  uint64_t drawn_ = 0;
};

class HandDrivenEngine final : public resolver::io::Engine {
 public:
  using SocketId = resolver::io::SocketId;
  struct Socket {
    int fd;
    resolver::io::SocketKind kind;
    resolver::io::SocketOwner* owner;
    bool wants_bytes = false;
    bool wants_writable = false;
  };

  ~HandDrivenEngine() override { TERN_FUZZ_PROPERTY(sockets_.empty()); }

  const std::map<SocketId, Socket>& sockets() const { return sockets_; }
  bool Has(SocketId id) const { return sockets_.contains(id); }

  // These tell an owner, if it has asked; false when it has not.
  bool GiveBytes(SocketId id, std::span<const uint8_t> bytes) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end() || !std::exchange(found->second.wants_bytes, false)) return false;
    found->second.owner->OnBytes(bytes);
    return true;
  }
  bool GiveError(SocketId id, int error) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end() || !std::exchange(found->second.wants_bytes, false)) return false;
    found->second.owner->OnSocketError(error);
    return true;
  }
  void GiveConnection(SocketId listener, int fd) { sockets_.at(listener).owner->OnConnection(fd); }
  // And if the socket can be written to.
  bool GiveWritable(SocketId id) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end() || !found->second.wants_writable) return false;
    pollfd poll_fd{found->second.fd, POLLOUT, 0};
    if (poll(&poll_fd, 1, 0) != 1) return false;
    found->second.wants_writable = false;
    found->second.owner->OnWritable();
    return true;
  }

  std::string_view name() const override { return "by hand"; }
  absl::Status ServeDatagrams(int, bool, uint16_t) override { return absl::OkStatus(); }
  absl::Status Start() override { return absl::OkStatus(); }
  SocketId Add(int fd, resolver::io::SocketKind kind, resolver::io::SocketOwner* owner) override {
    TERN_FUZZ_PROPERTY(fd >= 0 && owner != nullptr);
    const SocketId id{++last_};
    try {
      sockets_.emplace(id, Socket{fd, kind, owner});
    } catch (const std::bad_alloc&) {
      return SocketId::kNone;
    }
    return id;
  }
  void Remove(SocketId id) override {
    const auto found = sockets_.find(id);
    TERN_FUZZ_PROPERTY(found != sockets_.end());
    const linger now{1, 0};  // no TIME_WAIT
    setsockopt(found->second.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(found->second.fd);
    sockets_.erase(found);
  }
  void Receive(SocketId id) override {
    Socket& socket = sockets_.at(id);
    TERN_FUZZ_PROPERTY(!socket.wants_bytes);
    socket.wants_bytes = true;
  }
  void WaitWritable(SocketId id) override {
    Socket& socket = sockets_.at(id);
    TERN_FUZZ_PROPERTY(!socket.wants_writable);
    socket.wants_writable = true;
  }
  int Send(SocketId, std::span<const uint8_t>) override { return 0; }
  uint64_t posted() const override { return 0; }
  uint64_t delivered() const override { return 0; }
  void SendDatagram(uint16_t, const resolver::Endpoint&, const resolver::IpAddress&,
                    std::span<const uint8_t>) override {}
  bool Ready() const override { return false; }
  void Wait(std::optional<resolver::Duration>) override {}
  void Deliver(resolver::io::Service*) override {}
  void StopReceiving(const std::vector<bool>&) override {}
  bool IsStopping() const override { return false; }
  void StopServing() override {}

 private:
  std::map<SocketId, Socket> sockets_;
  uint64_t last_ = 0;
};

// A listening socket of the loopback, and connections to it.
class LoopbackListener {
 public:
  LoopbackListener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t octets = sizeof address_;
    sockaddr* const address = reinterpret_cast<sockaddr*>(&address_);
    TERN_FUZZ_PROPERTY(fd_ >= 0 && bind(fd_, address, octets) == 0 && listen(fd_, 64) == 0);
    TERN_FUZZ_PROPERTY(getsockname(fd_, address, &octets) == 0);
    KeepSmall(fd_);
  }
  ~LoopbackListener() { close(fd_); }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  resolver::Endpoint endpoint() const {
    return resolver::Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&address_));
  }
  int Duplicate() const { return fcntl(fd_, F_DUPFD_CLOEXEC, 0); }
  // Waits for it.
  int Accept() const {
    for (;;) {
      const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0 || errno != EINTR) return fd;
    }
  }
  // From 127.0.0.`host`.
  int Connect(uint8_t host) const {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(0x7f000000u | host);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr* const address = reinterpret_cast<const sockaddr*>(&address_);
    TERN_FUZZ_PROPERTY(fd >= 0);
    KeepSmall(fd);
    // Nothing lingers: there are fewer ports than runs in a minute.
    constexpr linger kNone = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &kNone, sizeof kNone);
    TERN_FUZZ_PROPERTY(bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0);
    // libFuzzer's alarm may come in between; then it goes on by itself.
    if (connect(fd, address, sizeof address_) != 0) {
      TERN_FUZZ_PROPERTY(errno == EINTR);
      pollfd connected{fd, POLLOUT, 0};
      while (poll(&connected, 1, -1) < 0) TERN_FUZZ_PROPERTY(errno == EINTR);
    }
    return fd;
  }

 private:
  // So that a large answer does not fit the kernel's buffers. Segments are to be much smaller than
  // those, otherwise the kernel waits for room.
  static void KeepSmall(int fd) {
    const int buffer = 8192;
    const int segment = 1024;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
  }

  int fd_;
  sockaddr_in address_{};
};

inline uint16_t LocalPort(int fd) {
  sockaddr_in address{};
  socklen_t octets = sizeof address;
  TERN_FUZZ_PROPERTY(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &octets) == 0);
  return ntohs(address.sin_port);
}

// What has arrived, at most `most` octets; waits up to `wait_ms` for the first.
inline void ReadArrived(int fd, size_t most, int wait_ms, std::vector<uint8_t>* into) {
  pollfd poll_fd{fd, POLLIN, 0};
  if (poll(&poll_fd, 1, wait_ms) != 1) return;
  const size_t before = into->size();
  into->resize(before + most);
  const ssize_t octets = recv(fd, into->data() + before, most, MSG_DONTWAIT);
  into->resize(before + (octets > 0 ? static_cast<size_t>(octets) : 0));
}

}  // namespace tern::fuzz
