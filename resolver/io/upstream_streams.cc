#include "resolver/io/upstream_streams.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "resolver/io/append.h"
#include "resolver/io/message_assembler.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::io {

namespace {

constexpr uint64_t kTag = 1;
constexpr size_t kLongestQuery = 65535;
constexpr size_t kShare = 8;  // one in so many for one server, for one group, and to keep free

// The result of making a connection: 0 or an errno.
int ConnectError(int fd) {
  int error = 0;
  socklen_t octets = sizeof(error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &octets);
  return error;
}

}  // namespace

// Made for one exchange, and destroyed with it.
class UpstreamStreams::Stream final : public SocketOwner,
                                      public ListNode<Waiting>,
                                      public ListNode<Connecting>,
                                      public ListNode<Failing> {
 public:
  Stream(ExchangeId id, UpstreamStreams* owner) : id(id), owner(owner) {}

  void OnWritable() override { owner->OnWritable(this); }
  void OnBytes(std::span<const uint8_t> bytes) override { owner->OnBytes(this, bytes); }
  void OnSocketError(int error) override { owner->Fail(this, FailureOf(error)); }

  const ExchangeId id;
  UpstreamStreams* const owner;
  ExchangeSink* sink = nullptr;
  IpAddress server;
  uint64_t group = 0;
  Time connected_by;
  int fd = -1;
  SocketId engine_id = SocketId::kNone;
  Channel channel;
  std::vector<uint8_t> query;  // with its length before it
  size_t sent = 0;
  MessageAssembler assembler;
  ExchangeFailure failure{};  // the failure to report, while in failed_
  bool connected = false;
  bool reading = false;
  bool awaits_writable = false;
};

UpstreamStreams::UpstreamStreams(Engine* engine, Environment* environment,
                                 std::span<const IpAddress> outgoing, size_t most)
    : engine_(engine),
      environment_(environment),
      most_(most),
      outgoing_(outgoing.begin(), outgoing.end()),
      streams_(most, kTag) {}

UpstreamStreams::~UpstreamStreams() {
  environment_->DisarmTimer(this);
  streams_.ForEach([this](Stream& stream) { engine_->Remove(stream.engine_id); });
}

bool UpstreamStreams::Gives(ExchangeId id) { return Streams::TagOf(id) == kTag; }

// Looks at each open exchange: they are few, and a connection costs far more.
bool UpstreamStreams::HasItsShare(const IpAddress& server, uint64_t group) const {
  const size_t share = std::max<size_t>(most_ / kShare, 1);
  size_t of_server = 0;
  size_t of_group = 0;
  for (const Stream& stream : waiting_) {
    if (stream.server == server) ++of_server;
    if (group != 0 && stream.group == group) ++of_group;
  }
  return of_server >= share || of_group >= share;
}

IpAddress UpstreamStreams::ChooseSource(const IpAddress& server) {
  // One pass over the list gives each address of the family the same chance (a reservoir of one).
  IpAddress chosen;
  uint64_t seen = 0;
  for (const IpAddress& source : outgoing_) {
    if (source.size != server.size) continue;
    if (environment_->Random() % ++seen == 0) chosen = source;
  }
  return chosen;
}

ExchangeId UpstreamStreams::Start(const Endpoint& server, std::span<const uint8_t> query,
                                  ExchangeSink* sink) {
  TERN_REQUIRE(sink != nullptr);
  if (server.address.size == 0 || query.size() > kLongestQuery) return ExchangeId::kNone;
  const uint64_t group = sink->Group();
  if (HasItsShare(server.address, group)) {
    ++share_met_;
    return ExchangeId::kNone;
  }
  Stream* stream = streams_.Make(this);
  if (stream == nullptr) {
    ++bound_.met;
    return ExchangeId::kNone;
  }
  if (!SetQuery(stream, query) || !Connect(stream, server)) {
    streams_.Free(stream->id);
    return ExchangeId::kNone;
  }
  stream->sink = sink;
  stream->server = server.address;
  stream->group = group;
  stream->connected_by = environment_->Now() + kHandshakeMax;
  connecting_.PushBack(stream);
  if (!IsArmed()) environment_->ArmTimer(this, stream->connected_by);
  waiting_.PushBack(stream);
  if (waiting_.size() > most_ - most_ / kShare) {
    ++bound_.met;
    FailLater(waiting_.PopFront(), ExchangeFailure::kNoResources);
  }
  bound_.use.Set(waiting_.size());
  return stream->id;
}

bool UpstreamStreams::SetQuery(Stream* stream, std::span<const uint8_t> query) {
  const uint8_t length[] = {static_cast<uint8_t>(query.size() >> 8),
                            static_cast<uint8_t>(query.size())};
  return TryAppend(&stream->query, length) && TryAppend(&stream->query, query);
}

// Returns false when this machine has no resources. Other failures are noted and reported from the
// loop.
bool UpstreamStreams::Connect(Stream* stream, const Endpoint& server) {
  std::unique_ptr<ChannelLayer> layer;
  if (make_layer_) {
    layer = make_layer_();
    if (layer == nullptr) return false;
  }
  const int family = server.address.IsIpv4() ? AF_INET : AF_INET6;
  OwnedFd fd(OpenUpstream(family, SOCK_STREAM, ChooseSource(server.address)));
  if (fd.get() < 0) return false;
  stream->engine_id = engine_->Add(fd.get(), SocketKind::kStream, stream);
  if (stream->engine_id == SocketId::kNone) return false;
  stream->fd = fd.release();
  stream->channel = Channel(stream->fd, std::move(layer));
  sockaddr_storage storage;
  const socklen_t octets = server.ToSockaddr(&storage);
  if (connect(stream->fd, reinterpret_cast<const sockaddr*>(&storage), octets) == 0 ||
      errno == EINPROGRESS) {
    AwaitWritable(stream);
  } else {
    FailLater(stream, FailureOf(errno));
  }
  return true;
}

void UpstreamStreams::OnWritable(Stream* stream) {
  stream->awaits_writable = false;
  if (!stream->connected) {
    if (const int error = ConnectError(stream->fd); error != 0) {
      return Fail(stream, FailureOf(error));
    }
    stream->connected = true;
    connecting_.Remove(stream);
  }
  SendOn(stream);
}

void UpstreamStreams::SendOn(Stream* stream) {
  const Sent sent = stream->channel.Send(std::span(stream->query).subspan(stream->sent));
  if (sent.error != 0) return Fail(stream, FailureOf(sent.error));
  stream->sent += sent.octets;
  if (sent.wants_write) AwaitWritable(stream);
  if (sent.wants_read || !sent.wants_write) ReadOn(stream);
}

void UpstreamStreams::OnBytes(Stream* stream, std::span<const uint8_t> bytes) {
  stream->reading = false;
  const Received received = stream->channel.Receive(bytes);
  const ExchangeId id = stream->id;
  ExchangeSink* const sink = stream->sink;
  const Fed fed =
      stream->assembler.Feed(received.octets, [this, id, sink](std::span<const uint8_t> message) {
        sink->OnReply(id, message);
        return streams_.Find(id) != nullptr;  // false when the sink ended the exchange
      });
  switch (fed) {
    case Fed::kStopped:
      return;
    case Fed::kNoMemory:
      return Fail(stream, ExchangeFailure::kNoResources);
    case Fed::kAll:
      break;
  }
  if (received.state != Received::State::kOpen) {
    return Fail(stream, ExchangeFailure::kUnreachable);
  }
  const bool has_unsent = stream->sent < stream->query.size() || stream->channel.unsent() != 0;
  if (has_unsent && !stream->awaits_writable) {
    SendOn(stream);
  } else {
    ReadOn(stream);
  }
}

void UpstreamStreams::AwaitWritable(Stream* stream) {
  if (std::exchange(stream->awaits_writable, true)) return;
  engine_->WaitWritable(stream->engine_id);
}

void UpstreamStreams::ReadOn(Stream* stream) {
  if (std::exchange(stream->reading, true)) return;
  engine_->Receive(stream->engine_id);
}

void UpstreamStreams::End(ExchangeId id) {
  if (Stream* stream = streams_.Find(id); stream != nullptr) Close(stream);
}

void UpstreamStreams::Close(Stream* stream) {
  if (stream->ListNode<Waiting>::IsLinked()) waiting_.Remove(stream);
  if (stream->ListNode<Connecting>::IsLinked()) connecting_.Remove(stream);
  if (stream->ListNode<Failing>::IsLinked()) failed_.Remove(stream);
  bound_.use.Set(waiting_.size());
  engine_->Remove(stream->engine_id);
  streams_.Free(stream->id);
}

void UpstreamStreams::FailLater(Stream* stream, ExchangeFailure failure) {
  if (stream->ListNode<Failing>::IsLinked()) return;
  stream->failure = failure;
  failed_.PushBack(stream);
}

void UpstreamStreams::Fail(Stream* stream, ExchangeFailure failure) {
  ExchangeSink* const sink = stream->sink;
  const ExchangeId id = stream->id;
  Close(stream);
  sink->OnExchangeFailed(id, failure);
}

void UpstreamStreams::TellFailures() {
  // A sink may start exchanges that fail again. So only as many are reported as have failed by now.
  for (size_t count = failed_.size(); count != 0 && !failed_.empty(); --count) {
    Stream* const stream = failed_.front();
    Fail(stream, stream->failure);
  }
}

void UpstreamStreams::OnTimer() {
  const Time now = environment_->Now();
  while (!connecting_.empty() && connecting_.front()->connected_by <= now) {
    Fail(connecting_.front(), ExchangeFailure::kUnreachable);
  }
  if (!connecting_.empty()) environment_->ArmTimer(this, connecting_.front()->connected_by);
}

}  // namespace tern::resolver::io
