#include "tests/sim/sim_world.h"

#include <sys/socket.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <functional>
#include <utility>

#include "wire/presentation.h"

namespace tern::sim {
namespace {

constexpr Time kStart{std::chrono::seconds(1000)};
constexpr size_t kReplyRoomOctets = 65535;
constexpr size_t kUnsoundOctetsShown = 512;
// Clients are in 10.0.0.0/8. The lower 24 bits of the address are the query's number.
constexpr uint16_t kClientPort = 40000;
constexpr size_t kClientsMax = size_t{1} << 24;

Endpoint ClientEndpoint(ClientQueryId id) {
  const uint8_t octets[4] = {10, static_cast<uint8_t>(id >> 16), static_cast<uint8_t>(id >> 8),
                             static_cast<uint8_t>(id)};
  return {IpAddress::FromOctets(octets), kClientPort};
}

ClientQueryId ClientOf(const Endpoint& peer) {
  const uint8_t* octets = peer.address.octets;
  return size_t{octets[1]} << 16 | size_t{octets[2]} << 8 | octets[3];
}

IpAddress ParsedOrAbort(std::string_view address) {
  const std::optional<IpAddress> parsed = IpAddress::Parse(address);
  if (!parsed) {
    std::fprintf(stderr, "bad address in a test: %s\n", std::string(address).c_str());
    std::abort();
  }
  return *parsed;
}

std::string_view ToText(Transport transport) {
  return transport == Transport::kUdp ? "udp" : "tcp";
}

// One line that says what is asked or answered.
std::string Summary(std::span<const uint8_t> octets) {
  const std::optional<PlainMessage> message = PlainMessage::Decode(octets);
  if (!message) {
    std::string text = "unsound message of " + std::to_string(octets.size()) + " octets:";
    for (const uint8_t octet : octets.first(std::min(octets.size(), kUnsoundOctetsShown))) {
      char hex[4];
      std::snprintf(hex, sizeof hex, " %02x", octet);
      text += hex;
    }
    return text;
  }
  std::string text = "id " + std::to_string(message->id);
  for (const PlainQuestion& question : message->questions) {
    text += " " + wire::ToText(question.name.view()) + " " + wire::ToText(question.type);
  }
  if (!message->Has(wire::kFlagQR)) return text;
  text += " " + wire::ToText(message->rcode) + " [" + message->FlagsToText() + "]";
  const auto append = [&text](char mark, const std::vector<PlainRecord>& records) {
    for (const PlainRecord& record : records) {
      text += std::string("\n        ") + mark + " " + record.ToText();
    }
  };
  append('=', message->answer);
  append('^', message->authority);
  append('+', message->additional);
  return text;
}

// Whether the reply is whole and not an error. NXDOMAIN does not count as an error here.
bool TellsSomething(std::span<const uint8_t> reply) {
  if (reply.size() < wire::kHeaderOctets) return false;
  const uint16_t flags = wire::LoadU16(reply.data() + 2);
  const auto rcode = static_cast<wire::Rcode>(flags & 0xf);
  return (flags & wire::kFlagTC) == 0 &&
         (rcode == wire::Rcode::kNoError || rcode == wire::Rcode::kNXDomain);
}

}  // namespace

class SimWorld::FurtherPort final : public resolver::io::WorkerPort {
 public:
  FurtherPort(SimWorld* world, size_t worker) : world_(world), worker_(worker) {}

  Time Now() const override { return world_->Now(); }
  uint32_t WallSeconds() override { return world_->WallSeconds(); }
  uint64_t Random() override { return world_->Random(); }
  void ArmTimer(resolver::Timer* timer, Time at) override { world_->ArmTimer(timer, at); }
  void DisarmTimer(resolver::Timer* timer) override { world_->DisarmTimer(timer); }
  ExchangeId StartExchange(const Endpoint& server, Transport transport,
                           std::span<const uint8_t> query, resolver::ExchangeSink* sink) override {
    return world_->StartExchange(server, transport, query, sink);
  }
  void HandOver(ExchangeId id, resolver::ExchangeSink* sink) override {
    world_->HandOver(id, sink);
  }
  void EndExchange(ExchangeId id) override { world_->EndExchange(id); }
  void SendReply(const resolver::io::ReturnPath& path, std::span<const uint8_t> reply) override {
    world_->RecordReply(worker_, path, reply);
  }
  int index() const override { return static_cast<int>(worker_); }
  void Post(resolver::io::Message* message) override { world_->PostTo(worker_, message); }

 private:
  SimWorld* world_;
  size_t worker_;
};

SimWorld::SimWorld(const Options& options)
    : options_(options),
      random_(options.seed),
      now_(kStart),
      workers_(options.workers),
      reply_room_(kReplyRoomOctets) {
  for (size_t i = 1; i < workers_.size(); ++i) {
    workers_[i].port = std::make_unique<FurtherPort>(this, i);
  }
}

SimWorld::~SimWorld() = default;

resolver::io::WorkerPort* SimWorld::worker(size_t index) {
  if (index == 0) return this;
  return workers_[index].port.get();
}

void SimWorld::AddServer(std::string_view address, SimServer* server) {
  AddServer(address, server, options_.link);
}

void SimWorld::AddServer(std::string_view address, SimServer* server, const Link& link) {
  hosts_.insert_or_assign(ParsedOrAbort(address), Host{.server = server, .link = link});
}

void SimWorld::SetLink(std::string_view address, const Link& link) {
  hosts_.at(ParsedOrAbort(address)).link = link;
}

const SimWorld::Host* SimWorld::FindHost(const IpAddress& address) const {
  const auto found = hosts_.find(address);
  if (found != hosts_.end()) return &found->second;
  return elsewhere_.server == nullptr ? nullptr : &elsewhere_;
}

void SimWorld::AddTraceLine(std::string line) {
  if (!options_.trace || trace_.size() >= kTraceLinesMax) return;
  char stamp[32];
  const auto since = (now_ - kStart).count();
  std::snprintf(stamp, sizeof stamp, "%4" PRId64 ".%06" PRId64 " ", int64_t{since / 1000000},
                int64_t{since % 1000000});
  trace_.push_back(stamp + std::move(line));
}

std::string SimWorld::Trace() const {
  std::string text;
  for (const std::string& line : trace_) text.append(line).append("\n");
  return text;
}

// --- The loop ---

void SimWorld::Schedule(Time at, bool is_packet, std::function<void()> run) {
  if (is_packet) ++packets_under_way_;
  events_.push_back({std::max(at, now_), next_event_++, is_packet, std::move(run)});
  std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

std::optional<Time> SimWorld::NextInstant() const {
  std::optional<Time> next = timers_.Next();
  if (!events_.empty() && (!next || events_.front().at < *next)) next = events_.front().at;
  return next;
}

bool SimWorld::RunTurn(Time limit) {
  const std::optional<Time> next = NextInstant();
  if (!next || *next > limit) return false;
  now_ = std::max(now_, *next);
  for (Worker& worker : workers_) {
    if (worker.service != nullptr && worker.sleeps) worker.service->OnWake();
  }
  // Events that this turn makes wait for the next turn. So a turn ends.
  const uint64_t made_before = next_event_;
  while (!events_.empty() && events_.front().at <= now_ && events_.front().number < made_before) {
    std::pop_heap(events_.begin(), events_.end(), std::greater<>());
    const Event event = std::move(events_.back());
    events_.pop_back();
    if (event.is_packet) --packets_under_way_;
    event.run();
  }
  timers_.RunDue(now_);
  const std::optional<Time> then = NextInstant();
  for (Worker& worker : workers_) {
    if (worker.service == nullptr) continue;
    worker.sleeps = !then || *then > now_;
    worker.service->OnTurnEnd(worker.sleeps);
  }
  return true;
}

void SimWorld::RunFor(Duration duration) {
  const Time limit = now_ + duration;
  while (RunTurn(limit)) {
  }
  now_ = limit;
}

bool SimWorld::RunUntil(const std::function<bool()>& done, Duration limit) {
  const Time last = now_ + limit;
  while (!done()) {
    if (!RunTurn(last)) {
      now_ = last;
      return false;
    }
  }
  return true;
}

bool SimWorld::RunUntilAnswered(ClientQueryId id, Duration limit) {
  return RunUntil([this, id] { return clients_[id].answered.has_value(); }, limit);
}

void SimWorld::RunUntilNetworkIsQuiet(Duration limit) {
  RunUntil([this] { return packets_under_way_ == 0; }, limit);
}

// --- Clients ---

ClientQueryId SimWorld::AddClient(Octets query) {
  const ClientQueryId id = clients_.size();
  if (id >= kClientsMax) std::abort();
  ClientQuery& client = clients_.emplace_back();
  client.query = std::move(query);
  client.asked = now_;
  client.path.peer = ClientEndpoint(id);
  return id;
}

ClientQueryId SimWorld::AskDatagram(Octets query) {
  const ClientQueryId id = AddClient(std::move(query));
  if (workers_.size() > 1) {
    clients_[id].path.worker = static_cast<uint16_t>(random_.Below(workers_.size()));
  }
  Schedule(now_, true, [this, id] { ClientQueryArrives(id); });
  return id;
}

ClientQueryId SimWorld::AskDatagrams(const std::vector<Octets>& queries) {
  const ClientQueryId first = clients_.size();
  for (const Octets& query : queries) AddClient(query);
  if (workers_.size() > 1) {
    const auto worker = static_cast<uint16_t>(random_.Below(workers_.size()));
    for (size_t i = first; i < clients_.size(); ++i) clients_[i].path.worker = worker;
  }
  Schedule(now_, true, [this, first, count = queries.size()] { DatagramsArrive(first, count); });
  return first;
}

ClientQueryId SimWorld::AskStream(Octets query) {
  const ClientQueryId id = AskDatagram(std::move(query));
  clients_[id].path.stream = resolver::io::StreamId{id + 1};
  return id;
}

ClientQueryId SimWorld::AskStreamFromLoopback(Octets query) {
  const ClientQueryId id = AskStream(std::move(query));
  clients_[id].path.peer.address.octets[0] = 127;
  return id;
}

void SimWorld::ClientQueryArrives(ClientQueryId id) {
  const resolver::io::ReturnPath path = clients_[id].path;
  if (!path.IsStream()) {
    DatagramsArrive(id, 1);
    return;
  }
  // a copy, because the service may cause more clients to be added
  const Octets query = clients_[id].query;
  if (traces()) AddTraceLine("client " + std::to_string(id) + " asks " + Summary(query));
  workers_[path.worker].service->OnStreamMessage(path, query);
}

void SimWorld::DatagramsArrive(ClientQueryId first, size_t count) {
  struct Arrived {
    resolver::io::ReturnPath path;
    Octets query;
    sockaddr_storage peer;
  };
  std::vector<Arrived> arrived(count);
  std::vector<resolver::io::Datagram> batch(count);
  reply_room_.resize(std::max(reply_room_.size(), count * kReplyRoomOctets));
  for (size_t i = 0; i < count; ++i) {
    // copies, because the service may cause more clients to be added
    arrived[i].path = clients_[first + i].path;
    arrived[i].query = clients_[first + i].query;
    arrived[i].path.peer.ToSockaddr(&arrived[i].peer);
    batch[i].query = arrived[i].query;
    batch[i].reply = std::span(reply_room_).subspan(i * kReplyRoomOctets, kReplyRoomOctets);
    batch[i].peer = reinterpret_cast<const sockaddr*>(&arrived[i].peer);
    if (traces()) {
      AddTraceLine("client " + std::to_string(first + i) + " asks " + Summary(arrived[i].query));
    }
  }
  const size_t worker = arrived[0].path.worker;
  workers_[worker].service->OnDatagrams(batch);
  for (size_t i = 0; i < count; ++i) {
    if (batch[i].reply_octets == 0) continue;
    RecordReply(worker, arrived[i].path, batch[i].reply.first(batch[i].reply_octets));
  }
}

void SimWorld::RecordReply(size_t worker, const resolver::io::ReturnPath& path,
                           std::span<const uint8_t> reply) {
  const ClientQueryId id = ClientOf(path.peer);
  if (id >= clients_.size()) {
    AddTraceLine("reply to nobody");
    return;
  }
  if (path.IsStream() && path.worker != worker) {
    AddTraceLine("reply on another worker's stream, to nobody");
    return;
  }
  ClientQuery& client = clients_[id];
  if (traces()) AddTraceLine("client " + std::to_string(id) + " gets " + Summary(reply));
  ++client.replies;
  if (client.answered) return;
  client.answered = now_;
  client.upstream_when_answered = upstream_.size();
  client.quiet_when_answered = exchanges_.empty();
  client.reply.assign(reply.begin(), reply.end());
  if (path.IsStream()) {
    Schedule(now_, false, [this, worker, stream = path.stream] {
      workers_[worker].service->OnStreamClosed(stream);
    });
  }
}

size_t SimWorld::unanswered() const {
  return static_cast<size_t>(std::count_if(clients_.begin(), clients_.end(),
                                           [](const ClientQuery& c) { return !c.answered; }));
}

// --- The network ---

void SimWorld::ArmTimer(resolver::Timer* timer, Time at) { timers_.Arm(timer, at); }
void SimWorld::DisarmTimer(resolver::Timer* timer) { timers_.Disarm(timer); }

void SimWorld::PostTo(size_t worker, resolver::io::Message* message) {
  auto owned = std::make_shared<std::unique_ptr<resolver::io::Message>>(message);
  Worker& to = workers_[worker];
  Duration delay{0};
  if (workers_.size() > 1) {
    delay = Duration(random_.Below(static_cast<uint64_t>(kMailboxDelayMax.count() + 1)));
  }
  to.mail_due = std::max(to.mail_due, now_ + delay);
  Schedule(to.mail_due, true, [&to, owned] { to.service->OnMessage(owned->release()); });
}

bool SimWorld::Harms(const Host& host, double probability) {
  if (host.spared > 0 || !random_.Chance(probability)) return false;
  host.spared = host.link.spared_after_harm;
  return true;
}

void SimWorld::SendDatagram(const Host& host, Octets octets, Duration departs_after,
                            std::function<void(Octets)> deliver) {
  const Link& link = host.link;
  const int copies = random_.Chance(link.duplication) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (host.spared > 0) --host.spared;
    if (Harms(host, link.loss)) {
      if (traces()) AddTraceLine("  lost " + Summary(octets));
      continue;
    }
    Duration delay = link.latency.Draw(&random_);
    if (random_.Chance(link.reordering)) {
      delay += Duration(
          static_cast<Duration::rep>(3 * random_.Unit() * static_cast<double>(delay.count())));
    }
    if (Harms(host, link.lateness)) {
      delay += Duration(
          static_cast<Duration::rep>(random_.Unit() * static_cast<double>(link.late_max.count())));
    }
    Octets copy = octets;
    if (!copy.empty() && random_.Chance(link.truncation)) copy.resize(random_.Below(copy.size()));
    if (!copy.empty() && random_.Chance(link.corruption)) {
      for (uint64_t flips = 1 + random_.Below(4); flips > 0; --flips) {
        copy[random_.Below(copy.size())] ^= static_cast<uint8_t>(1 << random_.Below(8));
      }
    }
    Schedule(now_ + departs_after + delay, true,
             [deliver, copy = std::move(copy)] { deliver(copy); });
  }
}

bool SimWorld::HasItsShare(uint64_t group) const {
  const auto open = std::count_if(exchanges_.begin(), exchanges_.end(), [&](const auto& entry) {
    const Exchange& exchange = entry.second;
    return exchange.transport == Transport::kTcp && exchange.group == group;
  });
  return group != 0 && static_cast<size_t>(open) >= options_.streams_per_group_max;
}

ExchangeId SimWorld::StartExchange(const Endpoint& server, Transport transport,
                                   std::span<const uint8_t> query, resolver::ExchangeSink* sink) {
  if (exchanges_.size() >= options_.exchanges_max) return ExchangeId::kNone;
  const uint64_t group = sink->Group();
  if (transport == Transport::kTcp && HasItsShare(group)) return ExchangeId::kNone;
  const ExchangeId id{next_exchange_++};
  exchanges_.emplace(id, Exchange{server, transport, sink, group, upstream_.size()});
  open_exchanges_max_ = std::max(open_exchanges_max_, exchanges_.size());
  if (transport == Transport::kUdp) ++open_datagrams_;
  open_datagrams_max_ = std::max(open_datagrams_max_, open_datagrams_);
  UpstreamQuery& sent = upstream_.emplace_back();
  sent.at = now_;
  sent.server = server;
  sent.transport = transport;
  if (const std::optional<PlainMessage> message = PlainMessage::Decode(query);
      message && message->questions.size() == 1) {
    sent.name = message->questions[0].name;
    sent.type = message->questions[0].type;
    sent.id = message->id;
    sent.edns = message->edns.has_value();
    sent.cookie = message->Cookie().value_or(Octets());
    if (message->edns) {
      sent.payload_octets = message->edns->payload_octets;
      sent.dnssec_ok = message->edns->dnssec_ok;
    }
    sent.checking_disabled = message->Has(wire::kFlagCD);
  }
  if (traces())
    AddTraceLine("> " + server.ToText() + " " + std::string(ToText(transport)) + " " +
                 Summary(query));

  const Host* host = FindHost(server.address);
  if (host == nullptr) {
    if (options_.unknown_is_unreachable) {
      Schedule(now_ + options_.link.latency.Draw(&random_), true,
               [this, id] { FailExchange(id, resolver::ExchangeFailure::kUnreachable); });
    }
    return id;
  }
  const Octets octets(query.begin(), query.end());
  const auto arrive = [this, id, server, transport](const Octets& arrived) {
    QueryArrives(id, server, transport, arrived);
  };
  if (transport == Transport::kUdp) {
    SendDatagram(*host, octets, Duration(0), arrive);
    if (spoofer_ != nullptr) SpoofReplies(id, server, octets, host->link);
  } else {
    // The handshake goes there and back before the query leaves.
    const Duration delay = host->link.latency.Draw(&random_) + host->link.latency.Draw(&random_) +
                           host->link.latency.Draw(&random_);
    Schedule(now_ + delay, true, [arrive, octets] { arrive(octets); });
  }
  return id;
}

void SimWorld::HandOver(ExchangeId id, resolver::ExchangeSink* sink) {
  if (const auto found = exchanges_.find(id); found != exchanges_.end()) found->second.sink = sink;
}

void SimWorld::EndExchange(ExchangeId id) {
  const auto found = exchanges_.find(id);
  if (found == exchanges_.end()) return;
  if (found->second.transport == Transport::kUdp) --open_datagrams_;
  exchanges_.erase(found);
}

void SimWorld::QueryArrives(ExchangeId id, const Endpoint& server, Transport transport,
                            const Octets& query) {
  const Host* host = FindHost(server.address);
  const SimAnswer answer = host->server->OnQuery({server, transport, query, now_});
  if (answer.refuses_connection) {
    Schedule(now_ + host->link.latency.Draw(&random_), true,
             [this, id] { FailExchange(id, resolver::ExchangeFailure::kUnreachable); });
    return;
  }
  for (const SimReply& reply : answer.replies) {
    const auto arrive = [this, id](const Octets& octets) { ReplyArrives(id, octets, "<"); };
    if (transport == Transport::kUdp) {
      SendDatagram(*host, reply.octets, reply.think_time, arrive);
    } else {
      DeliverOverTcp(host->link, id, reply);
    }
  }
}

// A drip is a stream whose message is complete with its last octet. If the stream ends before that,
// the exchange has failed.
void SimWorld::DeliverOverTcp(const Link& link, ExchangeId id, const SimReply& reply) {
  const size_t whole = reply.octets.size() + 2;
  const size_t sent = std::min(whole, reply.octets_max);
  const Time at = now_ + reply.think_time + link.latency.Draw(&random_) +
                  reply.drip * static_cast<Duration::rep>(sent);
  if (sent < whole) {
    Schedule(at, true, [this, id] { FailExchange(id, resolver::ExchangeFailure::kUnreachable); });
    return;
  }
  Schedule(at, true, [this, id, octets = reply.octets] { ReplyArrives(id, octets, "<"); });
}

void SimWorld::SpoofReplies(ExchangeId id, const Endpoint& server, const Octets& query,
                            const Link& link) {
  const SimAnswer forged = spoofer_->OnQuery({server, Transport::kUdp, query, now_});
  for (const SimReply& reply : forged.replies) {
    Schedule(now_ + reply.think_time + link.latency.Draw(&random_) / 2, true,
             [this, id, octets = reply.octets] { ReplyArrives(id, octets, "< FORGED"); });
  }
}

void SimWorld::ReplyArrives(ExchangeId id, const Octets& reply, std::string_view what) {
  const auto found = exchanges_.find(id);
  if (found == exchanges_.end()) {
    if (traces()) AddTraceLine("  too late " + Summary(reply));
    return;
  }
  if (traces())
    AddTraceLine(std::string(what) + " " + found->second.server.ToText() + " " +
                 std::string(ToText(found->second.transport)) + " " + Summary(reply));
  if (TellsSomething(reply)) upstream_[found->second.number].told = now_;
  found->second.sink->OnReply(id, reply);
}

void SimWorld::FailExchange(ExchangeId id, resolver::ExchangeFailure failure) {
  const auto found = exchanges_.find(id);
  if (found == exchanges_.end()) return;
  resolver::ExchangeSink* const sink = found->second.sink;
  if (traces()) AddTraceLine("< " + found->second.server.ToText() + " unreachable");
  EndExchange(id);
  sink->OnExchangeFailed(id, failure);
}

size_t SimWorld::CountUpstream(std::string_view address, size_t first) const {
  const IpAddress wanted = address.empty() ? IpAddress() : ParsedOrAbort(address);
  size_t count = 0;
  for (size_t i = first; i < upstream_.size(); ++i) {
    if (address.empty() || upstream_[i].server.address == wanted) ++count;
  }
  return count;
}

}  // namespace tern::sim
