// The engine over io_uring: one ring, registered service sockets, multishot receives into provided
// buffers, and one system call a turn that sends what was answered and brings what arrived.
//
// Thread: see engine.h. The ring is made disabled: its owner is the thread that calls Start. It
// needs Linux 6.1 for IORING_SETUP_DEFER_TASKRUN, with which the kernel does its part only inside
// our own call.
// Invariants:
// 1. A query's buffer goes back to the kernel before the submit that reads its sender's address
//    from it. That is safe because nothing is received before everything queued was submitted:
//    sends run inside the submit, receives in the second half of the same call, and receives are
//    armed behind the sends.
// 2. user_data names the operation and the socket's id. A completion whose socket is gone only
//    gives back its buffer.
// 3. A socket is closed after the submit, because queued requests may still name its number.
// Bound: the SQ; the CQ, which has space for every buffer and for the last completions of every
// socket, so that it cannot overflow; three buffer groups; kReplyBuffers replies under way.
#pragma once

#include <liburing.h>
#include <netinet/in.h>

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
  // Fails, with the reason, where the kernel forbids io_uring or is too old. `wakeup_fd` stays the
  // caller's.
  static absl::StatusOr<std::unique_ptr<RingEngine>> Create(const EngineLimits& limits,
                                                            int wakeup_fd);
  ~RingEngine() override;

  std::string_view name() const override { return "io_uring"; }
  absl::Status ServeDatagrams(int fd, bool wildcard) override;
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
  enum class Arming : uint8_t { kArmed, kToArm, kResting };

  struct ServiceSocket {
    OwnedFd fd;
    bool wildcard = false;
    Arming arming = Arming::kToArm;
    socklen_t address_octets = 0;
    msghdr shape{};  // how many octets a received datagram's name and ancillary bytes get
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
  // The top bits are user_data's operation.
  static constexpr int kOperationBits = 8;
  static constexpr int kOperationShift = 64 - kOperationBits;
  using Sockets = SlotMap<Socket, SocketId, kOperationBits>;
  // What a queued sendmsg refers to; the bytes are in the reply buffer of the same index.
  struct Envelope {
    msghdr header;
    iovec part;
    sockaddr_storage peer;
    uint8_t control[kLocalAddressOctets];
  };

  explicit RingEngine(const EngineLimits& limits, int wakeup_fd);
  absl::Status SetUp();

  static Operation ReceiveOperation(SocketKind kind);
  // `of`: the id of a socket, or the index of a listener.
  static uint64_t UserData(Operation operation, uint64_t of);
  static uint64_t UserData(Operation operation, SocketId socket);
  io_uring_sqe* NewSqe();  // null: the kernel takes no more now
  uint8_t* reply_buffer(size_t index) { return reply_buffers_.get() + index * kReplyStride; }

  void ArmService(uint16_t listener);
  void ArmWakeup();
  void ArmSocket(Socket* socket);
  void QueueArming(const Socket& socket);
  void ArmQueued(std::vector<SocketId>* queue);
  void ArmAll();
  void CloseLater(int fd);
  void CloseRemoved();
  void Submit(std::optional<Duration> at_most);

  void OnServed(const io_uring_cqe& cqe, uint16_t listener, Service* service);
  void AnswerBatch(Service* service);
  void QueueAnswer(const Datagram& datagram, size_t buffer);
  void QueueSend(uint16_t listener, size_t buffer, const sockaddr* peer, size_t octets);
  void QueueSendmsg(uint16_t listener, size_t buffer, const IpAddress& local, size_t octets);
  // Each datagram of the batch is promised a buffer.
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

  std::vector<ServiceSocket> service_sockets_;
  BufferGroup queries_;    // the service's datagrams
  BufferGroup datagrams_;  // upstream's
  BufferGroup streams_;
  msghdr upstream_shape_{};

  Sockets sockets_;
  std::vector<SocketId> to_arm_;
  std::vector<SocketId> without_buffer_;  // streams that had something to read and no buffer for it
  std::vector<int> removed_fds_;

  struct FreeMemory {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint8_t[], FreeMemory> reply_buffers_;
  std::unique_ptr<Envelope[]> envelopes_;
  size_t reply_buffers_used_ = 0;  // until the next submit

  Datagram batch_[kBatch];
  uint16_t batch_buffers_[kBatch];
  size_t batch_size_ = 0;
  size_t served_ = 0;  // datagrams of this turn
  uint64_t delivered_ = 0;
};

}  // namespace tern::resolver::io
