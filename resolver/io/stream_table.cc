#include "resolver/io/stream_table.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>
#include <string_view>
#include <utility>

#include "absl/hash/hash.h"
#include "resolver/io/append.h"
#include "resolver/io/message_assembler.h"

namespace tern::resolver::io {

namespace {

constexpr Duration kSweepInterval = std::chrono::milliseconds(100);
constexpr size_t kHeaderOctets = 12;
constexpr size_t kLongestMessage = 65535;
constexpr size_t kKeptCapacity = 16 << 10;  // the capacity that an empty output keeps
constexpr int kEvictionWalk = 32;
constexpr size_t kStrangersMax = 16;  // streams of clients that may not ask

// Closes a connection that was never served, without TIME_WAIT and without sending anything.
void Refuse(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(fd);
}

}  // namespace

// Made for one connection, and destroyed with it.
class StreamTable::Stream final : public SocketOwner,
                                  public ListNode<ByActivity>,
                                  public ListNode<ToFlush> {
 public:
  Stream(StreamId id, StreamTable* table, uint16_t listener, const Endpoint& peer, bool may_ask,
         Channel channel)
      : id(id),
        table(table),
        may_ask(may_ask),
        path{peer, {}, listener, static_cast<uint16_t>(table->worker_), id},
        channel(std::move(channel)) {}

  size_t unsent() const { return output.size() - sent + channel.unsent(); }
  bool IsIdle() const { return unanswered == 0 && unsent() == 0 && unread.empty(); }
  // The memory of the vectors, which is up to twice their content.
  size_t memory() const { return assembler.memory() + unread.capacity() + output.capacity(); }

  // Assigning {} would keep the memory: for a vector it is an empty list of elements.
  void GiveBackOutput() {
    std::vector<uint8_t>().swap(output);
    sent = 0;
  }

  void OnBytes(std::span<const uint8_t> bytes) override { table->OnBytes(this, bytes); }
  void OnWritable() override {
    awaits_writable = false;
    table->FlushOne(this);
  }
  void OnSocketError(int) override { table->Close(this); }

  const StreamId id;
  StreamTable* const table;
  const bool may_ask;
  const ReturnPath path;
  SocketId engine_id = SocketId::kNone;
  Channel channel;
  MessageAssembler assembler;
  // The rest of a read that held too many messages. It is processed when fewer are unanswered.
  std::vector<uint8_t> unread;
  std::vector<uint8_t> output;  // still to be sent from index `sent` on
  size_t sent = 0;
  size_t unanswered = 0;
  size_t accounted = 0;  // its part of the table's buffered_octets_
  Time last_activity;
  Time message_began;  // valid while the assembler holds a part of a message
  Time unsent_since;   // what was unsent at this time is sent when sent_in_all reaches awaited
  uint64_t sent_in_all = 0;
  uint64_t awaited = 0;
  bool reading = false;
  bool awaits_writable = false;
  bool peer_finished = false;
  bool doomed = false;  // closed at the next safe place
  bool counted_unsent = false;
};

class StreamTable::Listener final : public SocketOwner {
 public:
  Listener(StreamTable* table, OwnedFd fd, uint16_t index, MakeLayer make_layer)
      : table(table), fd(std::move(fd)), index(index), make_layer(std::move(make_layer)) {}

  void OnConnection(int accepted) override { table->Accept(this, accepted); }
  void OnSocketError(int error) override { table->OnAcceptError(this, error); }

  StreamTable* const table;
  OwnedFd fd;  // valid until the engine has it
  const uint16_t index;
  const MakeLayer make_layer;
  SocketId engine_id = SocketId::kNone;
  bool paused = false;
};

size_t StreamTable::AddressHash::operator()(const IpAddress& address) const {
  const std::string_view octets(reinterpret_cast<const char*>(address.octets), address.size);
  return absl::Hash<std::string_view>()(octets);
}

StreamTable::StreamTable(Engine* engine, Environment* environment, const StreamLimits& limits,
                         int worker)
    : engine_(engine),
      environment_(environment),
      limits_(limits),
      worker_(worker),
      streams_(limits.streams) {
  // A quarter more than its clients, so that it never grows while it runs: it would not survive an
  // allocation that throws. What is erased takes up places until a rehash, which needs the rest.
  streams_of_client_.reserve(limits.streams + limits.streams / 4);
}

StreamTable::~StreamTable() {
  environment_->DisarmTimer(this);
  StopListening({});
  streams_.ForEach([this](Stream& stream) { engine_->Remove(stream.engine_id); });
}

void StreamTable::AddListener(OwnedFd fd, uint16_t index, MakeLayer make) {
  TERN_REQUIRE(service_ == nullptr);
  listeners_.push_back(std::make_unique<Listener>(this, std::move(fd), index, std::move(make)));
}

void StreamTable::StartListening(Service* service) {
  service_ = service;
  for (auto& listener : listeners_) {
    listener->engine_id = engine_->Add(listener->fd.get(), SocketKind::kListener, listener.get());
    // Only for lack of memory: the engine's limits count all listeners.
    if (listener->engine_id == SocketId::kNone) continue;
    listener->fd.release();
    engine_->Receive(listener->engine_id);
  }
}

void StreamTable::StopListening(const std::vector<bool>& goes_on) {
  for (auto& listener : listeners_) {
    if (listener->index < goes_on.size() && goes_on[listener->index]) continue;
    if (listener->engine_id == SocketId::kNone) continue;
    engine_->Remove(std::exchange(listener->engine_id, SocketId::kNone));
  }
}

IpAddress StreamTable::ClientOf(const IpAddress& address) {
  if (address.IsIpv4()) return address;
  IpAddress network = address;  // a /64 belongs to one customer
  std::fill(network.octets + 8, network.octets + 16, uint8_t{0});
  return network;
}

void StreamTable::Accept(Listener* listener, int accepted) {
  const Endpoint peer = PeerEndpoint(accepted);
  // There is no address when the peer has already gone.
  if (peer.address.size == 0) return Refuse(accepted);
  if (const auto found = streams_of_client_.find(ClientOf(peer.address));
      found != streams_of_client_.end() && found->second >= limits_.streams_per_client &&
      !service_->HasNoStreamLimit(peer.address)) {
    ++of_client_met_;
    return Refuse(accepted);
  }
  const bool may_ask = service_->Admits(peer.address);
  const bool is_full = size() >= limits_.streams;
  if (is_full) ++connections_bound_.met;
  if (!may_ask && (is_full || strangers_ >= kStrangersMax)) {
    if (!is_full) ++strangers_bound_.met;
    return Refuse(accepted);
  }
  if (is_full && !CloseLongestIdle()) return Refuse(accepted);
  if (!CountClient(peer.address)) return Refuse(accepted);
  if (!Open(listener, accepted, peer, may_ask)) {
    UncountClient(peer.address);
    return Refuse(accepted);
  }
  if (!may_ask) ++strangers_;
  NoteUse();
  KeepSweeping();
}

// Returns false when there is no memory or when the engine has no slot.
bool StreamTable::Open(Listener* listener, int accepted, const Endpoint& peer, bool may_ask) {
  std::unique_ptr<ChannelLayer> layer;
  if (listener->make_layer) {
    layer = listener->make_layer();
    if (layer == nullptr) return false;
  }
  Stream* stream =
      streams_.Make(this, listener->index, peer, may_ask, Channel(accepted, std::move(layer)));
  if (stream == nullptr) return false;
  stream->engine_id = engine_->Add(accepted, SocketKind::kStream, stream);
  if (stream->engine_id == SocketId::kNone) {
    streams_.Free(stream->id);
    return false;
  }
  stream->last_activity = environment_->Now();
  by_activity_.PushBack(stream);
  ReadOn(stream);
  return true;
}

// Returns false when there is no memory for the count.
bool StreamTable::CountClient(const IpAddress& address) {
  try {
    ++streams_of_client_[ClientOf(address)];
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void StreamTable::UncountClient(const IpAddress& address) {
  const auto client = streams_of_client_.find(ClientOf(address));
  TERN_DCHECK(client != streams_of_client_.end());
  if (client != streams_of_client_.end() && --client->second == 0) streams_of_client_.erase(client);
}

void StreamTable::OnAcceptError(Listener* listener, int error) {
  if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
    // There is no descriptor or memory to accept with. One stream is closed to free some, and new
    // connections wait a moment in the backlog.
    CloseLongestIdle();
    listener->paused = true;
    listener_paused_ = true;
    KeepSweeping();
  } else {
    engine_->Receive(listener->engine_id);  // only that connection has failed
  }
}

size_t StreamTable::CountBusy() const {
  size_t count = 0;
  for (const Stream& stream : by_activity_) {
    if (!stream.IsIdle() || stream.assembler.buffered() != 0) ++count;
  }
  return count;
}

bool StreamTable::CloseLongestIdle() {
  int looked_at = 0;
  for (Stream& stream : by_activity_) {
    if (++looked_at > kEvictionWalk) return false;
    if (stream.IsIdle()) {
      Close(&stream);
      return true;
    }
  }
  return false;
}

void StreamTable::OnBytes(Stream* stream, std::span<const uint8_t> bytes) {
  stream->reading = false;
  const Received received = stream->channel.Receive(bytes);
  switch (received.state) {
    case Received::State::kOpen:
      break;
    case Received::State::kFinished:
      stream->peer_finished = true;  // RFC 7766 section 6.2.4: its queries are still answered
      break;
    case Received::State::kBroken:
      return Close(stream);
  }
  // A layer may have output now, or may accept octets that it could not take before.
  if (stream->unsent() != 0 && !stream->awaits_writable) FlushLater(stream);
  if (received.octets.empty()) {
    AfterProgress(stream);
  } else {
    TakeMessages(stream, received.octets);
  }
}

// One read can hold a hundred queries, whose answers may be a hundred times a stream's limits. So
// messages are processed only until a limit is reached.
void StreamTable::TakeMessages(Stream* stream, std::span<const uint8_t> bytes) {
  const bool was_between = stream->assembler.buffered() == 0;
  bool any_message = false;
  bool goes_on = true;
  const Fed fed = stream->assembler.FeedFrom(&bytes, [&](std::span<const uint8_t> message) {
    if (message.size() < kHeaderOctets) {
      goes_on = false;
      return false;
    }
    any_message = true;
    ++stream->unanswered;
    service_->OnStreamMessage(stream->path, message);
    goes_on = stream->may_ask;
    return goes_on && !stream->doomed && HasRoom(*stream);
  });
  if (goes_on && !stream->doomed && !HasRoom(*stream)) ++unanswered_met_;
  if (fed == Fed::kNoMemory) Doom(stream);
  // It sends something else than DNS, or may not ask and was told so. Nothing more is read, but
  // what was asked is answered.
  if (!goes_on) {
    stream->peer_finished = true;
    bytes = {};
  }
  if (!stream->doomed && !TryAppend(&stream->unread, bytes)) Doom(stream);
  if (any_message) Touch(stream);
  if (was_between || any_message) stream->message_began = environment_->Now();
  Account(stream);
  ShedBuffers();
  if (stream->doomed) {
    Close(stream);
  } else {
    AfterProgress(stream);
  }
}

bool StreamTable::HasRoom(const Stream& stream) const {
  return stream.unanswered < limits_.unanswered && stream.unsent() < limits_.unsent_octets;
}

void StreamTable::ReadOn(Stream* stream) {
  if (!HasRoom(*stream)) return;
  if (!stream->unread.empty()) {
    // This recurses at most once: either all is taken then, or there is no room.
    const std::vector<uint8_t> bytes = std::exchange(stream->unread, {});
    TakeMessages(stream, bytes);
    return;
  }
  if (stream->reading || stream->peer_finished) return;
  stream->reading = true;
  engine_->Receive(stream->engine_id);
}

void StreamTable::SendReply(StreamId id, std::span<const uint8_t> reply) {
  Stream* stream = streams_.Find(id);
  if (stream == nullptr || stream->doomed) return;
  if (stream->unanswered > 0) --stream->unanswered;
  if (reply.size() <= kLongestMessage && !reply.empty()) {
    const uint8_t length[2] = {static_cast<uint8_t>(reply.size() >> 8),
                               static_cast<uint8_t>(reply.size())};
    if (stream->unsent() == 0) {
      stream->unsent_since = environment_->Now();
      stream->awaited = stream->sent_in_all + 2 + reply.size();
    }
    if (!TryAppend(&stream->output, length) || !TryAppend(&stream->output, reply)) {
      return Doom(stream);
    }
    Account(stream);
    ShedBuffers();
  }
  FlushLater(stream);
}

void StreamTable::FlushLater(Stream* stream) {
  if (!stream->ListNode<ToFlush>::IsLinked()) to_flush_.PushBack(stream);
}

// Closes the streams that hold the most memory, not the one that comes next. Otherwise a few
// clients that do not read would cost all others their answers. Each closed stream frees at least
// the mean of what streams hold, so the search is rare.
void StreamTable::ShedBuffers() {
  while (buffered_octets_ > limits_.buffered_octets) {
    Stream* largest = nullptr;
    for (Stream& stream : by_activity_) {
      if (stream.doomed) continue;
      if (largest == nullptr || stream.accounted > largest->accounted) largest = &stream;
    }
    if (largest == nullptr) return;
    ++octets_bound_.met;
    Doom(largest);
  }
}

// The stream may be inside its own reading, so it is closed at the end of the turn. But the answers
// of a turn can be many times the limit, so its memory is given back at once.
void StreamTable::Doom(Stream* stream) {
  stream->doomed = true;
  stream->GiveBackOutput();
  Account(stream);
  FlushLater(stream);
}

void StreamTable::Flush() {
  while (Stream* stream = to_flush_.PopFront()) {
    if (stream->doomed) {
      Close(stream);
    } else if (!stream->awaits_writable) {
      FlushOne(stream);
    }
  }
}

void StreamTable::FlushOne(Stream* stream) {
  if (stream->unsent() != 0) {
    const Sent sent = stream->channel.Send(std::span(stream->output).subspan(stream->sent));
    if (sent.error != 0) return Close(stream);
    stream->sent += sent.octets;
    stream->sent_in_all += sent.octets;
    if (stream->sent_in_all >= stream->awaited) {
      // Everything that was unsent at the last mark has left. So the client reads, even if slowly.
      stream->awaited = stream->sent_in_all + stream->output.size() - stream->sent;
      stream->unsent_since = environment_->Now();
    }
    if (sent.wants_write && !std::exchange(stream->awaits_writable, true)) {
      engine_->WaitWritable(stream->engine_id);
    }
  }
  if (stream->sent == stream->output.size()) {
    stream->output.clear();
    stream->sent = 0;
    if (stream->output.capacity() > kKeptCapacity) stream->GiveBackOutput();
  } else if (stream->sent > stream->output.size() / 2) {
    stream->output.erase(stream->output.begin(),
                         stream->output.begin() + static_cast<ptrdiff_t>(stream->sent));
    stream->sent = 0;
  }
  if (stream->unsent() == 0) Touch(stream);
  AfterProgress(stream);
}

void StreamTable::AfterProgress(Stream* stream) {
  Account(stream);
  if (stream->peer_finished && stream->IsIdle()) {
    Close(stream);
  } else {
    ReadOn(stream);
  }
}

void StreamTable::Account(Stream* stream) {
  // A doomed stream counts as 0, because its memory was given back.
  const size_t held = stream->doomed ? 0 : stream->memory();
  buffered_octets_ += held - stream->accounted;
  stream->accounted = held;
  octets_bound_.use.Set(buffered_octets_);
  const bool unsent = stream->unsent() != 0;
  if (unsent != stream->counted_unsent) unsent ? ++unsent_streams_ : --unsent_streams_;
  stream->counted_unsent = unsent;
}

void StreamTable::Close(Stream* stream) {
  const StreamId id = stream->id;
  engine_->Remove(stream->engine_id);
  by_activity_.Remove(stream);
  if (stream->ListNode<ToFlush>::IsLinked()) to_flush_.Remove(stream);
  buffered_octets_ -= stream->accounted;
  if (stream->counted_unsent) --unsent_streams_;
  UncountClient(stream->path.peer.address);
  if (!stream->may_ask) --strangers_;
  streams_.Free(id);
  NoteUse();
  service_->OnStreamClosed(id);
}

void StreamTable::NoteUse() {
  connections_bound_.use.Set(size());
  strangers_bound_.use.Set(strangers_);
  octets_bound_.use.Set(buffered_octets_);
}

void StreamTable::AddTo(SocketBounds* bounds) const {
  bounds->connections.Add(connections_bound_, limits_.streams);
  bounds->connections_of_client_met += of_client_met_;
  bounds->strangers.Add(strangers_bound_, kStrangersMax);
  bounds->connection_octets.Add(octets_bound_, limits_.buffered_octets);
  bounds->unanswered_met += unanswered_met_;
}

void StreamTable::RetryUnsent() {
  streams_.ForEach([this](Stream& stream) {
    if (stream.unsent() != 0) FlushOne(&stream);
  });
}

bool StreamTable::IsOverdue(const Stream& stream, Time now) const {
  if (stream.assembler.buffered() != 0 && now - stream.message_began > limits_.message_deadline) {
    return true;
  }
  if (stream.unsent() != 0) return now - stream.unsent_since > limits_.send_deadline;
  if (stream.unanswered != 0) return now - stream.last_activity > limits_.answer_deadline;
  const bool pressure = size() > limits_.streams - limits_.streams / 4 || !stream.may_ask;
  const Duration idle = pressure && stream.IsIdle() ? limits_.idle_under_pressure : limits_.idle;
  return now - stream.last_activity > idle;
}

void StreamTable::OnTimer() {
  const Time now = environment_->Now();
  // At most limits_.streams streams, ten times a second: some microseconds.
  for (Stream& stream : by_activity_) {
    if (IsOverdue(stream, now)) Close(&stream);
  }
  if (listener_paused_) {
    listener_paused_ = false;
    for (auto& listener : listeners_) {
      if (std::exchange(listener->paused, false)) engine_->Receive(listener->engine_id);
    }
  }
  KeepSweeping();
}

void StreamTable::KeepSweeping() {
  if (IsArmed() || (size() == 0 && !listener_paused_)) return;
  environment_->ArmTimer(this, environment_->Now() + kSweepInterval);
}

void StreamTable::Touch(Stream* stream) {
  stream->last_activity = environment_->Now();
  if (stream == by_activity_.back()) return;
  by_activity_.Remove(stream);
  by_activity_.PushBack(stream);
}

}  // namespace tern::resolver::io
