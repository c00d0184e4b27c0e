// What the loop alone costs: a Worker whose service answers every query with one fixed A record.
// Compare it with two others:
// - A bare loop over the same system calls costs less. The difference is this project's overhead.
// - ternd costs more. The difference is what parsing and the cache cost.
//
// Usage: echo_floor ADDRESS:PORT [ring|epoll [SERVER:PORT]]   (ends with SIGTERM or SIGINT)
//
// With a server, each query is one upstream exchange with it instead. That shows what the kernel
// and the loop cost in a cache miss.
#include <arpa/inet.h>
#include <signal.h>

#include <cstdio>
#include <cstring>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "resolver/io/worker.h"

namespace {

using tern::resolver::Endpoint;
using tern::resolver::ExchangeId;
using tern::resolver::io::Datagram;
using tern::resolver::io::Message;
using tern::resolver::io::ReturnPath;
using tern::resolver::io::StreamId;
using tern::resolver::io::Worker;
using tern::resolver::io::WorkerOptions;

constexpr size_t kHeaderOctets = 12;

// 0 when the octets are not a query.
size_t Answer(std::span<const uint8_t> query, std::span<uint8_t> reply) {
  size_t end = kHeaderOctets;
  while (end < query.size() && query[end] != 0) end += query[end] + size_t{1};
  end += 5;
  static constexpr uint8_t kRecord[16] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 14, 16, 0, 4, 198, 51, 0, 1};
  if (end > query.size() || end + sizeof(kRecord) > reply.size()) return 0;
  std::memcpy(reply.data(), query.data(), end);
  reply[2] = 0x81;
  reply[3] = 0x80;
  reply[6] = 0;
  reply[7] = 1;
  std::memset(reply.data() + 8, 0, 4);
  std::memcpy(reply.data() + end, kRecord, sizeof(kRecord));
  return end + sizeof(kRecord);
}

class FixedAnswer final : public tern::resolver::io::Service {
 public:
  explicit FixedAnswer(Worker* worker) : worker_(worker) {}

  void OnDatagrams(std::span<Datagram> batch) override {
    for (Datagram& datagram : batch) datagram.reply_octets = Answer(datagram.query, datagram.reply);
  }
  void OnStreamMessage(const ReturnPath& path, std::span<const uint8_t> query) override {
    uint8_t reply[512];
    if (const size_t octets = Answer(query, reply)) worker_->SendReply(path, {reply, octets});
  }
  void OnStreamClosed(StreamId) override {}
  void OnMessage(Message* message) override { delete message; }
  void OnTurnEnd(bool) override {}
  void OnWake() override {}

 private:
  Worker* const worker_;
};

class Forwarder final : public tern::resolver::io::Service, public tern::resolver::ExchangeSink {
 public:
  Forwarder(Worker* worker, const Endpoint& server) : worker_(worker), server_(server) {
    waiting_.reserve(4096);
  }

  void OnDatagrams(std::span<Datagram> batch) override {
    for (const Datagram& datagram : batch) Ask(datagram.Path(), datagram.query);
  }
  void OnStreamMessage(const ReturnPath& path, std::span<const uint8_t> query) override {
    Ask(path, query);
  }
  void OnStreamClosed(StreamId) override {}
  void OnMessage(Message* message) override { delete message; }
  void OnTurnEnd(bool) override {}
  void OnWake() override {}

  void OnReply(ExchangeId id, std::span<const uint8_t> message) override {
    const auto asked = waiting_.find(id);
    if (asked != waiting_.end()) worker_->SendReply(asked->second, message);
    Forget(id);
    worker_->EndExchange(id);
  }
  void OnExchangeFailed(ExchangeId id, tern::resolver::ExchangeFailure) override { Forget(id); }

 private:
  void Ask(const ReturnPath& path, std::span<const uint8_t> query) {
    const ExchangeId id =
        worker_->StartExchange(server_, tern::resolver::Transport::kUdp, query, this);
    if (id != ExchangeId::kNone) waiting_.emplace(id, path);
  }
  void Forget(ExchangeId id) { waiting_.erase(id); }

  Worker* const worker_;
  const Endpoint server_;
  absl::flat_hash_map<ExchangeId, ReturnPath> waiting_;
};

Worker* running = nullptr;

}  // namespace

int main(int argc, char** argv) {
  const auto endpoint = Endpoint::Parse(argc > 1 ? argv[1] : "127.0.0.1:5300", 5300);
  if (!endpoint.has_value()) {
    std::fputs("usage: echo_floor ADDRESS:PORT [ring|epoll [SERVER:PORT]]\n", stderr);
    return 2;
  }
  WorkerOptions options;
  options.listen.push_back(*endpoint);
  const std::string_view engine = argc > 2 ? argv[2] : "";
  if (engine == "ring") options.engine = tern::resolver::io::EngineChoice::kRing;
  if (engine == "epoll") options.engine = tern::resolver::io::EngineChoice::kEpoll;
  auto worker = Worker::Create(options, 0);
  if (!worker.ok()) {
    std::fprintf(stderr, "%s\n", worker.status().ToString().c_str());
    return 1;
  }
  FixedAnswer fixed(worker->get());
  const auto server = argc > 3 ? Endpoint::Parse(argv[3], 53) : std::nullopt;
  Forwarder forwarder(worker->get(), server.value_or(*endpoint));
  if (server.has_value()) {
    (*worker)->SetService(&forwarder);
  } else {
    (*worker)->SetService(&fixed);
  }
  running = worker->get();
  for (int signal_number : {SIGTERM, SIGINT}) {
    signal(signal_number, [](int) { running->Stop(); });
  }
  std::fprintf(stderr, "ready: %s\n", std::string((*worker)->engine_name()).c_str());
  const absl::Status status = (*worker)->Run();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
