#include "resolver/io/upstream_streams.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "resolver/io/message_assembler.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::io {

namespace {

constexpr ExchangeId kTcpBit = ExchangeId{1} << 63;
constexpr uint32_t kGenerations = 0x7fffffff;
constexpr size_t kLongestMessage = 65535;

}  // namespace

class UpstreamStreams::Stream final : public SocketOwner {
 public:
  explicit Stream(UpstreamStreams* owner) : owner(owner) {}

  ExchangeId id() const { return kTcpBit | static_cast<uint64_t>(generation) << 32 | (index + 1); }

  void OnWritable() override {
    if (!connected) {
      int error = 0;
      socklen_t octets = sizeof(error);
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &octets);
      if (error != 0) {
        owner->Fail(this, FailureOf(error));
        return;
      }
      connected = true;
    }
    const ssize_t taken =
        send(fd, query.data() + sent, query.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0 && errno != EAGAIN && errno != EINTR) {
      owner->Fail(this, FailureOf(errno));
      return;
    }
    if (taken > 0) sent += static_cast<size_t>(taken);
    if (sent < query.size()) {
      owner->engine_->WaitWritable(engine_id);
    } else {
      owner->engine_->Receive(engine_id);
    }
  }

  void OnBytes(std::span<const uint8_t> bytes) override {
    if (bytes.empty()) {
      owner->Fail(this, ExchangeFailure::kUnreachable);
      return;
    }
    const ExchangeId own = id();
    const bool goes_on = assembler.Feed(bytes, [this, own](std::span<const uint8_t> message) {
      sink->OnReply(own, message);
      return sink != nullptr && id() == own;  // not ended inside, nor ended and used anew
    });
    if (goes_on) owner->engine_->Receive(engine_id);
  }

  void OnSocketError(int error) override { owner->Fail(this, FailureOf(error)); }

  UpstreamStreams* const owner;
  ExchangeSink* sink = nullptr;  // null: vacant
  uint32_t index = 0;
  uint32_t generation = 0;
  int fd = -1;
  bool connected = false;
  SocketId engine_id = 0;
  std::vector<uint8_t> query;  // with its length
  size_t sent = 0;
  MessageAssembler assembler;
};

UpstreamStreams::UpstreamStreams(Engine* engine, Environment* environment,
                                 std::span<const IpAddress> outgoing, size_t most)
    : engine_(engine),
      environment_(environment),
      most_(most),
      outgoing_(outgoing.begin(), outgoing.end()) {
  streams_.reserve(most);
  vacant_.reserve(most);
  failed_.reserve(most);
}

UpstreamStreams::~UpstreamStreams() {
  for (auto& stream : streams_) {
    if (stream->engine_id != 0) engine_->Remove(stream->engine_id);
  }
}

IpAddress UpstreamStreams::ChooseSource(const IpAddress& server) {
  // One pass, each of the family's addresses with equal chance (reservoir of one).
  IpAddress chosen;
  uint64_t seen = 0;
  for (const IpAddress& source : outgoing_) {
    if (source.size != server.size) continue;
    if (environment_->Random() % ++seen == 0) chosen = source;
  }
  return chosen;
}

UpstreamStreams::Stream* UpstreamStreams::TakeVacant() {
  if (vacant_.empty()) {
    if (streams_.size() >= most_) return nullptr;
    vacant_.push_back(static_cast<uint32_t>(streams_.size()));
    streams_.push_back(std::make_unique<Stream>(this));
    streams_.back()->index = vacant_.back();
  }
  return streams_[vacant_.back()].get();
}

ExchangeId UpstreamStreams::Start(const Endpoint& server, std::span<const uint8_t> query,
                                  ExchangeSink* sink) {
  if (server.address.size == 0 || query.size() > kLongestMessage) return 0;
  Stream* stream = TakeVacant();
  if (stream == nullptr) return 0;
  const int family = server.address.IsIpv4() ? AF_INET : AF_INET6;
  OwnedFd fd(OpenUpstream(family, SOCK_STREAM, ChooseSource(server.address)));
  if (fd.get() < 0) return 0;
  sockaddr_storage storage;
  const socklen_t octets = server.ToSockaddr(&storage);
  const int outcome = connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), octets);
  const int error = outcome == 0 || errno == EINPROGRESS ? 0 : errno;
  stream->engine_id = engine_->Add(fd.get(), SocketKind::kStream, stream);
  if (stream->engine_id == 0) return 0;
  vacant_.pop_back();
  stream->fd = fd.release();
  stream->sink = sink;
  stream->connected = false;
  stream->sent = 0;
  stream->query.clear();
  stream->query.reserve(2 + query.size());
  stream->query.push_back(static_cast<uint8_t>(query.size() >> 8));
  stream->query.push_back(static_cast<uint8_t>(query.size()));
  stream->query.insert(stream->query.end(), query.begin(), query.end());
  stream->assembler.Clear();
  if (error != 0) {
    failed_.push_back({stream->id(), FailureOf(error)});
  } else {
    engine_->WaitWritable(stream->engine_id);
  }
  return stream->id();
}

UpstreamStreams::Stream* UpstreamStreams::Find(ExchangeId id) {
  const uint64_t index = (id & 0xffffffff) - 1;
  if ((id & kTcpBit) == 0 || index >= streams_.size()) return nullptr;
  Stream* stream = streams_[index].get();
  return stream->sink != nullptr && stream->id() == id ? stream : nullptr;
}

void UpstreamStreams::End(ExchangeId id) {
  if (Stream* stream = Find(id); stream != nullptr) Close(stream);
}

void UpstreamStreams::Close(Stream* stream) {
  engine_->Remove(std::exchange(stream->engine_id, 0));
  stream->fd = -1;
  stream->sink = nullptr;
  stream->generation = (stream->generation + 1) & kGenerations;
  vacant_.push_back(stream->index);
}

void UpstreamStreams::Fail(Stream* stream, ExchangeFailure failure) {
  ExchangeSink* sink = stream->sink;
  const ExchangeId id = stream->id();
  Close(stream);
  sink->OnExchangeFailed(id, failure);
}

void UpstreamStreams::TellFailures() {
  const size_t count = failed_.size();
  for (size_t i = 0; i < count; ++i) {
    const Failed failed = failed_[i];
    if (Stream* stream = Find(failed.id); stream != nullptr) Fail(stream, failed.failure);
  }
  failed_.erase(failed_.begin(), failed_.begin() + static_cast<ptrdiff_t>(count));
}

}  // namespace tern::resolver::io
