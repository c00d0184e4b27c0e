// The clients' TCP streams of one worker: accepting, framing, pipelining with answers in any order,
// and every bound that keeps a stream from costing more than it should.
//
// Thread: the worker's.
// Invariants:
// 1. A stream is read, and what was read of it is looked at, only while it has few unanswered
//    queries and little unsent. A client that does not take its answers waits; we do not grow.
// 2. All answers of a turn to one stream leave in one send (Flush).
// 3. Streams are linked in order of their last activity. A whole message that was read is activity,
//    and so is everything having been sent; single octets are not. When a limit is reached the
//    longest idle stream is closed first.
// Bound: StreamLimits, whose defaults say why. A stream that lacks memory is closed, and no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "resolver/base/environment.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/base/slot_map.h"
#include "resolver/io/channel.h"
#include "resolver/io/engine.h"
#include "resolver/io/service.h"
#include "resolver/io/sockets.h"
#include "resolver/io/worker_options.h"

namespace tern::resolver::io {

class StreamTable final : private Timer {
 public:
  StreamTable(Engine* engine, Environment* environment, const StreamLimits& limits, int worker);
  ~StreamTable();

  // In the order of listener indices, before StartListening. Its streams get a layer of `make`.
  void AddListener(OwnedFd fd, MakeLayer make = {});
  void StartListening(Service* service);
  void StopListening();

  // Queues an answer; without effect when the stream is gone.
  void SendReply(StreamId stream, std::span<const uint8_t> reply);
  // Sends what was queued.
  void Flush();
  bool HasUnsent() const { return unsent_streams_ != 0; }
  // At the end only: tries again whatever could not be sent.
  void RetryUnsent();

  size_t size() const { return streams_.size(); }

 private:
  class Stream;
  class Listener;
  struct ByActivity;
  struct ToFlush;
  struct AddressHash {
    size_t operator()(const IpAddress& address) const;
  };

  void Accept(Listener* listener, int fd);
  bool Open(Listener* listener, int fd, const Endpoint& peer);
  bool CountClient(const IpAddress& address);
  void UncountClient(const IpAddress& address);
  void OnAcceptError(Listener* listener, int error);
  bool CloseLongestIdle();
  void OnBytes(Stream* stream, std::span<const uint8_t> bytes);
  void TakeMessages(Stream* stream, std::span<const uint8_t> bytes);
  bool HasRoom(const Stream& stream) const;
  void ReadOn(Stream* stream);
  void FlushLater(Stream* stream);
  void FlushOne(Stream* stream);
  void AfterProgress(Stream* stream);
  void Account(Stream* stream);
  void Doom(Stream* stream);
  void ShedBuffers();
  void Close(Stream* stream);
  void OnTimer() override;  // closes what took too long, resumes paused listeners
  bool IsOverdue(const Stream& stream, Time now) const;
  void KeepSweeping();

  void Touch(Stream* stream);
  static IpAddress ClientOf(const IpAddress& address);

  Engine* const engine_;
  Environment* const environment_;
  const StreamLimits limits_;
  const int worker_;
  Service* service_ = nullptr;
  std::vector<std::unique_ptr<Listener>> listeners_;
  SlotMap<Stream, StreamId> streams_;
  IntrusiveList<Stream, ByActivity> by_activity_;  // the longest idle first
  IntrusiveList<Stream, ToFlush> to_flush_;
  absl::flat_hash_map<IpAddress, size_t, AddressHash> streams_of_client_;
  size_t unsent_streams_ = 0;
  size_t buffered_octets_ = 0;
  bool listener_paused_ = false;
};

}  // namespace tern::resolver::io
