#include "resolver/service/recursive_service.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "resolver/answer/kept_request.h"
#include "resolver/answer/question_hash.h"
#include "resolver/answer/reply.h"
#include "resolver/answer/sentinel.h"
#include "wire/check.h"
#include "wire/edns.h"
#include "wire/message.h"

namespace tern::resolver::service {

using answer::ReplyLimit;

namespace {

policy::CookieProof ProofOf(answer::CookieState state) {
  switch (state) {
    case answer::CookieState::kNone:
      return policy::CookieProof::kNone;
    case answer::CookieState::kGood:
      return policy::CookieProof::kGood;
    case answer::CookieState::kUnchecked:
    case answer::CookieState::kNew:
    case answer::CookieState::kBad:
      break;
  }
  return policy::CookieProof::kNotGood;
}

// The query as the gate sees it. REQUIRES: its cookie was checked.
policy::GateQuery AtGate(const answer::ParsedQuery& parsed, Transport transport) {
  return {transport, ProofOf(parsed.request.cookie.state),
          parsed.verdict == answer::RequestVerdict::kResolve ||
              parsed.verdict == answer::RequestVerdict::kChaos};
}

}  // namespace

// A query whose question another worker owns.
struct RecursiveService::MissMessage final : public ServiceMessage {
  void Deliver(RecursiveService& service) override {
    sender->fetch_sub(1, std::memory_order_relaxed);
    // Meanwhile the question of another client may have brought the answer.
    answer::ParsedQuery parsed;
    answer::ResumeQuery(request, *service.store_, &parsed);
    const View& view = service.configuration_.ViewFor(path.peer.address);
    const Answered now =
        service.AnswerNow(view, request.query(), parsed, path.IsStream(), service.scratch());
    const bool is_late = now.octets != 0 && service.IsTooLate(path, received);
    if (is_late) ++service.counters().too_late;
    // A stream counts its unanswered queries. So it must also be told of a query that gets no
    // answer.
    if ((now.octets != 0 && !is_late) || (now.follow_up != FollowUp::kResolve && path.IsStream())) {
      service.Send(path, service.scratch().first(now.octets));
    }
    if (now.follow_up == FollowUp::kResolve) {
      service.ResolveHere(path, request.query(), parsed, received);
    } else {
      const auto reply = service.scratch().first(is_late ? 0 : now.octets);
      service.CountLate(now.source, reply, received);
      if (service.IsSeen()) {
        service.TellLate(path, request.query(), parsed.request, now.source, reply, received,
                         service.worker_->Now());
      }
    }
    service.FollowHit(view, parsed.request, now.follow_up);
  }

  io::ReturnPath path;
  Time received;
  answer::KeptRequest request;              // the worker that received it has checked its cookie
  std::atomic<uint32_t>* sender = nullptr;  // the sender's count of misses under way
};

// A question whose cached answer is about to expire. Another worker has noticed it.
struct RecursiveService::RefreshMessage final : public ServiceMessage {
  void Deliver(RecursiveService& service) override { service.recursor_.Refresh(name, type); }

  wire::Name name;
  wire::RRType type = wire::RRType::kNone;
};

// An answer for a TCP client of another worker.
struct RecursiveService::ReplyMessage final : public ServiceMessage {
  void Deliver(RecursiveService& service) override { service.worker_->SendReply(path, reply); }

  io::ReturnPath path;
  std::vector<uint8_t> reply;
};

struct RecursiveService::ReconfigureMessage final : public ServiceMessage {
  void Deliver(RecursiveService& service) override {
    if (service.configuration_.top_clients != configuration.top_clients) {
      service.traffic_.ForgetClients();
    }
    service.configuration_ = configuration;
    service.OpenEvents();
    service.recursor_.SetSettings(configuration.view.settings, configuration.view.local_data);
    if (service.list_checks_ != nullptr) {
      service.list_checks_->SetLists(configuration.view.settings->block_lists);
    }
    if (service.anchor_checks_ != nullptr) service.anchor_checks_->OnSettings();
  }

  Configuration configuration;
};

struct RecursiveService::CallMessage final : public ServiceMessage {
  void Deliver(RecursiveService&) override { call(); }

  std::function<void()> call;
};

// A client that waits for its answer.
class RecursiveService::Client final : public resolution::Waiter, public ListNode<ByAge> {
 public:
  explicit Client(RecursiveService* service) : service_(service) {}

  void Set(const io::ReturnPath& path, std::span<const uint8_t> query,
           const answer::Request& request, Time received, uint16_t* waiting) {
    path_ = path;
    received_ = received;
    taken_ = service_->worker_->Now();
    waiting_ = waiting;
    if (waiting_ != nullptr) ++*waiting_;
    request_.Keep(query, request);
    TakeUnchecked((request.flags & wire::kFlagCD) != 0);
    WantSignatures(request.edns.dnssec_ok);
  }

  void OnAnswer(const answer::Answer& answer) override {
    RecursiveService& service = *service_;
    if (service.IsTooLate(path_, received_)) {
      ++service.counters().too_late;
      service.Count(AnswerSource::kDropped, {});
      if (service.IsSeen()) Tell(AnswerSource::kDropped, {}, {});
      service.FreeClient(this);
      return;
    }
    const answer::Request request = request_.request();
    const View& view = service.configuration_.ViewFor(path_.peer.address);
    const size_t octets =
        service.ComposeResolved(view, request_.query(), request, answer,
                                ReplyLimit(path_.IsStream(), request, service.scratch()));
    const auto reply = service.scratch().first(octets);
    if (octets != 0) service.Send(path_, reply);
    service.CountResolved(request, answer, reply, received_);
    if (service.IsSeen()) Tell(SourceOf(answer), reply, answer::ErrorToTell(answer.Parts()));
    service.WarmBehindResolved(view, request, answer);
    service.FreeClient(this);
  }

 private:
  friend class RecursiveService;

  void Tell(AnswerSource source, std::span<const uint8_t> reply,
            const answer::ToldError& why) const {
    service_->TellLate(path_, request_.query(), request_.request(), source, reply, received_,
                       taken_, why);
  }

  RecursiveService* service_;
  io::ReturnPath path_;
  Time received_;
  Time taken_;                   // by this worker
  uint16_t* waiting_ = nullptr;  // the count of its prefix
  answer::KeptRequest request_;
};

RecursiveService::RecursiveService(cache::Store* store, upstream::ServerTable* server_table,
                                   ExpiringMarks* warmed, io::WorkerPort* worker,
                                   Configuration configuration)
    : store_(store),
      worker_(worker),
      configuration_(std::move(configuration)),
      reader_(store->Register()),
      recursor_(store, server_table, worker, configuration_.view.settings,
                configuration_.view.local_data),
      warmed_(warmed),
      warm_up_(&recursor_.facilities(), &recursor_.table(), warmed),
      traffic_(SipKey{{store->seed(), ~store->seed()}}),
      scratch_(std::make_unique<uint8_t[]>(kScratchOctets)) {
  all_clients_.reserve(kClientsMax);
  OpenEvents();
}

RecursiveService::~RecursiveService() {
  EndTracedClients();
  EndLookUps();
}

std::unique_ptr<io::Message> RecursiveService::MakeReconfigure(Configuration configuration) {
  auto message = std::make_unique<ReconfigureMessage>();
  message->configuration = std::move(configuration);
  return message;
}

std::unique_ptr<io::Message> RecursiveService::MakeCall(std::function<void()> call) {
  auto message = std::make_unique<CallMessage>();
  message->call = std::move(call);
  return message;
}

void RecursiveService::OnMessage(io::Message* message) {
  const std::unique_ptr<ServiceMessage> owned(static_cast<ServiceMessage*>(message));
  owned->Deliver(*this);
}

void RecursiveService::OnTurnEnd(bool sleeping) {
  if (hits_of_turn_ != 0) CountHitTime();
  if (sleeping) {
    reader_->Sleep();
  } else {
    reader_->Quiescent();
  }
}

void RecursiveService::OnWake() { reader_->Wake(); }

void RecursiveService::OnStreamClosed(io::StreamId) {
  // Later answers for the stream carry its old id, which finds no stream any more.
}

bool RecursiveService::Admits(const IpAddress& client) {
  return configuration_.gate->MayAsk(client);
}

void RecursiveService::Parse(bool may_ask, std::span<const uint8_t> query,
                             answer::ParsedQuery* parsed) {
  if (may_ask) {
    answer::ParseQuery(query, *store_, parsed);
    if (parsed->verdict == answer::RequestVerdict::kResolve &&
        answer::MayBeSentinel(parsed->request.name)) {
      parsed->request.fails_if_secure =
          answer::FailsAsSentinel(parsed->request, configuration_.view.settings->dnssec.anchors);
    }
    return;
  }
  parsed->request = answer::Request();
  parsed->verdict = answer::ParseForRefusal(query, &parsed->request);
}

void RecursiveService::CheckCookie(const IpAddress& client, answer::ParsedQuery* parsed) {
  answer::CheckCookie(*configuration_.cookies, client, worker_->WallSeconds(), &parsed->request,
                      &parsed->rcode);
}

// Local data comes before the store. The store may still hold a name that was resolved before the
// configuration had it.
bool RecursiveService::AnswerLocally(const View& view, std::span<const uint8_t> query,
                                     const answer::Request& request, bool tcp,
                                     std::span<uint8_t> reply, Answered* answered) {
  const cache::Instant now = recursor_.StoreNow();
  cache::EntryBuilder builder(recursor_.facilities().learner.scratch());
  if (!view.local_data->Find(request.name, request.type, now, &builder)) return false;
  const cache::EntryView found(builder.Finish().data());
  if (policy::LocalData::IsAlias(found, request.type) && request.recursion_desired()) {
    *answered = {0, FollowUp::kResolve};
    return true;
  }
  answer::AnswerParts parts;
  (void)parts.Add(found);
  const size_t octets = answer::ComposeReply(query, request, parts, now, rotation_.Next(),
                                             ReplyLimit(tcp, request, reply), reply);
  *answered = {octets, FollowUp::kNone, AnswerSource::kLocal};
  return true;
}

answer::AnswerContext RecursiveService::ContextOf(const View& view) {
  answer::AnswerContext context = {.store = *store_,
                                   .now = recursor_.StoreNow(),
                                   .rotation = rotation_.Next(),
                                   .links_max = view.settings->resolution.budget.aliases,
                                   .trust_anchors = {},
                                   .additional = view.settings->mail.additional,
                                   .local_data = view.local_data.get(),
                                   .validates = view.settings->dnssec.IsOn(),
                                   .exempt_zones = &view.settings->dnssec.negative_anchors,
                                   .told = &told_error_};
  if (configuration_.trust_anchors) context.trust_anchors = *configuration_.trust_anchors;
  return context;
}

size_t RecursiveService::AnswerKnown(const View& view, std::span<const uint8_t> query,
                                     const answer::ParsedQuery& parsed, bool tcp,
                                     std::span<uint8_t> reply) {
  size_t octets = 0;
  const answer::HotOutcome outcome =
      answer::AnswerParsed(query, parsed, tcp, ContextOf(view), reply, &octets);
  return outcome == answer::HotOutcome::kMiss ? 0 : octets;
}

RecursiveService::Answered RecursiveService::AnswerNow(const View& view,
                                                       std::span<const uint8_t> query,
                                                       const answer::ParsedQuery& parsed, bool tcp,
                                                       std::span<uint8_t> reply) {
  const answer::Request& request = parsed.request;
  Answered local;
  const bool resolves = parsed.verdict == answer::RequestVerdict::kResolve;
  if (view.local_data->has_own_names() && resolves &&
      AnswerLocally(view, query, request, tcp, reply, &local)) {
    return local;
  }
  size_t octets = 0;
  const answer::AnswerContext context = ContextOf(view);
  using enum answer::HotOutcome;
  const answer::HotOutcome outcome =
      answer::AnswerParsed(query, parsed, tcp, context, reply, &octets);
  switch (outcome) {
    case kRepliedRefreshDue:
    case kRepliedTargetsDue:
      CountHit(parsed);
      return {octets, outcome == kRepliedRefreshDue ? FollowUp::kRefresh : FollowUp::kWarm,
              AnswerSource::kCache};
    case kReplied:
      if (request.type == wire::RRType::kANY || !resolves) {
        return {octets, FollowUp::kNone, AnswerSource::kLocal};
      }
      CountHit(parsed);
      return {octets,
              request.type == wire::RRType::kMX && MayRenewTlsa(view, parsed, reply.first(octets))
                  ? FollowUp::kRenewTlsa
                  : FollowUp::kNone,
              AnswerSource::kCache};
    case kDropped:
      return {};
    case kMiss:
      break;
  }
  // A special name is answered here even when the client does not ask for recursion.
  if (AnswerLocally(view, query, request, tcp, reply, &local)) return local;
  octets = AnswerFromRanges(view, query, parsed, tcp, reply);
  if (octets != 0) return {octets, FollowUp::kNone, AnswerSource::kCache};
  if (!request.recursion_desired()) {
    return AnswerWithoutRecursion(view, query, request, reply, ReplyLimit(tcp, request, reply));
  }
  return {0, FollowUp::kResolve};
}

// The batch is processed in passes. So while one query waits for memory, others are processed.
void RecursiveService::OnDatagrams(std::span<io::Datagram> batch) {
  TERN_REQUIRE(batch.size() <= io::kBatch);
  policy::Gate& gate = *configuration_.gate;
  size_t ipv6 = 0;
  for (size_t i = 0; i < batch.size(); ++i) {
    ipv6 += batch[i].peer->sa_family == AF_INET6 ? 1 : 0;
    may_ask_[i] = gate.MayAsk(batch[i].peer);
    Parse(may_ask_[i], batch[i].query, &parsed_[i]);
    if (parsed_[i].request.cookie.state != answer::CookieState::kNone) {
      CheckCookie(Endpoint::FromSockaddr(batch[i].peer).address, &parsed_[i]);
    }
    groups_[i] = gate.FindGroup(batch[i].peer, AtGate(parsed_[i], Transport::kUdp));
  }
  CountQueries(Transport::kUdp, batch.size(), ipv6);
  const Time now = worker_->Now();
  turn_began_ = now;
  const bool is_seen = IsSeen();
  if (!sampler_.PassesOver(batch.size())) NoteBatch(batch, now);
  size_t left = 0;
  for (size_t i = 0; i < batch.size(); ++i) {
    io::Datagram& datagram = batch[i];
    const answer::ParsedQuery& parsed = parsed_[i];
    const policy::GateQuery asked = AtGate(parsed, Transport::kUdp);
    policy::GateVerdict verdict = gate.Judge(may_ask_[i], groups_[i], asked, now);
    Answered answered;
    if (verdict == policy::GateVerdict::kPass) {
      answered = AnswerNow(configuration_.ViewFor(datagram.peer), datagram.query, parsed, false,
                           datagram.reply);
      datagram.reply_octets = answered.octets;
      if (answered.follow_up != FollowUp::kResolve) {
        CountNow(answered, datagram.reply);
        if (is_seen) [[unlikely]] {
          TellAnswered(datagram.Path(), datagram.query, parsed.request, answered.source,
                       datagram.reply.first(answered.octets));
        }
      }
      if (answered.follow_up == FollowUp::kNone) continue;
      if (answered.follow_up == FollowUp::kResolve) verdict = gate.JudgeMiss(groups_[i], now);
    }
    if (verdict != policy::GateVerdict::kPass) {
      datagram.reply_octets = TurnAway(verdict, datagram.query, parsed, asked, datagram.reply);
      if (is_seen) [[unlikely]] {
        TellAnswered(datagram.Path(), datagram.query, parsed.request, AnswerSource::kRefused,
                     datagram.reply.first(datagram.reply_octets), verdict);
      }
      continue;
    }
    if (answered.follow_up == FollowUp::kResolve) recursor_.Prefetch(parsed.request.name);
    left_[left++] = {static_cast<uint8_t>(i), answered.follow_up};
  }
  for (size_t i = 0; i < left; ++i) {
    const io::Datagram& datagram = batch[left_[i].index];
    const answer::ParsedQuery& parsed = parsed_[left_[i].index];
    if (left_[i].follow_up == FollowUp::kResolve) {
      if (is_seen) [[unlikely]]
        TellQuery(datagram.Path(), datagram.query, parsed.request);
      Resolve(datagram.Path(), datagram.query, parsed);
    } else {
      FollowHit(configuration_.ViewFor(datagram.peer), parsed.request, left_[i].follow_up);
    }
  }
}

// One address may be a forwarder that stands for many clients.
bool RecursiveService::HasNoStreamLimit(const IpAddress& client) const {
  return client.IsLoopback() ||
         configuration_.gate->UnverifiedGroupOf(client) == policy::RateLimit::Group::kExempt;
}

void RecursiveService::OnStreamMessage(const io::ReturnPath& path, std::span<const uint8_t> query) {
  policy::Gate& gate = *configuration_.gate;
  const IpAddress& client = path.peer.address;
  CountQueries(Transport::kTcp, 1, client.IsIpv6() ? 1 : 0);
  answer::ParsedQuery parsed;
  const bool may_ask = gate.MayAsk(client);
  Parse(may_ask, query, &parsed);
  CheckCookie(client, &parsed);
  const policy::GateQuery asked = AtGate(parsed, Transport::kTcp);
  const policy::RateLimit::Group group = gate.FindGroup(client, asked);
  const Time now = worker_->Now();
  turn_began_ = now;
  if (!sampler_.PassesOver(1)) NoteStreamQuery(parsed, client, now);
  policy::GateVerdict verdict = gate.Judge(may_ask, group, asked, now);
  const View& view = configuration_.ViewFor(client);
  Answered answered;
  // A trace asks the servers anew, so it counts as a miss.
  const bool traced = verdict == policy::GateVerdict::kPass && MayBeTraced(path, parsed);
  if (traced) verdict = gate.JudgeMiss(group, now);
  if (verdict == policy::GateVerdict::kPass) {
    if (traced) return ResolveTraced(path, query, parsed);
    const Told told = WhatToTell(path, parsed);
    answered = told != Told::kNothing ? Tell(told, query, parsed.request)
                                      : AnswerNow(view, query, parsed, true, scratch());
    if (answered.follow_up == FollowUp::kResolve) verdict = gate.JudgeMiss(group, now);
  }
  if (verdict != policy::GateVerdict::kPass) {
    answered = {TurnAway(verdict, query, parsed, asked, scratch()), FollowUp::kNone,
                AnswerSource::kRefused};
  } else if (answered.follow_up == FollowUp::kResolve) {
    if (IsSeen()) TellQuery(path, query, parsed.request);
    Resolve(path, query, parsed);
    return;
  } else {
    CountNow(answered, scratch());
  }
  if (IsSeen()) {
    TellAnswered(path, query, parsed.request, answered.source, scratch().first(answered.octets),
                 verdict);
  }
  // An empty reply means that the query was dropped. Then the stream stops waiting for it.
  Send(path, scratch().first(answered.octets));
  FollowHit(view, parsed.request, answered.follow_up);
}

void RecursiveService::FollowHit(const View& view, const answer::Request& request,
                                 FollowUp follow_up) {
  if (follow_up == FollowUp::kRefresh) Refresh(view, request);
  if (follow_up == FollowUp::kWarm) WarmBehindKnown(view, request);
  if (follow_up == FollowUp::kRenewTlsa) RenewTlsa(view, request);
}

size_t RecursiveService::OwnerOf(wire::NameView name, wire::RRType type) const {
  const auto self = static_cast<size_t>(worker_->index());
  if (peers_.size() <= 1) return self;
  return (answer::QuestionHash(*store_, name, type) >> 32) % peers_.size();
}

void RecursiveService::Refresh(const View& view, const answer::Request& request) {
  if (!view.settings->cache.prefetch) return;
  if (request.type == wire::RRType::kMX) WarmBehindKnown(view, request);
  const size_t owner = OwnerOf(request.name, request.type);
  if (owner == static_cast<size_t>(worker_->index())) {
    recursor_.Refresh(request.name, request.type);
    return;
  }
  std::unique_ptr<RefreshMessage> message(new (std::nothrow) RefreshMessage);
  if (message == nullptr) return;
  message->name = request.name;
  message->type = request.type;
  peers_[owner]->Post(message.release());
}

void RecursiveService::Resolve(const io::ReturnPath& path, std::span<const uint8_t> query,
                               const answer::ParsedQuery& parsed) {
  const size_t owner = OwnerOf(parsed.request.name, parsed.request.type);
  if (owner == static_cast<size_t>(worker_->index())) {
    ResolveHere(path, query, parsed, worker_->Now());
  } else if (!HandOver(owner, path, query, parsed.request)) {
    SendFailure(path, query, parsed.request, worker_->Now());
  }
}

// Sends the query to the owner's mailbox. Returns false when there is no room for it.
bool RecursiveService::HandOver(size_t owner, const io::ReturnPath& path,
                                std::span<const uint8_t> query, const answer::Request& request) {
  // The limit is needed because the mailbox of a suspended worker would grow.
  if (misses_under_way_.load(std::memory_order_relaxed) >= kMissesUnderWayMax) {
    ++counters().of_limits.misses_met;
    return false;
  }
  std::unique_ptr<MissMessage> message(new (std::nothrow) MissMessage);
  if (message == nullptr) return false;
  ++counters().misses_sent;
  misses_under_way_.fetch_add(1, std::memory_order_relaxed);
  message->sender = &misses_under_way_;
  message->path = path;
  message->received = worker_->Now();
  message->request.Keep(query, request);
  peers_[owner]->Post(message.release());
  return true;
}

uint16_t* RecursiveService::WaitingOf(const io::ReturnPath& path) {
  if (path.IsStream() || configuration_.gate->waiting_max() == 0) return nullptr;
  const policy::RateLimit::Group group = configuration_.gate->UnverifiedGroupOf(path.peer.address);
  if (group == policy::RateLimit::Group::kExempt) return nullptr;
  return &waiting_[(static_cast<uint64_t>(group) >> 8) % waiting_.size()];
}

void RecursiveService::ResolveHere(const io::ReturnPath& path, std::span<const uint8_t> query,
                                   const answer::ParsedQuery& parsed, Time received) {
  const answer::Request& request = parsed.request;
  uint16_t* const waiting = WaitingOf(path);
  if (waiting != nullptr && *waiting >= configuration_.gate->waiting_max()) {
    ++counters().of_limits.prefix_waiting_met;
    const size_t octets =
        TurnAway(policy::GateVerdict::kOverLimit, query, parsed, policy::GateQuery{}, scratch());
    if (octets != 0) Send(path, scratch().first(octets));
    if (IsSeen()) {
      TellLate(path, query, request, AnswerSource::kRefused, scratch().first(octets), received,
               worker_->Now(), WhyTurnedAway(policy::GateVerdict::kOverLimit));
    }
    return;
  }
  ++counters().misses_taken;
  if (request.type == wire::RRType::kMX) ++counters().mail_questions;
  Client* client = AllocateClient();
  if (client == nullptr) {
    SendFailure(path, query, request, received);
    return;
  }
  client->Set(path, query, request, received, waiting);
  // An alias of local data comes here without a look into the store. What nobody has validated yet
  // counted as missing, and need not be asked for again.
  const View& view = configuration_.ViewFor(path.peer.address);
  const bool just_missed = !view.settings->dnssec.IsOn() && !view.local_data->Has(request.name);
  if (recursor_.Ask(request.name, request.type, client, just_missed)) return;
  FreeClient(client);
  SendFailure(path, query, request, received);
}

void RecursiveService::Send(const io::ReturnPath& path, std::span<const uint8_t> reply) {
  if (!path.IsStream() || path.worker == worker_->index()) {
    worker_->SendReply(path, reply);
    return;
  }
  if (path.worker >= peers_.size()) return;
  try {
    auto message = std::make_unique<ReplyMessage>();
    message->path = path;
    message->reply.assign(reply.begin(), reply.end());
    peers_[path.worker]->Post(message.release());
  } catch (const std::bad_alloc&) {
    // The client will ask again, and then the store has the answer.
  }
}

RecursiveService::Client* RecursiveService::AllocateClient() {
  // The client that has waited longest is the one least likely to get an answer.
  if (clients_waiting() >= kClientsMax) {
    ++counters().of_limits.clients_met;
    recursor_.GiveUp(waiting_clients_.front());
  }
  if (clients_waiting() >= kClientsMax) return nullptr;
  if (free_clients_.empty()) {
    std::unique_ptr<Client> client(new (std::nothrow) Client(this));
    if (client == nullptr) return nullptr;
    free_clients_.PushFront(client.get());
    all_clients_.push_back(std::move(client));
  }
  Client* const client = free_clients_.PopFront();
  waiting_clients_.PushBack(client);
  counters().of_limits.clients.Set(clients_waiting());
  return client;
}

void RecursiveService::FreeClient(Client* client) {
  if (client->waiting_ != nullptr) --*client->waiting_;
  waiting_clients_.Remove(client);
  counters().of_limits.clients.Set(clients_waiting());
  free_clients_.PushFront(client);
}

}  // namespace tern::resolver::service
