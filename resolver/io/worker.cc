#include "resolver/io/worker.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "resolver/base/limits.h"
#include "resolver/io/epoll_engine.h"
#include "resolver/io/listeners.h"
#include "resolver/io/ring_engine.h"
#include "resolver/io/sockets.h"
#include "resolver/io/steering.h"

namespace tern::resolver::io {

namespace {

// When the worker ends, it waits this long for answers to streams.
constexpr Duration kFarewell = std::chrono::milliseconds(200);
constexpr Duration kFarewellStep = std::chrono::milliseconds(5);
// Each question has one timer for its whole time and one for its race. This room has three more.
constexpr size_t kTimersExpected = 2 * kJobsMax + 3;

// Resolves kAuto by the environment variable. An empty variable counts as not set.
absl::StatusOr<EngineChoice> ResolveChoice(EngineChoice choice) {
  if (choice != EngineChoice::kAuto) return choice;
  const char* named = std::getenv("TERN_IO_ENGINE");
  const std::string_view name = named == nullptr ? "" : named;
  if (name.empty()) return EngineChoice::kAuto;
  if (name == "ring") return EngineChoice::kRing;
  if (name == "epoll") return EngineChoice::kEpoll;
  return absl::InvalidArgumentError(
      "the environment variable TERN_IO_ENGINE: expected ring or epoll");
}

// Lowers the limits to this worker's share of the descriptors: half for upstream UDP, a quarter for
// clients' streams, an eighth for upstream TCP. The remainder is for the rest of the process.
WorkerOptions FitToDescriptors(WorkerOptions options) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return options;
  const size_t share = limit.rlim_cur / std::max<size_t>(options.workers, 1);
  const auto fit = [](size_t& value, size_t most) {
    value = std::clamp<size_t>(value, 1, std::max<size_t>(most, 1));
  };
  fit(options.upstream.udp_exchanges, share / 2);
  fit(options.streams.streams, share / 4);
  fit(options.upstream.tcp_exchanges, share / 8);
  return options;
}

std::string WhatIsLess(const WorkerOptions& wanted, const WorkerOptions& fitted) {
  if (fitted.upstream.udp_exchanges == wanted.upstream.udp_exchanges &&
      fitted.streams.streams == wanted.streams.streams &&
      fitted.upstream.tcp_exchanges == wanted.upstream.tcp_exchanges) {
    return "";
  }
  return absl::StrCat("few descriptors (ulimit -n): a worker has at most ",
                      fitted.upstream.udp_exchanges, " upstream queries open over UDP, ",
                      fitted.upstream.tcp_exchanges, " over TCP, and ", fitted.streams.streams,
                      " connections of clients");
}

}  // namespace

Worker::Worker(int index, int wakeup_fd)
    : index_(index), timers_(kTimersExpected), mailbox_(wakeup_fd) {
  ReadClock();
}

Worker::~Worker() = default;

absl::StatusOr<std::unique_ptr<Worker>> Worker::Create(const WorkerOptions& options, int index) {
  const absl::StatusOr<int> wakeup = Mailbox::CreateWakeup();
  if (!wakeup.ok()) return wakeup.status();
  std::unique_ptr<Worker> worker(new Worker(index, *wakeup));
  std::optional<Listeners> own;
  WorkerOptions fitted = FitToDescriptors(options);
  if (fitted.listeners == nullptr) {
    absl::StatusOr<Listeners> opened = Listeners::Open({.listen = options.listen}, nullptr);
    if (!opened.ok()) return opened.status();
    fitted.listeners = &own.emplace(*std::move(opened));
  }
  worker->limits_note_ = WhatIsLess(options, fitted);
  if (absl::Status status = worker->MakeEngine(fitted); !status.ok()) return status;
  Engine* engine = worker->engine_.get();
  worker->upstream_sockets_ = std::make_unique<UpstreamSockets>(
      engine, worker.get(), fitted.outgoing, fitted.upstream.udp_exchanges);
  worker->upstream_streams_ = std::make_unique<UpstreamStreams>(
      engine, worker.get(), fitted.outgoing, fitted.upstream.tcp_exchanges);
  worker->streams_ = std::make_unique<StreamTable>(engine, worker.get(), fitted.streams, index);
  const auto processor = static_cast<size_t>(index);
  if (processor < fitted.processors.size()) worker->processor_ = fitted.processors[processor];
  if (absl::Status status = worker->TakeListeners(*fitted.listeners); !status.ok()) return status;
  return worker;
}

absl::Status Worker::MakeEngine(const WorkerOptions& options) {
  EngineLimits limits;
  limits.sockets = options.upstream.udp_exchanges + options.upstream.tcp_exchanges +
                   options.streams.streams + options.listeners->TcpOfWorkerMax() + 1;
  const absl::StatusOr<EngineChoice> choice = ResolveChoice(options.engine);
  if (!choice.ok()) return choice.status();
  if (*choice != EngineChoice::kEpoll) {
    auto ring = RingEngine::Create(limits, mailbox_.wakeup_fd());
    if (ring.ok()) {
      engine_ = *std::move(ring);
      return absl::OkStatus();
    }
    if (*choice == EngineChoice::kRing) return ring.status();
    engine_note_ = absl::StrCat("no io_uring (", ring.status().message(), "); epoll instead");
  }
  auto epoll = EpollEngine::Create(limits, mailbox_.wakeup_fd());
  if (!epoll.ok()) return epoll.status();
  engine_ = *std::move(epoll);
  return absl::OkStatus();
}

absl::Status Worker::TakeListeners(const Listeners& listeners) {
  const auto worker = static_cast<size_t>(index_);
  listening_ = listeners.listening();
  std::vector<std::pair<OwnedFd, uint16_t>> further;
  for (size_t i = 0; i < listening_.size(); ++i) {
    const auto listener = static_cast<uint16_t>(i);
    absl::StatusOr<std::vector<OwnedFd>> udp = listeners.UdpOf(worker, i);
    if (!udp.ok()) return udp.status();
    absl::StatusOr<std::vector<OwnedFd>> tcp = listeners.TcpOf(worker, i);
    if (!tcp.ok()) return tcp.status();
    for (OwnedFd& fd : *tcp) streams_->AddListener(std::move(fd), listener);
    if (absl::Status status = Serve(std::move(udp->front()), listener); !status.ok()) return status;
    for (size_t k = 1; k < udp->size(); ++k) further.emplace_back(std::move((*udp)[k]), listener);
  }
  // The first sockets of all listeners come before any second one (engine.h).
  for (auto& [fd, listener] : further) {
    if (absl::Status status = Serve(std::move(fd), listener); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Worker::Serve(OwnedFd udp, uint16_t listener) {
  const bool wildcard = listening_[listener].address.IsUnspecified();
  return engine_->ServeDatagrams(udp.release(), wildcard, listener);
}

Time ReadMonotonicClock() {
  timespec time{};
  // A TTL is time, not time awake (RFC 2181 section 8). So a machine's sleep counts.
  clock_gettime(CLOCK_BOOTTIME, &time);
  return Time(kClockAtBoot + std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec / 1000));
}

void Worker::ReadClock() { now_ = ReadMonotonicClock(); }

uint32_t Worker::WallSeconds() {
  if (now_ >= wall_until_) {
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    wall_seconds_ = static_cast<uint32_t>(time.tv_sec);
    wall_until_ = now_ + std::chrono::seconds(1);
  }
  return wall_seconds_;
}

absl::Status Worker::Run() {
  // This precedes the start of the engine, because the kernel makes the engine's part on this
  // thread.
  if (processor_ >= 0) (void)RunOnProcessor(processor_);
  if (absl::Status status = engine_->Start(); !status.ok()) return status;
  ReadClock();
  streams_->StartListening(service_);
  while (phase_.load(std::memory_order_relaxed) == Phase::kServing) {
    WaitForEvents();
    DoTurn();
  }
  if (phase_.load() == Phase::kEnding) EndSlowly();
  Finish();
  return absl::OkStatus();
}

void Worker::EndSlowly() {
  streams_->StopListening(goes_on_);
  engine_->StopReceiving(goes_on_);
  while (phase_.load(std::memory_order_relaxed) != Phase::kStopped) {
    open_streams_ = streams_->size();
    busy_streams_ = streams_->CountBusy();
    receives_ = engine_->IsStopping();
    WaitForEvents();
    DoTurn();
  }
}

void Worker::WaitForEvents() {
  ReadClock();  // a port that is given back rests from now, not from the start of the turn
  upstream_sockets_->Flush();
  std::optional<Duration> at_most;
  if (const std::optional<Time> next = timers_.Next(); next.has_value()) {
    // The clock has moved since it was read. A wait that is too long by one turn does no harm.
    at_most = std::max(*next - now_, Duration(0));
  }
  const bool busy = engine_->Ready() || upstream_sockets_->HasFailures() ||
                    upstream_streams_->HasFailures() ||
                    (at_most.has_value() && at_most->count() == 0);
  if (!busy && mailbox_.PrepareSleep()) {
    service_->OnTurnEnd(/*sleeping=*/true);
    // Stop() sets the phase before it wakes. So it is seen here, or the wake-up ends the wait.
    engine_->Wait(at_most);
    mailbox_.Awake();
    ReadClock();
    service_->OnWake();
    return;
  }
  service_->OnTurnEnd(/*sleeping=*/false);
  engine_->Wait(Duration(0));
  ReadClock();
}

void Worker::DoTurn() {
  engine_->Deliver(service_);
  mailbox_.Drain([this](Message* message) { service_->OnMessage(message); });
  if (upstream_sockets_->HasFailures()) upstream_sockets_->TellFailures();
  if (upstream_streams_->HasFailures()) upstream_streams_->TellFailures();
  timers_.RunDue(now_);
  streams_->Flush();
}

void Worker::Finish() {
  streams_->StopListening({});
  streams_->Flush();
  engine_->Wait(Duration(0));
  for (Duration waited{0}; waited < kFarewell && streams_->HasUnsent(); waited += kFarewellStep) {
    usleep(static_cast<useconds_t>(kFarewellStep.count()));
    streams_->RetryUnsent();
  }
  service_->OnTurnEnd(/*sleeping=*/true);
  engine_->StopServing();
}

void Worker::StopReceiving(std::vector<bool> goes_on) {
  goes_on_ = std::move(goes_on);
  phase_.store(Phase::kEnding);
  mailbox_.Wake();
}

void Worker::Stop() {
  phase_.store(Phase::kStopped);
  mailbox_.Wake();
}

ExchangeId Worker::StartExchange(const Endpoint& server, Transport transport,
                                 std::span<const uint8_t> query, ExchangeSink* sink) {
  switch (transport) {
    case Transport::kUdp:
      return upstream_sockets_->Start(server, query, sink);
    case Transport::kTcp:
      return upstream_streams_->Start(server, query, sink);
  }
  return ExchangeId::kNone;
}

void Worker::HandOver(ExchangeId id, ExchangeSink* sink) { upstream_sockets_->HandOver(id, sink); }

void Worker::EndExchange(ExchangeId id) {
  if (UpstreamStreams::Gives(id)) {
    upstream_streams_->End(id);
  } else {
    upstream_sockets_->End(id);
  }
}

void Worker::SendReply(const ReturnPath& path, std::span<const uint8_t> reply) {
  if (path.IsStream()) {
    streams_->SendReply(path.stream, reply);
  } else {
    engine_->SendDatagram(path.listener, path.peer, path.local, reply);
  }
}

}  // namespace tern::resolver::io
