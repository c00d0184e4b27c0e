#include "resolver/resolution/anchor_checks.h"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "resolver/dnssec/delegation.h"
#include "resolver/dnssec/validate_entry.h"
#include "wire/dnssec_records.h"

namespace tern::resolver::resolution {
namespace {

using dnssec::KeyState;
using dnssec::Reason;

const TrustAnchor* AnchorOf(const ValidationSettings& settings, wire::NameView zone) {
  for (const TrustAnchor& anchor : settings.anchors) {
    if (anchor.zone.view().Equals(zone)) return &anchor;
  }
  return nullptr;
}

// The flags of a DNSKEY are its first two octets.
std::vector<uint8_t> WithoutRevokeFlag(std::span<const uint8_t> dnskey) {
  std::vector<uint8_t> without(dnskey.begin(), dnskey.end());
  without[1] &= static_cast<uint8_t>(~0x80);
  return without;
}

// From the first inception to the last expiration.
dnssec::SignatureWindow WindowOf(cache::EntryView dnskeys, int64_t now) {
  dnssec::SignatureWindow window;
  std::span<const uint8_t> rdata;
  for (cache::RecordCursor cursor = dnskeys.Signatures(); cursor.Next(&rdata);) {
    const std::optional<wire::RrsigView> rrsig = wire::ReadRrsig(rdata);
    if (!rrsig || rrsig->SecondsOfValidity() < 0) continue;
    const int64_t skew = dnssec::ClockSkew(*rrsig);
    const auto wall = static_cast<uint32_t>(now);
    const int64_t from = now - rrsig->SecondsSinceInception(wall) - skew;
    const int64_t until = now + rrsig->SecondsToExpiration(wall) + skew;
    window.from = window.until == 0 ? from : std::min(window.from, from);
    window.until = std::max(window.until, until);
  }
  return window;
}

// RFC 5011 section 2.3.
Duration Interval(const dnssec::SeenKeys& seen, uint32_t seconds_left, int64_t part,
                  Duration most) {
  const int64_t seconds =
      std::min<int64_t>(seen.original_ttl, static_cast<int64_t>(seconds_left)) / part;
  return std::clamp<Duration>(std::chrono::seconds(seconds), AnchorChecks::kEachMin, most);
}

}  // namespace

AnchorChecks::AnchorChecks(Facilities* facilities, JobTable* table, dnssec::AnchorKeeper* keeper)
    : facilities_(*facilities), table_(*table), keeper_(*keeper) {
  TakeUnchecked(true);
}

AnchorChecks::~AnchorChecks() { facilities_.environment.DisarmTimer(this); }

void AnchorChecks::OnSettings() {
  try {
    std::vector<State> states;
    const ValidationSettings& settings = facilities_.settings->dnssec;
    for (const TrustAnchor& anchor :
         settings.IsOn() ? settings.anchors : decltype(settings.anchors)()) {
      const State* const known = Find(anchor.zone);
      states.push_back(known != nullptr ? *known : State{.zone = anchor.zone, .due = {}});
    }
    states_ = std::move(states);
  } catch (const std::bad_alloc&) {
    return;
  }
  facilities_.counters.time_unsure.Set(facilities_.settings->dnssec.time_unsure ? 1 : 0);
  Count();
  OnTimer();
}

void AnchorChecks::OnTimer() {
  GoOn();
  table_.Drain();
}

AnchorChecks::State* AnchorChecks::Find(wire::NameView zone) {
  const auto known = std::find_if(states_.begin(), states_.end(), [&](const State& state) {
    return state.zone.view().Equals(zone);
  });
  return known == states_.end() ? nullptr : &*known;
}

void AnchorChecks::GoOn() {
  while (!checking_) {
    const auto next =
        std::min_element(states_.begin(), states_.end(),
                         [](const State& a, const State& b) { return a.due < b.due; });
    if (next == states_.end()) return facilities_.environment.DisarmTimer(this);
    const Time now = facilities_.environment.Now();
    if (next->due > now) return facilities_.environment.ArmTimer(this, next->due);
    zone_ = next->zone;
    allowance_ = FullAllowance(facilities_.settings->resolution.budget);
    next->due = now + kFirstRetry;
    checking_ = table_.StartAhead(zone_, wire::RRType::kDNSKEY, &allowance_, this, /*anew=*/true) ==
                JobTable::Started::kStarted;
  }
}

void AnchorChecks::OnAnswer(const answer::Answer& answer) {
  checking_ = false;
  State* const state = Find(zone_);
  if (state != nullptr) {  // otherwise it has left the configuration
    try {
      Note(answer, state);
    } catch (const std::bad_alloc&) {
      state->due = facilities_.environment.Now() + kFirstRetry;
    }
  }
  GoOn();
}

void AnchorChecks::Note(const answer::Answer& answer, State* state) {
  const Time now = facilities_.environment.Now();
  state->due = now + state->retry;
  const cache::EntryView dnskeys = answer.EndRRset();
  const TrustAnchor* const anchor = AnchorOf(facilities_.settings->dnssec, zone_);
  if (!dnskeys || !dnskeys.name().Equals(zone_) || anchor == nullptr) return;
  const Finding found = Look(dnskeys, *anchor);
  const int64_t wall = facilities_.environment.WallSeconds();
  keeper_.OnSeen(zone_, found.seen, found.window, wall);
  // Whatever is wrong with keys of the future, it is not the anchors.
  if (found.window.until != 0 && wall < found.window.from && !found.why_not.empty()) return;
  state->fails = !found.why_not.empty();
  keeper_.OnValidated(zone_, !state->fails, found.why_not);
  if (!state->fails) {
    state->due = now + Interval(found.seen, found.seconds_left, 2, kEachMax);
    state->retry = Interval(found.seen, found.seconds_left, 10, kRetryMax);
  }
  Count();
}

AnchorChecks::Finding AnchorChecks::Look(cache::EntryView dnskeys, const TrustAnchor& anchor) {
  Finding found;
  const int64_t now = facilities_.environment.WallSeconds();
  dnssec::ZoneKeys keys(dnskeys);
  // A check is rare, and waits for no other turn of the loop.
  dnssec::VerificationTurn turn;
  const dnssec::Tools of_worker = facilities_.validation->tools();
  dnssec::Verifier verifier = {
      .tools = {.signatures = of_worker.signatures,
                .digests = of_worker.digests,
                .hasher = of_worker.hasher,
                .verified = of_worker.verified,
                .turn = turn,
                .octets = of_worker.octets},
      .costs = {.checks_left = &allowance_.signature_checks,
                .work_left = &allowance_.validation_work,
                .hashes_left = &allowance_.hashes,
                .keys_of_one_tag = &allowance_.keys_of_one_tag},
      .zone = zone_,
      .keys = keys,
      .wall_seconds = facilities_.environment.WallSeconds(),
      .checks_dates = !facilities_.settings->dnssec.time_unsure,
  };
  const dnssec::KeyDemand demand(anchor);
  dnssec::Verdict verdict = {.reason = Reason::kBadAnchor};
  if (demand.WhyUnusable(verifier.tools) == Reason::kNone) {
    verdict = dnssec::VerifyKeys(dnskeys, demand, verifier);
    dnssec::Verifier without_dates = verifier;
    without_dates.checks_dates = false;
    if (verdict.reason == Reason::kNone ||
        dnssec::VerifyKeys(dnskeys, demand, without_dates).reason == Reason::kNone) {
      found.window = WindowOf(dnskeys, now);
    }
  }
  found.seen.is_anchored = verdict.reason == Reason::kNone;
  for (const dnssec::ZoneKey& key : keys.keys()) {
    const wire::DnskeyView view = key.view();
    if (!view.IsZoneKey() || !view.IsEntryPoint()) continue;
    if (!view.IsRevoked()) {
      found.seen.entry_points.emplace_back(view.rdata.begin(), view.rdata.end());
    } else if (dnssec::RevokesItself(dnskeys, key, verifier)) {
      found.seen.revoked.push_back(WithoutRevokeFlag(view.rdata));
    }
  }
  if (!found.seen.is_anchored) {
    found.why_not =
        dnssec::Describe(dnssec::ProblemOf(verdict, zone_, wire::RRType::kDNSKEY, zone_));
    return found;
  }
  std::span<const uint8_t> rdata;
  for (cache::RecordCursor cursor = dnskeys.Signatures(); cursor.Next(&rdata);) {
    const std::optional<wire::RrsigView> rrsig = wire::ReadRrsig(rdata);
    if (!rrsig || rrsig->key_tag != verdict.key_tag) continue;
    found.seen.original_ttl = rrsig->original_ttl;
    found.seconds_left = static_cast<uint32_t>(
        std::max(rrsig->SecondsToExpiration(verifier.wall_seconds), int32_t{0}));
  }
  return found;
}

void AnchorChecks::Count() {
  const auto counts = keeper_.CountStates();
  const auto of = [&](KeyState state) { return counts[static_cast<size_t>(state)]; };
  WorkerCounters& counters = facilities_.counters;
  counters.trust_anchors_pending.Set(of(KeyState::kAddPending));
  counters.trust_anchors_valid.Set(of(KeyState::kValid));
  counters.trust_anchors_missing.Set(of(KeyState::kMissing));
  counters.trust_anchors_revoked.Set(of(KeyState::kRevoked));
  counters.trust_anchors_removed.Set(of(KeyState::kRemoved));
  counters.trust_anchor_zones_failing.Set(static_cast<uint64_t>(std::count_if(
      states_.begin(), states_.end(), [](const State& state) { return state.fails; })));
}

}  // namespace tern::resolver::resolution
