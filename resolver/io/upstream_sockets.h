// UDP exchanges with servers, one socket each. The kernel draws the socket's port at connect() and
// takes it back at connect(AF_UNSPEC), which costs a third of socket, bind and close. The socket is
// kept and stays armed in the engine.
//
// Thread: the worker's.
// Invariants:
// 1. A datagram is handed over only when it comes from the exchange's server (address and port) and
//    arrived at the exchange's own port. At the end of an exchange's last turn the port is given
//    back, and what was queued is read and thrown away. Then the socket rests until everything that
//    the engine had received by then was delivered, and a millisecond more, for another processor
//    that was just about to queue.
// 2. No callback comes from inside Start, End or Flush.
// 3. While more than seven eighths of the sockets have an exchange, each exchange that starts ends
//    the one that has waited longest, so that silent servers cannot hold what others need. An
//    eighth is left because a socket rests between its exchanges.
// Bound: `most` sockets over all pools; idle sockets are closed after a while. An exchange that
// lacks a socket or memory fails with kNoResources, or does not start.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "resolver/base/environment.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/base/slot_map.h"
#include "resolver/io/engine.h"

namespace tern::resolver::io {

class UpstreamSockets final : private Timer {
 public:
  // `outgoing`: source addresses, drawn from per family; none of a family: the kernel chooses.
  UpstreamSockets(Engine* engine, Environment* environment, std::span<const IpAddress> outgoing,
                  size_t most);
  ~UpstreamSockets();

  // The query is copied; it leaves with Flush().
  ExchangeId Start(const Endpoint& server, std::span<const uint8_t> query, ExchangeSink* sink);
  void End(ExchangeId id);
  // At the end of a turn: gives back the ports of what has ended, draws those of what was started
  // and hands its queries to the engine.
  void Flush();

  // Exchanges that failed inside Flush or had to make way in Start: told from the loop.
  bool HasFailures() const { return !failed_.empty(); }
  void TellFailures();

  size_t sockets() const { return sockets_.size(); }

 private:
  class Socket;
  struct Resting;
  struct Waiting;
  struct Failing;
  struct Pool {
    IpAddress source;  // size 0: any
    int family = AF_INET;
    std::vector<Socket*> free;               // the last used is taken first: its memory is warm
    IntrusiveList<Socket, Resting> cooling;  // the longest first
    size_t least_free = 0;                   // since the last sweep
  };

  Pool* ChoosePool(const IpAddress& server);
  Socket* Take(Pool* pool);
  bool HasCooled(const Socket& socket) const;
  void CloseIdleBeside(const Pool* pool);
  Socket* Open(Pool* pool);
  void DropLongestWaiting();
  void Send(Socket* socket);
  void Release(Socket* socket);
  void GiveBack(Socket* socket);
  void Discard(Socket* socket);
  void FailLater(Socket* socket, ExchangeFailure failure);
  void Fail(Socket* socket, ExchangeFailure failure);
  void OnTimer() override;  // closes what was not needed for a while

  Engine* const engine_;
  Environment* const environment_;
  const size_t most_;
  std::vector<Pool> pools_;
  size_t ipv4_pools_ = 0;  // the first of pools_
  // A socket's id changes with its exchange.
  SlotMap<Socket, ExchangeId, 1> sockets_;
  std::vector<ExchangeId> started_;       // in this turn; as many as there are sockets at most
  IntrusiveList<Socket, Resting> ended_;  // in this turn
  // With an exchange that need not make way, in the order of their start.
  IntrusiveList<Socket, Waiting> waiting_;
  IntrusiveList<Socket, Failing> failed_;
};

}  // namespace tern::resolver::io
