// What a race does about signs of forgery, and about cookies; see race.h.
#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "resolver/upstream/race.h"

namespace tern::resolver::upstream {
namespace {

// For so long after a sign of forgery, the zone's questions have one datagram open at a time.
constexpr Duration kForgedFor = std::chrono::seconds(20);
constexpr Avoidance kUnsoundFor = {std::chrono::seconds(60), WhyAvoided::kUnsound};

std::string_view Describe(ReplyMatch match) {
  switch (match) {
    case ReplyMatch::kMatches:
      break;
    case ReplyMatch::kWrongCase:
      return "another case";
    case ReplyMatch::kForgery:
      return "another id or question";
    case ReplyMatch::kWrongCookie:
      return "another cookie";
    case ReplyMatch::kNoCookie:
      return "without the server's cookie";
  }
  return "";
}

}  // namespace

Race::Doubt Race::DoubtAfter(ReplyMatch match) {
  switch (match) {
    case ReplyMatch::kWrongCase:
      return Doubt::kCase;
    case ReplyMatch::kWrongCookie:
      return Doubt::kWrongCookie;
    case ReplyMatch::kNoCookie:
      return Doubt::kNoCookie;
    case ReplyMatch::kMatches:
    case ReplyMatch::kForgery:
      break;
  }
  return Doubt::kNone;
}

// What the answer teaches of the server, if the one before it was doubtful.
void Race::SettleDoubt(const Attempt& attempt) {
  const Time now = facilities_.environment.Now();
  // Over TCP the server itself wrote another case. Over UDP it was asked in lower case, because TCP
  // could not settle the doubt. That may be a forger's doing.
  if (attempt.doubt == Doubt::kCase && attempt.transport == Transport::kTcp) {
    facilities_.server_table.NoteKeepsNoCase(attempt.key, now);
  } else if (attempt.doubt == Doubt::kCase &&
             !facilities_.server_table.Get(attempt.key).TakesAllAt(now)) {
    facilities_.server_table.NoteTakesNoCapitals(attempt.key, now);
  }
  // It was asked without a cookie because it never gave ours back, and there is no TCP to ask why.
  if (attempt.doubt == Doubt::kWrongCookie && !attempt.form.cookie) {
    facilities_.server_table.NoteTakesNoCookie(attempt.key, now);
  }
}

// Somebody guesses. Every open datagram is one more chance to guess right. So the next one waits
// until this one has had its time.
bool Race::IsOneAtATime(Time now) const {
  return forged_ || facilities_.server_table.IsForged(servers_.zone(), now);
}

bool Race::HasDatagram(Time now) const {
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return attempt.state != State::kFree && attempt.transport == Transport::kUdp &&
           now < attempt.late;
  });
}

bool Race::OthersHaveDatagram() const {
  const auto ours = std::count_if(attempts_.begin(), attempts_.end(), [](const Attempt& attempt) {
    return attempt.state != State::kFree && attempt.transport == Transport::kUdp;
  });
  return facilities_.open_counts.DatagramsOf(zone_hash_) > static_cast<uint32_t>(ours);
}

// A server that did not get its time may be tried again, but only once, because many servers can
// cause this.
void Race::BreakOff(Attempt& attempt) {
  Candidate& candidate = servers_.candidates()[attempt.candidate];
  if (attempt.state != State::kSilent && !std::exchange(candidate.broken_off, true))
    --candidate.tries;
  Close(attempt);
}

void Race::CloseDatagrams() {
  for (Attempt& attempt : attempts_) {
    if (attempt.transport == Transport::kUdp) Close(attempt);
  }
}

// Somebody guesses, or the server does not keep the case. So this server is asked over TCP, where
// an answer cannot be forged.
void Race::OnMismatch(Attempt& attempt, ReplyMatch match) {
  if (match == ReplyMatch::kForgery || match == ReplyMatch::kWrongCookie) {
    ++facilities_.counters.forgeries;
  }
  if (attempt.transport == Transport::kUdp) OnSignOfForgery(attempt);
  attempt.doubt = DoubtAfter(match);
  AskOverTcp(attempt, Describe(match));
}

void Race::AskOverTcp(Attempt& attempt, std::string_view why) {
  if (attempt.transport == Transport::kTcp) {
    // Over TCP only the server itself can say so.
    seen_unsound_ = true;
    Drop(attempt, kUnsoundFor, why, RaceResult::kSaidUnsound);
    return;
  }
  TraceStep("reply", attempt, why);
  AskAgain(attempt, Transport::kTcp, attempt.form);
}

void Race::OnSignOfForgery(const Attempt& met) {
  forged_ = true;
  facilities_.server_table.NoteForgery(servers_.zone(), kForgedFor, facilities_.environment.Now());
  // The attempt that got the sign goes on over TCP. Of the others only the newest stays open.
  Attempt* newest = nullptr;
  for (Attempt& attempt : attempts_) {
    if (attempt.state == State::kFree || attempt.transport != Transport::kUdp || &attempt == &met)
      continue;
    Attempt* older = &attempt;
    if (newest == nullptr || attempt.sent >= newest->sent) std::swap(older, newest);
    if (older != nullptr) BreakOff(*older);
  }
}

UpstreamCookie Race::MakeCookie(Attempt& attempt) {
  UpstreamCookie cookie;
  if (!attempt.form.cookie) {
    attempt.cookie = CookieSent::kNone;
    return cookie;
  }
  const Endpoint& server = servers_.candidates()[attempt.candidate].server;
  if (attempt.cookie == CookieSent::kNone) attempt.cookie = CookieSent::kFirst;
  facilities_.server_table.WriteCookie(server, attempt.key, attempt.sent, &cookie);
  std::copy_n(cookie.octets.begin(), kClientCookieOctets, attempt.client_cookie.begin());
  return cookie;
}

bool Race::AcceptCookie(Attempt& attempt) {
  if (attempt.cookie == CookieSent::kNone) return true;
  ServerTable& table = facilities_.server_table;
  const Time now = facilities_.environment.Now();
  const bool tcp = attempt.transport == Transport::kTcp;
  // A truncated reply is asked for over TCP anyway. Busy servers send some of them without OPT.
  const bool truncated = facilities_.records.header().Has(wire::kFlagTC);
  const auto cookie = facilities_.records.cookie();
  const ReplyMatch match = MatchCookie(cookie, attempt.client_cookie);
  switch (match) {
    case ReplyMatch::kMatches:
      // RFC 7873 section 4.2: a cookie that is longer or shorter is no server cookie.
      if (cookie->size() >= kCookieOctetsMin && cookie->size() <= kCookieOctetsMax) {
        table.NoteCookie(attempt.key, *cookie, now);
      }
      return true;
    case ReplyMatch::kNoCookie:
      if (!tcp && !truncated && !attempt.believes_no_cookie &&
          table.Get(attempt.key).GivesCookiesAt(now)) {
        break;
      }
      if (tcp && attempt.doubt == Doubt::kNoCookie) table.NoteGivesNoCookie(attempt.key, now);
      // Over UDP the server gives a cookie that is not ours, and over TCP none: it knows no
      // cookies.
      if (tcp && attempt.doubt == Doubt::kWrongCookie) table.NoteTakesNoCookie(attempt.key, now);
      return true;
    case ReplyMatch::kWrongCookie:
    case ReplyMatch::kWrongCase:
    case ReplyMatch::kForgery:
      if (!tcp) break;
      // Over TCP the server itself wrote this cookie.
      table.NoteTakesNoCookie(attempt.key, now);
      return true;
  }
  OnMismatch(attempt, match);
  return false;
}

// RFC 7873 section 5.3: asks again with the new cookie, which is in the table by now. After that,
// asks over TCP. If no other server helps, the last round asks without a cookie.
void Race::OnBadCookie(Attempt& attempt) {
  const auto cookie = facilities_.records.cookie();
  if (attempt.transport == Transport::kTcp) {
    seen_lame_ = true;
    Drop(attempt, kUnsoundFor, "BADCOOKIE over TCP");
    return;
  }
  if (attempt.cookie == CookieSent::kRenewed || !cookie || cookie->size() < kCookieOctetsMin ||
      IsUsedUp(servers_.candidates()[attempt.candidate])) {
    AskOverTcp(attempt, "BADCOOKIE");
    return;
  }
  TraceStep("reply", attempt, "BADCOOKIE: asked with the new cookie");
  attempt.cookie = CookieSent::kRenewed;
  AskAgain(attempt, Transport::kUdp, attempt.form);
}

}  // namespace tern::resolver::upstream
