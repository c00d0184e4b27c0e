// TCP exchanges with servers, driven by the input: any octets in any cut come back, exchanges are
// ended, and begun, inside and outside of callbacks. Each exchange is given the messages that its
// octets hold, in order, until it ends; none is told of anything after that; servers read the query
// as it was given.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "resolver/io/upstream_streams.h"
#include "tests/fuzz/framing.h"
#include "tests/fuzz/hand_driven_engine.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/tape.h"

namespace tern::resolver::io {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kOpenMax = 3;  // the share of the one server
constexpr size_t kExchangesMax = 24;

struct Exchange {
  ExchangeId id = ExchangeId::kNone;
  io::SocketId engine_id = io::SocketId::kNone;
  int server_fd = -1;
  Bytes query;  // framed
  Bytes came;   // from the server
  std::vector<Bytes> replies;
  bool over = false;
};

class Exchanges final : private ExchangeSink {
 public:
  explicit Exchanges(std::span<const uint8_t> input)
      : tape_(input), streams_(&engine_, &environment_, {}, 8 * kOpenMax) {}
  ~Exchanges() {
    for (const Exchange& exchange : exchanges_) close(exchange.server_fd);
  }

  void Run() {
    while (!tape_.AtEnd()) Step();
    for (size_t i = 0; i < exchanges_.size(); ++i) End(i);
    TERN_FUZZ_PROPERTY(engine_.sockets().empty());
    TERN_FUZZ_PROPERTY(!streams_.HasFailures());
  }

 private:
  static const fuzz::LoopbackListener& Server() {
    static const fuzz::LoopbackListener server;
    return server;
  }

  void Step() {
    const size_t step = tape_.Below(8);
    if (step == 0) return Start();
    if (exchanges_.empty()) return;
    const size_t i = exchanges_.size() - 1 - tape_.Below(exchanges_.size());
    switch (step) {
      case 1:
        return Write(i);
      case 2:
        return End(i);
      case 3:
        (void)engine_.GiveBytes(exchanges_[i].engine_id, {});  // the server closes
        return;
      case 4:
        (void)engine_.GiveError(exchanges_[i].engine_id, ECONNRESET);
        return;
      default:
        return Deliver(i, tape_.Octets(tape_.Octet()));
    }
  }

  void Start() {
    if (exchanges_.size() >= kExchangesMax) return;
    Bytes query(tape_.Octet(), static_cast<uint8_t>(exchanges_.size()));
    const size_t open_before = engine_.sockets().size();
    const ExchangeId id = streams_.Start(Server().endpoint(), query, this);
    TERN_FUZZ_PROPERTY((id == ExchangeId::kNone) == (open_before == kOpenMax));
    if (id == ExchangeId::kNone) return;
    for (const Exchange& other : exchanges_) TERN_FUZZ_PROPERTY(other.id != id);
    Exchange& exchange = exchanges_.emplace_back();
    exchange.id = id;
    exchange.engine_id = engine_.sockets().rbegin()->first;
    exchange.server_fd = Server().Accept();
    TERN_FUZZ_PROPERTY(exchange.server_fd >= 0);
    fuzz::AppendFramed(&exchange.query, query);
  }

  // Lets the query out; the server reads it.
  void Write(size_t i) {
    if (!engine_.GiveWritable(exchanges_[i].engine_id)) return;
    TERN_FUZZ_PROPERTY(!exchanges_[i].over);
    Bytes read;
    while (read.size() < exchanges_[i].query.size()) {
      const size_t before = read.size();
      fuzz::ReadArrived(exchanges_[i].server_fd, 4096, 1000, &read);
      TERN_FUZZ_PROPERTY(read.size() > before);
    }
    TERN_FUZZ_PROPERTY(read == exchanges_[i].query);
  }

  void Deliver(size_t i, std::span<const uint8_t> octets) {
    const auto socket = engine_.sockets().find(exchanges_[i].engine_id);
    if (octets.empty() || socket == engine_.sockets().end() || !socket->second.wants_bytes) return;
    Exchange* exchange = &exchanges_[i];
    exchange->came.insert(exchange->came.end(), octets.begin(), octets.end());
    // Of exact size on the heap, so that a sanitizer sees a step behind the end.
    const auto copy = std::make_unique<uint8_t[]>(octets.size());
    std::copy(octets.begin(), octets.end(), copy.get());
    (void)engine_.GiveBytes(exchange->engine_id, {copy.get(), octets.size()});
    exchange = &exchanges_[i];  // callbacks may have begun others
    const std::vector<Bytes> framed = fuzz::FramedMessages(exchange->came);
    TERN_FUZZ_PROPERTY(exchange->over ? exchange->replies.size() <= framed.size()
                                      : exchange->replies.size() == framed.size());
    TERN_FUZZ_PROPERTY(
        std::equal(exchange->replies.begin(), exchange->replies.end(), framed.begin()));
  }

  // Again and again too: without effect then.
  void End(size_t i) {
    streams_.End(exchanges_[i].id);
    exchanges_[i].over = true;
    TERN_FUZZ_PROPERTY(!engine_.Has(exchanges_[i].engine_id));
  }

  size_t IndexOf(ExchangeId id) const {
    const auto found = std::find_if(exchanges_.begin(), exchanges_.end(),
                                    [id](const Exchange& e) { return e.id == id; });
    TERN_FUZZ_PROPERTY(found != exchanges_.end() && !found->over);
    return static_cast<size_t>(found - exchanges_.begin());
  }

  void OnReply(ExchangeId id, std::span<const uint8_t> message) override {
    const size_t i = IndexOf(id);
    exchanges_[i].replies.emplace_back(message.begin(), message.end());
    // The message itself says what is done inside.
    const uint8_t what = message.empty() ? 0 : message[0];
    if ((what & 1) != 0) End(i);
    if ((what & 2) != 0) Start();
    if ((what & 4) != 0) End(what % exchanges_.size());
  }
  void OnExchangeFailed(ExchangeId id, ExchangeFailure failure) override {
    const size_t i = IndexOf(id);
    TERN_FUZZ_PROPERTY(failure == ExchangeFailure::kUnreachable);
    exchanges_[i].over = true;
    TERN_FUZZ_PROPERTY(!engine_.Has(exchanges_[i].engine_id));
    if (tape_.Chance(4)) Start();
  }

  fuzz::Tape tape_;
  fuzz::HandDrivenEnvironment environment_;
  fuzz::HandDrivenEngine engine_;
  io::UpstreamStreams streams_;
  std::vector<Exchange> exchanges_;
};

}  // namespace
}  // namespace tern::resolver::io

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  tern::resolver::io::Exchanges({octets, size}).Run();
  return 0;
}
