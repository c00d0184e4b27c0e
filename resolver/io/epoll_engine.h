// The engine for machines where io_uring is forbidden or too old. It uses epoll, and recvmmsg and
// sendmmsg in batches for the service's datagrams. It behaves like the ring but needs some more
// system calls.
//
// Thread: see engine.h.
// Invariants:
// 1. Interest in a socket is level-triggered and follows what its owner asked for. So a socket from
//    which nothing is read costs no turns.
// 2. Events name a socket by its id, as the ring's completions do.
// Bound: EngineLimits; one batch of queries and one of replies.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/slot_map.h"
#include "resolver/io/engine.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::io {

class EpollEngine final : public Engine {
 public:
  // The caller keeps `wakeup_fd`.
  static absl::StatusOr<std::unique_ptr<EpollEngine>> Create(const EngineLimits& limits,
                                                             int wakeup_fd);
  ~EpollEngine() override;

  std::string_view name() const override { return "epoll"; }
  absl::Status ServeDatagrams(int fd, bool wildcard, uint16_t listener) override;
  absl::Status Start() override { return absl::OkStatus(); }
  SocketId Add(int fd, SocketKind kind, SocketOwner* owner) override;
  void Remove(SocketId id) override;
  void Receive(SocketId id) override;
  void WaitWritable(SocketId id) override;
  int Send(SocketId id, std::span<const uint8_t> bytes) override;
  // Sockets are read when their events are delivered, not before. So both counts stay 0.
  uint64_t posted() const override { return 0; }
  uint64_t delivered() const override { return 0; }
  void SendDatagram(uint16_t listener, const Endpoint& peer, const IpAddress& local,
                    std::span<const uint8_t> bytes) override;
  bool Ready() const override { return false; }
  void Wait(std::optional<Duration> at_most) override;
  void Deliver(Service* service) override;
  void StopReceiving(const std::vector<bool>& goes_on) override;
  bool IsStopping() const override { return false; }  // sockets are read when they are delivered
  void StopServing() override;

 private:
  struct ServiceSocket {
    OwnedFd fd;
    bool wildcard = false;
    uint16_t listener = 0;
  };
  struct Socket {
    Socket(SocketId id, int fd, SocketKind kind, SocketOwner* owner)
        : id(id), owner(owner), fd(fd), kind(kind) {}

    const SocketId id;
    SocketOwner* const owner;
    const int fd;
    const SocketKind kind;
    bool wants_read = false;
    bool wants_write = false;
    uint32_t registered = 0;  // the events that epoll was asked for
  };
  // The batch of one direction, for recvmmsg or sendmmsg.
  struct Batch {
    mmsghdr headers[kBatch];
    iovec parts[kBatch];
    sockaddr_storage peers[kBatch];
    uint8_t controls[kBatch][kLocalAddressOctets];
    uint8_t buffers[kBatch][kQueryBufferOctets];
  };

  EpollEngine(const EngineLimits& limits, OwnedFd epoll);

  void SyncInterest(Socket* socket);
  void ServeBatches(const ServiceSocket& socket, Service* service);
  bool ServeBatch(const ServiceSocket& socket, Service* service);
  void SendQueued();
  void OnEvent(SocketId id, uint32_t events);
  void ReadDatagram(Socket* socket);
  void ReadBytes(Socket* socket);
  void AcceptSome(SocketId id);

  static constexpr int kEventsATurn = 256;

  OwnedFd epoll_;
  std::vector<ServiceSocket> service_sockets_;
  SlotMap<Socket, SocketId> sockets_;
  std::array<epoll_event, kEventsATurn> events_;
  int event_count_ = 0;
  std::unique_ptr<Batch> in_;
  std::unique_ptr<Batch> out_;
  uint16_t out_listeners_[kBatch];
  size_t out_size_ = 0;
  Datagram batch_[kBatch];
  bool has_pwait2_ = true;
};

}  // namespace tern::resolver::io
