// The clients' TCP streams of one worker: accepting, framing, and pipelining with answers in any
// order. It enforces every limit on what a stream may cost.
//
// Thread: the worker's.
// Invariants:
// 1. A stream is read, and data already read is processed, only while the stream has few unanswered
//    queries and few unsent octets. So a client that does not take its answers waits, and memory
//    does not grow.
// 2. All answers of a turn to one stream leave in one send (Flush).
// 3. Streams are linked in order of their last activity. Activity is a whole message that was read,
//    or the moment when everything has been sent; single octets do not count. When a limit is
//    reached, the longest idle stream is closed first.
// 4. A client that may not ask gets one of a few slots, for one message, whose answer says so.
// Bound: StreamLimits, whose defaults give their reasons. A stream that lacks memory is closed, and
// no other.
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
#include "resolver/io/socket_bounds.h"
#include "resolver/io/sockets.h"
#include "resolver/io/worker_options.h"

namespace tern::resolver::io {

class StreamTable final : private Timer {
 public:
  StreamTable(Engine* engine, Environment* environment, const StreamLimits& limits, int worker);
  ~StreamTable();

  // Called before StartListening. A listener may have several sockets. `index` is that of
  // ReturnPath::listener. The streams of the socket get a layer from `make`.
  void AddListener(OwnedFd fd, uint16_t index, MakeLayer make = {});
  void StartListening(Service* service);
  // Those with an index in `goes_on` stay.
  void StopListening(const std::vector<bool>& goes_on);

  // Queues an answer. No effect when the stream is gone.
  void SendReply(StreamId stream, std::span<const uint8_t> reply);
  // Sends what was queued.
  void Flush();
  bool HasUnsent() const { return unsent_streams_ != 0; }
  // Called only when the worker ends. It tries again to send what could not be sent.
  void RetryUnsent();

  size_t size() const { return streams_.size(); }
  // How many streams have something to be read on, answered or sent. Walks over all.
  size_t CountBusy() const;
  // Any thread.
  void AddTo(SocketBounds* bounds) const;

 private:
  class Stream;
  class Listener;
  struct ByActivity;
  struct ToFlush;
  struct AddressHash {
    size_t operator()(const IpAddress& address) const;
  };

  void Accept(Listener* listener, int fd);
  bool Open(Listener* listener, int fd, const Endpoint& peer, bool may_ask);
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
  void OnTimer() override;  // closes overdue streams, resumes paused listeners
  bool IsOverdue(const Stream& stream, Time now) const;
  void KeepSweeping();
  void NoteUse();

  void Touch(Stream* stream);
  static IpAddress ClientOf(const IpAddress& address);

  Engine* const engine_;
  Environment* const environment_;
  const StreamLimits limits_;
  const int worker_;
  Service* service_ = nullptr;
  std::vector<std::unique_ptr<Listener>> listeners_;
  SlotMap<Stream, StreamId> streams_;
  IntrusiveList<Stream, ByActivity> by_activity_;  // the longest idle stream first
  IntrusiveList<Stream, ToFlush> to_flush_;
  absl::flat_hash_map<IpAddress, size_t, AddressHash> streams_of_client_;
  size_t strangers_ = 0;  // streams of clients that may not ask
  size_t unsent_streams_ = 0;
  size_t buffered_octets_ = 0;
  bool listener_paused_ = false;
  BoundCounter connections_bound_;
  Counter of_client_met_;
  BoundCounter strangers_bound_;
  BoundCounter octets_bound_;
  Counter unanswered_met_;
};

}  // namespace tern::resolver::io
