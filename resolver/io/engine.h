// The interface between the use of sockets in this room and the way the kernel is asked: by
// io_uring (ring_engine), or by epoll with recvmmsg and sendmmsg (epoll_engine).
//
// The engine alone handles the service's UDP sockets: it receives batches, has them answered, and
// sends. For every other socket (streams, listeners, upstream) it only reports events. Framing,
// limits and timeouts belong to the sockets' owners, and are the same for both engines.
//
// Thread: ServeDatagrams may be called before the loop's thread starts. Every other call is the
// worker's, from Start() on. Owners are called only from Deliver().
// Invariants:
// 1. After Remove(id) no owner is called for the id.
// 2. An id is never used twice.
// Bound: EngineLimits. After Start(), only Add allocates, and only a socket's slot.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"
#include "resolver/io/service.h"

namespace tern::resolver::io {

// The owner of a socket in an engine. It gets only the calls for the kind of its socket.
class SocketOwner {
 public:
  // kDatagrams. `truncated` is true when the datagram was longer than the engine's buffer.
  virtual void OnDatagram(const sockaddr* /*source*/, std::span<const uint8_t> /*bytes*/,
                          bool /*truncated*/) {}
  // kStream. `bytes` is empty when the peer has finished sending.
  virtual void OnBytes(std::span<const uint8_t> /*bytes*/) {}
  virtual void OnWritable() {}
  // kListener. The owner must close the connection, which is non-blocking.
  virtual void OnConnection(int /*fd*/) {}
  // The errno of a receive or an accept. For kStream and kListener, receiving has stopped. For
  // kDatagrams it goes on, because ICMP errors are reported here.
  virtual void OnSocketError(int error) = 0;

 protected:
  ~SocketOwner() = default;
};

enum class SocketKind : uint8_t { kDatagrams, kStream, kListener };

enum class SocketId : uint64_t { kNone = 0 };

// The buffer for one datagram of the service. A longer datagram cannot be a query and is dropped
// unread.
inline constexpr size_t kQueryBufferOctets = 1536;
inline constexpr size_t kReplyBufferOctets = kQueryBufferOctets;
// The buffer for one datagram of kDatagrams. Some servers send more than a query allows.
inline constexpr size_t kDatagramOctets = 4096;
inline constexpr int kAcceptsATurn = 64;  // of one listener

struct EngineLimits {
  size_t sockets = 8192;  // besides the service's UDP sockets
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual std::string_view name() const = 0;

  // Gives the engine a UDP socket of the service; the engine owns it. `listener` is the index of
  // its address. The first sockets of all listeners come first, in the order of their indices.
  // These are the ones that send. Further sockets on the same address only receive.
  virtual absl::Status ServeDatagrams(int fd, bool wildcard, uint16_t listener) = 0;
  // Called once, on the loop's thread, before any call below.
  virtual absl::Status Start() = 0;

  // Gives the engine a socket. The engine owns it and always receives kDatagrams at once. Returns
  // SocketId::kNone when no slot or no memory is left; then the caller keeps the socket.
  virtual SocketId Add(int fd, SocketKind kind, SocketOwner* owner) = 0;
  // Closes the socket.
  virtual void Remove(SocketId id) = 0;
  // Asks for data.
  // - kStream: one OnBytes or OnSocketError for each call. An owner that does not ask gets nothing.
  // - kListener: OnConnection for each connection, until an error.
  virtual void Receive(SocketId id) = 0;
  // Asks for one OnWritable.
  virtual void WaitWritable(SocketId id) = 0;

  // For connected kDatagrams. The bytes are copied and sent at the end of the turn at the latest.
  // Returns 0 or an errno. Later errors come as OnSocketError.
  virtual int Send(SocketId id, std::span<const uint8_t> bytes) = 0;

  // posted() counts the events that have happened, delivered() those that were delivered. Neither
  // count ever falls. If a socket received data while posted() was P, the data was delivered once
  // delivered() >= P.
  virtual uint64_t posted() const = 0;
  virtual uint64_t delivered() const = 0;

  // Sends from the listener's socket at the end of the turn, or drops the datagram. The bytes are
  // copied.
  virtual void SendDatagram(uint16_t listener, const Endpoint& peer, const IpAddress& local,
                            std::span<const uint8_t> bytes) = 0;

  // True when Deliver() already has something to do.
  virtual bool Ready() const = 0;
  // Passes queued work to the kernel and waits for an event. With 0 it does not wait. With nullopt
  // it waits without limit. It may return early.
  virtual void Wait(std::optional<Duration> at_most) = 0;
  // Reports events to the owners and the service, up to a bounded number.
  virtual void Deliver(Service* service) = 0;

  // Stops to receive on the service's UDP sockets, except those of the listeners in `goes_on`. What
  // was received is still delivered. Datagrams are still sent.
  virtual void StopReceiving(const std::vector<bool>& goes_on) = 0;
  // False when nothing more will be delivered from the sockets that StopReceiving has stopped.
  virtual bool IsStopping() const = 0;
  // Closes the service's UDP sockets. It is the last call, on the loop's thread. A successor may
  // already listen on the same addresses (SO_REUSEPORT), and a query to a socket that stays open is
  // lost.
  virtual void StopServing() = 0;
};

}  // namespace tern::resolver::io
