// What a worker's service costs for a batch of datagrams: cached questions in, their replies in the
// buffers of the batch. Without any system call.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "resolver/base/events.h"
#include "resolver/io/timer_heap.h"
#include "resolver/service/assembly.h"
#include "wire/name.h"

namespace tern::resolver {
namespace {

using wire::RRType;

constexpr size_t kKnownNames = 20000;
constexpr size_t kReplyOctets = 1472;

// A worker without sockets, whose clock stands still.
class IdleWorker final : public io::WorkerPort {
 public:
  Time Now() const override { return Time(std::chrono::seconds(1000)); }
  uint32_t WallSeconds() override { return 1'700'000'000; }
  uint64_t Random() override { return ++drawn_; }
  void ArmTimer(Timer* timer, Time at) override { timers_.Arm(timer, at); }
  void DisarmTimer(Timer* timer) override { timers_.Disarm(timer); }
  ExchangeId StartExchange(const Endpoint&, Transport, std::span<const uint8_t>,
                           ExchangeSink*) override {
    return ExchangeId::kNone;
  }
  void HandOver(ExchangeId, ExchangeSink*) override {}
  void EndExchange(ExchangeId) override {}
  void SendReply(const io::ReturnPath&, std::span<const uint8_t>) override {}
  int index() const override { return 0; }
  void Post(io::Message* message) override { delete message; }

 private:
  io::TimerHeap timers_;
  uint64_t drawn_ = 0;
};

wire::Name KnownName(size_t number) {
  wire::Name name;
  for (const std::string& label :
       {std::string("test"), std::string("example"), "h" + std::to_string(number)}) {
    if (!name.Prepend(label)) std::abort();
  }
  return name;
}

service::Configuration OpenToTheLoopback(std::shared_ptr<const Events> events) {
  config::Settings settings;
  settings.allow = {*Prefix::Parse("127.0.0.0/8")};
  settings.dnssec.validation = Validation::kOff;  // what is in the store was not validated
  auto configuration = service::MakeConfiguration(settings, [] { return uint64_t{1}; });
  if (!configuration.ok()) std::abort();
  configuration->cookies =
      std::make_shared<const policy::ServerCookies>(policy::CookieSecret{1, 2, 3});
  configuration->events = std::move(events);
  return *std::move(configuration);
}

// A service that knows kKnownNames names, and a query for each.
class BusyService {
 public:
  explicit BusyService(std::shared_ptr<const Events> events = nullptr)
      : events_(std::move(events)),
        assembly_({.memory_octets = size_t{64} << 20}, OpenToTheLoopback(events_), {&worker_},
                  [] { return uint64_t{42}; }) {
    Endpoint::Parse("127.0.0.1:4000", 0)->ToSockaddr(&peer_);
    const cache::Instant now = StoreInstant(worker_.Now());
    for (size_t i = 0; i < kKnownNames; ++i) {
      const wire::Name name = KnownName(i);
      Learn(name, static_cast<uint32_t>(i), now);
      std::vector<uint8_t>& query =
          queries_.emplace_back(std::vector<uint8_t>{0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1});
      query.insert(query.end(), name.data(), name.data() + name.size());
      query.insert(query.end(), {0, 1, 0, 1, 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0});
    }
  }

  // The next `count` names. False when one was not answered.
  bool AnswerNext(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      io::Datagram& datagram = batch_[i];
      datagram.query = queries_[next_];
      datagram.reply = rooms_[i];
      datagram.reply_octets = 0;
      datagram.peer = reinterpret_cast<const sockaddr*>(&peer_);
      // Far apart in the store, as clients ask.
      next_ = (next_ + 7919) % kKnownNames;
    }
    service_.OnDatagrams(std::span(batch_).first(count));
    service_.OnTurnEnd(/*sleeping=*/false);
    for (size_t i = 0; i < count; ++i) {
      if (batch_[i].reply_octets == 0 || rooms_[i][7] != 1) return false;  // one record
    }
    return true;
  }

  // How many events were told and not dropped.
  size_t TakeEvents() {
    size_t taken = 0;
    while (events_->rings[0]->Take([](const Event&) {})) ++taken;
    return taken;
  }

 private:
  void Learn(wire::NameView name, uint32_t number, cache::Instant now) {
    alignas(8) uint8_t room[512];
    const uint8_t address[4] = {192, 0, static_cast<uint8_t>(number >> 8),
                                static_cast<uint8_t>(number)};
    cache::EntryBuilder builder(room);
    if (!builder.StartRRset(name, RRType::kA, 3600, now, cache::Rank::kAnswerAuthoritative) ||
        !builder.AddRecord(address) ||
        assembly_.store().Put(builder.Finish(), now) != cache::PutOutcome::kStored) {
      std::abort();
    }
  }

  IdleWorker worker_;
  std::shared_ptr<const Events> events_;
  service::Assembly assembly_;
  service::RecursiveService& service_ = assembly_.service(0);
  sockaddr_storage peer_{};
  std::vector<std::vector<uint8_t>> queries_;
  std::array<io::Datagram, io::kBatch> batch_;
  std::array<std::array<uint8_t, kReplyOctets>, io::kBatch> rooms_;
  size_t next_ = 0;
};

// The time is that of a call; items are questions. A question of a full batch waits less for memory
// than one alone.
void BM_ServiceAnswersBatch(benchmark::State& state) {
  static BusyService service;
  const auto count = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    if (!service.AnswerNext(count)) {
      state.SkipWithError("not answered");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ServiceAnswersBatch)->ArgName("questions")->Arg(1)->Arg(8)->Arg(64);

// The same while dnstap and the query log see each query: what it costs the worker.
void BM_ServiceAnswersBatchAndTells(benchmark::State& state) {
  static BusyService service(std::make_shared<const Events>(
      EventWishes{.clients_to_dnstap = true, .servers_to_dnstap = true, .to_log = true}, 1));
  constexpr size_t kRingHolds = 2000;
  const auto count = static_cast<size_t>(state.range(0));
  size_t told = 0;
  for (auto _ : state) {
    if (told + count > kRingHolds) {
      state.PauseTiming();
      if (service.TakeEvents() < told) state.SkipWithError("dropped");
      told = 0;
      state.ResumeTiming();
    }
    told += count;
    if (!service.AnswerNext(count)) {
      state.SkipWithError("not answered");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ServiceAnswersBatchAndTells)->ArgName("questions")->Arg(64);

}  // namespace
}  // namespace tern::resolver
