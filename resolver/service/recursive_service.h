// The recursive service of one worker: queries in, answers out.
//
// The way of a query:
//   1. The gate lets it in, or turns it away (policy/gate.h). UDP and TCP share it.
//   2. The client's view is chosen (configuration.h).
//   3. It is answered at once, from the local data or the store.
//   4. A miss goes to the worker that owns its question (by hash). So equal questions of all
//      clients and workers meet in one place and become one upstream exchange. The owner answers
//      UDP clients itself; answers for TCP go back to the worker of the connection.
//
// Bounded: kClientsMax clients wait at a time; for a client beyond, the one that has waited longest
// gets a stale answer or SERVFAIL. kMissesUnderWayMax misses of this worker are on their way to
// others; a client beyond gets SERVFAIL. Of the UDP clients of one prefix access.rate_limit.waiting
// wait at a time, so that what a forger collects for a victim and releases at once (DNSBomb) has a
// bound.
//
// A UDP answer is sent within client_timeout (and a little) of the query, or not at all: a client
// that has given up must not get it, least of all together with many others.
//
// Thread: one worker's; Reconfigure from any, through the worker's mailbox.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cache/store.h"
#include "resolver/answer/hot_path.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/io/service.h"
#include "resolver/policy/gate.h"
#include "resolver/resolution/recursor.h"
#include "resolver/service/configuration.h"
#include "resolver/upstream/server_table.h"

namespace tern::resolver::service {

inline constexpr size_t kClientsMax = 16384;
inline constexpr uint32_t kMissesUnderWayMax = 16384;

class RecursiveService final : public io::Service {
 public:
  // Store, table and worker outlive the service.
  RecursiveService(cache::Store* store, upstream::ServerTable* server_table, io::WorkerPort* worker,
                   Configuration configuration);
  ~RecursiveService() override;

  // All workers by index, this one's included. Before the first query; without it
  // the worker owns every question.
  void SetPeers(std::vector<io::WorkerPort*> peers) { peers_ = std::move(peers); }

  // Tells the worker behind `worker` to use another configuration. Any thread.
  static void Reconfigure(io::WorkerPort* worker, Configuration configuration);

  void OnDatagrams(std::span<io::Datagram> batch) override;
  void OnStreamMessage(const io::ReturnPath& path, std::span<const uint8_t> query) override;
  void OnStreamClosed(io::StreamId stream) override;
  void OnMessage(io::Message* message) override;
  void OnTurnEnd(bool sleeping) override;
  void OnWake() override;

  const resolution::Recursor& recursor() const { return recursor_; }
  size_t clients_waiting() const { return waiting_clients_.size(); }

 private:
  class Client;
  class TracedClient;
  struct ServiceMessage;
  struct MissMessage;
  struct RefreshMessage;
  struct ReplyMessage;
  struct ReconfigureMessage;

  // What is to be done with a question once its reply, if it has one already, is on its way.
  enum class FollowUp : uint8_t { kNone, kResolve, kRefresh };
  // A query of the batch in hand that is left to do something for.
  struct Left {
    uint8_t index;
    FollowUp follow_up;
  };

  // Answers into `reply` without waiting, and returns the octets; 0 when the answer will come
  // later, or never.
  size_t AnswerNow(const View& view, std::span<const uint8_t> query,
                   const answer::ParsedQuery& parsed, bool tcp, std::span<uint8_t> reply,
                   FollowUp* follow_up);
  bool AnswerLocally(const View& view, std::span<const uint8_t> query,
                     const answer::Request& request, bool tcp, std::span<uint8_t> reply,
                     size_t* octets);
  cache::EntryView KnownAbove(const View& view, wire::NameView name, cache::Instant now) const;
  size_t AnswerWithoutRecursion(const View& view, std::span<const uint8_t> query,
                                const answer::Request& request, std::span<uint8_t> reply,
                                size_t limit);
  // From here on the reply has a cookie, and the request says whether it came with a good one.
  void CheckCookie(const IpAddress& client, answer::ParsedQuery* parsed);
  // The octets for a client that the gate does not let in; none when it gets no answer.
  size_t TurnAway(policy::GateVerdict verdict, std::span<const uint8_t> query,
                  const answer::ParsedQuery& parsed, const policy::GateQuery& asked,
                  std::span<uint8_t> reply);
  size_t TellOverLimit(std::span<const uint8_t> query, const answer::Request& request,
                       bool verified, std::span<uint8_t> reply);
  void Resolve(const io::ReturnPath& path, std::span<const uint8_t> query,
               const answer::ParsedQuery& parsed);
  bool HandOver(size_t owner, const io::ReturnPath& path, std::span<const uint8_t> query,
                const answer::Request& request);
  // `received`: when the query came.
  void ResolveHere(const io::ReturnPath& path, std::span<const uint8_t> query,
                   const answer::ParsedQuery& parsed, Time received);
  bool IsTooLate(const io::ReturnPath& path, Time received) const;
  // The count of the prefix's UDP clients that wait; null where none is kept.
  uint16_t* WaitingOf(const io::ReturnPath& path);
  void Refresh(const View& view, const answer::Request& request);
  // The worker whose questions these are; this one's index when there is one worker.
  size_t OwnerOf(const answer::Request& request) const;
  bool ResolveTraced(const io::ReturnPath& path, std::span<const uint8_t> query,
                     const answer::ParsedQuery& parsed);
  void Send(const io::ReturnPath& path, std::span<const uint8_t> reply);
  void SendFailure(const io::ReturnPath& path, std::span<const uint8_t> query,
                   const answer::Request& request);
  Client* AllocateClient();
  void FreeClient(Client* client);
  WorkerCounters& counters() { return recursor_.facilities().counters; }
  std::span<uint8_t> scratch() { return {scratch_.get(), kScratchOctets}; }

  static constexpr size_t kScratchOctets = 65535;

  cache::Store* store_;
  io::WorkerPort* worker_;
  Configuration configuration_;
  std::unique_ptr<cache::Store::Reader> reader_;
  resolution::Recursor recursor_;
  std::vector<io::WorkerPort*> peers_;
  uint32_t rotation_ = 0;
  std::array<answer::ParsedQuery, io::kBatch> parsed_;  // of the batch in hand
  std::array<policy::RateLimit::Group, io::kBatch> groups_;
  std::array<Left, io::kBatch> left_;
  std::unique_ptr<uint8_t[]> scratch_;
  std::vector<std::unique_ptr<Client>> all_clients_;
  struct ByAge;
  IntrusiveList<Client, ByAge> free_clients_;
  IntrusiveList<Client, ByAge> waiting_clients_;  // the oldest first
  // UDP clients that wait, by prefix; prefixes with one hash share the count.
  std::array<uint16_t, 4096> waiting_{};
  std::atomic<uint32_t> misses_under_way_ = 0;  // to other workers, which count down
};

}  // namespace tern::resolver::service
