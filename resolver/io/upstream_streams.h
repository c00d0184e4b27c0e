// TCP exchanges with servers. Each has one connection, which is closed with the exchange. The
// caller keeps the timeout.
//
// Thread: the worker's.
// Invariants: no callback comes from inside Start or End, and none comes after End.
// Bound: `most` connections. Each has its query and one message under assembly. An exchange that
// lacks memory fails with kNoResources.
#pragma once

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

namespace tern::resolver::io {

class UpstreamStreams final {
 public:
  // `outgoing` are the source addresses; each query draws one of the server's family. When there is
  // none of that family, the kernel chooses.
  UpstreamStreams(Engine* engine, Environment* environment, std::span<const IpAddress> outgoing,
                  size_t most);
  ~UpstreamStreams();

  // True when the id is one of this class, and not one of UpstreamSockets.
  static bool Gives(ExchangeId id);
  // Sets the layer of later connections.
  void SetLayer(MakeLayer make) { make_layer_ = std::move(make); }

  // The query is copied.
  ExchangeId Start(const Endpoint& server, std::span<const uint8_t> query, ExchangeSink* sink);
  // No effect when the exchange has ended already.
  void End(ExchangeId id);

  // True when exchanges failed inside Start. Their sinks are told by TellFailures, from the loop.
  bool HasFailures() const { return !failed_.empty(); }
  void TellFailures();

 private:
  class Stream;
  struct Failing;
  using Streams = SlotMap<Stream, ExchangeId, 1>;

  IpAddress ChooseSource(const IpAddress& server);
  bool SetQuery(Stream* stream, std::span<const uint8_t> query);
  bool Connect(Stream* stream, const Endpoint& server);
  void OnWritable(Stream* stream);
  void OnBytes(Stream* stream, std::span<const uint8_t> bytes);
  void SendOn(Stream* stream);
  void AwaitWritable(Stream* stream);
  void ReadOn(Stream* stream);
  void Close(Stream* stream);
  void Fail(Stream* stream, ExchangeFailure failure);

  Engine* const engine_;
  Environment* const environment_;
  std::vector<IpAddress> outgoing_;
  MakeLayer make_layer_;
  Streams streams_;
  IntrusiveList<Stream, Failing> failed_;
};

}  // namespace tern::resolver::io
