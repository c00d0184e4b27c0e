#include "resolver/io/upstream_sockets.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "resolver/base/limits.h"
#include "resolver/io/sockets.h"
#include "wire/message.h"

namespace tern::resolver::io {

namespace {

constexpr Duration kCooling = std::chrono::milliseconds(1);
constexpr Duration kIdleSweep = std::chrono::seconds(30);
constexpr int kDrainedAtMost = 64;   // datagrams; a socket with more queued is closed
constexpr int kErrorsWhileIdle = 4;  // a socket with more errors is closed
constexpr size_t kSparePart = 8;     // one in so many sockets is kept free

// connect() without libc. libc's connect() is a cancellation point, which is costly when there are
// several threads, and nobody cancels ours.
int Connect(int fd, const sockaddr* address, socklen_t octets) {
  return static_cast<int>(syscall(SYS_connect, fd, address, octets));
}

}  // namespace

class UpstreamSockets::Socket final : public SocketOwner,
                                      public ListNode<Resting>,
                                      public ListNode<Waiting>,
                                      public ListNode<Failing> {
 public:
  Socket(ExchangeId id, UpstreamSockets* owner, Pool* pool, int fd)
      : id(id), owner(owner), pool(pool), fd(fd) {}

  bool IsServer(const sockaddr* source) const {
    if (source->sa_family != address.ss_family) return false;
    if (source->sa_family == AF_INET) {
      const auto* from = reinterpret_cast<const sockaddr_in*>(source);
      const auto* to = reinterpret_cast<const sockaddr_in*>(&address);
      return from->sin_port == to->sin_port && from->sin_addr.s_addr == to->sin_addr.s_addr;
    }
    const auto* from = reinterpret_cast<const sockaddr_in6*>(source);
    const auto* to = reinterpret_cast<const sockaddr_in6*>(&address);
    return from->sin6_port == to->sin6_port && from->sin6_scope_id == to->sin6_scope_id &&
           std::memcmp(&from->sin6_addr, &to->sin6_addr, sizeof(in6_addr)) == 0;
  }

  void OnDatagram(const sockaddr* source, std::span<const uint8_t> bytes, bool truncated) override {
    // connect() binds the port before it sets the peer. So datagrams of strangers may be queued
    // too.
    if (sink == nullptr || !IsServer(source)) return;
    if (truncated) {
      HandOverTruncated(bytes);
    } else {
      sink->OnReply(id, bytes);
    }
  }

  // What is left of a reply that was longer than the buffer is no use. TC says so, and the question
  // is asked over TCP.
  void HandOverTruncated(std::span<const uint8_t> bytes) {
    uint8_t reply[kDatagramOctets];
    std::copy(bytes.begin(), bytes.end(), reply);
    if (bytes.size() >= wire::kHeaderOctets) {
      wire::StoreU16(reply + 2, static_cast<uint16_t>(wire::LoadU16(reply + 2) | wire::kFlagTC));
    }
    sink->OnReply(id, {reply, bytes.size()});
  }

  void OnSocketError(int error) override {
    if (error == EMSGSIZE && sink != nullptr) {
      // ICMP says that fragmentation is needed. Our queries are sent without DF, so nobody has a
      // reason to say so. The query may have arrived, and its answer counts.
    } else if (sink != nullptr) {
      owner->Fail(this, FailureOf(error));
    } else if (error == EDESTADDRREQ) {
      // The exchange ended before its query left.
    } else if (++errors_while_idle > kErrorsWhileIdle) {
      // Take discards the socket when it comes to it.
      owner->engine_->Remove(std::exchange(engine_id, SocketId::kNone));
    }
  }

  ExchangeId id;
  UpstreamSockets* const owner;
  Pool* const pool;
  const int fd;
  SocketId engine_id = SocketId::kNone;
  ExchangeSink* sink = nullptr;  // null without an exchange
  sockaddr_storage address{};    // the server's address
  socklen_t address_octets = 0;
  uint16_t query_octets = 0;
  uint8_t query[kUpstreamQueryOctetsMax];
  bool connected = false;
  ExchangeFailure failure{};  // the failure to report, while in failed_
  int errors_while_idle = 0;
  uint64_t cooled_at = 0;  // the value that the engine's delivered() must reach
  Time released_at;
};

UpstreamSockets::UpstreamSockets(Engine* engine, Environment* environment,
                                 std::span<const IpAddress> outgoing, size_t most)
    : engine_(engine), environment_(environment), most_(most), sockets_(most) {
  for (const bool ipv4 : {true, false}) {
    for (const IpAddress& source : outgoing) {
      if (source.IsIpv4() == ipv4) pools_.emplace_back().source = source;
    }
    if (ipv4) {
      if (pools_.empty()) pools_.emplace_back();
      ipv4_pools_ = pools_.size();
    } else if (pools_.size() == ipv4_pools_) {
      pools_.emplace_back();
    }
  }
  for (size_t i = 0; i < pools_.size(); ++i) {
    pools_[i].family = i < ipv4_pools_ ? AF_INET : AF_INET6;
    pools_[i].free.reserve(most);
  }
  started_.reserve(most);
}

UpstreamSockets::~UpstreamSockets() {
  environment_->DisarmTimer(this);
  sockets_.ForEach([this](const Socket& socket) {
    if (socket.engine_id != SocketId::kNone) engine_->Remove(socket.engine_id);
  });
}

UpstreamSockets::Pool* UpstreamSockets::ChoosePool(const IpAddress& server) {
  const size_t first = server.IsIpv4() ? 0 : ipv4_pools_;
  const size_t count = server.IsIpv4() ? ipv4_pools_ : pools_.size() - ipv4_pools_;
  if (count == 1) return &pools_[first];
  return &pools_[first + environment_->Random() % count];
}

bool UpstreamSockets::HasCooled(const Socket& socket) const {
  // In the turn in which it was released, its query may still wait to be sent.
  return engine_->delivered() >= socket.cooled_at && socket.released_at < environment_->Now();
}

UpstreamSockets::Socket* UpstreamSockets::Take(Pool* pool) {
  const Time rested_since = environment_->Now() - kCooling;
  for (Socket& socket : pool->cooling) {
    if (!HasCooled(socket) || socket.released_at > rested_since) break;
    pool->cooling.Remove(&socket);
    pool->free.push_back(&socket);
  }
  while (!pool->free.empty()) {
    Socket* socket = pool->free.back();
    pool->free.pop_back();
    pool->least_free = std::min(pool->least_free, pool->free.size());
    if (socket->errors_while_idle <= kErrorsWhileIdle) return socket;
    Discard(socket);
  }
  if (sockets() >= most_) CloseIdleBeside(pool);
  if (Socket* socket = Open(pool); socket != nullptr) return socket;
  if (!pool->cooling.empty() && HasCooled(*pool->cooling.front())) {
    Socket* socket = pool->cooling.PopFront();
    if (socket->engine_id != SocketId::kNone) return socket;
    Discard(socket);
  }
  return nullptr;
}

// Closes an idle socket of another pool. Otherwise the idle sockets of one family, or of one source
// address, could take all sockets.
void UpstreamSockets::CloseIdleBeside(const Pool* pool) {
  for (Pool& other : pools_) {
    if (&other == pool) continue;
    if (!other.free.empty()) {
      Discard(other.free.back());
      other.free.pop_back();
      other.least_free = std::min(other.least_free, other.free.size());
      return;
    }
    if (!other.cooling.empty() && HasCooled(*other.cooling.front())) {
      return Discard(other.cooling.PopFront());
    }
  }
}

UpstreamSockets::Socket* UpstreamSockets::Open(Pool* pool) {
  if (sockets() >= most_) return nullptr;
  OwnedFd fd(OpenUpstream(pool->family, SOCK_DGRAM, pool->source));
  if (fd.get() < 0) return nullptr;
  Socket* socket = sockets_.Make(this, pool, fd.get());
  if (socket == nullptr) return nullptr;
  socket->engine_id = engine_->Add(fd.get(), SocketKind::kDatagrams, socket);
  if (socket->engine_id == SocketId::kNone) {
    sockets_.Free(socket->id);
    return nullptr;
  }
  fd.release();
  if (!IsArmed()) environment_->ArmTimer(this, environment_->Now() + kIdleSweep);
  return socket;
}

ExchangeId UpstreamSockets::Start(const Endpoint& server, std::span<const uint8_t> query,
                                  ExchangeSink* sink) {
  TERN_REQUIRE(sink != nullptr);
  if (server.address.size == 0 || query.size() > sizeof(Socket::query)) return ExchangeId::kNone;
  if (started_.size() == started_.capacity()) return ExchangeId::kNone;
  Socket* socket = Take(ChoosePool(server.address));
  if (socket == nullptr) {
    if (sockets() >= most_) ++bound_.met;
    return ExchangeId::kNone;
  }
  socket->address_octets = server.ToSockaddr(&socket->address);
  std::memcpy(socket->query, query.data(), query.size());
  socket->query_octets = static_cast<uint16_t>(query.size());
  socket->sink = sink;
  socket->errors_while_idle = 0;
  started_.push_back(socket->id);
  waiting_.PushBack(socket);
  if (waiting_.size() > most_ - most_ / kSparePart) DropLongestWaiting();
  NoteUse();
  return socket->id;
}

void UpstreamSockets::DropLongestWaiting() {
  ++bound_.met;
  FailLater(waiting_.PopFront(), ExchangeFailure::kNoResources);
}

// All calls of a turn are made in a row. So the kernel's code and ours each stay longer in the
// processor's caches than when they alternate.
void UpstreamSockets::Flush() {
  while (Socket* socket = ended_.PopFront()) GiveBack(socket);
  for (const ExchangeId id : started_) {
    if (Socket* socket = sockets_.Find(id); socket != nullptr) Send(socket);
  }
  started_.clear();
}

void UpstreamSockets::Send(Socket* socket) {
  const auto* address = reinterpret_cast<const sockaddr*>(&socket->address);
  socket->connected = true;  // even a failed connect() may have bound it
  const int error = Connect(socket->fd, address, socket->address_octets) != 0
                        ? errno
                        : engine_->Send(socket->engine_id, {socket->query, socket->query_octets});
  if (error == 0) return;
  // The kernel says "unreachable" of every server while the source address is missing. No server is
  // to blame for that.
  const IpAddress& source = socket->pool->source;
  const bool lacks_source = source.size != 0 && StateOf(source) != AddressState::kThere;
  FailLater(socket, lacks_source ? ExchangeFailure::kNoResources : FailureOf(error));
}

void UpstreamSockets::HandOver(ExchangeId id, ExchangeSink* sink) {
  if (Socket* socket = sockets_.Find(id); socket != nullptr) socket->sink = sink;
}

void UpstreamSockets::End(ExchangeId id) {
  if (Socket* socket = sockets_.Find(id); socket != nullptr) Release(socket);
}

void UpstreamSockets::Release(Socket* socket) {
  if (socket->ListNode<Waiting>::IsLinked()) waiting_.Remove(socket);
  if (socket->ListNode<Failing>::IsLinked()) failed_.Remove(socket);
  NoteUse();
  socket->sink = nullptr;
  socket->id = sockets_.Renew(socket->id);
  if (socket->connected) {
    ended_.PushBack(socket);
  } else {
    socket->pool->free.push_back(socket);  // its query was never sent
  }
}

void UpstreamSockets::GiveBack(Socket* socket) {
  socket->connected = false;
  // The socket was removed because of its errors. Its number may belong to another descriptor by
  // now.
  if (socket->engine_id == SocketId::kNone) return Discard(socket);
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  bool clean = Connect(socket->fd, &nobody, sizeof(nobody)) == 0;
  if (clean) {
    // The port is given back. Now what was queued at it is read. An error (ICMP) is read like a
    // datagram.
    clean = false;
    for (int i = 0; i < kDrainedAtMost && !clean; ++i) {
      uint8_t octet;
      clean = recv(socket->fd, &octet, sizeof(octet), MSG_DONTWAIT) < 0 && errno == EAGAIN;
    }
  }
  if (!clean) {
    Discard(socket);
    return;
  }
  socket->cooled_at = engine_->posted();
  socket->released_at = environment_->Now();
  socket->pool->cooling.PushBack(socket);
}

void UpstreamSockets::Discard(Socket* socket) {
  if (socket->engine_id != SocketId::kNone) engine_->Remove(socket->engine_id);
  sockets_.Free(socket->id);
}

void UpstreamSockets::FailLater(Socket* socket, ExchangeFailure failure) {
  if (socket->ListNode<Failing>::IsLinked()) return;
  socket->failure = failure;
  failed_.PushBack(socket);
}

void UpstreamSockets::Fail(Socket* socket, ExchangeFailure failure) {
  ExchangeSink* const sink = socket->sink;
  const ExchangeId id = socket->id;
  Release(socket);
  sink->OnExchangeFailed(id, failure);
}

void UpstreamSockets::TellFailures() {
  // A sink may start exchanges that fail again. So only as many are reported as have failed by now.
  for (size_t count = failed_.size(); count != 0 && !failed_.empty(); --count) {
    Socket* const socket = failed_.front();
    Fail(socket, socket->failure);
  }
}

void UpstreamSockets::OnTimer() {
  for (Pool& pool : pools_) {
    // Half of those that were never needed, starting with the longest unused.
    const size_t surplus = std::min(pool.least_free, pool.free.size()) / 2;
    for (size_t i = 0; i < surplus; ++i) Discard(pool.free[i]);
    pool.free.erase(pool.free.begin(), pool.free.begin() + static_cast<ptrdiff_t>(surplus));
    pool.least_free = pool.free.size();
  }
  if (sockets() != 0) environment_->ArmTimer(this, environment_->Now() + kIdleSweep);
}

}  // namespace tern::resolver::io
