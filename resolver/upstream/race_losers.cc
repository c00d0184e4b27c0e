// What a race does when it is decided: about the servers that were overtaken, and about silence;
// see race.h.
#include <algorithm>
#include <chrono>

#include "resolver/upstream/race.h"

namespace tern::resolver::upstream {
namespace {

// A reply that comes later than this teaches nothing more than silence does.
constexpr Duration kLateReplyFor = std::chrono::seconds(1);
constexpr Duration kOvertakenOverTcpFor = std::chrono::seconds(5);

}  // namespace

// Notes the servers that were overtaken, and closes the open attempts. A server is late if it had
// more time than it usually needs. The one that answered is never late, because its earlier try may
// have been answered first.
// - A late server counts as slow, so the next question goes elsewhere first.
// - If the late attempt went over TCP, the server is avoided for this zone only. Nothing else is
//   learnt from TCP.
//
// A hedge beside a server that turns out silent cost no credit:
// - if the server's time has run out;
// - if the server is expendable, which means that it never answered or is thought dead. A server
//   that never answered is taken for dead once, so each healthy one costs one such hedge;
// - if its late reply does not come either (late_replies.h).
void Race::NoteLosers() {
  const Time now = facilities_.environment.Now();
  ServerTable& table = facilities_.server_table;
  int needed = silences_;
  for (Attempt& attempt : attempts_) {
    if (attempt.state == State::kFree) continue;
    const Duration waited = now - attempt.sent;
    const bool is_late =
        !IsRareType() && attempt.state != State::kSilent && attempt.key != answered_ &&
        waited >= RoundTrips(attempt.transport) * HedgeDelay(table.Get(attempt.key));
    if (is_late && attempt.transport == Transport::kTcp) {
      facilities_.Avoid(attempt.key, servers_.zone(),
                        {kOvertakenOverTcpFor, WhyAvoided::kOvertaken});
    } else if (is_late) {
      NoteSilence(attempt, waited, now);
      if (attempt.expendable) ++needed;
    }
  }
  needed = std::min(hedges_, needed);
  if (needed > 0) facilities_.hedge_credit.GiveBack(needed);
  int open_hedges = hedges_ - needed;
  for (Attempt& attempt : attempts_) {
    if (attempt.state == State::kFree) continue;
    const bool settles = attempt.state == State::kWaiting && !attempt.expendable && open_hedges > 0;
    if (LeaveLateReply(attempt, settles) && settles) --open_hedges;
    Close(attempt);
  }
}

// Its reply, or that none comes, still teaches something of the server. True when it is waited for.
bool Race::LeaveLateReply(Attempt& attempt, bool repays_hedge) {
  const Time now = facilities_.environment.Now();
  const Time until = std::max(attempt.late, attempt.sent + kLateReplyFor);
  if (attempt.transport == Transport::kTcp || attempt.key == answered_ || until <= now ||
      IsOneAtATime(now)) {
    return false;
  }
  facilities_.late_replies.Await(attempt.exchange,
                                 {.server = attempt.key,
                                  .address = servers_.candidates()[attempt.candidate].server,
                                  .forwarded = servers_.forwarded(),
                                  .silence_is_told = attempt.state == State::kSilent,
                                  .id = attempt.id,
                                  .sent = attempt.sent,
                                  .until = until,
                                  .repays_hedge = repays_hedge},
                                 QuestionOf(attempt));
  --facilities_.open_counts.DatagramsOf(zone_hash_);
  attempt.exchange = ExchangeId::kNone;
  attempt.state = State::kFree;
  return true;
}

// A race for a part gives up after one server, and each server gets one try for a rare type. So
// these say nothing of the zone.
void Race::NoteSilentZone() {
  const bool is_silent = answered_ == ServerKey{} && (silences_ > 0 || seen_unreachable_);
  if (!is_silent || NeedsNoReply() || IsRareType()) return;
  const auto kind = servers_.static_zone() != nullptr ? SilentZones::Kind::kStatic
                    : servers_.IsSharedByAll()        ? SilentZones::Kind::kTop
                                                      : SilentZones::Kind::kOther;
  facilities_.server_table.silent_zones().NoteSilence(servers_.zone(), zone_hash_, kind,
                                                      facilities_.environment.Now());
}

}  // namespace tern::resolver::upstream
