// The resolver's only door to clock, network and randomness. Production implements it over a
// worker's loop (resolver/io), tests over a simulated world (tests/sim).
//
// Thread: one worker's; nothing here is called from another thread. Callbacks come from the
// worker's loop, never from inside StartExchange, ArmTimer or any other call made here.
// Bound: an exchange that lacks a socket, a port or memory does not start, or fails. Arming takes
// no memory for as many timers as the jobs of a worker need.
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

// An object that is told when a time has come. Its owner keeps it alive while it is armed, and
// disarms it before it is destroyed.
class Timer {
 public:
  virtual void OnTimer() = 0;
  bool IsArmed() const { return heap_index_ != kNotArmed; }

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
  kUnreachable,  // refused, no route, an ICMP error; or TCP broke off
  kNoResources,  // this machine has no socket, port or memory for it now
};

enum class ExchangeId : uint64_t { kNone = 0 };

// Is told what became of an exchange. For UDP that is every datagram that arrives from the server's
// address and port at the exchange's own port, whatever it holds. The sink tells a reply from a
// forgery (upstream/upstream_query.h), and the exchange stays open until EndExchange. For TCP it is
// every whole message of the stream.
class ExchangeSink {
 public:
  // `message` is valid during the call only. The sink may end this or other exchanges inside.
  virtual void OnReply(ExchangeId id, std::span<const uint8_t> message) = 0;
  // The exchange is over already; EndExchange must not be called for it.
  virtual void OnExchangeFailed(ExchangeId id, ExchangeFailure failure) = 0;

 protected:
  ~ExchangeSink() = default;
};

class Environment {
 public:
  virtual ~Environment() = default;

  // Read once in a turn of the worker's loop: the same for the whole turn.
  virtual Time Now() const = 0;
  // Unix time in seconds, modulo 2^32. For the age of cookies (RFC 9018 section 4.3), and not for
  // what a worker itself measures. Read from the system at most once a second.
  virtual uint32_t WallSeconds() = 0;
  // 64 unpredictable bits (a cryptographic generator in production).
  virtual uint64_t Random() = 0;

  // Arms, or moves an armed timer. Fires at `at` or soon after, once.
  virtual void ArmTimer(Timer* timer, Time at) = 0;
  virtual void DisarmTimer(Timer* timer) = 0;  // no effect when not armed

  // Sends `query` (copied; over UDP at most kUpstreamQueryOctetsMax) from a source port that was
  // freshly drawn at random from the whole range. 0 when this machine has no resources for it.
  virtual ExchangeId StartExchange(const Endpoint& server, Transport transport,
                                   std::span<const uint8_t> query, ExchangeSink* sink) = 0;
  // Closes the port to further datagrams; no callback comes after it. No effect for kNone.
  virtual void EndExchange(ExchangeId id) = 0;
};

}  // namespace tern::resolver
