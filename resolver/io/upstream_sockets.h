// UDP exchanges with servers. Each has one socket. The kernel draws the socket's port at connect()
// and takes it back at connect(AF_UNSPEC), which costs a third of socket, bind and close. The
// socket is kept and stays armed in the engine.
//
// Thread: the worker's.
// Invariants:
// 1. A datagram is delivered only when it comes from the exchange's server (address and port) and
//    arrived at the exchange's own port. At the end of the turn in which an exchange ends, its port
//    is given back, and what is queued is read and discarded. A late datagram may still be on its
//    way inside the kernel or the engine. So the socket rests before its next exchange: first
//    until the engine has delivered all that it had received, then one more millisecond.
// 2. No callback comes from inside Start, End or Flush.
// 3. While more than seven eighths of the sockets have an exchange, each exchange that starts ends
//    the one that has waited longest. So silent servers cannot hold sockets that others need. One
//    eighth is kept free because a socket rests between its exchanges.
// Bound: `most` sockets over all pools; idle sockets are closed after a while. An exchange that
// lacks a socket or memory does not start, or fails with kNoResources.
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
#include "resolver/io/socket_bounds.h"

namespace tern::resolver::io {

class UpstreamSockets final : private Timer {
 public:
  // `outgoing` are the source addresses; each query draws one of the server's family. When there is
  // none of that family, the kernel chooses.
  UpstreamSockets(Engine* engine, Environment* environment, std::span<const IpAddress> outgoing,
                  size_t most);
  ~UpstreamSockets();

  // The query is copied and leaves with Flush().
  ExchangeId Start(const Endpoint& server, std::span<const uint8_t> query, ExchangeSink* sink);
  // From now on the exchange calls `sink`.
  void HandOver(ExchangeId id, ExchangeSink* sink);
  void End(ExchangeId id);
  // Called at the end of a turn. It gives back the ports of ended exchanges, draws ports for the
  // started ones and passes their queries to the engine.
  void Flush();

  // True when exchanges failed inside Flush or were ended by Start. Their sinks are told by
  // TellFailures, from the loop.
  bool HasFailures() const { return !failed_.empty(); }
  void TellFailures();

  size_t sockets() const { return sockets_.size(); }
  // Any thread.
  void AddTo(SocketBounds* bounds) const { bounds->upstream_sockets.Add(bound_, most_); }

 private:
  class Socket;
  struct Resting;
  struct Waiting;
  struct Failing;
  struct Pool {
    IpAddress source;  // size 0 means any
    int family = AF_INET;
    std::vector<Socket*> free;  // the last used is taken first, because its memory is in the cache
    IntrusiveList<Socket, Resting> cooling;  // the one that has rested longest first
    size_t least_free = 0;                   // the least size of `free` since the last sweep
  };

  Pool* ChoosePool(const IpAddress& server);
  Socket* Take(Pool* pool);
  bool HasCooled(const Socket& socket) const;
  void CloseIdleBeside(const Pool* pool);
  Socket* Open(Pool* pool);
  void DropLongestWaiting();
  void NoteUse() { bound_.use.Set(waiting_.size()); }
  void Send(Socket* socket);
  void Release(Socket* socket);
  void GiveBack(Socket* socket);
  void Discard(Socket* socket);
  void FailLater(Socket* socket, ExchangeFailure failure);
  void Fail(Socket* socket, ExchangeFailure failure);
  void OnTimer() override;  // closes sockets that were not needed for a while

  Engine* const engine_;
  Environment* const environment_;
  const size_t most_;
  std::vector<Pool> pools_;
  size_t ipv4_pools_ = 0;  // these come first in pools_
  // The id of a socket changes with each exchange.
  SlotMap<Socket, ExchangeId, 1> sockets_;
  std::vector<ExchangeId> started_;       // started in this turn; at most as many as sockets
  IntrusiveList<Socket, Resting> ended_;  // ended in this turn
  // Sockets with an exchange that was not ended to free its socket, in the order of their start.
  IntrusiveList<Socket, Waiting> waiting_;
  IntrusiveList<Socket, Failing> failed_;
  BoundCounter bound_;
};

}  // namespace tern::resolver::io
