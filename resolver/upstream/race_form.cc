// In which form a race asks a server, and what it does when the server does not take that form; see
// race.h and query_form.h.
#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "resolver/upstream/race.h"

namespace tern::resolver::upstream {
namespace {

constexpr Avoidance kFormatErrorFor = {std::chrono::seconds(5), WhyAvoided::kFormatError};
// After so many silences, servers that are not known to take all are asked in a leaner form.
constexpr int kSilencesBeforeLeaner = 2;
// A race asks so often in a leaner form when all servers failed.
constexpr int kLastTriesMax = 4;

// A client cookie must not be seen from two of our addresses: it would show that both belong to one
// client (RFC 9018 section 3). A server cookie is good for one address only.
bool HasOneSource(const ResolutionSettings& settings, const IpAddress& server) {
  return std::count_if(settings.outgoing.begin(), settings.outgoing.end(),
                       [&](const IpAddress& source) { return source.size == server.size; }) <= 1;
}

}  // namespace

QueryForm Race::FullForm(const Candidate& candidate) const {
  const ResolutionSettings& settings = terms_.settings->resolution;
  QueryForm form;
  form.random_case = settings.case_randomisation;
  form.cookie = settings.cookies && HasOneSource(settings, candidate.server.address);
  return form;
}

QueryForm Race::KnownForm(const Candidate& candidate, const ServerState& record) const {
  QueryForm form = FullForm(candidate);
  form.random_case &= !record.takes_no_capitals;
  form.edns = !record.plain_dns;
  form.cookie &= form.edns && !record.takes_no_cookie;
  form.large_replies = !record.loses_large_replies;
  return form;
}

// The tries of a silent server differ, because it may be silent about a form only. This holds for
// tries of several questions too: after three silences the server is dead.
QueryForm Race::NextForm(const Candidate& candidate, const ServerState& record) const {
  const auto leaner = [](const QueryForm& form) {
    return Leaner(form, Sign::kSilence).value_or(form);
  };
  if (candidate.tries > 0) {
    const QueryForm form = leaner(candidate.form);
    return candidate.repeated ? leaner(form) : form;
  }
  QueryForm form = KnownForm(candidate, record);
  if (record.TakesAllAt(facilities_.environment.Now())) return form;
  if (record.silences > 0) {
    for (int i = 0; i < record.silences % kDeadAfter; ++i) form = leaner(form);
  } else if (silences_ >= kSilencesBeforeLeaner) {
    form = leaner(form);
  }
  return form;
}

QueryForm Race::Repeat(uint8_t candidate) {
  servers_.candidates()[candidate].repeated = true;
  return servers_.candidates()[candidate].form;
}

// Learns from a useful answer which form the server takes. A query is often lost by chance, and a
// server often fails for a moment. So only what a server says of EDNS, over TCP, counts against one
// that took all within the hour.
void Race::LearnForm(const Attempt& attempt) {
  ServerTable& table = facilities_.server_table;
  const Time now = facilities_.environment.Now();
  const ServerState record = table.Get(attempt.key);
  const Candidate& candidate = servers_.candidates()[attempt.candidate];
  if (!attempt.after.has_value()) {
    const bool had_capitals =
        !attempt.form.random_case || !question_.name.view().EqualsExactly(lower_question_.name);
    if (attempt.form == FullForm(candidate) && had_capitals) table.NoteTakesAll(attempt.key, now);
    return;
  }
  const QueryForm known = KnownForm(candidate, record);
  const bool lacks_edns = known.edns && !attempt.form.edns;
  if (lacks_edns && *attempt.after == Sign::kSilence &&
      facilities_.records.header().Has(wire::kFlagTC)) {
    table.NoteLosesLargeReplies(attempt.key, now);
    return;
  }
  // Of a server that took all, only TCP shows that it said so itself.
  const bool may_be_chance =
      *attempt.after != Sign::kFormatError && *attempt.after != Sign::kNotImplemented;
  const bool said_so =
      !may_be_chance && (attempt.transport == Transport::kTcp || !record.TakesAllAt(now));
  if (!said_so && record.TakesAllAt(now)) return;
  const Evidence evidence = said_so ? Evidence::kSaidSo : Evidence::kGuessed;
  if (lacks_edns) {
    table.NotePlainDns(attempt.key, now, evidence);
    return;
  }
  if (known.cookie && !attempt.form.cookie) table.NoteTakesNoCookie(attempt.key, now, evidence);
  if (known.random_case && !attempt.form.random_case) table.NoteTakesNoCapitals(attempt.key, now);
}

// FORMERR from a server that took all within the hour. An error may come without its question, so a
// forger needs to guess the id and the port only. If it were believed, queries to the server would
// have no cookie and no EDNS for an hour. TCP shows who wrote it.
bool Race::IsDoubtfulFormatError(const Attempt& attempt) const {
  return attempt.transport == Transport::kUdp && attempt.form.edns &&
         attempt.doubt == Doubt::kNone &&
         facilities_.server_table.Get(attempt.key).TakesAllAt(facilities_.environment.Now());
}

// A forwarder that validates says SERVFAIL of what it holds for bogus, perhaps because its clock or
// its trust anchors are wrong. This resolver validates itself, so it asks once more for the data.
bool Race::MayBeBogusThere(const Attempt& attempt) const {
  return servers_.forwarded() && terms_.settings->dnssec.IsOn() &&
         !attempt.form.checking_disabled && facilities_.records.rcode() == wire::Rcode::kServFail;
}

void Race::AskWithoutChecking(Attempt& attempt) {
  TraceStep("reply", attempt, "SERVFAIL: asked with CD, because it may be bogus there only");
  QueryForm form = attempt.form;
  form.checking_disabled = true;
  AskAgain(attempt, attempt.transport, form);
}

// One server is asked without EDNS, if it may not know it. That says enough of the others too.
bool Race::IsAboutType(const Attempt& attempt) const {
  return IsRareType() &&
         (!attempt.form.edns || asked_without_edns_ ||
          facilities_.server_table.Get(attempt.key).TakesAllAt(facilities_.environment.Now()));
}

// A server that does not know EDNS says FORMERR or NOTIMP (RFC 6891 section 7). Such a server is
// asked without EDNS. Before that it is asked without a cookie, because some servers know only
// EDNS. Its fault is learnt only from an answer that then comes.
void Race::OnFormatError(Attempt& attempt) {
  if (IsAboutType(attempt)) {
    Drop(attempt, Avoidance(), "FORMERR", RaceResult::kSaidNotImplemented);
    return;
  }
  if (IsDoubtfulFormatError(attempt)) {
    attempt.doubt = Doubt::kFormatError;
    AskOverTcp(attempt, "FORMERR: asked over TCP, because it may be forged");
    return;
  }
  Candidate& candidate = servers_.candidates()[attempt.candidate];
  // Tries that were sent while an answer was under way may have used up the others.
  const bool is_last = attempt.transport == Transport::kUdp && IsUsedUp(candidate);
  const bool is_format_error = facilities_.records.rcode() == wire::Rcode::kFormErr;
  const Sign sign = is_format_error && !is_last ? Sign::kFormatError : Sign::kNotImplemented;
  const std::optional<QueryForm> leaner = Leaner(attempt.form, sign);
  if (!leaner.has_value() || (is_last && candidate.refuses_edns)) {
    seen_lame_ = true;
    Drop(attempt, kFormatErrorFor, "FORMERR", RaceResult::kSaidNotImplemented);
    return;
  }
  TraceStep("reply", attempt,
            leaner->edns ? "FORMERR: asked without a cookie" : "FORMERR: asked without EDNS");
  candidate.refuses_edns |= !leaner->edns;
  asked_without_edns_ |= !leaner->edns;
  attempt.after = sign;
  AskAgain(attempt, attempt.transport, *leaner);
}

// Some servers add OPT wrongly, so that nothing behind it can be read. They are asked once without
// EDNS. Otherwise, the reply may have been cut on its way: it is asked for over TCP.
void Race::OnUnreadable(Attempt& attempt) {
  seen_unsound_ = true;
  Candidate& candidate = servers_.candidates()[attempt.candidate];
  const std::optional<QueryForm> leaner = Leaner(attempt.form, Sign::kUnreadable);
  if (attempt.transport == Transport::kTcp || !leaner.has_value() || candidate.refuses_edns) {
    AskOverTcp(attempt, "malformed");
    return;
  }
  TraceStep("reply", attempt, "malformed: asked without EDNS");
  candidate.refuses_edns = true;
  attempt.after = Sign::kUnreadable;
  AskAgain(attempt, Transport::kUdp, *leaner);
}

// The server to ask in a leaner form, or -1. All are asked in lower case and without the cookie
// before one is asked without EDNS, because the tries are few.
int Race::NextToAskLeaner() const {
  const std::span<const Candidate> candidates = servers_.candidates();
  int found = -1;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    // One try may exceed the limit.
    if (!candidate.gave_nothing || candidate.tries > terms_.settings->resolution.limits.tries)
      continue;
    if (!Leaner(candidate.form, Sign::kFailure).has_value()) continue;
    if (candidate.form.random_case || candidate.form.cookie) return static_cast<int>(i);
    if (found < 0) found = static_cast<int>(i);
  }
  return found;
}

// No server gave a useful answer. Those that answered are asked once more for each thing that can
// be taken away from the query.
bool Race::AskLeaner() {
  if (last_tries_ == kLastTriesMax) return false;
  const int next = NextToAskLeaner();
  if (next < 0) return false;
  ++last_tries_;
  const Candidate& candidate = servers_.candidates()[static_cast<size_t>(next)];
  Attempt like;
  like.candidate = static_cast<uint8_t>(next);
  like.key = facilities_.server_table.KeyOf(candidate.server);
  like.form = *Leaner(candidate.form, Sign::kFailure);
  // A server that takes all has most likely failed for another reason: one more try shows it.
  if (facilities_.server_table.Get(like.key).TakesAllAt(facilities_.environment.Now())) {
    like.form = Leaner(like.form, Sign::kFailure).value_or(like.form);
  }
  like.after = Sign::kFailure;
  return AskInTurn(like);
}

// A try over TCP should have settled the doubt, and it failed. So the server does not speak TCP,
// and it does not keep the case, or does not know cookies or EDNS. A last try over UDP gives up
// what is doubtful. It is the only open datagram: after a sign of forgery only one is open.
bool Race::ConcedeAndAsk(const Attempt& failed) {
  Attempt like = failed;
  if (IsUsedUp(servers_.candidates()[failed.candidate])) return false;
  const Time now = facilities_.environment.Now();
  if (failed.doubt == Doubt::kCase && failed.form.random_case) {
    like.form.random_case = false;
  } else if (failed.doubt == Doubt::kNoCookie && !failed.believes_no_cookie) {
    like.believes_no_cookie = true;
  } else if (failed.doubt == Doubt::kFormatError && failed.form.edns) {
    like.form = *Leaner(failed.form, Sign::kFormatError);
    like.after = Sign::kFormatError;
  } else if (failed.doubt == Doubt::kWrongCookie && failed.form.cookie &&
             !facilities_.server_table.Get(failed.key).GivesCookiesAt(now)) {
    like.form.cookie = false;
  } else {
    return false;
  }
  return AskInTurn(like);
}

// Sends a try that is no choice among servers. While somebody seems to guess it is the only open
// datagram. So it waits until the servers that were asked before have had their time, also those of
// other races.
bool Race::AskInTurn(const Attempt& like) {
  in_turn_ = like;
  in_turn_->transport = Transport::kUdp;
  tcp_failed_ = true;
  return Launch() || waits_for_turn_ || in_turn_.has_value();
}

bool Race::SendInTurn() {
  const Attempt like = *std::exchange(in_turn_, std::nullopt);
  const KnownServer server = {like.key, facilities_.server_table.Get(like.key)};
  const Time now = facilities_.environment.Now();
  if (like.transport == Transport::kUdp && IsOneAtATime(now)) {
    NoteSilences(now);
    CloseDatagrams();
  }
  if (Send(like.candidate, server, like.transport, like.form, &like)) return true;
  if (like.transport == Transport::kTcp && HasBudget()) {
    in_turn_ = like;
    WaitForConnection(facilities_.environment.Now());
  }
  return false;
}

}  // namespace tern::resolver::upstream
