// The seam between what this room does with sockets and how the kernel is asked: by io_uring
// (ring_engine) or by epoll with recvmmsg and sendmmsg (epoll_engine).
//
// The service's UDP sockets are the engine's alone: it receives batches, has them answered, and
// sends. Of every other socket (streams, listeners, upstream) an engine only says what happened.
// Framing, limits and time belong to their owners, and are the same over both engines.
//
// Thread: ServeDatagrams may be called before the loop's thread starts. Every other call is the
// worker's, from Start() on. Owners are called from Deliver() only.
// Invariants: after Remove(id) no owner is called for it. An id is never given twice.
// Bound: EngineLimits. After Start() only the slots of sockets are allocated, in Add.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"
#include "resolver/io/service.h"

namespace tern::resolver::io {

// The owner of a socket in an engine. Only the calls of the socket's kind come.
class SocketOwner {
 public:
  // kDatagrams. `truncated`: the datagram was longer than the engine's buffer.
  virtual void OnDatagram(const sockaddr* /*source*/, std::span<const uint8_t> /*bytes*/,
                          bool /*truncated*/) {}
  // kStream. Empty: the peer has finished sending.
  virtual void OnBytes(std::span<const uint8_t> /*bytes*/) {}
  virtual void OnWritable() {}
  // kListener. The connection is the owner's to close; non-blocking.
  virtual void OnConnection(int /*fd*/) {}
  // The errno of a receive or an accept. Receiving has stopped (kStream, kListener), or goes on
  // (kDatagrams: ICMP errors come this way).
  virtual void OnSocketError(int error) = 0;

 protected:
  ~SocketOwner() = default;
};

enum class SocketKind : uint8_t { kDatagrams, kStream, kListener };

enum class SocketId : uint64_t { kNone = 0 };

// The buffer for one datagram of the service. A longer datagram is no query, and is dropped unread.
inline constexpr size_t kQueryBufferOctets = 1536;
inline constexpr size_t kReplyBufferOctets = kQueryBufferOctets;
inline constexpr int kAcceptsATurn = 64;  // of one listener

struct EngineLimits {
  size_t sockets = 8192;  // besides the service's UDP sockets
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual std::string_view name() const = 0;

  // Gives the engine a UDP socket of the service, to keep. Called in the order of listener indices.
  virtual absl::Status ServeDatagrams(int fd, bool wildcard) = 0;
  // On the loop's thread, once, before anything below.
  virtual absl::Status Start() = 0;

  // Gives the engine a socket to keep; kDatagrams are received at once and always. kNone: no slot
  // or no memory is left, and the socket is still the caller's.
  virtual SocketId Add(int fd, SocketKind kind, SocketOwner* owner) = 0;
  // Closes it.
  virtual void Remove(SocketId id) = 0;
  // kStream: one OnBytes (or error) for each call: an owner that does not ask gets nothing.
  // kListener: OnConnection from now on, until an error.
  virtual void Receive(SocketId id) = 0;
  // One OnWritable.
  virtual void WaitWritable(SocketId id) = 0;

  // kDatagrams, connected: sends with the turn at the latest; the bytes are copied. Returns 0 or an
  // errno; what goes wrong later comes as OnSocketError.
  virtual int Send(SocketId id, std::span<const uint8_t> bytes) = 0;

  // How many events have happened, and how many of them were delivered. Neither count ever falls.
  // What a socket received while posted() was P has been delivered once delivered() >= P.
  virtual uint64_t posted() const = 0;
  virtual uint64_t delivered() const = 0;

  // Sends from the listener's socket with the turn, or drops. The bytes are copied.
  virtual void SendDatagram(uint16_t listener, const Endpoint& peer, const IpAddress& local,
                            std::span<const uint8_t> bytes) = 0;

  // True: Deliver() has something to do already.
  virtual bool Ready() const = 0;
  // Hands over to the kernel what is queued, and waits for an event. With 0 it does not wait; with
  // nullopt it waits without limit. May return early.
  virtual void Wait(std::optional<Duration> at_most) = 0;
  // Tells the owners and the service what has happened, up to a bounded number of events.
  virtual void Deliver(Service* service) = 0;

  // On the loop's thread, as its last call: closes the service's UDP sockets. A successor may be
  // listening there already (SO_REUSEPORT), and a query for a socket that lingers is lost.
  virtual void StopServing() = 0;
};

}  // namespace tern::resolver::io
