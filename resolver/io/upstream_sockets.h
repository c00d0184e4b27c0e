// UDP exchanges with servers, one socket each: its port is drawn by the kernel at connect() and
// given back by connect(AF_UNSPEC), at a third of what socket, bind and close cost. The socket is
// kept and stays armed in the engine.
//
// Thread: the worker's.
// Invariants:
// 1. A datagram is handed over only when it comes from the exchange's server (address and port) and
//    arrived at the exchange's own port: at the end of an exchange's last turn the port is given
//    back, what was queued is read and thrown away, and the socket rests until everything that the
//    engine had received by then was delivered (and a millisecond, for another processor that was
//    just about to queue).
// 2. No callback comes from inside Start, End or Flush.
// 3. While more than seven eighths of the sockets have an exchange, each that starts costs the one
//    that has waited longest its own, so that silent servers cannot take up what others need. An
//    eighth is left because a socket rests between its exchanges.
// Bound: `most` sockets over all pools; idle ones are closed by and by.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "resolver/base/environment.h"
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

  size_t sockets() const { return sockets_.size() - vacant_.size(); }

 private:
  class Socket;
  struct Pool {
    IpAddress source;  // size 0: any
    int family = AF_INET;
    std::vector<Socket*> free;  // the last used first: its memory is warm
    Socket* cooling = nullptr;  // oldest
    Socket* cooled_last = nullptr;
    size_t least_free = 0;  // since the last sweep
  };
  struct Failed {
    ExchangeId id;
    ExchangeFailure failure;
  };

  Pool* ChoosePool(const IpAddress& server);
  Socket* Take(Pool* pool);
  bool HasCooled(const Socket& socket) const;
  Socket* PopCooling(Pool* pool);
  void CloseIdleBeside(const Pool* pool);
  Socket* Open(Pool* pool);
  void LinkNewest(Socket* socket);
  void Unlink(Socket* socket);
  void DropLongestWaiting();
  void Send(Socket* socket);
  void Release(Socket* socket);
  void GiveBack(Socket* socket);
  void Discard(Socket* socket);
  Socket* Find(ExchangeId id);
  void Fail(Socket* socket, ExchangeFailure failure);
  void OnTimer() override;  // closes what was not needed for a while

  Engine* const engine_;
  Environment* const environment_;
  const size_t most_;
  std::vector<Pool> pools_;
  size_t ipv4_pools_ = 0;  // the first of pools_
  std::vector<std::unique_ptr<Socket>> sockets_;
  std::vector<uint32_t> vacant_;  // indices into sockets_
  std::vector<Failed> failed_;
  std::vector<ExchangeId> started_;  // in this turn
  Socket* ended_ = nullptr;          // in this turn
  // Those with an exchange that need not make way, in the order of their start.
  Socket* oldest_ = nullptr;
  Socket* newest_ = nullptr;
  size_t waiting_ = 0;
};

}  // namespace tern::resolver::io
