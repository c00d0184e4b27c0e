#include "resolver/upstream/race.h"

#include <algorithm>
#include <chrono>

#include "resolver/resolution/lookup.h"
#include "resolver/resolution/recursor.h"
#include "wire/message.h"

namespace tern::resolver::upstream {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kTcpTimeout = seconds(3);

constexpr Duration kLameFor = minutes(10);
constexpr Duration kRefusedFor = seconds(60);
constexpr Duration kServfailFor = seconds(5);
constexpr Duration kOvertakenOverTcpFor = seconds(5);

// Until an answer: over TCP with the handshake and its acknowledgement.
int RoundTrips(Transport transport) { return transport == Transport::kTcp ? 3 : 1; }

}  // namespace

Race::Race(resolution::Job& job, ZoneServers& servers, const wire::Name& name, wire::RRType type)
    : job_(job), recursor_(job.recursor()), servers_(servers), name_(name) {
  question_.name = name;
  question_.type = type;
  question_.recursion_desired = servers.forwarded();
  if (job.settings().resolution.case_randomisation) {
    uint64_t bits[4];
    for (uint64_t& word : bits) word = recursor_.environment().Random();
    question_.name.RandomiseCase(bits);
  }
}

Race::~Race() {
  recursor_.environment().DisarmTimer(this);
  for (Attempt& attempt : attempts_) Close(attempt);
}

bool Race::await_suspend(std::coroutine_handle<> waiting) {
  recursor_.hedge_credit().OnQuestion();
  if (!Launch()) {
    result_.kind = why_not_;
    return false;
  }
  waiting_ = waiting;
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
  if (attempt.exchange == 0) return;
  recursor_.environment().EndExchange(attempt.exchange);
  NoteClosed(attempt);
}

void Race::NoteClosed(Attempt& attempt) {
  attempt.exchange = 0;
  --recursor_.queries_of(attempt.key);
}

bool Race::HasBudget() {
  if (job_.allowance().upstream_queries > 0) return true;
  why_not_ = RaceResult::Kind::kNoBudget;
  return false;
}

bool Race::Launch() {
  // Addresses that were looked up meanwhile are candidates too.
  if (launches_ > 0) servers_.Gather(recursor_.store(), job_.settings(), recursor_.StoreNow());
  const Time now = recursor_.environment().Now();
  const bool one_at_a_time = IsOneAtATime(now);
  if (one_at_a_time && HasDatagram(now)) return false;
  const bool beside = AnyWaiting(now);
  KnownServer server;
  const int picked = Pick(now, &server);
  if (picked < 0) return false;
  if (beside && !recursor_.hedge_credit().Spend()) return false;
  if (!HasBudget()) return false;
  if (one_at_a_time) {
    NoteSilences(now);
    CloseDatagrams();
  }
  const auto candidate = static_cast<uint8_t>(picked);
  const bool edns = !server.record.plain_dns && !servers_.candidates()[candidate].refuses_edns;
  if (!Send(candidate, server, Transport::kUdp, edns, nullptr)) return false;
  if (beside) {
    ++hedges_;
    ++recursor_.statistics().hedges;
  }
  Duration delay = HedgeDelay(server.record);
  for (int i = 0; i < launches_ && delay < kHedgeMax; ++i) delay += delay / 2;
  ++launches_;
  next_launch_ = now + std::min(delay, kHedgeMax);
  return true;
}

// Room for one more attempt; the oldest silent one makes way when there is none. Null when all are
// still waited for.
Race::Attempt* Race::FreeSlot() {
  Attempt* oldest = nullptr;
  for (Attempt& attempt : attempts_) {
    if (attempt.exchange == 0) return &attempt;
    if (attempt.silent && (oldest == nullptr || attempt.sent < oldest->sent)) oldest = &attempt;
  }
  if (oldest != nullptr) Close(*oldest);
  return oldest;
}

bool Race::Send(uint8_t candidate, const KnownServer& known, Transport transport, bool edns,
                const Attempt* like) {
  if (!HasBudget()) return false;
  Attempt* slot = FreeSlot();
  if (slot == nullptr) return false;
  Environment& environment = recursor_.environment();
  Candidate& asked = servers_.candidates()[candidate];
  if (transport == Transport::kUdp) ++asked.tries;
  Attempt attempt;
  if (like != nullptr) attempt = *like;
  attempt.candidate = candidate;
  attempt.tests_plain_dns = asked.refuses_edns && !edns;
  attempt.transport = transport;
  attempt.edns = edns;
  attempt.id = static_cast<uint16_t>(environment.Random());
  attempt.sent = environment.Now();
  attempt.silent = false;
  attempt.key = known.key;
  const ServerRecord& record = known.record;
  attempt.expendable =
      record.silences >= kDeadAfter || (record.silences == 0 && !record.HasAnswered());
  // A server that has answered is there: being asked in another way is no second try.
  const int silent_tries = std::max(1, asked.tries - (like != nullptr ? 1 : 0));
  const Duration timeout =
      transport == Transport::kTcp ? kTcpTimeout : RetryTimeout(record, silent_tries);
  attempt.late = attempt.sent + timeout;
  uint8_t query[kUpstreamQueryOctetsMax];
  if (attempt.own_case) question_.name = name_;
  const UpstreamCookie cookie = MakeCookie(attempt, record);
  const size_t octets = WriteUpstreamQuery(question_, attempt.id, edns, cookie.view(), query);
  attempt.exchange = environment.StartExchange(asked.server, transport, {query, octets}, this);
  if (attempt.exchange == 0) {
    why_not_ = RaceResult::Kind::kNoResources;
    return false;
  }
  --job_.allowance().upstream_queries;
  ++recursor_.statistics().upstream_queries;
  ++recursor_.queries_of(attempt.key);
  *slot = attempt;
  if (like != nullptr) {
    // The server has answered and is asked once more: it has as long again before another is asked,
    // and over TCP for a handshake too.
    const Duration usual = HedgeDelay(record);
    next_launch_ = std::max(next_launch_, attempt.sent + RoundTrips(transport) * usual);
  }
  TraceStep("query", attempt, "");
  return true;
}

void Race::ArmNext() {
  const Time now = recursor_.environment().Now();
  Time at = job_.deadline();
  if (next_launch_ > now) at = std::min(at, next_launch_);
  for (const Attempt& attempt : attempts_) {
    if (attempt.exchange != 0 && now < attempt.late) at = std::min(at, attempt.late);
  }
  recursor_.environment().ArmTimer(this, at);
}

void Race::OnTimer() {
  resolution::Recursor& recursor = recursor_;
  const Time now = recursor.environment().Now();
  if (now >= job_.deadline()) {
    Finish(RaceResult::Kind::kDeadline);
    recursor.Drain();
    return;
  }
  NoteSilences(now);
  // Also when nobody has time left to answer in: nothing else would ask again.
  if ((now >= next_launch_ || !AnyWaiting(now)) && !Launch()) {
    next_launch_ = now + kHedgeMax;
    // The address of one more replica may be there to be found; then it is a candidate.
    if (!std::exchange(looked_further_, true) &&
        resolution::Lookup::AnotherServerInBackground(job_)) {
      next_launch_ = now + std::clamp(2 * recursor.lateness().estimate(), kHedgeMin, kHedgeMax);
    }
  }
  WaitOrFinish(now);
  recursor.Drain();
}

void Race::NoteSilences(Time now) {
  for (Attempt& attempt : attempts_) {
    if (attempt.exchange == 0 || now < attempt.late || attempt.silent) continue;
    attempt.silent = true;
    ++silences_;
    TraceStep("timeout", attempt, "");
    if (attempt.transport == Transport::kUdp) {
      recursor_.server_table().RecordSilence(attempt.key, now - attempt.sent, now);
    }
  }
}

bool Race::AnyWaiting(Time now) const {
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return attempt.exchange != 0 && now < attempt.late;
  });
}

// Servers that died meanwhile, by others' questions too, are not tried again; what they were asked
// before may yet be answered.
bool Race::AnyWaitingAtLast(Time now) {
  for (Attempt& attempt : attempts_) {
    if (attempt.exchange != 0) attempt.late = std::max(attempt.late, attempt.sent + kOnlyTry);
  }
  return AnyWaiting(now);
}

void Race::WaitOrFinish(Time now) {
  if (AnyWaiting(now) || AnyWaitingAtLast(now)) {
    ArmNext();
  } else {
    Finish(seen_empty_ ? RaceResult::Kind::kEmpty : why_not_);
  }
}

void Race::GoOn() {
  (void)Launch();
  WaitOrFinish(recursor_.environment().Now());
}

void Race::Finish(RaceResult::Kind kind) {
  if (decided_) return;
  decided_ = true;
  result_.kind = kind;
  result_.failure = CommonFailure();
  // Servers that let their time pass are what hedges are for.
  const int needed = std::min(hedges_, silences_ + RecordLosers());
  if (needed > 0) recursor_.hedge_credit().GiveBack(needed);
  // The coroutine destroys this object; nothing may follow.
  std::exchange(waiting_, nullptr).resume();
}

void Race::OnReply(ExchangeId id, std::span<const uint8_t> message) {
  resolution::Recursor& recursor = recursor_;
  Attempt* attempt = FindAttempt(id);
  if (attempt != nullptr && !decided_) {
    const ReplyMatch match = MatchReply(message, question_, attempt->id);
    // TCP cannot be forged from beside the path: case is no evidence there.
    const bool matches = match == ReplyMatch::kMatches ||
                         (match == ReplyMatch::kWrongCase &&
                          (attempt->transport == Transport::kTcp ||
                           recursor.server_table().Get(attempt->key).keeps_no_case));
    // It keeps the case after all; then the reply that did not was not its own.
    if (match == ReplyMatch::kMatches && !attempt->own_case) attempt->tests_case = false;
    if (matches) {
      OnMatchingReply(*attempt, message);
    } else {
      OnMismatch(*attempt, match);
    }
  }
  recursor.Drain();
}

// The same server in another way; when that cannot be, the next one.
void Race::AskAgain(Attempt& attempt, Transport transport, bool edns) {
  Attempt like = attempt;
  Close(attempt);
  const KnownServer server = {like.key, recursor_.server_table().Get(like.key)};
  if (Send(like.candidate, server, transport, edns, &like)) {
    ArmNext();
  } else {
    GoOn();
  }
}

void Race::RecordAnswer(const Attempt& attempt) {
  const Time now = recursor_.environment().Now();
  answered_ = attempt.key;
  if (attempt.transport == Transport::kUdp) {
    const Duration rtt = std::max(now - attempt.sent, Duration(1));
    recursor_.server_table().RecordAnswer(attempt.key, rtt, now);
    recursor_.lateness().Record(rtt);
  }
  if (attempt.tests_case) recursor_.server_table().RecordKeepsNoCase(attempt.key, now);
}

// The random case of the question must not get into names that point to it by compression.
std::span<const uint8_t> Race::WithOurCase(std::span<const uint8_t> message) {
  constexpr size_t kName = wire::kHeaderOctets;
  if (wire::LoadU16(message.data() + 4) != 1 || question_.name.view().EqualsExactly(name_)) {
    return message;
  }
  const std::span<uint8_t> room = recursor_.reply_room();
  std::copy(message.begin(), message.end(), room.begin());
  std::copy_n(name_.data(), name_.size(), room.begin() + kName);
  return room.first(message.size());
}

void Race::OnMatchingReply(Attempt& attempt, std::span<const uint8_t> packet) {
  const std::span<const uint8_t> message = WithOurCase(packet);
  ReplyRecords& records = recursor_.records();
  const bool sound = records.Read(message, servers_.zone()) == wire::ParseError::kNone;
  if (sound && !AcceptCookie(attempt)) return;
  RecordAnswer(attempt);
  if (!sound && !records.header().Has(wire::kFlagTC)) {
    seen_unsound_ = true;
    AskOverTcp(attempt, "malformed");
    return;
  }
  if (records.rcode() == wire::Rcode::kBadCookie && attempt.has_cookie) {
    OnBadCookie(attempt);
    return;
  }
  const policy::Jurisdiction jurisdiction(job_.settings(), recursor_.local_data(), name_);
  result_.meaning = ClassifyReply(records, name_, question_.type, servers_.zone(),
                                  servers_.forwarded(), &jurisdiction);
  const bool understood = result_.meaning.reply_class != ReplyClass::kFormatError &&
                          result_.meaning.reply_class != ReplyClass::kServerFailure;
  if (understood && attempt.tests_plain_dns) {
    recursor_.server_table().RecordPlainDns(attempt.key, recursor_.environment().Now());
  } else if (understood && attempt.tests_no_cookie) {
    recursor_.server_table().RecordTakesNoCookie(attempt.key, recursor_.environment().Now());
  }
  switch (result_.meaning.reply_class) {
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
      seen_empty_ = true;
      Drop(attempt, Duration(0), "empty");
      return;
    case ReplyClass::kLame:
      seen_lame_ = true;
      Drop(attempt, kLameFor, "lame");
      return;
    case ReplyClass::kServerFailure:
      seen_lame_ = true;
      if (records.rcode() == wire::Rcode::kRefused) {
        Drop(attempt, kRefusedFor, "REFUSED");
      } else {
        Drop(attempt, kServfailFor, "SERVFAIL or the like");
      }
      return;
    case ReplyClass::kFormatError:
      OnFormatError(attempt);
      return;
    case ReplyClass::kTruncated:
      AskOverTcp(attempt, "truncated");
      return;
  }
}

// RFC 6891 section 7: a server that does not know EDNS says FORMERR or NOTIMP; ask it plainly.
// Before that without a cookie: some know EDNS only. Learnt only from what is then answered.
void Race::OnFormatError(Attempt& attempt) {
  Candidate& candidate = servers_.candidates()[attempt.candidate];
  // Those that were sent while an answer was under way may have been the others.
  const bool is_last = attempt.transport == Transport::kUdp && IsUsedUp(candidate);
  if (!attempt.edns || (is_last && candidate.refuses_edns)) {
    seen_lame_ = true;
    Drop(attempt, kServfailFor, "FORMERR");
    return;
  }
  if (!is_last && attempt.has_cookie && recursor_.records().rcode() == wire::Rcode::kFormErr) {
    TraceStep("reply", attempt, "FORMERR: asked without a cookie");
    attempt.tests_no_cookie = true;
    AskAgain(attempt, attempt.transport, true);
    return;
  }
  TraceStep("reply", attempt, "FORMERR: asked without EDNS");
  candidate.refuses_edns = true;
  AskAgain(attempt, attempt.transport, false);
}

void Race::Drop(Attempt& attempt, Duration lame_for, std::string_view why) {
  TraceStep("reply", attempt, why);
  Candidate& candidate = servers_.candidates()[attempt.candidate];
  candidate.failed = true;
  if (lame_for.count() > 0) {
    recursor_.server_table().RecordLame(attempt.key, servers_.zone(), lame_for,
                                        recursor_.environment().Now());
  }
  Close(attempt);
  GoOn();
}

// Replicas that were overtaken although they had more time than they usually need count as slow,
// so that the next question goes elsewhere first; likewise in this zone those that had to be asked
// over TCP, of which nothing else is learnt. Not the one that answered, whose earlier try may have
// come home first. Returns how many of them were worth a hedge that costs nothing. Not those that
// answer usually and are late this once: of a healthy network's servers some always are, and asking
// beside them is what the credit bounds. A server that never answered is taken for dead once, so
// healthy ones cost one such hedge each.
int Race::RecordLosers() {
  const Time now = recursor_.environment().Now();
  ServerTable& table = recursor_.server_table();
  int dead = 0;
  for (Attempt& attempt : attempts_) {
    if (attempt.exchange == 0) continue;
    const Duration waited = now - attempt.sent;
    const bool is_late =
        !attempt.silent && attempt.key != answered_ &&
        waited >= RoundTrips(attempt.transport) * HedgeDelay(table.Get(attempt.key));
    if (is_late && attempt.transport == Transport::kTcp) {
      table.RecordLame(attempt.key, servers_.zone(), kOvertakenOverTcpFor, now);
    } else if (is_late) {
      table.RecordSilence(attempt.key, waited, now);
      if (attempt.expendable) ++dead;
    }
    Close(attempt);
  }
  return dead;
}

void Race::OnExchangeFailed(ExchangeId id, ExchangeFailure failure) {
  resolution::Recursor& recursor = recursor_;
  Attempt* attempt = FindAttempt(id);
  if (attempt != nullptr && !decided_) {
    if (failure == ExchangeFailure::kNoResources) NoteSilences(recursor.environment().Now());
    // The environment closed it already.
    NoteClosed(*attempt);
    Candidate& candidate = servers_.candidates()[attempt->candidate];
    const bool case_is_left = attempt->tests_case && !attempt->own_case;
    const bool bare_is_left = attempt->tests_bare && !attempt->may_be_bare;
    if ((case_is_left || bare_is_left) && !IsUsedUp(candidate)) {
      // It neither keeps the case nor speaks TCP: the name in its own case is what is left. Alone:
      // after a sign of forgery one datagram is open, and others' replies would not match this
      // case. Likewise who gives no cookies any more.
      for (Attempt& other : attempts_) {
        if (other.exchange != 0 && other.transport == Transport::kUdp) BreakOff(other);
      }
      Attempt like = *attempt;
      like.own_case |= case_is_left;
      like.may_be_bare |= bare_is_left;
      const KnownServer server = {like.key, recursor.server_table().Get(like.key)};
      if (Send(like.candidate, server, Transport::kUdp, like.edns, &like)) {
        ArmNext();
        recursor.Drain();
        return;
      }
    }
    if (failure == ExchangeFailure::kUnreachable) seen_unreachable_ = true;
    TraceStep("reply", *attempt,
              failure == ExchangeFailure::kUnreachable ? "unreachable" : "no socket");
    if (failure == ExchangeFailure::kNoResources) {
      // Others needed its socket. It had its time when it was silent; else it is nobody's failure.
      if (attempt->silent) {
        recursor.Drain();
        return;
      }
      why_not_ = RaceResult::Kind::kNoResources;
    }
    candidate.failed = true;
    const Time now = recursor.environment().Now();
    if (failure == ExchangeFailure::kUnreachable && attempt->transport == Transport::kUdp) {
      recursor.server_table().RecordSilence(attempt->key, kRetryUnknown, now);
    }
    GoOn();
  }
  recursor.Drain();
}

void Race::TraceStep(std::string_view kind, const Attempt& attempt, std::string_view outcome) {
  Trace* trace = job_.trace();
  if (trace == nullptr) return;
  Trace::Step step;
  step.kind = kind;
  step.zone = &servers_.zone();
  step.server = &servers_.candidates()[attempt.candidate].server;
  step.transport = attempt.transport;
  step.question = &name_;
  step.type = question_.type;
  step.outcome = outcome;
  if (kind != "query") step.rtt = recursor_.environment().Now() - attempt.sent;
  trace->Add(step);
}

}  // namespace tern::resolver::upstream
