// The engine over io_uring: one ring, registered service sockets, multishot receives into provided
// buffers, and one system call a turn that sends what was answered and brings what arrived.
//
// Thread: see engine.h. The ring is made disabled (its owner is the thread that calls Start) and
// needs Linux 6.1: DEFER_TASKRUN, so that the kernel does its part only inside our own call.
// Invariants:
// 1. A query's buffer goes back to the kernel before the submit that reads its sender's address
// from it.
//    That is safe because nothing is received before everything queued was submitted: sends run
//    inside the submit, receives in the same call's second half, and receives are armed behind the
//    sends.
// 2. user_data names operation, slot and generation; a completion of an older generation only gives
// back
//    its buffer.
// 3. A socket is closed after the submit, for requests that name its number may still be queued.
// Bound: the SQ, the CQ (large enough for every buffer and every slot's last completion, so that it
// cannot overflow), three buffer groups, kReplyRooms replies under way.
#pragma once

#include <liburing.h>
#include <netinet/in.h>

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
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
    msghdr shape{};  // how much room a received datagram's name and ancillary bytes get
  };
  struct Slot {
    SocketOwner* owner = nullptr;  // null: free
    int fd = -1;
    uint32_t generation = 0;
    SocketKind kind = SocketKind::kStream;
    bool receiving = false;
    bool polling = false;
  };
  // What a queued sendmsg refers to; the bytes are in the room of the same index.
  struct Envelope {
    msghdr header;
    iovec part;
    sockaddr_storage peer;
    uint8_t control[kLocalAddressOctets];
  };

  explicit RingEngine(const EngineLimits& limits, int wakeup_fd);
  absl::Status SetUp();

  static Operation ReceiveOperation(SocketKind kind);
  static uint64_t Tag(Operation operation, uint32_t slot, uint32_t generation);
  io_uring_sqe* NewSqe();  // null: the kernel takes no more now
  Slot* Find(SocketId id);
  SocketId IdOf(const Slot& slot) const;
  uint8_t* room(size_t index) { return rooms_.get() + index * kRoomStride; }

  void ArmService(uint16_t listener);
  void ArmWakeup();
  void ArmSlot(uint32_t slot);
  void QueueArming(const Slot& slot);
  void ArmQueued(std::vector<SocketId>* queue);
  void ArmAll();
  void CloseRemoved();
  void Submit(std::optional<Duration> at_most);

  void OnServed(const io_uring_cqe& cqe, uint16_t listener, Service* service);
  void AnswerBatch(Service* service);
  void QueueAnswer(const Datagram& datagram, size_t room_index);
  void QueueSend(uint16_t listener, size_t room_index, const sockaddr* peer, size_t octets);
  void QueueSendmsg(uint16_t listener, size_t room_index, const IpAddress& local, size_t octets);
  bool HasRoom() const {
    return rooms_used_ + batch_size_ < kRooms;
  }  // the batch has rooms promised
  void OnSocketCompletion(const io_uring_cqe& cqe, Operation operation, uint32_t slot_index,
                          uint32_t generation);
  // `slot` is null when the socket was removed meanwhile.
  void OnDatagramCompletion(const io_uring_cqe& cqe, Slot* slot);
  void OnBytesCompletion(const io_uring_cqe& cqe, Slot* slot);
  void OnAcceptCompletion(const io_uring_cqe& cqe, Slot* slot);

  static constexpr size_t kRooms = 1024;
  static constexpr size_t kRoomStride = kReplyRoom + 64;

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

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_slots_;
  std::vector<SocketId> to_arm_;
  std::vector<SocketId> without_buffer_;  // streams that had something to read and no room for it
  std::vector<int> removed_fds_;

  struct FreeMemory {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint8_t[], FreeMemory> rooms_;
  std::unique_ptr<Envelope[]> envelopes_;
  size_t rooms_used_ = 0;  // until the next submit

  Datagram batch_[kBatch];
  uint16_t batch_buffers_[kBatch];
  size_t batch_size_ = 0;
  size_t served_ = 0;  // datagrams of this turn
  uint64_t delivered_ = 0;
};

}  // namespace tern::resolver::io
