// The interface between the loops that move bytes (resolver/io) and the service that answers.
//
// A Worker is one thread. It has one engine (io_uring, or epoll when that is forbidden), its
// sockets on every listening address, its upstream sockets, its timers and its mailbox. It calls a
// Service.
//
// Thread: the worker's own, except where `any thread` is written.
// Bound: at most kBatch datagrams at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"

namespace tern::resolver::io {

// A client's TCP stream at its worker. An old id never names a newer stream.
enum class StreamId : uint64_t { kNone = 0 };

// The destination of an answer. It is a plain value: it may be stored, and passed to another
// worker.
struct ReturnPath {
  Endpoint peer;
  IpAddress local;        // where the query was sent (UDP on a wildcard address), or size 0
  uint16_t listener = 0;  // index into the listening addresses
  uint16_t worker = 0;    // the stream's worker (TCP); for UDP any worker can answer
  StreamId stream = StreamId::kNone;  // kNone for UDP

  bool IsStream() const { return stream != StreamId::kNone; }
};

// One query datagram of a batch, and the buffer for its answer.
struct Datagram {
  std::span<const uint8_t> query;
  // At least 1232 octets, and at least as long as the query. It does not overlap the query.
  std::span<uint8_t> reply;
  size_t reply_octets = 0;         // set by the service; 0 when nothing is sent now
  const sockaddr* peer = nullptr;  // borrowed; use Path() to keep the address
  IpAddress local;
  uint16_t listener = 0;

  ReturnPath Path() const {
    return {Endpoint::FromSockaddr(peer), local, listener, 0, StreamId::kNone};
  }
};

class Message;

// The most datagrams that the service gets at a time.
inline constexpr size_t kBatch = 64;

class Service {
 public:
  virtual ~Service() = default;
  // Whether the client may ask. A TCP client that may not gets one of a few slots, for one message,
  // so that it can be told.
  virtual bool Admits(const IpAddress& client) {
    (void)client;
    return true;
  }
  // Gets at most kBatch datagrams. The engine sends the answers with the one submit of the batch.
  virtual void OnDatagrams(std::span<Datagram> batch) = 0;
  // Whether this client may have any number of streams.
  virtual bool HasNoStreamLimit(const IpAddress&) const { return false; }
  // Gets one whole TCP message, without its length. The answer is sent now or later with
  // WorkerPort::SendReply. Answers may leave in any order (RFC 7766 section 6.2.1.1).
  virtual void OnStreamMessage(const ReturnPath& path, std::span<const uint8_t> query) = 0;
  // The stream was closed. Answers for it are dropped from now on.
  virtual void OnStreamClosed(StreamId stream) = 0;
  // Gets a message that another worker posted, with its ownership.
  virtual void OnMessage(Message* message) = 0;
  // A turn of the loop ends: no view of the turn is used any more. `sleeping` is true when the loop
  // is about to wait. Then OnWake comes before any other call.
  virtual void OnTurnEnd(bool sleeping) = 0;
  virtual void OnWake() = 0;
};

// A message from one worker to another. The sender makes it, the receiver frees it.
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
  // Sends an answer. The bytes are copied or sent before it returns. It never blocks; what cannot
  // be sent is dropped.
  // - UDP: from this worker's own socket on the same address and port, whichever worker received
  //   the query.
  // - TCP: only on the stream's own worker (path.worker == index()).
  virtual void SendReply(const ReturnPath& path, std::span<const uint8_t> reply) = 0;
  virtual int index() const = 0;
  // Any thread may call it. Takes ownership of the message, and wakes the worker when it sleeps.
  virtual void Post(Message* message) = 0;
};

}  // namespace tern::resolver::io
