// The engine over io_uring: one ring, registered service sockets, and multishot receives into
// provided buffers. Each turn makes one system call, which sends the answers and brings what
// arrived.
//
// Thread: see engine.h. The ring is created disabled, and the thread that calls Start becomes its
// owner. IORING_SETUP_DEFER_TASKRUN needs Linux 6.1. With it the kernel does its part only inside
// our own call.
// Invariants:
// 1. A query's buffer goes back to the kernel before the submit that reads the sender's address
//    from it. That is safe, because nothing is received before everything queued was submitted:
//    sends run inside the submit, receives run in the second half of the same call, and receives
//    are armed after the sends. When the kernel took only a part of what was queued, a receive of
//    the last turn may be before the sends of this turn. Then the buffers wait until all is taken.
// 2. user_data names the operation and the socket's id. When the socket of a completion is gone,
//    the completion only gives its buffer back.
// 3. A socket is closed after the submit, because queued requests may still name its descriptor.
// Bound: the SQ; the CQ, which has space for every buffer and for the last completions of every
// socket, so it cannot overflow; three buffer groups; kReplyBuffers replies under way.
#pragma once

#include <liburing.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/slot_map.h"
#include "resolver/io/buffer_group.h"
#include "resolver/io/engine.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::io {

class RingEngine final : public Engine {
 public:
  // Fails, with the reason, when the kernel forbids io_uring or is too old. The caller keeps
  // `wakeup_fd`.
  static absl::StatusOr<std::unique_ptr<RingEngine>> Create(const EngineLimits& limits,
                                                            int wakeup_fd);
  ~RingEngine() override;

  std::string_view name() const override { return "io_uring"; }
  absl::Status ServeDatagrams(int fd, bool wildcard, uint16_t listener) override;
  absl::Status Start() override;
  SocketId Add(int fd, SocketKind kind, SocketOwner* owner) override;
  void Remove(SocketId id) override;
  void Receive(SocketId id) override;
  void WaitWritable(SocketId id) override;
  int Send(SocketId id, std::span<const uint8_t> bytes) override;
  uint64_t posted() const override { return delivered_ + io_uring_cq_ready(&ring_); }
  uint64_t delivered() const override { return delivered_; }
  void SendDatagram(uint16_t listener, const Endpoint& peer, const IpAddress& local,
                    std::span<const uint8_t> bytes) override;
  bool Ready() const override { return io_uring_cq_ready(&ring_) != 0; }
  void Wait(std::optional<Duration> at_most) override;
  void Deliver(Service* service) override;
  void StopReceiving(const std::vector<bool>& goes_on) override;
  // The last completion of a receive comes behind those of its datagrams.
  bool IsStopping() const override {
    return std::any_of(service_sockets_.begin(), service_sockets_.end(),
                       [](const auto& socket) { return socket.arming == Arming::kStopping; });
  }
  void StopServing() override;

 private:
  enum class Operation : uint8_t {
    kServe,
    kSend,
    kWakeup,
    kDatagrams,
    kBytes,
    kAccept,
    kPoll,
    kSendOn,
    kCancel,
  };
  // kStopping: armed, and cancelled. kStopped: nothing comes any more.
  enum class Arming : uint8_t { kArmed, kToArm, kResting, kStopping, kStopped };

  struct ServiceSocket {
    OwnedFd fd;
    bool wildcard = false;
    uint16_t listener = 0;
    Arming arming = Arming::kToArm;
    socklen_t address_octets = 0;
    msghdr shape{};  // the octets for the name and the ancillary bytes of a received datagram
  };
  struct Socket {
    Socket(SocketId id, int fd, SocketKind kind, SocketOwner* owner)
        : id(id), owner(owner), fd(fd), kind(kind) {}

    const SocketId id;
    SocketOwner* const owner;
    const int fd;
    const SocketKind kind;
    bool receiving = false;
    bool polling = false;
  };
  // The top bits of user_data hold the operation.
  static constexpr int kOperationBits = 8;
  static constexpr int kOperationShift = 64 - kOperationBits;
  using Sockets = SlotMap<Socket, SocketId, kOperationBits>;
  // What a queued sendmsg refers to. Its bytes are in the reply buffer with the same index.
  struct Envelope {
    msghdr header;
    iovec part;
    sockaddr_storage peer;
    uint8_t control[kLocalAddressOctets];
  };

  explicit RingEngine(const EngineLimits& limits, int wakeup_fd);
  absl::Status SetUp();

  static Operation ReceiveOperation(SocketKind kind);
  // `of` is the id of a socket or an index of service_sockets_.
  static uint64_t UserData(Operation operation, uint64_t of) {
    return static_cast<uint64_t>(operation) << kOperationShift | of;
  }
  static uint64_t UserData(Operation operation, SocketId socket) {
    return UserData(operation, static_cast<uint64_t>(socket));
  }
  io_uring_sqe* NewSqe();  // null when the kernel takes no more at the moment
  uint8_t* reply_buffer(size_t index) { return reply_buffers_.get() + index * kReplyStride; }

  void ArmService(uint16_t index);
  void ArmWakeup();
  void ArmSocket(Socket* socket);
  void QueueArming(const Socket& socket);
  void ArmQueued(std::vector<SocketId>* queue);
  void ArmAll();
  void Cancel(uint64_t request);
  void CancelQueued();
  void CloseLater(int fd);
  void CloseRemoved();
  void Submit(std::optional<Duration> at_most);

  void OnServed(const io_uring_cqe& cqe, uint16_t index, Service* service);
  static Arming ArmingAfter(int result, Arming before);
  void AnswerBatch(Service* service);
  void QueueAnswer(const Datagram& datagram, size_t buffer);
  void QueueSend(uint16_t listener, size_t buffer, const sockaddr* peer, size_t octets);
  void QueueSendmsg(uint16_t listener, size_t buffer, const IpAddress& local, size_t octets);
  // Each datagram of the batch has a buffer reserved for it.
  bool HasReplyBuffer() const { return reply_buffers_used_ + batch_size_ < kReplyBuffers; }
  void OnSocketCompletion(const io_uring_cqe& cqe, Operation operation, SocketId id);
  // `socket` is null when it was removed meanwhile.
  void OnDatagramCompletion(const io_uring_cqe& cqe, Socket* socket);
  void OnBytesCompletion(const io_uring_cqe& cqe, Socket* socket);
  void OnAcceptCompletion(const io_uring_cqe& cqe, Socket* socket);

  static constexpr size_t kReplyBuffers = 1024;
  static constexpr size_t kReplyStride = kReplyBufferOctets + 64;

  const EngineLimits limits_;
  const int wakeup_fd_;
  mutable io_uring ring_{};
  bool ring_made_ = false;
  bool wakeup_armed_ = false;
  bool was_cut_short_ = false;  // the last submit left requests in the queue

  std::vector<ServiceSocket> service_sockets_;
  BufferGroup queries_;    // for the service's datagrams
  BufferGroup datagrams_;  // for upstream datagrams
  BufferGroup streams_;
  msghdr upstream_shape_{};

  Sockets sockets_;
  std::vector<SocketId> to_arm_;
  std::vector<uint64_t> to_cancel_;       // requests; the kernel took no cancel for them
  std::vector<SocketId> without_buffer_;  // streams with data to read that found no buffer
  std::vector<int> removed_fds_;

  struct FreeMemory {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint8_t[], FreeMemory> reply_buffers_;
  std::unique_ptr<Envelope[]> envelopes_;
  size_t reply_buffers_used_ = 0;  // in use until the next submit

  Datagram batch_[kBatch];
  uint16_t batch_buffers_[kBatch];
  size_t batch_size_ = 0;
  size_t served_ = 0;  // the datagrams of this turn
  uint64_t delivered_ = 0;
};

}  // namespace tern::resolver::io
