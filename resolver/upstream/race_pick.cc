// Which server a race asks next, and how long it has for its answer; see race.h.
#include <algorithm>
#include <array>
#include <chrono>
#include <span>

#include "resolver/base/environment.h"
#include "resolver/upstream/race.h"

namespace tern::resolver::upstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kHedgeUnknownMin = milliseconds(20);
constexpr Duration kHedgeSlackMin = milliseconds(5);
// The same server is asked again after this time at the earliest (RFC 1035 section 7.2 and common
// practice).
constexpr Duration kRetryMin = milliseconds(300);
constexpr Duration kRetryMax = seconds(3);
// Replicas within this distance of the best share the load.
constexpr Duration kNearBest = milliseconds(2);
// a dead server's share of the open queries that other servers may have
constexpr int kDeadServerShare = 8;
constexpr Duration kMoment = seconds(10);
// Behind the second tries of other servers.
constexpr int kLastClass = 8;
constexpr Duration kProbeMin = seconds(1);
// A server that never answered is dead, or it is farther than its replicas. In both cases it is not
// worth an early probe.
constexpr Duration kProbeStrangerMin = seconds(30);
constexpr Duration kProbeMax = minutes(5);

Duration ProbeInterval(const ServerState& record) {
  const Duration once = record.HasAnswered() ? kProbeMin : kProbeStrangerMin;
  return std::min(kProbeMax, once * (1 << std::clamp(record.silences - kDeadAfter, 0, 9)));
}

// A candidate that may be asked next.
struct Option {
  int index;
  Duration expected;
  ServerKey key;
  bool measured_once;
};

// A replica that seemed slow once, and that this caller alone measures a second time now. Or null.
const Option* ClaimSecondMeasurement(std::span<const Option> options, Duration near, Time now,
                                     ServerTable* table) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const Option& option) {
    return option.measured_once && option.expected > near &&
           table->ClaimProbe(option.key, kProbeMin, now);
  });
  return found == options.end() ? nullptr : &*found;
}

// One of the replicas that share the load: chance decides among those that are so near.
const Option* OneNear(std::span<Option> options, Duration near, Environment* environment) {
  const auto end = std::remove_if(options.begin(), options.end(),
                                  [near](const Option& option) { return option.expected > near; });
  const auto count = static_cast<uint64_t>(end - options.begin());
  return &options[count == 1 ? 0 : environment->Random() % count];
}

}  // namespace

Duration Race::HedgeDelay(const ServerState& record) const {
  if (record.IsKnownAt(facilities_.environment.Now()) && record.silences < kDeadAfter) {
    // The deviation of a very even server is almost zero. It is not worth a query to save a few
    // milliseconds.
    const Duration slack = std::max({4 * record.rttvar, record.srtt / 8, kHedgeSlackMin});
    return std::clamp(record.srtt + slack, kHedgeMin, kHedgeMax);
  }
  return std::clamp(facilities_.lateness.estimate(), kHedgeUnknownMin, kHedgeMax);
}

// If only dead servers are left, each gets one try, which shows whether it lives again. So a
// question to a dead zone costs no more than that. This does not hold while one datagram is open at
// a time: each try then ends with its own short time, and a server that is far away would never be
// heard.
bool Race::OnlyDeadAreLeft(Time now) const {
  if (IsOneAtATime(now)) return false;
  const ServerTable& table = facilities_.server_table;
  const std::span<const Candidate> candidates = servers_.candidates();
  return std::all_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
    return candidate.failed || table.Get(candidate.server).IsDeadAt(now);
  });
}

Duration Race::RetryTimeout(const ServerState& record, int tries) const {
  const Time now = facilities_.environment.Now();
  if (IsRareType()) {
    const bool is_known = record.IsKnownAt(now) && record.silences < kDeadAfter;
    return is_known ? HedgeDelay(record) : kRetryUnknown;
  }
  if (record.IsDeadAt(now) && OnlyDeadAreLeft(now)) {
    return has_other_way_ ? HedgeDelay(record) : kOnlyTry;
  }
  const Duration once = record.IsKnownAt(now) && record.silences < kDeadAfter
                            ? std::max(record.Lateness(), kRetryMin)
                            : kRetryUnknown;
  return std::min(once * (1 << (tries - 1)), kRetryMax);
}

// A query to a dead server holds its socket for seconds, so a dead server has a lower limit. That
// keeps a few dead servers that many zones share from taking all of the worker's sockets. Second
// tries have a lower limit too, so that one zone's questions do not take all that its server may
// have.
bool Race::IsAtLimit(ServerKey server, const ServerState& record, int tries, Time now) const {
  if (servers_.IsSharedByAll()) return false;
  int limit = terms_.settings->resolution.limits.per_server;
  if (record.IsDeadAt(now)) {
    limit /= kDeadServerShare;
  } else if (!record.HasAnswered()) {
    limit /= 2;
  }
  if (tries > 0) limit /= 2;
  return facilities_.open_counts.QueriesOf(server) >= static_cast<uint32_t>(std::max(limit, 1));
}

// Whether some candidate may be asked whose address is not of a broken family.
bool Race::HasWorkingFamily() const {
  const ServerTable& table = facilities_.server_table;
  const std::span<const Candidate> candidates = servers_.candidates();
  return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
    return !candidate.failed && !IsUsedUp(candidate) &&
           !table.IsOfBrokenFamily(table.KeyOf(candidate.server));
  });
}

int Race::TriesEnough() const {
  // Some servers are silent about parts only. The next try is for the whole name.
  if (NeedsNoReply()) return 1;
  // A packet may be lost.
  if (IsRareType()) return servers_.candidates().size() > 1 ? 1 : 2;
  return terms_.settings->resolution.limits.tries;
}

bool Race::LaunchNext() {
  bool launched = Launch();
  while (launched && IsRareType() && Launch()) {
  }
  return launched;
}

// The index of the best candidate, or -1. The best has few tries in this race; then it is not known
// to be dead; then it is fast. Chance decides among those near the best, so load spreads over
// replicas.
int Race::Pick(Time now, KnownServer* picked) {
  std::array<Option, kCandidatesMax> options;
  size_t count = 0;
  bool at_limit = false;
  int best_class = 1 << 30;
  Duration best = Duration::max();
  bool best_is_well_known = false;
  ServerTable& table = facilities_.server_table;
  const std::span<Candidate> candidates = servers_.candidates();
  const bool only_dead = launches_ > 0 && OnlyDeadAreLeft(now);
  const bool working_family = table.families().IsOneBroken() && HasWorkingFamily();
  const bool beside = AnyWaiting(now);
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    if (candidate.failed || candidate.tries >= TriesEnough()) continue;
    const bool waiting = std::any_of(attempts_.begin(), attempts_.end(), [&](const Attempt& a) {
      return a.state != State::kFree && a.candidate == i && now < a.late;
    });
    if (waiting) continue;
    const ServerKey key = table.KeyOf(candidate.server);
    const ServerState record = table.Get(key);
    const bool dead = record.silences >= kDeadAfter;
    if (candidate.tries > 0 && only_dead && record.IsDeadAt(now)) continue;
    if (IsAtLimit(key, record, candidate.tries, now)) {
      ++facilities_.counters.of_limits.server_queries_met;
      at_limit = true;
      continue;
    }
    const bool lame = table.IsLame(key, servers_.zone(), now);
    // A family that is broken costs nothing while the other one works: no hedge, and no early try
    // but a probe of the family.
    const bool last = working_family && table.IsOfBrokenFamily(key);
    if (last && candidate.tries == 0 && !lame && table.ClaimFamilyProbe(key, now)) {
      *picked = {key, record};
      return static_cast<int>(i);
    }
    if (last && beside) continue;
    const int option_class =
        (last ? kLastClass : 0) + candidate.tries * 4 + (lame ? 2 : 0) + (dead ? 1 : 0);
    const Duration expected = record.ExpectedAt(now, facilities_.lateness.mean());
    // A server that was silent is worth one try when its probe is due and nobody else has claimed
    // it. It may only have lost a packet.
    const bool avoided = record.silences > 1 || (record.silences == 1 && !record.HasAnswered());
    if (avoided && !last && candidate.tries == 0 && !lame && candidates.size() > 1 &&
        now - record.last_silence > ProbeInterval(record) &&
        table.ClaimProbe(key, ProbeInterval(record), now)) {
      *picked = {key, record};
      return static_cast<int>(i);
    }
    if (option_class > best_class) continue;
    if (option_class < best_class) {
      best_class = option_class;
      best = Duration::max();
      count = 0;
    }
    if (expected < best) {
      best = expected;
      best_is_well_known = record.IsMeasuredWell();
    }
    options[count++] = {static_cast<int>(i), expected, key, record.IsMeasuredOnce()};
  }
  if (count == 0) {
    // If others have used up the limit, this says nothing about the zone. The failed tries of this
    // race do.
    if (at_limit && launches_ == 0) why_not_ = RaceResult::Kind::kNoResources;
    return -1;
  }
  const Duration near = best + best / 16 + kNearBest;
  const std::span<Option> possible(options.data(), count);
  const Option* option = nullptr;
  if (launches_ == 0 && best_is_well_known) {
    option = ClaimSecondMeasurement(possible, near, now, &table);
  }
  if (option == nullptr) option = OneNear(possible, near, &facilities_.environment);
  *picked = {option->key, table.Get(option->key)};
  return option->index;
}

// A packet is lost now and then. If a server that usually answers is late, to repeat the query may
// bring the answer sooner than a far replica does. That is done once for each server, from the
// credit for hedges.
bool Race::MayRepeat(const Candidate& candidate, const Attempt& attempt, const ServerState& record,
                     Time now) const {
  return attempt.state == State::kWaiting && attempt.transport == Transport::kUdp &&
         candidate.tries == 1 && !IsUsedUp(candidate) && !candidate.failed &&
         record.TakesAllAt(now) && record.IsKnownAt(now) && record.silences <= 1 &&
         now >= attempt.sent + std::max(HedgeDelay(record), record.Lateness()) &&
         !IsAtLimit(attempt.key, record, 1, now);
}

int Race::OverdueBefore(int picked, Time now, KnownServer* server) const {
  int overdue = -1;
  Duration best =
      picked < 0 ? Duration::max() : server->record.ExpectedAt(now, facilities_.lateness.mean());
  for (const Attempt& attempt : attempts_) {
    if (attempt.state == State::kFree) continue;
    const ServerState record = facilities_.server_table.Get(attempt.key);
    if (!MayRepeat(servers_.candidates()[attempt.candidate], attempt, record, now)) continue;
    // If it is silent again, the replica is asked only after another delay. That is seldom if it
    // answered a moment ago.
    const bool seldom = now - record.last_answer < kMoment;
    const Duration expected = record.srtt + HedgeDelay(record) / (seldom ? 8 : 1);
    if (expected >= best) continue;
    best = expected;
    overdue = attempt.candidate;
    *server = {attempt.key, record};
  }
  return overdue;
}

}  // namespace tern::resolver::upstream
