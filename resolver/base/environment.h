// The only way in which the resolver reaches the clock, the network and random numbers. In
// production a worker's loop implements it (resolver/io). In tests a simulated world does
// (tests/sim).
//
// Thread: one worker's; no other thread may call it. Callbacks come from the worker's loop, never
// from inside a call to this interface.
// Bound: an exchange that lacks a socket, a port or memory does not start, or it fails. Arming
// takes no memory, up to as many timers as the jobs of a worker need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"

namespace tern::resolver {

namespace io {
class TimerHeap;
}  // namespace io

// An object that is called when a given time has come. Its owner keeps it alive while it is armed,
// and disarms it before destroying it.
class Timer {
 public:
  virtual void OnTimer() = 0;
  bool IsArmed() const { return heap_index_ != kNotArmed; }
  // When it fires. REQUIRES: it is armed.
  Time due() const { return at_; }

 protected:
  Timer() = default;
  ~Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  friend class io::TimerHeap;
  static constexpr size_t kNotArmed = std::numeric_limits<size_t>::max();
  size_t heap_index_ = kNotArmed;
  Time at_;
};

enum class Transport : uint8_t { kUdp, kTcp };

enum class ExchangeFailure : uint8_t {
  kUnreachable,  // refused, no route, an ICMP error; or the TCP stream broke
  kNoResources,  // this machine has no socket, port or memory at the moment
};

enum class ExchangeId : uint64_t { kNone = 0 };

// Receives the replies of an exchange, or its failure.
//
// - UDP: it gets every datagram that arrives at the exchange's port from the server's address and
//   port, whatever the content. It tells replies from forgeries (upstream/upstream_query.h). The
//   exchange stays open until EndExchange.
// - TCP: it gets every whole message of the stream.
class ExchangeSink {
 public:
  // `message` is valid during the call only. The sink may end this exchange, or others, inside the
  // call.
  virtual void OnReply(ExchangeId id, std::span<const uint8_t> message) = 0;
  // The exchange has ended. EndExchange must not be called for it.
  virtual void OnExchangeFailed(ExchangeId id, ExchangeFailure failure) = 0;
  // Exchanges of one group share an eighth of the TCP connections: a group is the questions for one
  // zone. It is asked when an exchange starts. 0: no group.
  virtual uint64_t Group() const { return 0; }

 protected:
  ~ExchangeSink() = default;
};

class Environment {
 public:
  virtual ~Environment() = default;

  // The monotonic time. It is read once in a turn of the worker's loop and stays the same for the
  // turn.
  virtual Time Now() const = 0;
  // Unix time in seconds, modulo 2^32. It is for the age of cookies (RFC 9018 section 4.3); a
  // worker measures durations with Now(). The system is asked at most once a second.
  virtual uint32_t WallSeconds() = 0;
  // 64 unpredictable bits. Production uses a cryptographic generator.
  virtual uint64_t Random() = 0;

  // Arms the timer, or moves it when it is armed. It fires once, at `at` or soon after.
  virtual void ArmTimer(Timer* timer, Time at) = 0;
  virtual void DisarmTimer(Timer* timer) = 0;  // no effect when not armed

  // Sends a copy of `query` from a source port drawn at random from the whole range for this
  // exchange. Returns ExchangeId::kNone when this machine lacks the resources.
  // REQUIRES: over UDP, `query` has at most kUpstreamQueryOctetsMax.
  virtual ExchangeId StartExchange(const Endpoint& server, Transport transport,
                                   std::span<const uint8_t> query, ExchangeSink* sink) = 0;
  // From now on an open exchange over UDP calls `sink`.
  virtual void HandOver(ExchangeId id, ExchangeSink* sink) = 0;
  // Closes the port. No callback comes after it. No effect for kNone.
  virtual void EndExchange(ExchangeId id) = 0;
};

}  // namespace tern::resolver
