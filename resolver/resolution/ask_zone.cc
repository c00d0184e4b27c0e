#include "resolver/resolution/ask_zone.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "resolver/resolution/address_lookup.h"
#include "resolver/resolution/job.h"
#include "resolver/upstream/family_health.h"
#include "resolver/upstream/race.h"
#include "resolver/upstream/zone_servers.h"

// GCC 12 without optimisation does not see that a promise's operator new, which is a template,
// belongs to its operator delete (task.h).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace tern::resolver::resolution {
namespace {

using upstream::Families;
using wire::RRType;

// Chooses the name server to look up next, and its families of addresses: one after the other,
// until one brings addresses. False when none is left that is worth it.
bool TakeLookUp(Job& job, wire::Name* server, Families* families) {
  upstream::ZoneServers& servers = job.servers();
  Environment& environment = job.facilities().environment;
  upstream::FamilyHealth& health = job.facilities().server_table.families();
  const Families in_use = upstream::FamiliesInUse(job.settings().resolution);
  const Families working = health.WorkingOf(in_use);
  const Families broken = in_use.Without(working);
  if (servers.NextToLookUp(environment.Random(), true, server)) {
    servers.Leave(broken);
    *families = working;
    return true;
  }
  RRType type;
  if (!servers.NextLeft(working, true, server, &type)) {
    // At an address of a broken family nobody can be asked. A zone without other addresses is the
    // exception, because that a family is broken is a guess.
    if (!servers.NextLeft(broken, false, server, &type) ||
        (servers.HasCandidateOf(working) &&
         !health.ClaimLookUp(type == RRType::kAAAA, environment.Now()))) {
      return false;
    }
    (void)servers.NextLeft(broken, true, server, &type);
  }
  *families = {type == RRType::kA, type == RRType::kAAAA};
  return true;
}

// Looks up one more name server of the zone. False when there is none left to try.
Task<bool> FindMoreAddresses(Job& job) {
  upstream::ZoneServers& servers = job.servers();
  Environment& environment = job.facilities().environment;
  wire::Name server;
  // A name that is known to be absent costs nothing, and counts for nothing.
  servers.PassOverAbsent(job.facilities().store, job.settings(), job.facilities().StoreNow());
  Families families;
  while (job.MayFailToLookUp() && TakeLookUp(job, &server, &families)) {
    const size_t before = servers.candidates().size();
    const int queries_before = job.allowance().upstream_queries;
    for (const RRType type : {RRType::kA, RRType::kAAAA}) {
      if (!families.Has(/*is_ipv6=*/type == RRType::kAAAA)) continue;
      AddressLookup lookup(job, server, type);
      const std::span<const IpAddress> addresses = co_await lookup;
      for (const IpAddress& address : addresses) servers.AddAddress(address, job.settings());
      if (lookup.met_cycle()) break;
      if (servers.candidates().size() > before) {
        if (type == RRType::kA) servers.Leave({.ipv6 = families.ipv6});
        // Meanwhile a second replica's address comes into the store, in case this one is silent.
        if (before == 0 && servers.NextToLookUp(environment.Random(), false, &server)) {
          LookUpInBackground(job, server, type);
        }
        co_return true;
      }
    }
    job.ChargeFailedLookup(/*cheap=*/queries_before - job.allowance().upstream_queries <= 1);
  }
  if (!job.MayFailToLookUp()) {
    ++job.facilities().counters.of_limits.query_failed_addresses_met;
  }
  co_return servers.GatherParentsGlue(job.facilities().store, job.settings(),
                                      job.facilities().StoreNow());
}

// A place among the questions that wait for one zone's servers, or for their addresses.
//
// - While servers are silent, each question has two or three open exchanges. Because places are
//   limited, a flood of names in a dead zone leaves a worker's sockets and jobs to other zones.
// - 1,024 places in a zone 30 ms away allow 34,000 questions a second.
// - The root, top level domains and static zones carry everybody's questions. They
//   have as many places as there are jobs.
// - Nested look-ups have some places of their own, because questions in the other places may wait
//   for them.
class ZonePlace {
 public:
  explicit ZonePlace(Job& job) : bounded_(!job.servers().IsSharedByAll()) {
    if (!bounded_) return;
    const int places = job.settings().resolution.limits.per_zone;
    uint32_t& questions =
        job.facilities().open_counts.QuestionsOf(job.facilities().store.Hash(job.servers().zone()));
    const int reserve = job.nesting() > 0 ? places / 4 + 1 : 0;
    if (questions >= static_cast<uint32_t>(places + reserve)) {
      ++job.facilities().counters.of_limits.zone_questions_met;
      return;
    }
    questions_ = &questions;
    ++questions;
  }
  ~ZonePlace() {
    if (questions_ != nullptr) --*questions_;
  }
  ZonePlace(const ZonePlace&) = delete;
  ZonePlace& operator=(const ZonePlace&) = delete;

  bool taken() const { return !bounded_ || questions_ != nullptr; }

 private:
  const bool bounded_;
  uint32_t* questions_ = nullptr;
};

// Whether a server of this zone said what is bogus a while ago, and no better one is known. Then
// others are looked for before it is asked.
bool HasOnlyBogusServers(Job& job) {
  const Facilities& facilities = job.facilities();
  const upstream::ServerTable& table = facilities.server_table;
  upstream::ZoneServers& servers = job.servers();
  if (facilities.zones_with_bogus.never_used() ||
      !facilities.zones_with_bogus.Has(facilities.store.Hash(servers.zone()),
                                       facilities.environment.Now())) {
    return false;
  }
  const auto& candidates = servers.candidates();
  return !candidates.empty() &&
         std::all_of(candidates.begin(), candidates.end(), [&](const upstream::Candidate& known) {
           return table.IsLame(table.KeyOf(known.server), servers.zone(),
                               job.facilities().environment.Now());
         });
}

constexpr int kFailedLookupsMax = 2;  // after more, no leaner forms (NXNSAttack)

}  // namespace

Task<upstream::RaceResult> AskZone(Job& job, const wire::Name& name, RRType type,
                                   upstream::Subject subject, bool has_other_way) {
  using Kind = upstream::RaceResult::Kind;
  upstream::ZoneServers& servers = job.servers();
  servers.ResetTries();
  servers.Gather(job.facilities().store, job.settings(), job.facilities().StoreNow());
  upstream::RaceResult result;
  uint8_t said = upstream::RaceResult::kSaidNothing;
  const ZonePlace place(job);
  if (!place.taken()) {
    result.kind = Kind::kNoResources;
    co_return result;
  }
  const bool is_part = upstream::IsPart(subject);
  bool looked_up = false;
  int failed_lookups = 0;
  bool is_last_round = false;
  if (!is_part && HasOnlyBogusServers(job)) looked_up = co_await FindMoreAddresses(job);
  for (;;) {
    if (!servers.candidates().empty()) {
      OneMoreServer more(job);
      upstream::Race race(
          {job.facilities(), job.terms(), more, is_last_round, subject, has_other_way}, servers,
          name, type);
      const upstream::RaceResult raced = co_await race;
      if (subject == upstream::Subject::kRareType) co_return raced;
      said |= raced.said;
      const bool is_of_use = raced.kind == Kind::kReply || raced.kind == Kind::kEmpty;
      const bool is_confirmed = raced.kind == Kind::kEmpty && result.kind == Kind::kEmpty;
      if (!is_last_round && (raced.kind != Kind::kExhausted || result.kind != Kind::kEmpty)) {
        result = raced;
      }
      result.said = said;
      if (is_last_round) co_return is_of_use ? raced : result;
      const bool is_final = is_part || raced.kind != Kind::kEmpty || is_confirmed;
      if (raced.kind != Kind::kExhausted && is_final) co_return result;
    }
    // If no answer came from the addresses, that counts as a failed look-up too. Otherwise a
    // delegation to names that exist would cost a look-up and a query for each of them
    // (NXNSAttack).
    if (looked_up) job.ChargeFailedLookup();
    failed_lookups += looked_up ? 1 : 0;
    looked_up = co_await FindMoreAddresses(job);
    is_last_round = !looked_up;
    const bool is_worth_it = result.kind == Kind::kExhausted &&
                             subject != upstream::Subject::kProbe &&
                             !servers.candidates().empty() && failed_lookups <= kFailedLookupsMax;
    if (is_last_round && !is_worth_it) co_return result;
  }
}

}  // namespace tern::resolver::resolution
