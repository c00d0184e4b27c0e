// A deterministic internet around the io::Services of one process: a virtual clock, one seeded
// generator, a network with faults, servers and clients. A service runs unchanged. It sees an
// io::WorkerPort; for the first worker that is the world itself.
//
// A turn of the loop delivers everything that is due at one instant. Then it calls OnTurnEnd of
// every worker. Time moves only between turns. With several workers, chance chooses the one at
// which a client's query comes in. What workers post to each other arrives in order, at most
// kMailboxDelayMax later.
//
// Invariants:
// 1. Equal seeds, servers and calls give equal traces, octet for octet.
// 2. No callback comes from inside a call that the service makes.
// 3. Every upstream query is counted, in the order in which it was sent.
// 4. All chance comes from random(), the service's too.
//
// Thread: one. Bounds: kTraceLinesMax lines of trace. Events and exchanges have no bound but what
// the service opens, and tests check that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/base/environment.h"
#include "resolver/io/service.h"
#include "resolver/io/timer_heap.h"
#include "tests/sim/link.h"
#include "tests/sim/plain_message.h"
#include "tests/sim/seeded_random.h"

namespace tern::sim {

using resolver::Endpoint;
using resolver::ExchangeId;
using resolver::IpAddress;
using resolver::Transport;

struct SimQuery {
  Endpoint server;
  Transport transport = Transport::kUdp;
  std::span<const uint8_t> octets;
  Time now;
};

struct SimReply {
  Octets octets;
  Duration think_time{0};  // from the query's arrival until the reply leaves
  // TCP: the time between two octets. The two octets of the length count too.
  Duration drip{0};
  // TCP: the connection is closed after so many octets. Then the resolver sees no message.
  size_t octets_max = SIZE_MAX;
};

// What a server does with one query: any number of replies. No reply is silence.
struct SimAnswer {
  std::vector<SimReply> replies;
  bool refuses_connection = false;  // ICMP port unreachable, or a TCP reset
};

class SimServer {
 public:
  virtual ~SimServer() = default;
  virtual SimAnswer OnQuery(const SimQuery& query) = 0;
};

// One query that the service sent.
struct UpstreamQuery {
  Time at;
  Endpoint server;
  Transport transport = Transport::kUdp;
  wire::Name name;  // as sent, in its case
  wire::RRType type = wire::RRType::kNone;
  uint16_t id = 0;
  bool edns = false;
  bool dnssec_ok = false;
  bool checking_disabled = false;
  Octets cookie;                // content of the COOKIE option; empty if there is none
  uint16_t payload_octets = 0;  // as EDNS says; 0 without EDNS
  std::optional<Time> told;     // when a reply came that says that there is something, or nothing
};

// One query of a client, and what happened to it.
struct ClientQuery {
  Octets query;
  Time asked;
  std::optional<Time> answered;
  Octets reply;                       // the first
  int replies = 0;                    // more than one is a fault of the service
  size_t upstream_when_answered = 0;  // upstream queries sent until then
  bool quiet_when_answered = false;   // none of them was open then
  resolver::io::ReturnPath path;

  std::optional<PlainMessage> Message() const { return PlainMessage::Decode(reply); }
  Duration Latency() const { return *answered - asked; }
};
using ClientQueryId = size_t;

class SimWorld : public resolver::io::WorkerPort {
 public:
  struct Options {
    uint64_t seed = 1;
    Link link{};  // for servers without one of their own
    // otherwise packets to an address without a server are lost
    bool unknown_is_unreachable = false;
    size_t exchanges_max = SIZE_MAX;  // if more are open at once: no resources
    // connections open at once for one group of exchanges; production has this number too
    size_t streams_per_group_max = 32;
    size_t workers = 1;
    bool trace = true;  // false: no lines are made, which saves half of the time
  };
  static constexpr size_t kTraceLinesMax = 100000;
  static constexpr Duration kMailboxDelayMax{500};  // microseconds

  explicit SimWorld(const Options& options);
  ~SimWorld() override;
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  // Neither is owned. Both outlive the running of the world. A server answers on every port.
  void Attach(resolver::io::Service* service, size_t worker = 0) {
    workers_[worker].service = service;
  }
  size_t workers() const { return workers_.size(); }
  resolver::io::WorkerPort* worker(size_t index);
  void AddServer(std::string_view address, SimServer* server);
  void AddServer(std::string_view address, SimServer* server, const Link& link);
  void SetLink(std::string_view address, const Link& link);
  // This server answers at every address without a server of its own.
  void SetServerElsewhere(SimServer* server) {
    elsewhere_ = {.server = server, .link = options_.link};
  }
  // The spoofer sees every UDP query to a known server and sends replies in that server's name.
  // They arrive after half the link's latency. So they come before the real ones, unless their
  // think time is too long.
  void SetSpoofer(SimServer* spoofer) { spoofer_ = spoofer; }

  // The query reaches the service within the next turn.
  ClientQueryId AskDatagram(Octets query);
  // All reach one worker's service in one call, as a batch of at most kBatch datagrams. Returns the
  // first one's number; the others follow.
  ClientQueryId AskDatagrams(const std::vector<Octets>& queries);
  ClientQueryId AskStream(Octets query);
  ClientQueryId AskStreamFromLoopback(Octets query);
  const ClientQuery& client_query(ClientQueryId id) const { return clients_[id]; }
  size_t client_query_count() const { return clients_.size(); }
  size_t unanswered() const;

  void RunFor(Duration duration);
  // For so long the service's thread gets no processor. What is due meanwhile comes late.
  void Stall(Duration duration) { now_ += duration; }
  // True when `done` became true; it is asked after each turn. False at the limit.
  bool RunUntil(const std::function<bool()>& done, Duration limit);
  bool RunUntilAnswered(ClientQueryId id, Duration limit);
  // Runs until no packet is under way and no message is queued. Timers do not count.
  void RunUntilNetworkIsQuiet(Duration limit);

  const std::vector<UpstreamQuery>& upstream() const { return upstream_; }
  // Counts queries from number `first` on that went to `address`. If it is empty, any address
  // counts.
  size_t CountUpstream(std::string_view address = "", size_t first = 0) const;
  size_t open_exchanges() const { return exchanges_.size(); }
  size_t open_exchanges_max() const { return open_exchanges_max_; }
  // The most exchanges over UDP that were open at once, since the start or ForgetMost.
  size_t open_datagrams_max() const { return open_datagrams_max_; }
  void ForgetMost() { open_datagrams_max_ = 0; }
  size_t armed_timers() const { return timers_.size(); }

  // Sets the wall clock. Otherwise it follows the world's own clock.
  void SetWallSeconds(uint32_t seconds) {
    wall_offset_ = seconds - resolver::StoreInstant(now_).seconds();
  }
  // Servers of this world use this source of chance too.
  SeededRandom* random() { return &random_; }
  bool traces() const { return options_.trace; }
  void AddTraceLine(std::string line);
  std::string Trace() const;

  // io::WorkerPort
  Time Now() const override { return now_; }
  uint32_t WallSeconds() override { return wall_offset_ + resolver::StoreInstant(now_).seconds(); }
  uint64_t Random() override { return random_.Next(); }
  void ArmTimer(resolver::Timer* timer, Time at) override;
  void DisarmTimer(resolver::Timer* timer) override;
  ExchangeId StartExchange(const Endpoint& server, Transport transport,
                           std::span<const uint8_t> query, resolver::ExchangeSink* sink) override;
  void HandOver(ExchangeId id, resolver::ExchangeSink* sink) override;
  void EndExchange(ExchangeId id) override;
  void SendReply(const resolver::io::ReturnPath& path, std::span<const uint8_t> reply) override {
    RecordReply(0, path, reply);
  }
  int index() const override { return 0; }
  void Post(resolver::io::Message* message) override { PostTo(0, message); }

 private:
  // The port of a worker that is not the first. Only its place differs from the world's.
  class FurtherPort;
  struct Worker {
    resolver::io::Service* service = nullptr;
    bool sleeps = false;
    std::unique_ptr<FurtherPort> port;  // null for the first
    Time mail_due;                      // of the message that was last posted to it
  };
  struct Host {
    SimServer* server = nullptr;
    Link link;
    mutable size_t spared = 0;  // so many more packets are neither lost nor late
  };
  struct Exchange {
    Endpoint server;
    Transport transport;
    resolver::ExchangeSink* sink;
    uint64_t group;
    size_t number;  // in upstream_
  };
  struct Event {
    Time at;
    uint64_t number;  // keeps events of one instant in the order in which they were made
    bool is_packet;
    std::function<void()> run;
    bool operator>(const Event& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  struct AddressLess {
    bool operator()(const IpAddress& a, const IpAddress& b) const {
      return a.size != b.size ? a.size < b.size : std::memcmp(a.octets, b.octets, a.size) < 0;
    }
  };

  void Schedule(Time at, bool is_packet, std::function<void()> run);
  // Delivers what is due at the next instant, if that is not later than `limit`. False when nothing
  // is.
  bool RunTurn(Time limit);
  std::optional<Time> NextInstant() const;

  void DeliverOverTcp(const Link& link, ExchangeId id, const SimReply& reply);
  // Puts a datagram on the host's link. `deliver` is called later: once, twice or never.
  void SendDatagram(const Host& host, Octets octets, Duration departs_after,
                    std::function<void(Octets)> deliver);
  void QueryArrives(ExchangeId id, const Endpoint& server, Transport transport,
                    const Octets& query);
  void SpoofReplies(ExchangeId id, const Endpoint& server, const Octets& query, const Link& link);
  void ReplyArrives(ExchangeId id, const Octets& reply, std::string_view what);
  void FailExchange(ExchangeId id, resolver::ExchangeFailure failure);
  ClientQueryId AddClient(Octets query);
  void ClientQueryArrives(ClientQueryId id);
  // So many datagrams, from this one on, come to the worker of the first.
  void DatagramsArrive(ClientQueryId first, size_t count);
  // `worker` sends it.
  void RecordReply(size_t worker, const resolver::io::ReturnPath& path,
                   std::span<const uint8_t> reply);
  void PostTo(size_t worker, resolver::io::Message* message);
  bool HasItsShare(uint64_t group) const;
  const Host* FindHost(const IpAddress& address) const;
  // Whether a packet on the host's link is lost or late, with this probability.
  bool Harms(const Host& host, double probability);

  Options options_;
  SeededRandom random_;
  Time now_;
  uint32_t wall_offset_ = 1'700'000'000;
  std::vector<Worker> workers_;
  SimServer* spoofer_ = nullptr;

  std::map<IpAddress, Host, AddressLess> hosts_;
  Host elsewhere_;
  std::vector<Event> events_;  // a heap, the next one first
  uint64_t next_event_ = 1;
  size_t packets_under_way_ = 0;
  resolver::io::TimerHeap timers_;
  std::map<ExchangeId, Exchange> exchanges_;
  uint64_t next_exchange_ = 1;
  size_t open_exchanges_max_ = 0;
  size_t open_datagrams_ = 0;
  size_t open_datagrams_max_ = 0;

  std::vector<ClientQuery> clients_;
  std::vector<UpstreamQuery> upstream_;
  std::vector<std::string> trace_;
  Octets reply_room_;
};

}  // namespace tern::sim
