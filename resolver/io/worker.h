// The loop of one thread: an engine, the service's sockets on every listening address, upstream
// exchanges, timers and the mailbox.
//
// A turn has these steps:
// 1. Wait for events, and read the clock.
// 2. Deliver what arrived: data of sockets, messages, failures, timers that are due.
// 3. Send the answers of streams. Everything else that the turn queued goes to the kernel with the
//    next wait.
//
// Thread: Create, SetService and the accessors are called before Run, from any one thread. (Sockets
// may need privileges that are dropped before Run.) Run is the worker's thread, and every call of
// WorkerPort comes from it. Any thread may call Post and Stop. A signal handler may call Stop.
// Invariants: the service is called only from Run. After OnTurnEnd(true), OnWake comes before any
// other call.
// Bound: WorkerOptions, and what the service has armed and posted.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/crypto/random.h"
#include "resolver/io/engine.h"
#include "resolver/io/mailbox.h"
#include "resolver/io/service.h"
#include "resolver/io/socket_bounds.h"
#include "resolver/io/stream_table.h"
#include "resolver/io/timer_heap.h"
#include "resolver/io/upstream_sockets.h"
#include "resolver/io/upstream_streams.h"
#include "resolver/io/worker_options.h"

namespace tern::resolver::io {

// The clock does not start at 0. For stores 0 means never, and what an earlier process has learnt
// may have expired before the machine was booted.
inline constexpr std::chrono::hours kClockAtBoot{24 * 365};

// What Now() says in the worker's next turn. Any thread may call it.
Time ReadMonotonicClock();

class Worker final : public WorkerPort {
 public:
  // Takes its listening sockets, or opens them. An error names the address and the reason.
  static absl::StatusOr<std::unique_ptr<Worker>> Create(const WorkerOptions& options, int index);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() override;

  void SetService(Service* service) { service_ = service; }
  // Returns after Stop(), or with the reason why it cannot start.
  absl::Status Run();
  // Stops to take new queries, except those to the addresses with these indices of listening().
  // Clients that are connected may go on. Called once, by any thread.
  void StopReceiving(std::vector<bool> goes_on);
  void Stop();

  // What is still under way in a worker that was told to stop receiving.
  struct UnderWay {
    bool receives = true;     // something that was received is not delivered yet
    size_t streams = 0;       // of clients
    size_t busy_streams = 0;  // of clients that wait for an answer
  };
  // Any thread may call it.
  UnderWay under_way() const {
    return {receives_.load(), open_streams_.load(), busy_streams_.load()};
  }

  // Adds those of this worker's sockets. Any thread may call it.
  void AddTo(SocketBounds* bounds) const {
    upstream_sockets_->AddTo(bounds);
    upstream_streams_->AddTo(bounds);
    streams_->AddTo(bounds);
  }

  std::string_view engine_name() const { return engine_->name(); }
  // The reason why kAuto did not take the ring. Empty when it did, or when the options name an
  // engine.
  std::string_view engine_note() const { return engine_note_; }
  // How the limit of descriptors lowered the limits of the options. Empty when it did not.
  std::string_view limits_note() const { return limits_note_; }
  // The endpoints on which it listens. They are those of the options, but port 0 has become a real
  // port.
  const std::vector<Endpoint>& listening() const { return listening_; }

  // Environment
  Time Now() const override { return now_; }
  uint32_t WallSeconds() override;
  uint64_t Random() override { return random_.Next(); }
  void ArmTimer(Timer* timer, Time at) override { timers_.Arm(timer, at); }
  void DisarmTimer(Timer* timer) override { timers_.Disarm(timer); }
  ExchangeId StartExchange(const Endpoint& server, Transport transport,
                           std::span<const uint8_t> query, ExchangeSink* sink) override;
  void HandOver(ExchangeId id, ExchangeSink* sink) override;
  void EndExchange(ExchangeId id) override;

  // WorkerPort
  void SendReply(const ReturnPath& path, std::span<const uint8_t> reply) override;
  int index() const override { return index_; }
  void Post(Message* message) override { mailbox_.Post(message); }

 private:
  Worker(int index, int wakeup_fd);

  absl::Status MakeEngine(const WorkerOptions& options);
  absl::Status TakeListeners(const Listeners& listeners);
  absl::Status Serve(OwnedFd udp, uint16_t listener);
  void ReadClock();
  void WaitForEvents();
  void DoTurn();
  void EndSlowly();
  void Finish();

  const int index_;
  Time now_;
  Time wall_until_;  // when the wall clock must be read again
  uint32_t wall_seconds_ = 0;
  crypto::RandomGenerator random_;
  TimerHeap timers_;
  Mailbox mailbox_;
  enum class Phase : uint8_t { kServing, kEnding, kStopped };
  std::atomic<Phase> phase_{Phase::kServing};
  std::vector<bool> goes_on_;  // of StopReceiving; the loop's from kEnding on
  // What under_way() tells.
  std::atomic<bool> receives_{true};
  std::atomic<size_t> open_streams_{0};
  std::atomic<size_t> busy_streams_{0};
  int processor_ = -1;  // the processor to run on; -1 for any
  Service* service_ = nullptr;
  std::string engine_note_;
  std::string limits_note_;
  std::vector<Endpoint> listening_;
  // The engine outlives the objects that have sockets in it.
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<UpstreamSockets> upstream_sockets_;
  std::unique_ptr<UpstreamStreams> upstream_streams_;
  std::unique_ptr<StreamTable> streams_;
};

}  // namespace tern::resolver::io
