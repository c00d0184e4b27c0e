#include "resolver/io/epoll_engine.h"

#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tern::resolver::io {

namespace {

constexpr uint64_t kWakeupTag = 0xffffffff;  // sockets have larger ids, listeners smaller indices
constexpr int kBatchesATurn = 4;
constexpr size_t kReadOctets = 4096;

int WaitMilliseconds(std::optional<Duration> at_most) {
  if (!at_most.has_value()) return -1;
  constexpr int64_t kLongest = 60'000;
  return static_cast<int>(std::clamp<int64_t>((at_most->count() + 999) / 1000, 0, kLongest));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EpollEngine>> EpollEngine::Create(const EngineLimits& limits,
                                                                 int wakeup_fd) {
  OwnedFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (epoll.get() < 0) return absl::ErrnoToStatus(errno, "cannot make an epoll");
  epoll_event event{};
  // Edge-triggered, so each write to the eventfd is reported once and need not be read.
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = kWakeupTag;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wakeup_fd, &event) != 0) {
    return absl::ErrnoToStatus(errno, "cannot wait for an eventfd");
  }
  return std::unique_ptr<EpollEngine>(new EpollEngine(limits, std::move(epoll)));
}

EpollEngine::EpollEngine(const EngineLimits& limits, OwnedFd epoll)
    : epoll_(std::move(epoll)),
      sockets_(limits.sockets),
      in_(std::make_unique<Batch>()),
      out_(std::make_unique<Batch>()) {}

EpollEngine::~EpollEngine() {
  sockets_.ForEach([](const Socket& socket) { close(socket.fd); });
}

absl::Status EpollEngine::ServeDatagrams(int fd, bool wildcard, uint16_t listener) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = service_sockets_.size();
  ServiceSocket socket;
  socket.fd = OwnedFd(fd);
  socket.wildcard = wildcard;
  socket.listener = listener;
  service_sockets_.push_back(std::move(socket));
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return absl::ErrnoToStatus(errno, "cannot wait for a UDP socket");
  }
  return absl::OkStatus();
}

SocketId EpollEngine::Add(int fd, SocketKind kind, SocketOwner* owner) {
  TERN_REQUIRE(owner != nullptr);
  Socket* socket = sockets_.Make(fd, kind, owner);
  if (socket == nullptr) return SocketId::kNone;
  socket->wants_read = kind == SocketKind::kDatagrams;
  socket->registered = socket->wants_read ? uint32_t{EPOLLIN} : 0u;
  epoll_event event{};
  event.events = socket->registered;
  event.data.u64 = static_cast<uint64_t>(socket->id);
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    sockets_.Free(socket->id);
    return SocketId::kNone;
  }
  return socket->id;
}

void EpollEngine::Remove(SocketId id) {
  const Socket* socket = sockets_.Find(id);
  if (socket == nullptr) return;
  // A listener has other descriptors, here and in other processes, so closing this one does not
  // remove it from epoll. Of others this is the only one.
  if (socket->kind == SocketKind::kListener) {
    (void)epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket->fd, nullptr);
  }
  close(socket->fd);
  sockets_.Free(id);
}

void EpollEngine::SyncInterest(Socket* socket) {
  const uint32_t wanted = (socket->wants_read ? uint32_t{EPOLLIN} : 0u) |
                          (socket->wants_write ? uint32_t{EPOLLOUT} : 0u);
  if (wanted == socket->registered) return;
  epoll_event event{};
  event.events = wanted;
  event.data.u64 = static_cast<uint64_t>(socket->id);
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket->fd, &event) == 0) socket->registered = wanted;
}

void EpollEngine::Receive(SocketId id) {
  if (Socket* socket = sockets_.Find(id); socket != nullptr) {
    socket->wants_read = true;
    SyncInterest(socket);
  }
}

void EpollEngine::WaitWritable(SocketId id) {
  if (Socket* socket = sockets_.Find(id); socket != nullptr) {
    socket->wants_write = true;
    SyncInterest(socket);
  }
}

int EpollEngine::Send(SocketId id, std::span<const uint8_t> bytes) {
  const Socket* socket = sockets_.Find(id);
  if (socket == nullptr) return EBADF;
  return SendNow(socket->fd, bytes);
}

void EpollEngine::Wait(std::optional<Duration> at_most) {
  SendQueued();
  event_count_ = 0;
  if (has_pwait2_) {
    timespec timeout{};
    if (at_most.has_value()) {
      timeout.tv_sec = at_most->count() / 1'000'000;
      timeout.tv_nsec = at_most->count() % 1'000'000 * 1000;
    }
    const int count = epoll_pwait2(epoll_.get(), events_.data(), kEventsATurn,
                                   at_most.has_value() ? &timeout : nullptr, nullptr);
    event_count_ = std::max(count, 0);
    // Linux is older than 5.11, or a filter does not know the call.
    if (count < 0 && errno != EINTR) has_pwait2_ = false;
    return;
  }
  const int count =
      epoll_wait(epoll_.get(), events_.data(), kEventsATurn, WaitMilliseconds(at_most));
  event_count_ = std::max(count, 0);
}

void EpollEngine::StopReceiving(const std::vector<bool>& goes_on) {
  for (const ServiceSocket& socket : service_sockets_) {
    if (socket.listener < goes_on.size() && goes_on[socket.listener]) continue;
    (void)epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket.fd.get(), nullptr);
  }
}

void EpollEngine::StopServing() {
  StopReceiving({});
  service_sockets_.clear();
}

void EpollEngine::Deliver(Service* service) {
  const int count = std::exchange(event_count_, 0);
  for (int i = 0; i < count; ++i) {
    const uint64_t tag = events_[i].data.u64;
    if (tag == kWakeupTag) continue;
    if (tag < service_sockets_.size()) {
      ServeBatches(service_sockets_[tag], service);
    } else {
      OnEvent(SocketId{tag}, events_[i].events);
    }
  }
}

void EpollEngine::ServeBatches(const ServiceSocket& socket, Service* service) {
  for (int i = 0; i < kBatchesATurn; ++i) {
    if (!ServeBatch(socket, service)) return;
  }
}

// Returns true when there may be more.
bool EpollEngine::ServeBatch(const ServiceSocket& socket, Service* service) {
  for (size_t i = 0; i < kBatch; ++i) {
    in_->parts[i] = {in_->buffers[i], kQueryBufferOctets};
    msghdr& header = in_->headers[i].msg_hdr;
    header = {};
    header.msg_name = &in_->peers[i];
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_iov = &in_->parts[i];
    header.msg_iovlen = 1;
    header.msg_control = socket.wildcard ? in_->controls[i] : nullptr;
    header.msg_controllen = socket.wildcard ? kLocalAddressOctets : 0;
  }
  const int received = recvmmsg(socket.fd.get(), in_->headers, kBatch, MSG_DONTWAIT, nullptr);
  if (received <= 0) return false;
  SendQueued();  // the answers need its buffers
  size_t count = 0;
  for (int i = 0; i < received; ++i) {
    const msghdr& header = in_->headers[i].msg_hdr;
    if ((header.msg_flags & MSG_TRUNC) != 0) continue;
    Datagram& datagram = batch_[count];
    datagram.query = {in_->buffers[i], in_->headers[i].msg_len};
    datagram.reply = {out_->buffers[count], kReplyBufferOctets};
    datagram.reply_octets = 0;
    datagram.peer = reinterpret_cast<const sockaddr*>(&in_->peers[i]);
    datagram.local =
        socket.wildcard ? ReadLocalAddress(header.msg_control, header.msg_controllen) : IpAddress{};
    datagram.listener = socket.listener;
    ++count;
  }
  // Meanwhile SendDatagram must not take these buffers.
  out_size_ = kBatch;
  service->OnDatagrams({batch_, count});
  out_size_ = 0;
  size_t queued = 0;
  for (size_t i = 0; i < count; ++i) {
    if (batch_[i].reply_octets == 0) continue;
    // The i-th buffer stays in its place; the headers are packed.
    out_->parts[queued] = {out_->buffers[i], std::min(batch_[i].reply_octets, kReplyBufferOctets)};
    msghdr& header = out_->headers[queued].msg_hdr;
    header = {};
    header.msg_name = const_cast<sockaddr*>(batch_[i].peer);
    header.msg_namelen =
        batch_[i].peer->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    header.msg_iov = &out_->parts[queued];
    header.msg_iovlen = 1;
    header.msg_controllen = WriteLocalAddress(batch_[i].local, out_->controls[queued]);
    header.msg_control = header.msg_controllen != 0 ? out_->controls[queued] : nullptr;
    out_listeners_[queued++] = socket.listener;
  }
  out_size_ = queued;
  SendQueued();
  return received == static_cast<int>(kBatch);
}

void EpollEngine::SendQueued() {
  size_t done = 0;
  while (done < out_size_) {
    const uint16_t listener = out_listeners_[done];
    size_t end = done + 1;
    while (end < out_size_ && out_listeners_[end] == listener) ++end;
    const int fd = service_sockets_[listener].fd.get();
    while (done < end) {
      const int sent = sendmmsg(fd, out_->headers + done, static_cast<unsigned>(end - done),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) {
        done += static_cast<size_t>(sent);
      } else if (sent < 0 && errno == EAGAIN) {
        done = end;  // the socket's buffer is full: dropped, and the clients ask again
      } else {
        ++done;  // this one cannot be sent
      }
    }
  }
  out_size_ = 0;
}

void EpollEngine::SendDatagram(uint16_t listener, const Endpoint& peer, const IpAddress& local,
                               std::span<const uint8_t> bytes) {
  if (listener >= service_sockets_.size() || bytes.empty()) return;
  if (out_size_ == kBatch || bytes.size() > kReplyBufferOctets) {
    SendDatagramNow(service_sockets_[listener].fd.get(), peer, local, bytes);
    return;
  }
  const size_t index = out_size_++;
  std::memcpy(out_->buffers[index], bytes.data(), bytes.size());
  out_->parts[index] = {out_->buffers[index], bytes.size()};
  msghdr& header = out_->headers[index].msg_hdr;
  header = {};
  header.msg_name = &out_->peers[index];
  header.msg_namelen = peer.ToSockaddr(&out_->peers[index]);
  header.msg_iov = &out_->parts[index];
  header.msg_iovlen = 1;
  header.msg_controllen = WriteLocalAddress(local, out_->controls[index]);
  header.msg_control = header.msg_controllen != 0 ? out_->controls[index] : nullptr;
  out_listeners_[index] = listener;
}

void EpollEngine::OnEvent(SocketId id, uint32_t events) {
  Socket* socket = sockets_.Find(id);
  if (socket == nullptr) return;
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (socket->wants_write && (broken || (events & EPOLLOUT) != 0)) {
    socket->wants_write = false;
    socket->owner->OnWritable();
    socket = sockets_.Find(id);
    if (socket == nullptr) return;
  } else if (!socket->wants_read && broken) {
    // epoll reports this without being asked. Nobody waits for it, and it would be reported again
    // and again.
    socket->owner->OnSocketError(ECONNRESET);
    return;
  }
  if (socket->wants_read && (broken || (events & EPOLLIN) != 0)) {
    switch (socket->kind) {
      case SocketKind::kDatagrams:
        ReadDatagram(socket);
        break;
      case SocketKind::kStream:
        ReadBytes(socket);
        break;
      case SocketKind::kListener:
        AcceptSome(id);
        break;
    }
    socket = sockets_.Find(id);
    if (socket == nullptr) return;
  }
  SyncInterest(socket);
}

void EpollEngine::ReadDatagram(Socket* socket) {
  uint8_t bytes[kDatagramOctets];
  sockaddr_storage source;
  iovec part{bytes, sizeof(bytes)};
  msghdr header{};
  header.msg_name = &source;
  header.msg_namelen = sizeof(source);
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  // Reads one datagram. A second one for the same exchange is rare, and epoll reports it again.
  const ssize_t octets = recvmsg(socket->fd, &header, MSG_DONTWAIT);
  if (octets >= 0) {
    socket->owner->OnDatagram(reinterpret_cast<const sockaddr*>(&source),
                              {bytes, static_cast<size_t>(octets)},
                              (header.msg_flags & MSG_TRUNC) != 0);
  } else if (errno != EAGAIN && errno != EINTR) {
    socket->owner->OnSocketError(errno);
  }
}

void EpollEngine::ReadBytes(Socket* socket) {
  uint8_t bytes[kReadOctets];
  const ssize_t octets = recv(socket->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
  if (octets < 0 && (errno == EAGAIN || errno == EINTR)) return;
  socket->wants_read = false;
  if (octets >= 0) {
    socket->owner->OnBytes({bytes, static_cast<size_t>(octets)});
  } else {
    socket->owner->OnSocketError(errno);
  }
}

void EpollEngine::AcceptSome(SocketId id) {
  for (int i = 0; i < kAcceptsATurn; ++i) {
    Socket* socket = sockets_.Find(id);
    if (socket == nullptr || !socket->wants_read) return;
    const int accepted = accept4(socket->fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      socket->owner->OnConnection(accepted);
    } else if (errno == EAGAIN || errno == EINTR) {
      return;
    } else {
      socket->wants_read = false;
      socket->owner->OnSocketError(errno);
    }
  }
}

}  // namespace tern::resolver::io
