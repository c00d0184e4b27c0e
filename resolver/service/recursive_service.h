// The recursive service of one worker: it takes queries and sends answers.
//
// The way of a query:
// 1. The gate lets it in or turns it away (policy/gate.h). UDP and TCP share the gate.
// 2. The client's view is chosen (configuration.h).
// 3. If the local data or the store has the answer, it is sent at once.
// 4. If the client does not want recursion (RD is 0), the query ends here.
// 5. Otherwise the query is a miss. It goes to the worker that owns its question (by hash). So
//    equal questions of all clients and workers meet in one place and become one upstream exchange.
//    The owner answers UDP clients itself. Answers for TCP go back to the worker of the connection.
//
// Bounded:
// - kClientsMax clients wait at a time. When one more comes, the client that has waited longest
//   gets a stale answer or SERVFAIL.
// - kMissesUnderWayMax misses of this worker are on their way to other workers. A further client
//   gets SERVFAIL.
// - access.rate_limit.waiting UDP clients of one prefix wait at a time. This limits how many
//   answers a forger can collect for a victim and release at once (DNSBomb).
//
// A UDP answer is sent within failure_timeout of the query (and a short grace), or not at all. A
// client that has given up must not get it, least of all together with many others.
//
// Thread: one worker's. Any thread may call MakeReconfigure.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cache/store.h"
#include "resolver/answer/hot_path.h"
#include "resolver/answer/reply.h"
#include "resolver/answer/rotation.h"
#include "resolver/base/counters.h"
#include "resolver/base/events.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/base/list_observer.h"
#include "resolver/dnssec/bogus_observer.h"
#include "resolver/io/service.h"
#include "resolver/mail/list_checks.h"
#include "resolver/mail/warm_up.h"
#include "resolver/policy/gate.h"
#include "resolver/resolution/anchor_checks.h"
#include "resolver/resolution/recursor.h"
#include "resolver/service/configuration.h"
#include "resolver/service/look_up.h"
#include "resolver/service/recent_traffic.h"
#include "resolver/service/sampler.h"
#include "resolver/upstream/server_table.h"
#include "wire/types.h"

namespace tern::resolver::service {

inline constexpr size_t kClientsMax = 16384;
inline constexpr uint32_t kMissesUnderWayMax = 16384;

class RecursiveService final : public io::Service {
 public:
  // The store, the table, the marks and the worker outlive the service. `warmed`: addresses that
  // some worker looked up ahead of a mail server.
  RecursiveService(cache::Store* store, upstream::ServerTable* server_table, ExpiringMarks* warmed,
                   io::WorkerPort* worker, Configuration configuration);
  ~RecursiveService() override;

  // `peers` has all workers by index, with this one. To be called before the first query. Without a
  // call, this worker owns every question.
  void SetPeers(std::vector<io::WorkerPort*> peers) { peers_ = std::move(peers); }
  // Where the counters of all workers are. It outlives the service.
  void SetCounterSource(const CounterSource* source) { counter_source_ = source; }
  // Hears what block lists do. It outlives the service. May be null.
  void SetListObserver(ListObserver* observer) { recursor_.facilities().list_observer = observer; }
  // Hears what validation finds to be bogus. It outlives the service. May be null.
  void SetBogusObserver(dnssec::BogusObserver* observer) {
    recursor_.facilities().bogus_observer = observer;
  }
  // The marks of types that zones do not answer, which all workers share. Outlives the service.
  void SetUnansweredTypes(ExpiringMarks* marks) { recursor_.facilities().unanswered_types = marks; }
  // The ranges of signed zones, which all workers share. Outlives the service.
  void SetRanges(dnssec::AggressiveIndex* ranges) {
    ranges_ = ranges;
    recursor_.facilities().ranges = ranges;
  }
  // This worker checks the block lists of each configuration that it gets from now on. Throws
  // std::bad_alloc.
  void CheckLists();
  // This worker checks the trust anchors of each configuration that it gets from now on, and tells
  // the keeper. It outlives the service. Throws std::bad_alloc.
  void CheckAnchors(dnssec::AnchorKeeper* keeper);

  // Makes a message. The service that it is posted to uses the other configuration from then on.
  // Any thread. Throws std::bad_alloc.
  static std::unique_ptr<io::Message> MakeReconfigure(Configuration configuration);

  // Resolves the question for those who watch (look_up.h says the rest). On the worker's thread.
  void LookUp(const wire::Name& name, wire::RRType type, LookUpFrom from,
              std::function<void(std::string json)> done);

  // Makes a message. The service that it is posted to makes the call. Any thread. Throws
  // std::bad_alloc.
  static std::unique_ptr<io::Message> MakeCall(std::function<void()> call);

  bool Admits(const IpAddress& client) override;
  void OnDatagrams(std::span<io::Datagram> batch) override;
  bool HasNoStreamLimit(const IpAddress& client) const override;
  void OnStreamMessage(const io::ReturnPath& path, std::span<const uint8_t> query) override;
  void OnStreamClosed(io::StreamId stream) override;
  void OnMessage(io::Message* message) override;
  void OnTurnEnd(bool sleeping) override;
  void OnWake() override;

  const resolution::Recursor& recursor() const { return recursor_; }
  resolution::Recursor& recursor() { return recursor_; }
  size_t clients_waiting() const { return waiting_clients_.size(); }
  // Questions on their way to other workers. Any thread.
  size_t misses_under_way() const { return misses_under_way_.load(std::memory_order_relaxed); }
  // Any thread.
  const RecentTraffic& traffic() const { return traffic_; }

 private:
  class Client;
  class TracedClient;
  class LookedUp;
  // What one worker's service sends to another's.
  struct ServiceMessage : public io::Message {
    virtual void Deliver(RecursiveService& service) = 0;
  };
  struct MissMessage;
  struct RefreshMessage;
  struct ReplyMessage;
  struct WarmMessage;
  struct ReconfigureMessage;
  struct CallMessage;

  // What is left to do for a question. If there is a reply already, it is sent first.
  enum class FollowUp : uint8_t { kNone, kResolve, kRefresh, kWarm, kRenewTlsa };
  // A query of the current batch for which something is left to do.
  struct Left {
    uint8_t index;
    FollowUp follow_up;
  };

  // What was answered without waiting.
  struct Answered {
    size_t octets = 0;  // of the reply; 0 when it comes later or never
    FollowUp follow_up = FollowUp::kNone;
    AnswerSource source = AnswerSource::kDropped;  // of no meaning with kResolve
  };
  // Answers without waiting. Writes the answer to `reply`.
  Answered AnswerNow(const View& view, std::span<const uint8_t> query,
                     const answer::ParsedQuery& parsed, bool tcp, std::span<uint8_t> reply);
  // True for a local name. An alias that leads on (local.data) has to be resolved.
  bool AnswerLocally(const View& view, std::span<const uint8_t> query,
                     const answer::Request& request, bool tcp, std::span<uint8_t> reply,
                     Answered* answered);
  cache::EntryView KnownAbove(const View& view, wire::NameView name, cache::Instant now,
                              cache::Security floor) const;
  // Answers from what is known of the ranges between names of signed zones (RFC 8198). 0: the
  // question must be asked.
  size_t AnswerFromRanges(const View& view, std::span<const uint8_t> query,
                          const answer::ParsedQuery& parsed, bool tcp, std::span<uint8_t> reply);
  bool HasUnchecked(wire::NameView name, wire::RRType type, cache::Instant now) const;
  bool MakeFromWildcard(const dnssec::AggressiveAnswer& found, wire::NameView name,
                        wire::RRType type);
  // Answers from the store, if it can. 0: it cannot.
  size_t AnswerKnown(const View& view, std::span<const uint8_t> query,
                     const answer::ParsedQuery& parsed, bool tcp, std::span<uint8_t> reply);
  answer::AnswerContext ContextOf(const View& view);
  Answered AnswerWithoutRecursion(const View& view, std::span<const uint8_t> query,
                                  const answer::Request& request, std::span<uint8_t> reply,
                                  size_t limit);
  void Parse(bool may_ask, std::span<const uint8_t> query, answer::ParsedQuery* parsed);
  // Checks the query's cookie. Afterwards the request says whether the cookie is good, and the
  // reply will carry a cookie.
  void CheckCookie(const IpAddress& client, answer::ParsedQuery* parsed);
  // The octets of the reply to a client that the gate does not let in. 0 when it gets no reply.
  size_t TurnAway(policy::GateVerdict verdict, std::span<const uint8_t> query,
                  const answer::ParsedQuery& parsed, const policy::GateQuery& asked,
                  std::span<uint8_t> reply);
  // What the reply says of it, if the client has EDNS.
  static answer::ToldError WhyTurnedAway(policy::GateVerdict verdict);
  size_t TellOverLimit(std::span<const uint8_t> query, const answer::Request& request,
                       bool verified, std::span<uint8_t> reply);
  void Resolve(const io::ReturnPath& path, std::span<const uint8_t> query,
               const answer::ParsedQuery& parsed);
  bool HandOver(size_t owner, const io::ReturnPath& path, std::span<const uint8_t> query,
                const answer::Request& request);
  // `received` is the time at which the query came.
  void ResolveHere(const io::ReturnPath& path, std::span<const uint8_t> query,
                   const answer::ParsedQuery& parsed, Time received);
  bool IsTooLate(const io::ReturnPath& path, Time received) const;
  // The number of UDP clients of the prefix that wait here. Null when they are not counted.
  uint16_t* WaitingOf(const io::ReturnPath& path);
  void Refresh(const View& view, const answer::Request& request);
  // What is left to do behind an answer from the store.
  void FollowHit(const View& view, const answer::Request& request, FollowUp follow_up);
  // Writes the reply with an answer that was just resolved to scratch().
  size_t ComposeResolved(const View& view, std::span<const uint8_t> query,
                         const answer::Request& request, const answer::Answer& answer,
                         size_t limit);
  // Count queries and answers (base/answer_counts.h).
  void CountQueries(Transport transport, size_t queries, size_t of_ipv6);
  void CountHit(const answer::ParsedQuery& parsed);
  // An answer without waiting. `reply` begins with it.
  void CountNow(const Answered& answered, std::span<const uint8_t> reply) {
    if (answered.source == AnswerSource::kCache) {
      ++counters().of_answers.answers[0][reply[3] & 0xf];
      ++hits_of_turn_;
      if (told_error_ != wire::ExtendedError::kNone) [[unlikely]] {
        CountExtendedError(std::exchange(told_error_, wire::ExtendedError::kNone));
      }
    } else {
      Count(answered.source, reply.first(answered.octets));
    }
  }
  void CountHitTime();
  // An answer; an empty one is none.
  void Count(AnswerSource source, std::span<const uint8_t> reply);
  // One for which the client has waited since `received`.
  void CountLate(AnswerSource source, std::span<const uint8_t> reply, Time received);
  static AnswerSource SourceOf(const answer::Answer& answer) {
    return answer.Parts().stale_ttl != 0 ? AnswerSource::kStale : AnswerSource::kUpstream;
  }
  void CountResolved(const answer::Request& request, const answer::Answer& answer,
                     std::span<const uint8_t> reply, Time received);
  void CountExtendedError(wire::ExtendedError error);
  // Whether somebody wants to see queries and answers (base/event.h).
  bool IsSeen() { return events().IsOpen(); }
  // Tell them, and why to a client without EDNS: its reply cannot say it. REQUIRES: IsSeen().
  void TellAnswered(const io::ReturnPath& path, std::span<const uint8_t> query,
                    const answer::Request& request, AnswerSource source,
                    std::span<const uint8_t> reply,
                    policy::GateVerdict verdict = policy::GateVerdict::kPass);
  void TellQuery(const io::ReturnPath& path, std::span<const uint8_t> query,
                 const answer::Request& request);
  // An answer that its client has waited for since `received`. The worker that owns the question
  // took it at `taken`.
  void TellLate(const io::ReturnPath& path, std::span<const uint8_t> query,
                const answer::Request& request, AnswerSource source, std::span<const uint8_t> reply,
                Time received, Time taken, const answer::ToldError& why = {});
  // Note for those who watch (recent_traffic.h) who asks what, and what fails.
  void NoteBatch(std::span<const io::Datagram> batch, Time now);
  void NoteStreamQuery(const answer::ParsedQuery& parsed, const IpAddress& client, Time now);
  void NoteQuery(const answer::ParsedQuery& parsed, const IpAddress& client, double weight,
                 Time now);
  void NoteFailure(const answer::Request& request, const answer::Answer& answer);
  // Looks up what a mail server will ask after this answer, ahead of it.
  // REQUIRES: the answer ends with an RRset of the type.
  void WarmBehind(const View& view, const answer::Request& request,
                  const answer::AnswerParts& answer);
  void WarmBehindResolved(const View& view, const answer::Request& request,
                          const answer::Answer& answer);
  // The same for an answer that came from the store.
  void WarmBehindKnown(const View& view, const answer::Request& request);
  // Whether TLSA may have run out behind this MX answer from the store, and is to be looked at now.
  bool MayRenewTlsa(const View& view, const answer::ParsedQuery& parsed,
                    std::span<const uint8_t> reply);
  // Asks for TLSA that has run out while the addresses last.
  void RenewTlsa(const View& view, const answer::Request& request);
  // Gives each question to the worker that owns it, with its part of one allowance.
  void Spread(const View& view, const mail::Questions& questions);
  // The index of the worker that owns the question. It is this worker's when there is no other.
  size_t OwnerOf(wire::NameView name, wire::RRType type) const;
  // What the operator's tool asks for: the counters of the mail path, or the block lists of the
  // configuration.
  enum class Told : uint8_t { kNothing, kCounters, kLists };
  // What the query asks for, if its client may know it.
  Told WhatToTell(const io::ReturnPath& path, const answer::ParsedQuery& parsed) const;
  // Writes the reply to it to scratch().
  Answered Tell(Told what, std::span<const uint8_t> query, const answer::Request& request);
  std::vector<std::string> CounterTexts() const;
  std::vector<std::string> ListTexts() const;
  // Whether the query asks for a trace, and its client may have one.
  bool MayBeTraced(const io::ReturnPath& path, const answer::ParsedQuery& parsed) const;
  void ResolveTraced(const io::ReturnPath& path, std::span<const uint8_t> query,
                     const answer::ParsedQuery& parsed);
  // For the end: nobody waits for the answers any more.
  void EndTracedClients();
  void EndLookUps();
  void Send(const io::ReturnPath& path, std::span<const uint8_t> reply);
  void SendFailure(const io::ReturnPath& path, std::span<const uint8_t> query,
                   const answer::Request& request, Time received);
  Client* AllocateClient();
  void FreeClient(Client* client);
  WorkerCounters& counters() { return recursor_.facilities().counters; }
  const EventPort& events() { return recursor_.facilities().events; }
  void OpenEvents();
  std::span<uint8_t> scratch() { return {scratch_.get(), kScratchOctets}; }

  static constexpr size_t kScratchOctets = 65535;

  cache::Store* store_;
  io::WorkerPort* worker_;
  Configuration configuration_;
  std::unique_ptr<cache::Store::Reader> reader_;
  resolution::Recursor recursor_;
  const ExpiringMarks* warmed_;
  dnssec::AggressiveIndex* ranges_ = nullptr;
  mail::WarmUp warm_up_;
  std::unique_ptr<mail::ListChecks> list_checks_;  // null when this worker checks no lists
  std::unique_ptr<resolution::AnchorChecks> anchor_checks_;  // null when it checks no anchors
  std::vector<io::WorkerPort*> peers_;
  const CounterSource* counter_source_ = nullptr;
  answer::Rotation rotation_;
  RecentTraffic traffic_;
  Sampler sampler_;
  // Beside the answer from the cache that was just written, until it is counted.
  wire::ExtendedError told_error_ = wire::ExtendedError::kNone;
  uint64_t hits_of_turn_ = 0;  // answers of this turn of the loop that came from the cache at once
  Time turn_began_;
  std::array<answer::ParsedQuery, io::kBatch> parsed_;  // of the current batch
  std::array<bool, io::kBatch> may_ask_;
  std::array<policy::RateLimit::Group, io::kBatch> groups_;
  std::array<Left, io::kBatch> left_;
  std::unique_ptr<uint8_t[]> scratch_;
  std::vector<std::unique_ptr<Client>> all_clients_;
  struct ByAge;
  IntrusiveList<Client, ByAge> free_clients_;
  IntrusiveList<Client, ByAge> waiting_clients_;  // the oldest first
  struct Traced;
  IntrusiveList<TracedClient, Traced> traced_clients_;  // it owns them
  struct ForWatchers;
  IntrusiveList<LookedUp, ForWatchers> looked_up_;  // it owns them
  // The number of waiting UDP clients by prefix. Prefixes with the same hash share a count.
  std::array<uint16_t, 4096> waiting_{};
  // Sent to other workers, which count them down.
  std::atomic<uint32_t> misses_under_way_ = 0;
  std::atomic<uint32_t> warm_under_way_ = 0;
};

}  // namespace tern::resolver::service
