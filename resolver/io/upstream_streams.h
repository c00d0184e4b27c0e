// TCP exchanges with servers. Each has one connection, which is closed with the exchange. The
// caller keeps the timeout.
//
// Thread: the worker's.
// Invariants:
// 1. No callback comes from inside Start or End, and none comes after End.
// 2. One server address has at most an eighth of the connections, and so has one group of exchanges
//    (ExchangeSink::Group). An exchange beyond that does not start. It does not replace an older
//    one: then a far server that is asked often would never have the time to answer.
// 3. While more than seven eighths of the connections are in use, each exchange that starts ends
//    the one that has waited longest. So silent servers cannot hold connections that others need.
// 4. A connection that is not made within kHandshakeMax is unreachable.
// Bound: `most` connections. Each has its query and one message under assembly. An exchange that
// lacks memory fails with kNoResources.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "resolver/base/environment.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/base/slot_map.h"
#include "resolver/io/channel.h"
#include "resolver/io/engine.h"
#include "resolver/io/socket_bounds.h"

namespace tern::resolver::io {

class UpstreamStreams final : private Timer {
 public:
  // Long enough for a lost SYN, which the kernel sends again after a second.
  static constexpr Duration kHandshakeMax = std::chrono::milliseconds(1500);

  // `outgoing` are the source addresses; each query draws one of the server's family. When there is
  // none of that family, the kernel chooses.
  UpstreamStreams(Engine* engine, Environment* environment, std::span<const IpAddress> outgoing,
                  size_t most);
  ~UpstreamStreams();

  // True when the id is one of this class, and not one of UpstreamSockets.
  static bool Gives(ExchangeId id);
  // Sets the layer of later connections.
  void SetLayer(MakeLayer make) { make_layer_ = std::move(make); }

  // The query is copied. kNone: this server or its group has its share, or a means is missing.
  ExchangeId Start(const Endpoint& server, std::span<const uint8_t> query, ExchangeSink* sink);
  // No effect when the exchange has ended already.
  void End(ExchangeId id);

  // True when exchanges failed inside Start, or were ended by it. Their sinks are told by
  // TellFailures, from the loop.
  bool HasFailures() const { return !failed_.empty(); }
  void TellFailures();

  // Any thread.
  void AddTo(SocketBounds* bounds) const {
    bounds->upstream_connections.Add(bound_, most_);
    bounds->upstream_share_met += share_met_;
  }

 private:
  class Stream;
  struct Waiting;
  struct Connecting;
  struct Failing;
  using Streams = SlotMap<Stream, ExchangeId, 1>;

  bool HasItsShare(const IpAddress& server, uint64_t group) const;
  IpAddress ChooseSource(const IpAddress& server);
  bool SetQuery(Stream* stream, std::span<const uint8_t> query);
  bool Connect(Stream* stream, const Endpoint& server);
  void OnWritable(Stream* stream);
  void OnBytes(Stream* stream, std::span<const uint8_t> bytes);
  void SendOn(Stream* stream);
  void AwaitWritable(Stream* stream);
  void ReadOn(Stream* stream);
  void Close(Stream* stream);
  void FailLater(Stream* stream, ExchangeFailure failure);
  void Fail(Stream* stream, ExchangeFailure failure);
  void OnTimer() override;  // ends the connections that take too long to be made

  Engine* const engine_;
  Environment* const environment_;
  const size_t most_;
  std::vector<IpAddress> outgoing_;
  MakeLayer make_layer_;
  Streams streams_;
  // Those that were not ended for another one, in the order of their start.
  IntrusiveList<Stream, Waiting> waiting_;
  IntrusiveList<Stream, Connecting> connecting_;  // in the order of their start
  IntrusiveList<Stream, Failing> failed_;
  BoundCounter bound_;
  Counter share_met_;
};

}  // namespace tern::resolver::io
