// The seam between the loops that move bytes (resolver/io) and the service that answers.
//
// A Worker is one thread with one engine (io_uring, or epoll where that is forbidden), its sockets
// on every listening address, its upstream sockets, its timers and its mailbox. It calls a Service.
//
// Thread: a worker's own, except where `any thread` is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"

namespace tern::resolver::io {

// A client's TCP stream at its worker. An old id never names a newer stream.
enum class StreamId : uint64_t { kNone = 0 };

// Where an answer goes. Plain values: may be kept, and handed to another worker.
struct ReturnPath {
  Endpoint peer;
  IpAddress local;        // where the query was sent to (UDP on a wildcard address), or size 0
  uint16_t listener = 0;  // index into the listening addresses
  uint16_t worker = 0;    // whose stream it is (TCP); for UDP any worker can answer
  StreamId stream = StreamId::kNone;  // kNone for UDP

  bool IsStream() const { return stream != StreamId::kNone; }
};

// One query datagram of a batch, and the buffer for its answer.
struct Datagram {
  std::span<const uint8_t> query;
  // At least 1232 octets and at least as long as the query; does not overlap it.
  std::span<uint8_t> reply;
  size_t reply_octets = 0;         // set by the service; 0: nothing is sent now
  const sockaddr* peer = nullptr;  // 0-copy; use Path() to keep it
  IpAddress local;
  uint16_t listener = 0;

  ReturnPath Path() const {
    return {Endpoint::FromSockaddr(peer), local, listener, 0, StreamId::kNone};
  }
};

class Message;

// The most datagrams handed to the service at a time.
inline constexpr size_t kBatch = 64;

class Service {
 public:
  virtual ~Service() = default;
  // At most kBatch. The engine sends what was answered with the batch's one submit.
  virtual void OnDatagrams(std::span<Datagram> batch) = 0;
  // One whole TCP message (without its length). Answer now or later with Worker::SendReply;
  // answers may go out in any order (RFC 7766 section 6.2.1.1).
  virtual void OnStreamMessage(const ReturnPath& path, std::span<const uint8_t> query) = 0;
  // A stream was closed: answers for it will be dropped.
  virtual void OnStreamClosed(StreamId stream) = 0;
  // From another worker's Post. Ownership of the message comes with it.
  virtual void OnMessage(Message* message) = 0;
  // The end of a loop turn: no view of the turn is used any more. `sleeping`: the loop is about to
  // wait; OnWake comes before anything else.
  virtual void OnTurnEnd(bool sleeping) = 0;
  virtual void OnWake() = 0;
};

// Something that one worker tells another; made by the sender, freed by the receiver.
class Message {
 public:
  virtual ~Message() = default;

 private:
  friend class Mailbox;
  Message* next_ = nullptr;
};

// A worker as its service sees it: the environment, and the way back to clients.
class WorkerPort : public Environment {
 public:
  // Sends an answer; the bytes are copied or sent before it returns. To a UDP client from this
  // worker's own socket on the same address and port, whoever received the query; to a TCP stream
  // only on its own worker (path.worker == index()). Never blocks; what cannot be sent is dropped.
  virtual void SendReply(const ReturnPath& path, std::span<const uint8_t> reply) = 0;
  virtual int index() const = 0;
  // Any thread. Takes ownership, wakes the worker when it sleeps.
  virtual void Post(Message* message) = 0;
};

}  // namespace tern::resolver::io
