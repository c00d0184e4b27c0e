// A Worker on a thread of its own with a service that echoes, and sockets of plain blocking clients
// and servers: what the tests of this room talk to and with. Loopback only.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "resolver/io/sockets.h"
#include "resolver/io/worker.h"

namespace tern::resolver::io {

using Bytes = std::vector<uint8_t>;
using std::chrono::milliseconds;

// Echoes with the QR bit set, unless told otherwise.
class EchoService final : public Service {
 public:
  explicit EchoService(Worker* worker) : worker_(worker) {}

  void OnDatagrams(std::span<Datagram> batch) override;
  bool Admits(const IpAddress& client) override { return !admits || admits(client); }
  void OnStreamMessage(const ReturnPath& path, std::span<const uint8_t> query) override;
  void OnStreamClosed(StreamId) override { ++streams_closed; }
  void OnMessage(Message* message) override;
  void OnTurnEnd(bool sleeping) override;
  void OnWake() override;

  // Set before the worker runs, or on its thread.
  std::function<void(const ReturnPath&, std::span<const uint8_t>)> on_stream_message;
  std::function<void(Datagram&)> on_datagram;
  std::function<bool(const IpAddress&)> admits;  // if not set, all clients

  std::atomic<int> datagrams{0};
  std::atomic<int> largest_batch{0};
  std::atomic<int> stream_messages{0};
  std::atomic<int> streams_closed{0};
  std::atomic<int> turns{0};
  std::atomic<int> calls_while_asleep{0};

 private:
  void Called();

  Worker* const worker_;
  bool asleep_ = false;
};

class RunningWorker {
 public:
  // Stops and joins at the end.
  explicit RunningWorker(std::unique_ptr<Worker> worker);
  ~RunningWorker();

  void Start();
  void StopAndJoin();
  // Runs `task` on the worker's thread and waits until it has run.
  void OnThread(const std::function<void()>& task);
  // Runs it there some time soon. Any thread.
  void Post(std::function<void()> task);

  Worker* worker() { return worker_.get(); }
  SocketBounds bounds() const {
    SocketBounds bounds;
    worker_->AddTo(&bounds);
    return bounds;
  }
  EchoService& service() { return service_; }
  Endpoint endpoint(size_t listener = 0) const { return worker_->listening()[listener]; }

 private:
  std::unique_ptr<Worker> worker_;
  EchoService service_;
  std::thread thread_;
};

// For what is to be closed soon. A machine may stand still for seconds.
constexpr milliseconds kCloseMax(20'000);

// A blocking socket with a receive timeout.
class PlainSocket {
 public:
  PlainSocket(int family, int type, milliseconds timeout = milliseconds(5000));
  static PlainSocket ConnectedTo(const Endpoint& peer, int type);

  bool Bind(const Endpoint& endpoint);
  bool Connect(const Endpoint& peer);
  bool Listen();
  std::optional<PlainSocket> Accept();
  bool Send(const Bytes& bytes);
  bool SendTo(const Bytes& bytes, const Endpoint& peer);
  // Nothing: timeout or error. Empty from a TCP socket: the peer has closed.
  std::optional<Bytes> Receive();
  std::optional<Bytes> ReceiveFrom(Endpoint* source);
  // TCP, framed.
  bool SendMessage(const Bytes& message);
  std::optional<Bytes> ReceiveMessage();
  // The peer closes or resets within the time.
  bool IsClosedWithin(milliseconds time);
  void SetTimeout(milliseconds timeout);

  int fd() const { return fd_.get(); }
  Endpoint local() const { return LocalEndpoint(fd_.get()); }

 private:
  explicit PlainSocket(OwnedFd fd) : fd_(std::move(fd)) {}

  OwnedFd fd_;
};

inline Endpoint Loopback(uint16_t port = 0) {
  return {IpAddress::FromOctets(std::vector<uint8_t>{127, 0, 0, 1}), port};
}
Endpoint AddressOf(const std::string& text);
// A message of `octets` that starts with `id`, and echoes as itself with QR set.
Bytes Query(uint16_t id, size_t octets = 40);
Bytes AnswerTo(Bytes query);
bool WaitFor(const std::function<bool()>& condition, milliseconds time = milliseconds(5000));

// Tests over both engines; the ring's are skipped where the kernel refuses it.
class BothEngines : public ::testing::TestWithParam<EngineChoice> {
 protected:
  // Null after a failed expectation.
  std::unique_ptr<RunningWorker> Make(WorkerOptions options = {});
  // No stream is closed within kCloseMax because its time is up.
  static WorkerOptions OnLoopback();
  void SetUp() override;
};

std::string EngineName(const ::testing::TestParamInfo<EngineChoice>& choice);

#define TERN_BOTH_ENGINES(suite) \
  INSTANTIATE_TEST_SUITE_P(      \
      Engines, suite, ::testing::Values(EngineChoice::kRing, EngineChoice::kEpoll), EngineName)

}  // namespace tern::resolver::io
