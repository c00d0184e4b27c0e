// The servers of one zone, with their addresses. The servers come from the nearest known zone cut,
// from a static zone (a stub or forward zone of the configuration), or from the root hints.
//
// Bounded: kNameServersMax servers, kCandidatesMax addresses.
//
// Thread: one worker's. Holds copies, no views into the store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cache/store.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"
#include "resolver/policy/core_settings.h"
#include "resolver/upstream/family_health.h"
#include "resolver/upstream/query_form.h"
#include "resolver/upstream/reply_records.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::upstream {

inline constexpr size_t kCandidatesMax = 32;

class Race;

struct Candidate {
  Endpoint server;
  // Of the current exchange:
  uint8_t tries = 0;          // over UDP; one plain try may exceed the limit (RFC 9520 section 3.1)
  bool failed = false;        // not to be asked again
  bool refuses_edns = false;  // it answered FORMERR or NOTIMP to EDNS
  bool gave_nothing = false;  // it answered, and that was not useful
  QueryForm form{};           // of the last try
  bool repeated = false;      // its query was sent again in the same form
  bool broken_off = false;    // one try did not get its time, and does not count
};

class ZoneServers {
 public:
  // Finds the nearest known zone at or above `name`.
  // - `above`: only strictly above `name`, as DS needs it (RFC 4035 section 3.1.4.1).
  // - `use_forward`: forward zones count too.
  // - `nearest_above`: the nearest known delegation strictly above `name`, if the caller has it. It
  //   saves the search.
  void Locate(const cache::Store& store, const policy::CoreSettings& settings, wire::NameView name,
              bool above, bool use_forward, cache::Instant now,
              cache::EntryView nearest_above = cache::EntryView());
  // Goes down to a zone that a referral just showed. REQUIRES: a delegation's entry.
  void Descend(cache::EntryView delegation);

  const wire::Name& zone() const { return zone_; }
  // The delegation that the servers come from. It is empty for hints and static zones.
  cache::EntryView delegation() const {
    return delegation_.empty()
               ? cache::EntryView()
               : cache::EntryView(reinterpret_cast<const uint8_t*>(delegation_.data()));
  }
  // The delegation was in the store already: no referral of this resolution showed it.
  bool from_store() const { return from_store_; }
  // Takes the delegation of the same zone that the store has now. True when it has other name
  // servers or glue than before. Candidates stay, and keep their state.
  bool Renew(const cache::Store& store, cache::Instant now);
  // A number for the delegation's name servers and glue, whatever their order. REQUIRES: there is a
  // delegation.
  uint64_t Fingerprint() const { return FingerprintOf(delegation()); }
  // A stub or forward zone, or null.
  const StaticZone* static_zone() const { return static_zone_; }
  bool forwarded() const { return static_zone_ != nullptr && static_zone_->forward; }
  // The root, a top level domain or a static zone. Everybody's questions go through such a zone, so
  // a limit on it would limit everybody.
  bool IsSharedByAll() const { return static_zone_ != nullptr || zone_.view().LabelCount() <= 1; }
  // The root is known from the hints only. Then it needs priming (RFC 9609).
  bool from_hints() const { return from_hints_; }

  // Fills candidates() with all known addresses that may be asked: those of the configuration,
  // glue, and addresses in the store. Candidates that are there already keep their state.
  void Gather(const cache::Store& store, const policy::CoreSettings& settings, cache::Instant now);
  std::span<Candidate> candidates() { return {candidates_.data(), candidate_count_}; }
  // The race that asks them now, or null.
  const Race* race() const { return race_; }
  void OnRaceBegins(const Race* race) { race_ = race; }
  void OnRaceEnds() { race_ = nullptr; }
  // Forgets the tries of an exchange.
  void ResetTries();
  // Another question asked the same servers. Their tries count here too, and its addresses are
  // candidates here too.
  void TakeTries(const ZoneServers& other);

  // Gives the next name server of the zone whose addresses were not looked up yet. False when none
  // is left.
  // - The order starts at `random`. Servers inside the zone itself come last, and only without
  //   glue.
  // - Servers that PassOverAbsent found are left out.
  // - `take`: the server now counts as looked up.
  bool NextToLookUp(uint64_t random, bool take, wire::Name* name);
  // The addresses of these families of the server that was last taken are left for when no other
  // server is left to look up.
  void Leave(Families families);
  // Gives the next name server whose addresses of one of these families were left. IPv6 comes
  // first. False when there is none.
  // - `take`: they no longer count as left.
  bool NextLeft(Families families, bool take, wire::Name* name, wire::RRType* type);
  bool HasCandidateOf(Families families) const;
  // Leaves out the servers that have no address according to the store: a look-up would bring
  // nothing.
  void PassOverAbsent(const cache::Store& store, const policy::CoreSettings& settings,
                      cache::Instant now);
  // Whether all addresses came without a look-up, as glue or from the store.
  bool looked_up_none() const { return looked_up_ == 0; }
  // Adds the addresses that parents of the name servers' own zones know as glue. It is for when the
  // data of those zones leads nowhere. True when it added a candidate.
  bool GatherParentsGlue(const cache::Store& store, const policy::CoreSettings& settings,
                         cache::Instant now);
  // Adds addresses that a parent sent for the zone's servers, although it has no authority over
  // their names. They are used for this zone only and are not kept. The parent can lead this zone
  // anywhere anyway.
  bool AddStrayGlue(const ReplyRecords& records, const policy::CoreSettings& settings);
  void AddAddress(const IpAddress& address, const policy::CoreSettings& settings);

 private:
  static uint64_t FingerprintOf(cache::EntryView delegation);
  void CopyDelegation(cache::EntryView delegation);
  void ForgetLookUps();
  void ForgetServers();
  void UseHints(const policy::CoreSettings& settings);
  void AddGlue(const cache::NameServerView& server, const policy::CoreSettings& settings);
  bool Offer(const Endpoint& endpoint, const policy::CoreSettings& settings);
  void GatherFromStore(const cache::Store& store, const policy::CoreSettings& settings,
                       wire::NameView server, wire::RRType type, cache::Instant now);

  wire::Name zone_;
  const StaticZone* static_zone_ = nullptr;  // in the settings snapshot that the job holds
  bool from_hints_ = false;
  bool from_store_ = false;
  std::vector<uint64_t> delegation_;  // a copy of the entry; empty for hints and static zones
  std::array<Candidate, kCandidatesMax> candidates_;
  size_t candidate_count_ = 0;
  const Race* race_ = nullptr;
  // One bit per name server, in the delegation's order:
  uint32_t looked_up_ = 0;
  uint32_t ipv4_left_ = 0;  // its IPv4 addresses were left for last
  uint32_t ipv6_left_ = 0;
  uint32_t absent_ = 0;      // the store says that it has no address
  uint32_t last_taken_ = 0;  // the one bit of the server that was last taken
};

// The families over which servers may be asked.
Families FamiliesInUse(const ResolutionSettings& settings);

// Whether this address may be asked at all. All of these must hold:
// - its family is in use;
// - it is in no prefix of never_query or of our own;
// - it is not unspecified, multicast or IPv4-mapped.
//
// Budget: a binary search (bench/resolver: BM_MayAsk).
bool MayAsk(const IpAddress& address, const policy::CoreSettings& settings);

}  // namespace tern::resolver::upstream
