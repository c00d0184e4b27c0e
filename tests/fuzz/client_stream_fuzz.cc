// The clients' TCP streams, driven by the input: connections come and go, send any octets in any
// cut, read late or not, and their queries are answered in any order or never. Every stream's
// queries are those that its octets hold; its client reads the answers in the order in which they
// were given; the bounds hold; and in the end every stream is closed, once.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "resolver/io/stream_table.h"
#include "tests/fuzz/framing.h"
#include "tests/fuzz/hand_driven_engine.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/tape.h"

namespace tern::resolver::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Bytes = std::vector<uint8_t>;

constexpr io::StreamLimits kLimits = {.streams = 4,
                                      .streams_per_client = 3,
                                      .unanswered = 3,
                                      .unsent_octets = 4096,
                                      .buffered_octets = 256 << 10};
constexpr size_t kHeaderOctets = 12;
constexpr size_t kConnectionsMax = 24;
constexpr size_t kAnswerOctets[] = {12, 100, 1, 0, 5000, 65535, 65536};

struct Client {
  int fd = -1;
  uint8_t host = 1;  // 127.0.0.1 or 127.0.0.2, which may have the same port
  uint16_t port = 0;
  io::SocketId engine_id = io::SocketId::kNone;
  StreamId stream = StreamId::kNone;  // kNone: no query of it was seen yet
  Bytes sent;                         // by the client, as far as it was delivered
  std::vector<Bytes> asked;           // what the service was given
  size_t unanswered = 0;
  Bytes answered;  // framed answers, in the order of SendReply
  Bytes received;  // by the client
};

class Streams final : public io::Service {
 public:
  explicit Streams(std::span<const uint8_t> input)
      : tape_(input), table_(&engine_, &environment_, kLimits, 0) {
    table_.AddListener(io::OwnedFd(Listener().Duplicate()), 0);
    table_.StartListening(this);
    listener_id_ = engine_.sockets().begin()->first;
  }
  ~Streams() {
    for (const Client& client : clients_) close(client.fd);
  }

  void Run() {
    while (!tape_.AtEnd()) {
      Step();
      TERN_FUZZ_PROPERTY(table_.size() <= kLimits.streams);
      TERN_FUZZ_PROPERTY(table_.size() + 1 == engine_.sockets().size());
      TERN_FUZZ_PROPERTY(table_.size() + closed_ == clients_.size());
    }
    Finish();
  }

  // io::Service
  void OnStreamMessage(const io::ReturnPath& path, std::span<const uint8_t> query) override {
    const auto client = std::find_if(clients_.begin(), clients_.end(), [&](const Client& c) {
      return c.port == path.peer.port && c.host == path.peer.address.octets[3] && IsOpen(c);
    });
    TERN_FUZZ_PROPERTY(client != clients_.end());
    TERN_FUZZ_PROPERTY(client->stream == StreamId::kNone || client->stream == path.stream);
    client->stream = path.stream;
    TERN_FUZZ_PROPERTY(query.size() >= kHeaderOctets);
    client->asked.emplace_back(query.begin(), query.end());
    TERN_FUZZ_PROPERTY(++client->unanswered <= kLimits.unanswered);
    if (answers_at_once_) Answer(&*client, kAnswerOctets[query[0] % std::size(kAnswerOctets)]);
  }
  void OnStreamClosed(StreamId) override { ++closed_; }
  void OnDatagrams(std::span<io::Datagram>) override {}
  void OnMessage(io::Message*) override {}
  void OnTurnEnd(bool) override {}
  void OnWake() override {}

 private:
  static const fuzz::LoopbackListener& Listener() {
    static const fuzz::LoopbackListener listener;
    return listener;
  }

  bool IsOpen(const Client& client) const { return engine_.Has(client.engine_id); }

  void Step() {
    const size_t step = tape_.Below(10);
    if (step == 0) return Connect();
    if (step == 1) return table_.Flush();
    if (step == 2) return environment_.Advance(milliseconds(50 * tape_.Octet()));
    if (step == 3) {
      answers_at_once_ = !answers_at_once_;
      return;
    }
    if (clients_.empty()) return;
    Client* const client = &clients_[clients_.size() - 1 - tape_.Below(clients_.size())];
    switch (step) {
      case 4:
        Answer(client, kAnswerOctets[tape_.Below(std::size(kAnswerOctets))]);
        break;
      case 5:
        fuzz::ReadArrived(client->fd, 256 * size_t{tape_.Octet()}, 0, &client->received);
        engine_.GiveWritable(client->engine_id);
        CheckReceived(*client);
        break;
      case 6:
        engine_.GiveBytes(client->engine_id, {});  // the client has finished sending
        break;
      case 7:
        engine_.GiveError(client->engine_id, ECONNRESET);
        break;
      default:
        Deliver(client, tape_.Octets(tape_.Octet()));
        break;
    }
  }

  void Connect() {
    if (clients_.size() >= kConnectionsMax) return;
    Client client;
    client.host = tape_.Chance(3) ? 2 : 1;
    client.fd = Listener().Connect(client.host);
    client.port = fuzz::LocalPort(client.fd);
    const size_t open_before = table_.size();
    const io::SocketId newest_before = engine_.sockets().rbegin()->first;
    engine_.GiveConnection(listener_id_, Listener().Accept());
    client.engine_id = engine_.sockets().rbegin()->first;
    if (client.engine_id == newest_before) {  // there was no room, or it has too many
      TERN_FUZZ_PROPERTY(open_before >= kLimits.streams_per_client);
      close(client.fd);
      return;
    }
    clients_.push_back(std::move(client));
  }

  void Deliver(Client* client, std::span<const uint8_t> octets) {
    const auto socket = engine_.sockets().find(client->engine_id);
    if (octets.empty() || socket == engine_.sockets().end() || !socket->second.wants_bytes) return;
    client->sent.insert(client->sent.end(), octets.begin(), octets.end());
    // Of exact size on the heap, so that a sanitizer sees a step behind the end.
    const auto copy = std::make_unique<uint8_t[]>(octets.size());
    std::copy(octets.begin(), octets.end(), copy.get());
    engine_.GiveBytes(client->engine_id, {copy.get(), octets.size()});
    CheckAsked(*client);
  }

  // To a stream that is gone too: then without effect.
  void Answer(Client* client, size_t octets) {
    const Bytes answer(octets, static_cast<uint8_t>(client->asked.size()));
    if (IsOpen(*client)) {
      client->unanswered -= client->unanswered > 0 ? 1 : 0;
      if (client->stream != StreamId::kNone && octets > 0 && octets <= 65535) {
        fuzz::AppendFramed(&client->answered, answer);
      }
    }
    table_.SendReply(client->stream, answer);
  }

  // In order, and nothing that its octets do not hold.
  static void CheckAsked(const Client& client) {
    const std::vector<Bytes> framed = fuzz::FramedMessages(client.sent);
    TERN_FUZZ_PROPERTY(client.asked.size() <= framed.size());
    TERN_FUZZ_PROPERTY(std::equal(client.asked.begin(), client.asked.end(), framed.begin()));
  }
  static void CheckReceived(const Client& client) {
    TERN_FUZZ_PROPERTY(client.received.size() <= client.answered.size());
    TERN_FUZZ_PROPERTY(
        std::equal(client.received.begin(), client.received.end(), client.answered.begin()));
  }

  // All is answered and read; then the streams that are left have seen and said everything.
  void Finish() {
    for (bool busy = true; busy;) {
      busy = false;
      for (Client& client : clients_) {
        while (IsOpen(client) && client.unanswered > 0) {
          Answer(&client, kHeaderOctets);
          busy = true;
        }
      }
      table_.Flush();
      for (Client& client : clients_) {
        busy = engine_.GiveWritable(client.engine_id) || busy;
        if (!IsOpen(client) || client.received.size() >= client.answered.size()) continue;
        fuzz::ReadArrived(client.fd, 1 << 20, 1000, &client.received);
        CheckReceived(client);
        busy = true;
      }
    }
    TERN_FUZZ_PROPERTY(!table_.HasUnsent());
    for (const Client& client : clients_) {
      CheckAsked(client);
      if (IsOpen(client)) {
        TERN_FUZZ_PROPERTY(client.asked.size() == fuzz::FramedMessages(client.sent).size());
      }
    }
    for (int i = 0; i < 3; ++i) environment_.Advance(seconds(30));
    TERN_FUZZ_PROPERTY(table_.size() == 0 && closed_ == clients_.size());
    TERN_FUZZ_PROPERTY(environment_.armed_timers() == 0);
  }

  fuzz::Tape tape_;
  fuzz::HandDrivenEnvironment environment_;
  fuzz::HandDrivenEngine engine_;
  io::StreamTable table_;
  io::SocketId listener_id_ = io::SocketId::kNone;
  std::vector<Client> clients_;
  size_t closed_ = 0;
  bool answers_at_once_ = false;
};

}  // namespace
}  // namespace tern::resolver::io

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  tern::resolver::io::Streams({octets, size}).Run();
  return 0;
}
