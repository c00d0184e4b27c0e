#include "resolver/io/stream_table.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

#include "absl/hash/hash.h"
#include "resolver/io/message_assembler.h"

namespace tern::resolver::io {

namespace {

constexpr Duration kSweepInterval = std::chrono::milliseconds(100);
constexpr size_t kHeaderOctets = 12;
constexpr size_t kLongestMessage = 65535;
constexpr size_t kKeptCapacity = 16 << 10;  // of a stream's emptied output
constexpr int kEvictionWalk = 32;
constexpr uint32_t kGenerations = 0x7fffffff;

// Closes without TIME_WAIT and without a word: for those we never served.
void Refuse(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(fd);
}

}  // namespace

class StreamTable::Stream final : public SocketOwner {
 public:
  explicit Stream(StreamTable* table) : table(table) {}

  uint64_t id() const { return static_cast<uint64_t>(generation) << 32 | (index + 1); }
  size_t unsent() const { return output.size() - sent; }
  bool IsIdle() const { return unanswered == 0 && unsent() == 0 && unread.empty(); }
  // What the vectors really took, which is up to twice what they hold.
  size_t memory() const { return assembler.memory() + unread.capacity() + output.capacity(); }

  // Assigning {} would keep the memory: a vector takes that for an empty list of elements.
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

  StreamTable* const table;
  uint32_t index = 0;
  uint32_t generation = 0;
  int fd = -1;
  SocketId engine_id = 0;  // 0: vacant
  ReturnPath path;
  MessageAssembler assembler;
  // The rest of what was read when its messages became too many: seen when there is room again.
  std::vector<uint8_t> unread;
  std::vector<uint8_t> output;  // from `sent` on still to be sent
  size_t sent = 0;
  size_t unanswered = 0;
  size_t accounted = 0;  // in the table's buffered_octets_
  Time last_activity;
  Time message_began;  // when the assembler holds a part
  Time unsent_since;   // the mark: what was unsent then ends where sent_in_all reaches awaited
  uint64_t sent_in_all = 0;
  uint64_t awaited = 0;
  bool reading = false;
  bool awaits_writable = false;
  bool to_flush = false;
  bool peer_finished = false;
  bool doomed = false;  // to be closed at the next safe place
  bool counted_unsent = false;
  Stream* older = nullptr;
  Stream* newer = nullptr;
};

class StreamTable::Listener final : public SocketOwner {
 public:
  Listener(StreamTable* table, OwnedFd fd, uint16_t index)
      : table(table), fd(std::move(fd)), index(index) {}

  void OnConnection(int accepted) override { table->Accept(accepted, index); }
  void OnSocketError(int error) override { table->OnAcceptError(this, error); }

  StreamTable* const table;
  OwnedFd fd;  // until the engine has it
  const uint16_t index;
  SocketId engine_id = 0;
  bool paused = false;
};

size_t StreamTable::AddressHash::operator()(const IpAddress& address) const {
  const std::string_view octets(reinterpret_cast<const char*>(address.octets), address.size);
  return absl::Hash<std::string_view>()(octets);
}

StreamTable::StreamTable(Engine* engine, Environment* environment, const StreamLimits& limits,
                         int worker)
    : engine_(engine), environment_(environment), limits_(limits), worker_(worker) {
  streams_.reserve(limits.streams);
  vacant_.reserve(limits.streams);
  to_flush_.reserve(limits.streams);
  streams_of_client_.reserve(limits.streams);
}

StreamTable::~StreamTable() {
  environment_->DisarmTimer(this);
  StopListening();
  for (auto& stream : streams_) {
    if (stream->engine_id != 0) engine_->Remove(stream->engine_id);
  }
}

void StreamTable::AddListener(OwnedFd fd) {
  const auto index = static_cast<uint16_t>(listeners_.size());
  listeners_.push_back(std::make_unique<Listener>(this, std::move(fd), index));
}

void StreamTable::StartListening(Service* service) {
  service_ = service;
  for (auto& listener : listeners_) {
    listener->engine_id = engine_->Add(listener->fd.get(), SocketKind::kListener, listener.get());
    if (listener->engine_id == 0) continue;  // the engine has room for all listeners by its limits
    listener->fd.release();
    engine_->Receive(listener->engine_id);
  }
}

void StreamTable::StopListening() {
  for (auto& listener : listeners_) {
    if (listener->engine_id != 0) engine_->Remove(std::exchange(listener->engine_id, 0));
  }
}

IpAddress StreamTable::ClientOf(const IpAddress& address) {
  if (address.IsIpv4()) return address;
  IpAddress network = address;  // a /64 is one customer's
  std::fill(network.octets + 8, network.octets + 16, uint8_t{0});
  return network;
}

void StreamTable::Accept(int accepted, uint16_t listener) {
  const Endpoint peer = PeerEndpoint(accepted);
  const IpAddress client = ClientOf(peer.address);
  // No address: it has gone again already.
  if (peer.address.size == 0) return Refuse(accepted);
  if (const auto found = streams_of_client_.find(client);
      found != streams_of_client_.end() && found->second >= limits_.streams_per_client) {
    return Refuse(accepted);
  }
  if (live_ >= limits_.streams && !MakeRoom()) return Refuse(accepted);
  if (vacant_.empty()) {
    vacant_.push_back(static_cast<uint32_t>(streams_.size()));
    streams_.push_back(std::make_unique<Stream>(this));
    streams_.back()->index = vacant_.back();
  }
  Stream* stream = streams_[vacant_.back()].get();
  stream->engine_id = engine_->Add(accepted, SocketKind::kStream, stream);
  if (stream->engine_id == 0) return Refuse(accepted);
  vacant_.pop_back();
  ++live_;
  ++streams_of_client_[client];
  stream->fd = accepted;
  stream->path = {peer, {}, listener, static_cast<uint16_t>(worker_), stream->id()};
  stream->last_activity = environment_->Now();
  LinkNewest(stream);
  ReadOn(stream);
  KeepSweeping();
}

void StreamTable::OnAcceptError(Listener* listener, int error) {
  if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
    // Nothing to accept with: one descriptor comes free, and the others wait a moment in the
    // backlog.
    MakeRoom();
    listener->paused = true;
    listener_paused_ = true;
    KeepSweeping();
  } else {
    engine_->Receive(listener->engine_id);  // that connection's own misfortune
  }
}

bool StreamTable::MakeRoom() {
  Stream* stream = longest_idle_;
  for (int i = 0; i < kEvictionWalk && stream != nullptr; ++i, stream = stream->newer) {
    if (stream->IsIdle()) {
      Close(stream);
      return true;
    }
  }
  return false;
}

void StreamTable::OnBytes(Stream* stream, std::span<const uint8_t> bytes) {
  stream->reading = false;
  if (bytes.empty()) {
    stream->peer_finished = true;  // RFC 7766 section 6.2.4: what it asked is answered still
    AfterProgress(stream);
  } else {
    TakeMessages(stream, bytes);
  }
}

// One read can hold a hundred queries, whose answers are a hundred times the bounds of a stream:
// they are looked at until a bound is met.
void StreamTable::TakeMessages(Stream* stream, std::span<const uint8_t> bytes) {
  const bool was_between = stream->assembler.buffered() == 0;
  bool any_message = false;
  bool is_dns = true;
  stream->assembler.FeedFrom(&bytes, [&](std::span<const uint8_t> message) {
    if (message.size() < kHeaderOctets) {
      is_dns = false;
      return false;
    }
    any_message = true;
    ++stream->unanswered;
    service_->OnStreamMessage(stream->path, message);
    return !stream->doomed && HasRoom(*stream);
  });
  // Nothing more is read, but what was asked before is answered.
  if (!is_dns) {
    stream->peer_finished = true;
    bytes = {};
  }
  if (!bytes.empty()) stream->unread.assign(bytes.begin(), bytes.end());
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
    // Comes back here once at most: either all of it is taken then, or there is no room.
    const std::vector<uint8_t> bytes = std::exchange(stream->unread, {});
    TakeMessages(stream, bytes);
    return;
  }
  if (stream->reading || stream->peer_finished) return;
  stream->reading = true;
  engine_->Receive(stream->engine_id);
}

void StreamTable::SendReply(uint64_t id, std::span<const uint8_t> reply) {
  const uint64_t index = (id & 0xffffffff) - 1;
  if (id == 0 || index >= streams_.size()) return;
  Stream* stream = streams_[index].get();
  if (stream->engine_id == 0 || stream->id() != id || stream->doomed) return;
  if (stream->unanswered > 0) --stream->unanswered;
  if (reply.size() <= kLongestMessage && !reply.empty()) {
    const uint8_t length[2] = {static_cast<uint8_t>(reply.size() >> 8),
                               static_cast<uint8_t>(reply.size())};
    if (stream->unsent() == 0) {
      stream->unsent_since = environment_->Now();
      stream->awaited = stream->sent_in_all + 2 + reply.size();
    }
    stream->output.insert(stream->output.end(), length, length + 2);
    stream->output.insert(stream->output.end(), reply.begin(), reply.end());
    Account(stream);
    ShedBuffers();
  }
  FlushLater(stream);
}

void StreamTable::FlushLater(Stream* stream) {
  if (stream->to_flush) return;
  stream->to_flush = true;
  to_flush_.push_back(stream);
}

// Those that hold the most go, not whoever comes next: else a few that do not read would have
// everybody's answers thrown away. Each that goes makes room for at least the mean of what streams
// hold, so the search is seldom.
void StreamTable::ShedBuffers() {
  while (buffered_octets_ > limits_.buffered_octets) {
    Stream* largest = nullptr;
    for (Stream* stream = longest_idle_; stream != nullptr; stream = stream->newer) {
      if (stream->doomed) continue;
      if (largest == nullptr || stream->accounted > largest->accounted) largest = stream;
    }
    if (largest == nullptr) return;
    largest->doomed = true;
    // It may be amid its own reading, so it is closed with the turn; but a turn's answers can be
    // many times the limit, so theirs is given back at once.
    largest->GiveBackOutput();
    buffered_octets_ -= std::exchange(largest->accounted, 0);
    FlushLater(largest);
  }
}

void StreamTable::Flush() {
  for (size_t i = 0; i < to_flush_.size(); ++i) {
    Stream* stream = to_flush_[i];
    stream->to_flush = false;
    if (stream->engine_id == 0) continue;  // closed since
    if (stream->doomed) {
      Close(stream);
    } else if (!stream->awaits_writable) {
      FlushOne(stream);
    }
  }
  to_flush_.clear();
}

void StreamTable::FlushOne(Stream* stream) {
  if (stream->unsent() != 0) {
    const ssize_t taken = send(stream->fd, stream->output.data() + stream->sent, stream->unsent(),
                               MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) return Close(stream);
    if (taken > 0) {
      stream->sent += static_cast<size_t>(taken);
      stream->sent_in_all += static_cast<size_t>(taken);
    }
    if (stream->sent_in_all >= stream->awaited) {
      // All that was unsent at the last mark has gone: the client reads, if slowly.
      stream->awaited = stream->sent_in_all + stream->unsent();
      stream->unsent_since = environment_->Now();
    }
  }
  if (stream->unsent() == 0) {
    stream->output.clear();
    stream->sent = 0;
    if (stream->output.capacity() > kKeptCapacity) stream->GiveBackOutput();
    Touch(stream);
  } else {
    if (stream->sent > stream->output.size() / 2) {
      stream->output.erase(stream->output.begin(),
                           stream->output.begin() + static_cast<ptrdiff_t>(stream->sent));
      stream->sent = 0;
    }
    if (!stream->awaits_writable) {
      stream->awaits_writable = true;
      engine_->WaitWritable(stream->engine_id);
    }
  }
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
  // What is doomed has been written off.
  const size_t held = stream->doomed ? 0 : stream->memory();
  buffered_octets_ += held - stream->accounted;
  stream->accounted = held;
  const bool unsent = stream->unsent() != 0;
  if (unsent != stream->counted_unsent) unsent ? ++unsent_streams_ : --unsent_streams_;
  stream->counted_unsent = unsent;
}

void StreamTable::Close(Stream* stream) {
  const uint64_t id = stream->id();
  engine_->Remove(std::exchange(stream->engine_id, 0));
  Unlink(stream);
  stream->assembler.Clear();
  std::vector<uint8_t>().swap(stream->unread);
  stream->GiveBackOutput();
  Account(stream);
  stream->fd = -1;
  stream->unanswered = 0;
  stream->reading = false;
  stream->awaits_writable = false;
  stream->peer_finished = false;
  stream->doomed = false;
  stream->generation = (stream->generation + 1) & kGenerations;
  --live_;
  const auto client = streams_of_client_.find(ClientOf(stream->path.peer.address));
  if (client != streams_of_client_.end() && --client->second == 0) streams_of_client_.erase(client);
  vacant_.push_back(stream->index);
  service_->OnStreamClosed(id);
}

void StreamTable::RetryUnsent() {
  for (auto& stream : streams_) {
    if (stream->engine_id != 0 && stream->unsent() != 0) FlushOne(stream.get());
  }
}

bool StreamTable::IsOverdue(const Stream& stream, Time now) const {
  if (stream.assembler.buffered() != 0 && now - stream.message_began > limits_.message_deadline) {
    return true;
  }
  if (stream.unsent() != 0) return now - stream.unsent_since > limits_.send_deadline;
  const bool pressure = live_ > limits_.streams - limits_.streams / 4;
  const Duration idle = pressure && stream.IsIdle() ? limits_.idle_under_pressure : limits_.idle;
  return now - stream.last_activity > idle;
}

void StreamTable::OnTimer() {
  const Time now = environment_->Now();
  // At most limits_.streams of them, ten times a second: some microseconds.
  for (Stream* stream = longest_idle_; stream != nullptr;) {
    Stream* next = stream->newer;
    if (IsOverdue(*stream, now)) Close(stream);
    stream = next;
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
  if (IsArmed() || (live_ == 0 && !listener_paused_)) return;
  environment_->ArmTimer(this, environment_->Now() + kSweepInterval);
}

void StreamTable::LinkNewest(Stream* stream) {
  stream->older = newest_;
  stream->newer = nullptr;
  (newest_ != nullptr ? newest_->newer : longest_idle_) = stream;
  newest_ = stream;
}

void StreamTable::Unlink(Stream* stream) {
  (stream->older != nullptr ? stream->older->newer : longest_idle_) = stream->newer;
  (stream->newer != nullptr ? stream->newer->older : newest_) = stream->older;
}

void StreamTable::Touch(Stream* stream) {
  stream->last_activity = environment_->Now();
  if (stream == newest_) return;
  Unlink(stream);
  LinkNewest(stream);
}

}  // namespace tern::resolver::io
