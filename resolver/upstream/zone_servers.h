// The servers of one zone: from the nearest zone cut that is known, a stub or forward zone of the
// configuration, or the root hints; and their addresses.
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
#include "resolver/upstream/reply_records.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::upstream {

inline constexpr size_t kCandidatesMax = 32;

struct Candidate {
  Endpoint server;
  // Of the current exchange:
  uint8_t tries = 0;    // over UDP, in whatever way (RFC 9520 section 3.1), but for a plain one
  bool failed = false;  // of no more use
  bool refuses_edns = false;  // FORMERR or NOTIMP to it
  bool broken_off = false;    // a try of it was not given its time, and did not count
};

class ZoneServers {
 public:
  // Finds the nearest known zone at or above `name`: strictly above it with `above`, which DS needs
  // (RFC 4035 section 3.1.4.1). `use_forward`: forward zones count. `nearest_above`: the nearest
  // known delegation strictly above `name`, when the caller has come by it; it saves the walk.
  void Locate(const cache::Store& store, const policy::CoreSettings& settings, wire::NameView name,
              bool above, bool use_forward, cache::Seconds now,
              cache::EntryView nearest_above = cache::EntryView());
  // Goes down to a zone that a referral just showed. REQUIRES: a delegation's entry.
  void Descend(cache::EntryView delegation);

  const wire::Name& zone() const { return zone_; }
  // The delegation that the servers come from; empty for hints and zones of the configuration.
  cache::EntryView delegation() const {
    return delegation_.empty()
               ? cache::EntryView()
               : cache::EntryView(reinterpret_cast<const uint8_t*>(delegation_.data()));
  }
  // A stub or forward zone, or null.
  const StaticZone* static_zone() const { return static_zone_; }
  bool forwarded() const { return static_zone_ != nullptr && static_zone_->forward; }
  // The root, a top level domain or a zone of the configuration: everybody's questions go through
  // it, so that a limit on it would be one on everybody.
  bool IsSharedByAll() const { return static_zone_ != nullptr || zone_.view().LabelCount() <= 1; }
  // The root is known from the hints only (RFC 9609: it wants priming).
  bool from_hints() const { return from_hints_; }

  // Fills candidates() with all addresses that are known and may be asked: of the configuration,
  // glue, and addresses that the store knows. Keeps what is known of those that were there.
  void Gather(const cache::Store& store, const policy::CoreSettings& settings, cache::Seconds now);
  std::span<Candidate> candidates() { return {candidates_.data(), candidate_count_}; }
  // Forgets the tries of an exchange.
  void ResetTries();

  // The next name server of the zone whose addresses were not looked up yet, in an order that
  // starts at `random`; those inside the zone itself last, and only without glue. `take`: it counts
  // as looked up now. False when none is left.
  bool NextToLookUp(uint64_t random, bool take, wire::Name* name);
  // Whether the addresses came of their own accord, as glue or from the store.
  bool looked_up_none() const { return looked_up_ == 0; }
  // Adds the addresses that parents of the name servers' own zones know as glue, for when what
  // those zones say themselves leads nowhere. True when that brought a candidate.
  bool GatherParentsGlue(const cache::Store& store, const policy::CoreSettings& settings,
                         cache::Seconds now);
  // Adds addresses that a parent sent for the zone's servers although it has no authority over
  // their names: good for this zone alone, which the parent can lead anywhere anyway, and not kept.
  bool AddStrayGlue(const ReplyRecords& records, const policy::CoreSettings& settings);
  void AddAddress(const IpAddress& address, const policy::CoreSettings& settings);

 private:
  void UseHints(const policy::CoreSettings& settings);
  void AddGlue(const cache::NameServerView& server, const policy::CoreSettings& settings);
  bool Offer(const Endpoint& endpoint, const policy::CoreSettings& settings);
  void GatherFromStore(const cache::Store& store, const policy::CoreSettings& settings,
                       wire::NameView server, wire::RRType type, cache::Seconds now);

  wire::Name zone_;
  const StaticZone* static_zone_ = nullptr;  // in the settings snapshot that the job holds
  bool from_hints_ = false;
  std::vector<uint64_t> delegation_;  // a copy of the entry; empty for hints and static zones
  std::array<Candidate, kCandidatesMax> candidates_;
  size_t candidate_count_ = 0;
  uint32_t looked_up_ = 0;  // a bit a name server, in the delegation's order
};

// Whether this address may be asked at all: its family is in use, it is in no prefix of never_query
// or of our own, and it is neither unspecified nor multicast nor IPv4-mapped.
// Budget: a binary search (bench/resolver: BM_MayAsk).
bool MayAsk(const IpAddress& address, const policy::CoreSettings& settings);

}  // namespace tern::resolver::upstream
