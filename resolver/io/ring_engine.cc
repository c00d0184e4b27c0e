#include "resolver/io/ring_engine.h"

#include <poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tern::resolver::io {

namespace {

constexpr unsigned kSqEntries = 2048;
// A turn takes some 32 of them and gives them back. 64, 256 and 1024 cost the same under
// echo_floor. 256 are enough for the most that several listeners bring in one turn.
constexpr uint32_t kQueryBuffers = 256;
constexpr uint32_t kDatagramBuffers = 128;
constexpr uint32_t kStreamBuffers = 128;
// Header 16, name 32, ancillary 64, query at least 1536.
constexpr size_t kQueryStride = 27 * 64;
// Header 16, name 28, datagram 4096.
constexpr size_t kDatagramStride = 65 * 64;
constexpr size_t kStreamStride = 65 * 64;
constexpr size_t kCompletionsATurn = 512;
constexpr size_t kDatagramsATurn = 256;
constexpr useconds_t kRestMicroseconds = 1000;

static_assert(kQueryStride >=
              sizeof(io_uring_recvmsg_out) + 32 + kLocalAddressOctets + kQueryBufferOctets);
static_assert(kDatagramStride >=
              sizeof(io_uring_recvmsg_out) + sizeof(sockaddr_in6) + kDatagramOctets);

}  // namespace

RingEngine::RingEngine(const EngineLimits& limits, int wakeup_fd)
    : limits_(limits), wakeup_fd_(wakeup_fd), sockets_(limits.sockets) {}

absl::StatusOr<std::unique_ptr<RingEngine>> RingEngine::Create(const EngineLimits& limits,
                                                               int wakeup_fd) {
  std::unique_ptr<RingEngine> engine(new RingEngine(limits, wakeup_fd));
  if (absl::Status status = engine->SetUp(); !status.ok()) return status;
  return engine;
}

absl::Status RingEngine::SetUp() {
  io_uring_params params{};
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL |
                 IORING_SETUP_CQSIZE | IORING_SETUP_R_DISABLED;
  // One completion of a receive for each buffer, and two last ones for each socket (a receive and a
  // poll).
  params.cq_entries = std::bit_ceil(static_cast<uint32_t>(
      kQueryBuffers + kDatagramBuffers + kStreamBuffers + kSqEntries + 2 * limits_.sockets));
  const int error = io_uring_queue_init_params(kSqEntries, &ring_, &params);
  if (error != 0) return absl::ErrnoToStatus(-error, "io_uring (of Linux 6.1 or newer) is refused");
  ring_made_ = true;
  for (auto [group, number, count, stride] :
       {std::tuple(&queries_, 0, kQueryBuffers, kQueryStride),
        std::tuple(&datagrams_, 1, kDatagramBuffers, kDatagramStride),
        std::tuple(&streams_, 2, kStreamBuffers, kStreamStride)}) {
    absl::Status status = group->Register(&ring_, static_cast<uint16_t>(number), count, stride);
    if (!status.ok()) return status;
  }
  upstream_shape_.msg_namelen = sizeof(sockaddr_in6);
  reply_buffers_.reset(
      static_cast<uint8_t*>(std::aligned_alloc(4096, kReplyBuffers * kReplyStride)));
  if (reply_buffers_ == nullptr) return absl::ResourceExhaustedError("no memory for replies");
  envelopes_ = std::make_unique<Envelope[]>(kReplyBuffers);
  // A turn may queue a socket, remove it, and queue the next socket in its slot.
  to_arm_.reserve(limits_.sockets + kCompletionsATurn);
  without_buffer_.reserve(limits_.sockets + kCompletionsATurn);
  removed_fds_.reserve(limits_.sockets);
  to_cancel_.reserve(2 * limits_.sockets);
  return absl::OkStatus();
}

RingEngine::~RingEngine() {
  if (ring_made_) io_uring_queue_exit(&ring_);
  sockets_.ForEach([](const Socket& socket) { close(socket.fd); });
  for (int fd : removed_fds_) close(fd);
}

void RingEngine::StopReceiving(const std::vector<bool>& goes_on) {
  for (size_t i = 0; i < service_sockets_.size(); ++i) {
    ServiceSocket& socket = service_sockets_[i];
    if (socket.listener < goes_on.size() && goes_on[socket.listener]) continue;
    if (socket.arming == Arming::kArmed) {
      socket.arming = Arming::kStopping;
      Cancel(UserData(Operation::kServe, uint64_t{i}));
    } else if (socket.arming != Arming::kStopping) {
      socket.arming = Arming::kStopped;
    }
  }
}

void RingEngine::StopServing() {
  // Receives and the table of registered files keep the sockets open beyond close() and even beyond
  // the end of the process, because the kernel takes a ring apart later, some 50 ms after the end.
  io_uring_sync_cancel_reg all{};
  all.fd = -1;
  all.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
  all.timeout.tv_sec = 0;
  all.timeout.tv_nsec = 200'000'000;
  (void)io_uring_register_sync_cancel(&ring_, &all);
  // A cancelled request releases its socket when its completion has run.
  (void)io_uring_get_events(&ring_);
  (void)io_uring_unregister_files(&ring_);
  service_sockets_.clear();
}

absl::Status RingEngine::ServeDatagrams(int fd, bool wildcard, uint16_t listener) {
  ServiceSocket socket;
  socket.fd = OwnedFd(fd);
  socket.wildcard = wildcard;
  socket.listener = listener;
  socket.address_octets =
      LocalEndpoint(fd).address.IsIpv4() ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  // The ancillary bytes follow the name and need alignment.
  socket.shape.msg_namelen = (socket.address_octets + 7) / 8 * 8;
  socket.shape.msg_controllen = wildcard ? kLocalAddressOctets : 0;
  service_sockets_.push_back(std::move(socket));
  return absl::OkStatus();
}

absl::Status RingEngine::Start() {
  // A direct system call, because liburing 2.3 declares io_uring_enable_rings without exporting it.
  if (syscall(__NR_io_uring_register, ring_.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0) !=
      0) {
    return absl::ErrnoToStatus(errno, "cannot enable the io_uring");
  }
  // This saves a reference count in each call. A failure does no harm.
  (void)io_uring_register_ring_fd(&ring_);
  std::vector<int> fds;
  for (const ServiceSocket& socket : service_sockets_) fds.push_back(socket.fd.get());
  if (fds.empty()) return absl::OkStatus();
  const int error = io_uring_register_files(&ring_, fds.data(), static_cast<unsigned>(fds.size()));
  if (error != 0) return absl::ErrnoToStatus(-error, "cannot register the sockets with io_uring");
  return absl::OkStatus();
}

io_uring_sqe* RingEngine::NewSqe() {
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  if (sqe != nullptr) return sqe;
  io_uring_submit(&ring_);
  return io_uring_get_sqe(&ring_);
}

RingEngine::Operation RingEngine::ReceiveOperation(SocketKind kind) {
  switch (kind) {
    case SocketKind::kDatagrams:
      return Operation::kDatagrams;
    case SocketKind::kStream:
      return Operation::kBytes;
    case SocketKind::kListener:
      return Operation::kAccept;
  }
  return Operation::kBytes;
}

SocketId RingEngine::Add(int fd, SocketKind kind, SocketOwner* owner) {
  TERN_REQUIRE(owner != nullptr);
  Socket* socket = sockets_.Make(fd, kind, owner);
  if (socket == nullptr) return SocketId::kNone;
  if (kind == SocketKind::kDatagrams) ArmSocket(socket);
  return socket->id;
}

void RingEngine::Remove(SocketId id) {
  const Socket* socket = sockets_.Find(id);
  if (socket == nullptr) return;
  for (auto [pending, operation] : {std::pair(socket->receiving, ReceiveOperation(socket->kind)),
                                    std::pair(socket->polling, Operation::kPoll)}) {
    if (pending) Cancel(UserData(operation, id));
  }
  CloseLater(socket->fd);
  sockets_.Free(id);
}

// Without a cancel the request would keep the socket open until its peer sends.
void RingEngine::Cancel(uint64_t request) {
  io_uring_sqe* sqe = NewSqe();
  if (sqe == nullptr) {
    // The kernel takes nothing now.
    if (to_cancel_.size() < to_cancel_.capacity()) to_cancel_.push_back(request);
    return;
  }
  io_uring_prep_cancel64(sqe, request, 0);
  sqe->user_data = UserData(Operation::kCancel, uint64_t{0});
  sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
}

void RingEngine::CancelQueued() {
  for (size_t count = to_cancel_.size(); count != 0; --count) {
    const uint64_t request = to_cancel_.back();
    to_cancel_.pop_back();
    Cancel(request);
  }
}

void RingEngine::CloseLater(int fd) {
  if (removed_fds_.size() == removed_fds_.capacity()) CloseRemoved();
  // When even that fails, the kernel has no memory. Then the descriptor stays open for ever. A
  // queued request may name it, and would otherwise reach the next socket with that number.
  if (removed_fds_.size() < removed_fds_.capacity()) removed_fds_.push_back(fd);
}

void RingEngine::Receive(SocketId id) {
  Socket* socket = sockets_.Find(id);
  if (socket == nullptr || socket->receiving) return;
  if (socket->kind == SocketKind::kStream) {
    QueueArming(*socket);  // at the end of the turn, after those that found no buffer in it
  } else {
    ArmSocket(socket);
  }
}

void RingEngine::WaitWritable(SocketId id) {
  Socket* socket = sockets_.Find(id);
  if (socket == nullptr || socket->polling) return;
  io_uring_sqe* sqe = NewSqe();
  if (sqe == nullptr) return;
  io_uring_prep_poll_add(sqe, socket->fd, POLLOUT);
  sqe->user_data = UserData(Operation::kPoll, id);
  socket->polling = true;
}

int RingEngine::Send(SocketId id, std::span<const uint8_t> bytes) {
  const Socket* socket = sockets_.Find(id);
  if (socket == nullptr) return EBADF;
  io_uring_sqe* sqe = HasReplyBuffer() && bytes.size() <= kReplyBufferOctets ? NewSqe() : nullptr;
  if (sqe == nullptr) return SendNow(socket->fd, bytes);
  uint8_t* const buffer = reply_buffer(reply_buffers_used_++);
  std::memcpy(buffer, bytes.data(), bytes.size());
  io_uring_prep_send(sqe, socket->fd, buffer, bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
  sqe->user_data = UserData(Operation::kSendOn, id);
  return 0;
}

void RingEngine::ArmSocket(Socket* socket) {
  io_uring_sqe* sqe = NewSqe();
  if (sqe == nullptr) {
    QueueArming(*socket);
    return;
  }
  switch (socket->kind) {
    case SocketKind::kDatagrams:
      io_uring_prep_recvmsg_multishot(sqe, socket->fd, &upstream_shape_, 0);
      sqe->flags |= IOSQE_BUFFER_SELECT;
      sqe->buf_group = datagrams_.group();
      break;
    case SocketKind::kStream:
      io_uring_prep_recv(sqe, socket->fd, nullptr, 0, 0);
      sqe->flags |= IOSQE_BUFFER_SELECT;
      sqe->buf_group = streams_.group();
      break;
    case SocketKind::kListener:
      io_uring_prep_poll_add(sqe, socket->fd, POLLIN);
      break;
  }
  sqe->user_data = UserData(ReceiveOperation(socket->kind), socket->id);
  socket->receiving = true;
}

void RingEngine::QueueArming(const Socket& socket) {
  if (to_arm_.size() < to_arm_.capacity()) to_arm_.push_back(socket.id);
}

void RingEngine::ArmService(uint16_t index) {
  ServiceSocket& socket = service_sockets_[index];
  io_uring_sqe* sqe = NewSqe();
  if (sqe == nullptr) return;
  io_uring_prep_recvmsg_multishot(sqe, index, &socket.shape, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE;
  sqe->buf_group = queries_.group();
  sqe->user_data = UserData(Operation::kServe, uint64_t{index});
  socket.arming = Arming::kArmed;
}

void RingEngine::ArmWakeup() {
  io_uring_sqe* sqe = NewSqe();
  if (sqe == nullptr) return;
  io_uring_prep_poll_multishot(sqe, wakeup_fd_, POLLIN);
  sqe->user_data = UserData(Operation::kWakeup, uint64_t{0});
  wakeup_armed_ = true;
}

void RingEngine::ArmQueued(std::vector<SocketId>* queue) {
  const size_t count = queue->size();  // ArmSocket may add one again
  for (size_t i = 0; i < count; ++i) {
    Socket* socket = sockets_.Find((*queue)[i]);
    if (socket != nullptr && !socket->receiving) ArmSocket(socket);
  }
  queue->erase(queue->begin(), queue->begin() + static_cast<ptrdiff_t>(count));
}

void RingEngine::ArmAll() {
  CancelQueued();
  if (!wakeup_armed_) ArmWakeup();
  // The kernel gives buffers to receives in the order of arming. So those that found no buffer last
  // time come first. Otherwise streams that never pause would keep them from reading for ever.
  ArmQueued(&without_buffer_);
  ArmQueued(&to_arm_);
  for (size_t i = 0; i < service_sockets_.size(); ++i) {
    ServiceSocket& socket = service_sockets_[i];
    if (socket.arming == Arming::kToArm) ArmService(static_cast<uint16_t>(i));
    // After an error that we cannot mend, the socket rests until the next turn, so the loop does
    // not spin.
    if (socket.arming == Arming::kResting) socket.arming = Arming::kToArm;
  }
}

void RingEngine::CloseRemoved() {
  if (removed_fds_.empty()) return;
  io_uring_submit(&ring_);
  if (io_uring_sq_ready(&ring_) != 0) return;  // later, because queued requests may still name them
  for (int fd : removed_fds_) close(fd);
  removed_fds_.clear();
}

void RingEngine::Submit(std::optional<Duration> at_most) {
  int result = 0;
  if (!at_most.has_value()) {
    result = io_uring_submit_and_wait(&ring_, 1);
  } else if (at_most->count() <= 0) {
    result = io_uring_submit_and_get_events(&ring_);
  } else {
    __kernel_timespec timeout{};
    timeout.tv_sec = at_most->count() / 1'000'000;
    timeout.tv_nsec = at_most->count() % 1'000'000 * 1000;
    io_uring_cqe* first = nullptr;
    result = io_uring_submit_and_wait_timeout(&ring_, &first, 1, &timeout, nullptr);
  }
  // The kernel has no memory for requests. Queued requests stay queued. The pause keeps the loop
  // from spinning.
  if (result < 0 && result != -ETIME && result != -EINTR) usleep(kRestMicroseconds);
}

void RingEngine::Wait(std::optional<Duration> at_most) {
  const bool resting =
      std::any_of(service_sockets_.begin(), service_sockets_.end(),
                  [](const ServiceSocket& socket) { return socket.arming == Arming::kResting; });
  if (resting) at_most = std::min(at_most.value_or(Duration(10'000)), Duration(10'000));
  ArmAll();
  if (!was_cut_short_) queries_.Commit();
  datagrams_.Commit();
  streams_.Commit();
  CloseRemoved();
  Submit(at_most);
  was_cut_short_ = io_uring_sq_ready(&ring_) != 0;
  if (was_cut_short_) return;
  reply_buffers_used_ = 0;
  queries_.Commit();
}

void RingEngine::Deliver(Service* service) {
  served_ = 0;
  unsigned head = *ring_.cq.khead;
  const unsigned tail = io_uring_smp_load_acquire(ring_.cq.ktail);
  const unsigned mask = *ring_.cq.kring_mask;
  unsigned handled = 0;
  for (; head != tail && handled < kCompletionsATurn; ++head, ++handled) {
    if (served_ == kDatagramsATurn || !HasReplyBuffer()) break;
    const io_uring_cqe cqe = ring_.cq.cqes[head & mask];
    const auto operation = static_cast<Operation>(cqe.user_data >> kOperationShift);
    const uint64_t of = cqe.user_data & ((uint64_t{1} << kOperationShift) - 1);
    switch (operation) {
      case Operation::kServe:
        OnServed(cqe, static_cast<uint16_t>(of), service);
        break;
      case Operation::kDatagrams:
      case Operation::kBytes:
      case Operation::kAccept:
      case Operation::kPoll:
      case Operation::kSendOn:
        OnSocketCompletion(cqe, operation, SocketId{of});
        break;
      case Operation::kWakeup:
        if ((cqe.flags & IORING_CQE_F_MORE) == 0) wakeup_armed_ = false;
        break;
      case Operation::kSend:    // the kernel had no room for a reply: the client asks again
      case Operation::kCancel:  // the request had ended already
        break;
    }
  }
  if (batch_size_ != 0) AnswerBatch(service);
  io_uring_cq_advance(&ring_, handled);
  delivered_ += handled;
}

void RingEngine::OnServed(const io_uring_cqe& cqe, uint16_t index, Service* service) {
  ServiceSocket& socket = service_sockets_[index];
  if ((cqe.flags & IORING_CQE_F_MORE) == 0) socket.arming = ArmingAfter(cqe.res, socket.arming);
  if ((cqe.flags & IORING_CQE_F_BUFFER) == 0) return;
  const auto buffer = static_cast<uint16_t>(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
  io_uring_recvmsg_out* received =
      cqe.res < 0 ? nullptr
                  : io_uring_recvmsg_validate(queries_.at(buffer), cqe.res, &socket.shape);
  if (received == nullptr || (received->flags & MSG_TRUNC) != 0) {
    queries_.Recycle(buffer);
    return;
  }
  if (batch_size_ == kBatch) AnswerBatch(service);
  batch_buffers_[batch_size_] = buffer;
  Datagram& datagram = batch_[batch_size_++];
  datagram.query = {static_cast<const uint8_t*>(io_uring_recvmsg_payload(received, &socket.shape)),
                    io_uring_recvmsg_payload_length(received, cqe.res, &socket.shape)};
  datagram.reply_octets = 0;
  datagram.peer = static_cast<const sockaddr*>(io_uring_recvmsg_name(received));
  datagram.listener = socket.listener;
  if (socket.wildcard) {
    uint8_t* control = reinterpret_cast<uint8_t*>(received + 1) + socket.shape.msg_namelen;
    datagram.local = ReadLocalAddress(control, received->controllen);
  } else {
    datagram.local.size = 0;
  }
  ++served_;
}

// `result`: of the last completion of a receive.
RingEngine::Arming RingEngine::ArmingAfter(int result, Arming before) {
  if (before == Arming::kStopping) return Arming::kStopped;
  return result >= 0 || result == -ENOBUFS ? Arming::kToArm : Arming::kResting;
}

void RingEngine::AnswerBatch(Service* service) {
  const size_t first = reply_buffers_used_;
  const size_t count = batch_size_;
  reply_buffers_used_ += count;
  batch_size_ = 0;
  for (size_t i = 0; i < count; ++i)
    batch_[i].reply = {reply_buffer(first + i), kReplyBufferOctets};
  service->OnDatagrams({batch_, count});
  for (size_t i = 0; i < count; ++i) {
    if (batch_[i].reply_octets != 0) QueueAnswer(batch_[i], first + i);
    queries_.Recycle(batch_buffers_[i]);
  }
}

void RingEngine::QueueAnswer(const Datagram& datagram, size_t buffer) {
  const size_t octets = std::min(datagram.reply_octets, kReplyBufferOctets);
  const ServiceSocket& socket = service_sockets_[datagram.listener];
  if (socket.wildcard) {
    std::memcpy(&envelopes_[buffer].peer, datagram.peer, socket.address_octets);
    QueueSendmsg(datagram.listener, buffer, datagram.local, octets);
    return;
  }
  QueueSend(datagram.listener, buffer, datagram.peer, octets);
}

void RingEngine::QueueSend(uint16_t listener, size_t buffer, const sockaddr* peer, size_t octets) {
  io_uring_sqe* sqe = NewSqe();
  if (sqe == nullptr) return;
  io_uring_prep_send(sqe, listener, reply_buffer(buffer), octets, MSG_DONTWAIT);
  io_uring_prep_send_set_addr(sqe, peer,
                              static_cast<uint16_t>(service_sockets_[listener].address_octets));
  sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
  sqe->user_data = UserData(Operation::kSend, uint64_t{listener});
}

void RingEngine::QueueSendmsg(uint16_t listener, size_t buffer, const IpAddress& local,
                              size_t octets) {
  io_uring_sqe* sqe = NewSqe();
  if (sqe == nullptr) return;
  Envelope& envelope = envelopes_[buffer];
  envelope.part = {reply_buffer(buffer), octets};
  envelope.header = {};
  envelope.header.msg_name = &envelope.peer;
  envelope.header.msg_namelen = service_sockets_[listener].address_octets;
  envelope.header.msg_iov = &envelope.part;
  envelope.header.msg_iovlen = 1;
  envelope.header.msg_controllen = WriteLocalAddress(local, envelope.control);
  envelope.header.msg_control = envelope.control;
  io_uring_prep_sendmsg(sqe, listener, &envelope.header, MSG_DONTWAIT);
  sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
  sqe->user_data = UserData(Operation::kSend, uint64_t{listener});
}

void RingEngine::SendDatagram(uint16_t listener, const Endpoint& peer, const IpAddress& local,
                              std::span<const uint8_t> bytes) {
  if (listener >= service_sockets_.size() || bytes.empty()) return;
  if (!HasReplyBuffer() || bytes.size() > kReplyBufferOctets) {
    SendDatagramNow(service_sockets_[listener].fd.get(), peer, local, bytes);
    return;
  }
  const size_t buffer = reply_buffers_used_++;
  std::memcpy(reply_buffer(buffer), bytes.data(), bytes.size());
  sockaddr_storage* address = &envelopes_[buffer].peer;
  peer.ToSockaddr(address);
  if (local.size == 0) {
    QueueSend(listener, buffer, reinterpret_cast<const sockaddr*>(address), bytes.size());
  } else {
    QueueSendmsg(listener, buffer, local, bytes.size());
  }
}

void RingEngine::OnSocketCompletion(const io_uring_cqe& cqe, Operation operation, SocketId id) {
  Socket* const socket = sockets_.Find(id);
  if (socket != nullptr) {
    if (operation == Operation::kPoll) {
      socket->polling = false;
    } else if (operation != Operation::kSendOn && (cqe.flags & IORING_CQE_F_MORE) == 0) {
      socket->receiving = false;
    }
  }
  switch (operation) {
    case Operation::kDatagrams:
      OnDatagramCompletion(cqe, socket);
      break;
    case Operation::kBytes:
      OnBytesCompletion(cqe, socket);
      break;
    case Operation::kAccept:
      OnAcceptCompletion(cqe, socket);
      break;
    case Operation::kPoll:
      if (socket != nullptr) socket->owner->OnWritable();
      break;
    case Operation::kSendOn:
      if (socket != nullptr && cqe.res < 0) socket->owner->OnSocketError(-cqe.res);
      break;
    case Operation::kServe:
    case Operation::kSend:
    case Operation::kWakeup:
    case Operation::kCancel:
      break;
  }
}

void RingEngine::OnDatagramCompletion(const io_uring_cqe& cqe, Socket* socket) {
  if (socket != nullptr && !socket->receiving) QueueArming(*socket);  // it always receives
  if ((cqe.flags & IORING_CQE_F_BUFFER) != 0) {
    const auto buffer = static_cast<uint16_t>(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
    io_uring_recvmsg_out* received =
        cqe.res < 0 ? nullptr
                    : io_uring_recvmsg_validate(datagrams_.at(buffer), cqe.res, &upstream_shape_);
    if (socket != nullptr && received != nullptr) {
      const size_t octets = io_uring_recvmsg_payload_length(received, cqe.res, &upstream_shape_);
      socket->owner->OnDatagram(
          static_cast<const sockaddr*>(io_uring_recvmsg_name(received)),
          {static_cast<const uint8_t*>(io_uring_recvmsg_payload(received, &upstream_shape_)),
           std::min(octets, kDatagramOctets)},
          (received->flags & MSG_TRUNC) != 0 || octets > kDatagramOctets);
    }
    datagrams_.Recycle(buffer);
  } else if (socket != nullptr && cqe.res < 0 && cqe.res != -ENOBUFS) {
    socket->owner->OnSocketError(-cqe.res);
  }
}

void RingEngine::OnBytesCompletion(const io_uring_cqe& cqe, Socket* socket) {
  const auto buffer = static_cast<uint16_t>(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
  if (socket != nullptr) {
    if (cqe.res > 0) {
      socket->owner->OnBytes({streams_.at(buffer), static_cast<size_t>(cqe.res)});
    } else if (cqe.res == 0) {
      socket->owner->OnBytes({});
    } else if (cqe.res == -ENOBUFS) {
      if (without_buffer_.size() < without_buffer_.capacity()) {
        without_buffer_.push_back(socket->id);
      }
    } else {
      socket->owner->OnSocketError(-cqe.res);
    }
  }
  if ((cqe.flags & IORING_CQE_F_BUFFER) != 0) streams_.Recycle(buffer);
}

// The ring could accept by itself (multishot), but without a limit. Of thousands of connections
// that come at once, each would take a descriptor before the first one is looked at.
void RingEngine::OnAcceptCompletion(const io_uring_cqe& cqe, Socket* socket) {
  if (socket == nullptr) return;
  int error = cqe.res < 0 ? -cqe.res : 0;
  const SocketId id = socket->id;
  for (int i = 0; error == 0 && i < kAcceptsATurn; ++i) {
    const int accepted = accept4(socket->fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) {
      error = errno;
      break;
    }
    socket->owner->OnConnection(accepted);
    socket = sockets_.Find(id);
    if (socket == nullptr) return;
  }
  if (error == 0 || error == EAGAIN || error == EINTR) {
    QueueArming(*socket);
  } else {
    socket->owner->OnSocketError(error);
  }
}

}  // namespace tern::resolver::io
