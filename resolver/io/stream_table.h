// The clients' TCP streams of one worker: accepting, framing, pipelining with answers in any order,
// and every bound that keeps a stream from costing more than it should.
//
// Thread: the worker's.
// Invariants:
// 1. A stream is read, and what was read of it looked at, only while it has few unanswered queries
//    and little unsent; what a client does not take makes it wait, not us grow.
// 2. All answers of a turn to one stream leave in one send (Flush).
// 3. Streams are linked in order of their last activity; a whole message read or everything sent is
//    activity, single octets are not. The longest idle is the first to go when there is no room.
// Bound: StreamLimits, whose defaults say why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "resolver/base/environment.h"
#include "resolver/io/engine.h"
#include "resolver/io/service.h"
#include "resolver/io/sockets.h"
#include "resolver/io/worker_options.h"

namespace tern::resolver::io {

class StreamTable final : private Timer {
 public:
  StreamTable(Engine* engine, Environment* environment, const StreamLimits& limits, int worker);
  ~StreamTable();

  // In the order of listener indices, before StartListening.
  void AddListener(OwnedFd fd);
  void StartListening(Service* service);
  void StopListening();

  // Queues an answer; without effect when the stream is gone.
  void SendReply(uint64_t stream, std::span<const uint8_t> reply);
  // Sends what was queued.
  void Flush();
  bool HasUnsent() const { return unsent_streams_ != 0; }
  // At the end only: tries again whatever could not be sent.
  void RetryUnsent();

  size_t size() const { return live_; }

 private:
  class Stream;
  class Listener;
  struct AddressHash {
    size_t operator()(const IpAddress& address) const;
  };

  void Accept(int fd, uint16_t listener);
  void OnAcceptError(Listener* listener, int error);
  bool MakeRoom();
  void OnBytes(Stream* stream, std::span<const uint8_t> bytes);
  void TakeMessages(Stream* stream, std::span<const uint8_t> bytes);
  bool HasRoom(const Stream& stream) const;
  void ReadOn(Stream* stream);
  void FlushLater(Stream* stream);
  void FlushOne(Stream* stream);
  void AfterProgress(Stream* stream);
  void Account(Stream* stream);
  void ShedBuffers();
  void Close(Stream* stream);
  void OnTimer() override;  // closes what took too long, resumes paused listeners
  bool IsOverdue(const Stream& stream, Time now) const;
  void KeepSweeping();

  void LinkNewest(Stream* stream);
  void Unlink(Stream* stream);
  void Touch(Stream* stream);
  static IpAddress ClientOf(const IpAddress& address);

  Engine* const engine_;
  Environment* const environment_;
  const StreamLimits limits_;
  const int worker_;
  Service* service_ = nullptr;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::vector<uint32_t> vacant_;
  std::vector<Stream*> to_flush_;
  absl::flat_hash_map<IpAddress, size_t, AddressHash> streams_of_client_;
  Stream* longest_idle_ = nullptr;
  Stream* newest_ = nullptr;
  size_t live_ = 0;
  size_t unsent_streams_ = 0;
  size_t buffered_octets_ = 0;
  bool listener_paused_ = false;
};

}  // namespace tern::resolver::io
