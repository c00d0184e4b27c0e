#include "resolver/upstream/race.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "wire/message.h"
#include "wire/mix.h"

namespace tern::resolver::upstream {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kTcpTimeout = seconds(3);

// While the zone has its share of connections, a question looks so often whether one has become
// free.
constexpr Duration kConnectionRetry = std::chrono::milliseconds(50);

constexpr Avoidance kLameFor = {minutes(10), WhyAvoided::kLame};
constexpr Avoidance kRefusedFor = {seconds(60), WhyAvoided::kRefused};
constexpr Avoidance kServfailFor = {seconds(5), WhyAvoided::kFailed};

}  // namespace

Race::Race(const RaceContext& context, ZoneServers& servers, const wire::Name& name,
           wire::RRType type)
    : facilities_(context.facilities),
      terms_(context.terms),
      subject_(context.subject),
      more_servers_(context.more_servers),
      is_last_round_(context.is_last_round),
      has_other_way_(context.has_other_way),
      servers_(servers),
      name_(name),
      zone_hash_(context.facilities.store.Hash(servers.zone())),
      hash_(wire::Mix(zone_hash_ ^ static_cast<uint64_t>(type),
                      context.facilities.store.Hash(name))) {
  servers.OnRaceBegins(this);
  question_.name = name;
  question_.type = type;
  question_.recursion_desired = servers.forwarded();
  question_.dnssec_ok = terms_.dnssec_ok;
  lower_question_ = question_;
  lower_question_.name.Lower();
  if (terms_.settings->resolution.case_randomisation) {
    uint64_t bits[4];
    for (uint64_t& word : bits) word = facilities_.environment.Random();
    question_.name.RandomiseCase(bits);
  }
}

Race::~Race() {
  servers_.OnRaceEnds();
  facilities_.environment.DisarmTimer(this);
  if (leader_ != nullptr) leader_->followers_.Remove(this);
  if (ListNode<ByQuestion>::IsLinked()) facilities_.open_races.WithHash(hash_).Remove(this);
  LeaveFollowers();
  for (Attempt& attempt : attempts_) Close(attempt);
}

bool Race::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  if (Race* leader = FindEqual()) {
    Follow(*leader);
    return true;
  }
  if (Start()) return true;
  result_.kind = why_not_;
  return false;
}

bool Race::Start() {
  facilities_.hedge_credit.OnQuestion();
  if (is_last_round_ ? !AskLeaner() : !Launch() && !waits_for_turn_) return false;
  facilities_.open_races.WithHash(hash_).PushBack(this);
  ArmNext();
  return true;
}

Race::Attempt* Race::FindAttempt(ExchangeId id) {
  for (Attempt& attempt : attempts_) {
    if (attempt.exchange == id) return &attempt;
  }
  return nullptr;
}

void Race::Close(Attempt& attempt) {
  if (attempt.state == State::kFree) return;
  facilities_.environment.EndExchange(attempt.exchange);
  NoteClosed(attempt);
}

void Race::NoteClosed(Attempt& attempt) {
  attempt.exchange = ExchangeId::kNone;
  attempt.state = State::kFree;
  --facilities_.open_counts.QueriesOf(attempt.key);
  if (attempt.transport == Transport::kUdp) {
    --facilities_.open_counts.DatagramsOf(zone_hash_);
  }
}

bool Race::HasBudget() {
  const bool has_queries = terms_.allowance->upstream_queries > 0;
  if (has_queries && terms_.allowance->upstream_octets > 0) return true;
  LimitCounts<Counter>& limits = facilities_.counters.of_limits;
  ++(has_queries ? limits.query_octets_met : limits.query_queries_met);
  why_not_ = RaceResult::Kind::kNoBudget;
  return false;
}

bool Race::Launch() {
  // Addresses that were looked up meanwhile are candidates too.
  if (launches_ > 0) servers_.Gather(facilities_.store, (*terms_.settings), facilities_.StoreNow());
  const Time now = facilities_.environment.Now();
  const bool one_at_a_time = IsOneAtATime(now);
  if (one_at_a_time && HasDatagram(now)) return false;
  const bool is_others_turn = one_at_a_time && OthersHaveDatagram();
  waits_for_turn_ = is_others_turn && tcp_failed_;
  if (waits_for_turn_) {
    next_launch_ = now + std::clamp(facilities_.lateness.estimate(), kHedgeMin, kHedgeMax);
    return false;
  }
  if (in_turn_.has_value()) return SendInTurn();
  const bool beside = !IsRareType() && AnyWaiting(now);
  KnownServer server;
  int picked = Pick(now, &server);
  const int overdue = beside ? OverdueBefore(picked, now, &server) : -1;
  if (overdue >= 0) picked = overdue;
  if (picked < 0) return false;
  if (beside && !facilities_.hedge_credit.Spend()) return false;
  if (!HasBudget()) return false;
  if (one_at_a_time) {
    NoteSilences(now);
    CloseDatagrams();
  }
  const auto candidate = static_cast<uint8_t>(picked);
  const QueryForm form =
      overdue >= 0 ? Repeat(candidate) : NextForm(servers_.candidates()[candidate], server.record);
  const Transport transport = is_others_turn ? Transport::kTcp : Transport::kUdp;
  if (!Send(candidate, server, transport, form, nullptr)) {
    if (transport == Transport::kTcp) WaitForConnection(now);
    return false;
  }
  if (beside) {
    ++hedges_;
    ++facilities_.counters.hedges;
  }
  Duration delay = HedgeDelay(server.record);
  ++launches_;
  next_launch_ = now + std::min(delay, kHedgeMax);
  return true;
}

void Race::WaitForConnection(Time now) {
  waits_for_turn_ = true;
  next_launch_ = now + kConnectionRetry;
}

// A slot for one more attempt. When all are taken, the oldest silent attempt is closed for it. Null
// when all of them still wait.
Race::Attempt* Race::FreeSlot() {
  Attempt* oldest = nullptr;
  for (Attempt& attempt : attempts_) {
    if (attempt.state == State::kFree) return &attempt;
    if (attempt.state == State::kSilent && (oldest == nullptr || attempt.sent < oldest->sent))
      oldest = &attempt;
  }
  ++facilities_.counters.of_limits.attempts_met;
  if (oldest != nullptr) Close(*oldest);
  return oldest;
}

bool Race::Send(uint8_t candidate, const KnownServer& known, Transport transport,
                const QueryForm& form, const Attempt* like) {
  if (!HasBudget()) return false;
  Attempt* slot = FreeSlot();
  if (slot == nullptr) return false;
  Environment& environment = facilities_.environment;
  Candidate& asked = servers_.candidates()[candidate];
  Attempt attempt;
  if (like != nullptr) attempt = *like;
  if (like == nullptr && asked.tries > 0 && form != asked.form) attempt.after = Sign::kSilence;
  if (transport == Transport::kUdp) ++asked.tries;
  asked.form = form;
  attempt.candidate = candidate;
  attempt.transport = transport;
  attempt.form = form;
  attempt.id = static_cast<uint16_t>(environment.Random());
  attempt.sent = environment.Now();
  attempt.state = State::kWaiting;
  attempt.key = known.key;
  const ServerState& record = known.record;
  attempt.expendable =
      record.silences >= kDeadAfter || (record.silences == 0 && !record.HasAnswered());
  // A server that has answered is there. To ask it in another way is no second try.
  const int silent_tries = std::max(1, asked.tries - (like != nullptr ? 1 : 0));
  Duration timeout = RetryTimeout(record, silent_tries);
  if (transport == Transport::kTcp) {
    attempt.out_of_turn = like == nullptr;
    timeout =
        attempt.out_of_turn ? std::min(RoundTrips(transport) * timeout, kTcpTimeout) : kTcpTimeout;
  }
  attempt.late = attempt.sent + timeout;
  uint8_t query[kUpstreamQueryOctetsMax];
  const UpstreamCookie cookie = MakeCookie(attempt);
  const size_t octets =
      WriteUpstreamQuery(QuestionOf(attempt), attempt.id, form, cookie.view(), query);
  attempt.exchange = environment.StartExchange(asked.server, transport, {query, octets}, this);
  if (attempt.exchange == ExchangeId::kNone) {
    why_not_ = RaceResult::Kind::kNoResources;
    return false;
  }
  --terms_.allowance->upstream_queries;
  if (auto* const of_zone = CountsOfZone()) ++of_zone->queries;
  facilities_.CountQuery(transport, like != nullptr || asked.tries > 1);
  ++facilities_.open_counts.QueriesOf(attempt.key);
  if (transport == Transport::kUdp) ++facilities_.open_counts.DatagramsOf(zone_hash_);
  *slot = attempt;
  if (like != nullptr) {
    // The server has answered and is asked once more. So it gets as long again before another one
    // is asked, and over TCP also the time of a handshake.
    const Duration usual = HedgeDelay(record);
    next_launch_ = std::max(next_launch_, attempt.sent + RoundTrips(transport) * usual);
  }
  if (facilities_.events.IsOpen()) Tell(Event::Kind::kServerQuery, attempt, {query, octets}, {});
  TraceStep("query", attempt, "");
  return true;
}

void Race::ArmNext() {
  const Time now = facilities_.environment.Now();
  Time at = terms_.deadline;
  if (next_launch_ > now) at = std::min(at, next_launch_);
  for (const Attempt& attempt : attempts_) {
    if (attempt.state != State::kFree && now < attempt.late) at = std::min(at, attempt.late);
  }
  facilities_.environment.ArmTimer(this, at);
}

void Race::OnTimer() {
  const DrainAtExit drain(*facilities_.finisher);
  const Time now = facilities_.environment.Now();
  if (now >= terms_.deadline) {
    Finish(RaceResult::Kind::kDeadline);
    return;
  }
  if (!ListNode<ByQuestion>::IsLinked()) {
    StartLate();
    return;
  }
  NoteSilences(now);
  if (parent_asked_) TakeNewDelegation();
  // Also when no server has time left, because nothing else would ask again.
  if ((now >= next_launch_ || !AnyWaiting(now)) && !LaunchNext() && !waits_for_turn_) {
    next_launch_ = now + kHedgeMax;
    if (LookFurther(now)) {
      next_launch_ = now + std::clamp(2 * facilities_.lateness.estimate(), kHedgeMin, kHedgeMax);
    }
  }
  WaitOrFinish(now);
}

// Another replica's address may be found meanwhile. Then that replica is a candidate. If only dead
// servers are known, the zone may have moved.
bool Race::LookFurther(Time now) {
  if (IsRareType()) return false;
  if (!std::exchange(looked_further_, true) && more_servers_.LookUpAnother()) return true;
  if (parent_asked_ || !OnlyDeadAreLeft(now)) return false;
  parent_asked_ = more_servers_.AskParent();
  return parent_asked_;
}

void Race::TakeNewDelegation() {
  if (servers_.Renew(facilities_.store, facilities_.StoreNow())) looked_further_ = false;
}

void Race::NoteSilences(Time now) {
  for (Attempt& attempt : attempts_) {
    if (attempt.state != State::kWaiting || now < attempt.late) continue;
    attempt.state = State::kSilent;
    ++silences_;
    ++facilities_.counters.of_upstream.silences;
    if (auto* const of_zone = CountsOfZone()) ++of_zone->silences;
    if (facilities_.events.IsOpen()) TellNoReply(Event::Kind::kServerSilent, attempt);
    TraceStep("timeout", attempt, "");
    tcp_failed_ |= attempt.out_of_turn;
    if (attempt.transport == Transport::kUdp && !IsRareType()) {
      NoteSilence(attempt, now - attempt.sent, now);
    }
  }
}

bool Race::AnyWaiting(Time now) const {
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return attempt.state != State::kFree && now < attempt.late;
  });
}

// A server that died meanwhile is not tried again, even if other questions showed that it is dead.
// Its open attempts may still get an answer.
bool Race::AnyWaitingAtLast(Time now) {
  if (NeedsNoReply() || IsRareType() || (has_other_way_ && OnlyDeadAreLeft(now))) return false;
  for (Attempt& attempt : attempts_) {
    if (attempt.state == State::kFree) continue;
    // A query that was repeated early gave its server less time than tries at their usual times.
    const bool repeated = servers_.candidates()[attempt.candidate].repeated;
    const Duration time = repeated ? kOnlyTry + kRetryUnknown : kOnlyTry;
    attempt.late = std::max(attempt.late, attempt.sent + time);
  }
  return AnyWaiting(now);
}

void Race::WaitOrFinish(Time now) {
  if (AnyWaiting(now) || waits_for_turn_ || (is_last_round_ && AskLeaner()) ||
      AnyWaitingAtLast(now)) {
    ArmNext();
  } else {
    const bool is_silent_probe = NeedsNoReply() && why_not_ == RaceResult::Kind::kExhausted;
    Finish(seen_empty_       ? RaceResult::Kind::kEmpty
           : is_silent_probe ? RaceResult::Kind::kProbeFailed
                             : why_not_);
  }
}

void Race::GoOn() {
  (void)LaunchNext();
  WaitOrFinish(facilities_.environment.Now());
}

void Race::Finish(RaceResult::Kind kind) {
  if (decided_) return;
  decided_ = true;
  result_.kind = OrDoubtedDenial(kind);
  result_.failure = CommonFailure();
  result_.server = answered_;
  NoteLosers();
  NoteSilentZone();
  const bool failed =
      result_.kind == RaceResult::Kind::kExhausted || result_.kind == RaceResult::Kind::kDeadline;
  if (auto* const of_zone = failed ? CountsOfZone() : nullptr) ++of_zone->failures;
  if (ListNode<ByQuestion>::IsLinked()) facilities_.open_races.WithHash(hash_).Remove(this);
  TellFollowers();
  // The coroutine destroys this object, so nothing may follow.
  std::exchange(waiting_, nullptr).resume();
}

void Race::OnReply(ExchangeId id, std::span<const uint8_t> message) {
  const DrainAtExit drain(*facilities_.finisher);
  Attempt* attempt = FindAttempt(id);
  if (attempt != nullptr && !decided_) {
    const ReplyMatch match = MatchReply(message, QuestionOf(*attempt), attempt->id);
    // An attacker who is not on the path cannot forge TCP. So case is no evidence there.
    const bool matches = match == ReplyMatch::kMatches ||
                         (match == ReplyMatch::kWrongCase &&
                          (attempt->transport == Transport::kTcp ||
                           facilities_.server_table.Get(attempt->key).keeps_no_case));
    // The server keeps the case after all. So the reply that did not was not its own.
    if (match == ReplyMatch::kMatches && attempt->doubt == Doubt::kCase &&
        (attempt->form.random_case || attempt->transport == Transport::kTcp)) {
      attempt->doubt = Doubt::kNone;
    }
    // A forger must not use up what the question may cost.
    if (matches || attempt->transport == Transport::kTcp) {
      terms_.allowance->upstream_octets -= static_cast<int>(message.size());
    }
    if (facilities_.events.IsOpen() && match != ReplyMatch::kForgery) {
      Tell(Event::Kind::kServerReply, *attempt, {}, message);
    }
    if (matches) {
      OnMatchingReply(*attempt, message);
    } else {
      OnMismatch(*attempt, match);
    }
  }
}

// Asks the same server in another way. If that is not possible, asks the next one.
void Race::AskAgain(Attempt& attempt, Transport transport, const QueryForm& form) {
  Attempt like = attempt;
  Close(attempt);
  const KnownServer server = {like.key, facilities_.server_table.Get(like.key)};
  if (Send(like.candidate, server, transport, form, &like)) {
    ArmNext();
    return;
  }
  if (transport == Transport::kTcp && HasBudget()) {
    in_turn_ = like;
    in_turn_->transport = transport;
    in_turn_->form = form;
  }
  GoOn();
}

void Race::NoteAnswer(const Attempt& attempt) {
  const Time now = facilities_.environment.Now();
  answered_ = attempt.key;
  facilities_.server_table.silent_zones().NoteAnswer(zone_hash_);
  if (attempt.transport == Transport::kUdp) {
    const Duration rtt = std::max(now - attempt.sent, Duration(1));
    facilities_.server_table.NoteAnswer(attempt.key, rtt, now);
    facilities_.NoteRoundTrip(rtt);
  }
  SettleDoubt(attempt);
}

// Puts our case into the question. Otherwise compression pointers would bring its random case into
// other names.
std::span<const uint8_t> Race::WithOurCase(std::span<const uint8_t> message) {
  constexpr size_t kName = wire::kHeaderOctets;
  if (wire::LoadU16(message.data() + 4) != 1) return message;
  const auto sent = wire::NameView::FromWire(message.subspan(kName));
  if (sent && sent->EqualsExactly(name_)) return message;
  const std::span<uint8_t> room = facilities_.reply_buffer();
  std::copy(message.begin(), message.end(), room.begin());
  std::copy_n(name_.data(), name_.size(), room.begin() + kName);
  return room.first(message.size());
}

void Race::NoteBoundOf(const ReplyRecords& records) {
  LimitCounts<Counter>& limits = facilities_.counters.of_limits;
  if (records.bound_met() == ReplyRecords::BoundMet::kRecords) ++limits.reply_records_met;
  if (records.bound_met() == ReplyRecords::BoundMet::kSteps) ++limits.reply_steps_met;
}

void Race::OnMatchingReply(Attempt& attempt, std::span<const uint8_t> packet) {
  const std::span<const uint8_t> message = WithOurCase(packet);
  ReplyRecords& records = facilities_.records;
  const bool sound = records.Read(message, servers_.zone()) == wire::ParseError::kNone;
  if (!sound) NoteBoundOf(records);
  if (sound && !AcceptCookie(attempt)) return;
  NoteAnswer(attempt);
  if (!sound && !records.header().Has(wire::kFlagTC)) {
    if (subject_ == Subject::kProbe) {
      EndPart(attempt, RaceResult::Kind::kProbeFailed);
    } else {
      OnUnreadable(attempt);
    }
    return;
  }
  if (records.rcode() == wire::Rcode::kBadCookie && attempt.cookie != CookieSent::kNone) {
    OnBadCookie(attempt);
    return;
  }
  result_.meaning = Classify();
  const ReplyClass reply_class = result_.meaning.reply_class;
  if (IsDoubtfulDenial(attempt)) {
    AskInLowerCase(attempt, message);
    return;
  }
  if (reply_class != ReplyClass::kFormatError && reply_class != ReplyClass::kServerFailure &&
      reply_class != ReplyClass::kLame && reply_class != ReplyClass::kBare) {
    LearnForm(attempt);
    LearnCapitals(attempt);
  }
  if (const auto end = EndOfPart(reply_class); end.has_value()) {
    EndPart(attempt, *end);
    return;
  }
  switch (reply_class) {
    case ReplyClass::kAnswer:
    case ReplyClass::kAlias:
    case ReplyClass::kNoData:
    case ReplyClass::kNxDomain:
    case ReplyClass::kYxDomain:
    case ReplyClass::kReferral:
      TraceStep("reply", attempt, "of use");
      Close(attempt);
      Finish(RaceResult::Kind::kReply);
      return;
    case ReplyClass::kEmpty:
      OnEmpty(attempt);
      return;
    case ReplyClass::kBare:
      seen_lame_ = true;
      Drop(attempt, kLameFor, "bare",
           records.rcode() == wire::Rcode::kNXDomain ? RaceResult::kSaidBareNxDomain
                                                     : RaceResult::kSaidBareNoError);
      return;
    case ReplyClass::kLame:
      seen_lame_ = true;
      Drop(attempt, kLameFor, "lame", RaceResult::kSaidNotServed);
      return;
    case ReplyClass::kServerFailure:
      seen_lame_ = true;
      if (records.rcode() == wire::Rcode::kRefused) {
        Drop(attempt, kRefusedFor, "REFUSED", RaceResult::kSaidNotServed);
      } else if (MayBeBogusThere(attempt)) {
        AskWithoutChecking(attempt);
      } else {
        Drop(attempt, kServfailFor, "SERVFAIL or the like");
      }
      return;
    case ReplyClass::kFormatError:
      OnFormatError(attempt);
      return;
    case ReplyClass::kTruncated:
      attempt.after.reset();  // what was to be learnt from it is learnt
      AskOverTcp(attempt, "truncated");
      return;
  }
}

void Race::OnExchangeFailed(ExchangeId id, ExchangeFailure failure) {
  const DrainAtExit drain(*facilities_.finisher);
  Attempt* attempt = FindAttempt(id);
  if (attempt == nullptr || decided_) return;
  if (failure == ExchangeFailure::kNoResources) NoteSilences(facilities_.environment.Now());
  const bool was_silent = attempt->state == State::kSilent;
  if (facilities_.events.IsOpen() && failure == ExchangeFailure::kUnreachable) {
    TellNoReply(Event::Kind::kServerUnreachable, *attempt);
  }
  // The environment has closed it already.
  NoteClosed(*attempt);
  if (ConcedeAndAsk(*attempt)) {
    ArmNext();
    return;
  }
  const bool is_unreachable = failure == ExchangeFailure::kUnreachable;
  TraceStep("reply", *attempt, is_unreachable ? "unreachable" : "no socket");
  // Others needed its socket. If it was silent, it had its time. If not, it is nobody's failure.
  if (!is_unreachable && was_silent) return;
  if (is_unreachable && attempt->out_of_turn) {
    tcp_failed_ = true;
    GoOn();
    return;
  }
  if (is_unreachable) {
    OnUnreachable(*attempt);
  } else {
    why_not_ = RaceResult::Kind::kNoResources;
  }
  servers_.candidates()[attempt->candidate].failed = true;
  GoOn();
}

void Race::OnUnreachable(const Attempt& attempt) {
  seen_unreachable_ = true;
  if (attempt.transport != Transport::kUdp) return;
  NoteSilence(attempt, kRetryUnknown, facilities_.environment.Now());
}

}  // namespace tern::resolver::upstream
