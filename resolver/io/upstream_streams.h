// TCP exchanges with servers: a connection each, closed with the exchange. Time is the caller's to
// keep.
//
// Thread: the worker's.
// Invariants: no callback comes from inside Start or End, and none after End.
// Bound: `most` connections; one message under assembly each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "resolver/base/environment.h"
#include "resolver/io/engine.h"

namespace tern::resolver::io {

class UpstreamStreams final {
 public:
  UpstreamStreams(Engine* engine, Environment* environment, std::span<const IpAddress> outgoing,
                  size_t most);
  ~UpstreamStreams();

  // Ids have the highest bit set.
  ExchangeId Start(const Endpoint& server, std::span<const uint8_t> query, ExchangeSink* sink);
  void End(ExchangeId id);

  // Exchanges that failed inside Start: told from the loop.
  bool HasFailures() const { return !failed_.empty(); }
  void TellFailures();

 private:
  class Stream;
  struct Failed {
    ExchangeId id;
    ExchangeFailure failure;
  };

  IpAddress ChooseSource(const IpAddress& server);
  Stream* TakeVacant();
  Stream* Find(ExchangeId id);
  void Close(Stream* stream);
  void Fail(Stream* stream, ExchangeFailure failure);

  Engine* const engine_;
  Environment* const environment_;
  const size_t most_;
  std::vector<IpAddress> outgoing_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::vector<uint32_t> vacant_;
  std::vector<Failed> failed_;
};

}  // namespace tern::resolver::io
