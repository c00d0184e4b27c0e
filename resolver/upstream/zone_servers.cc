#include "resolver/upstream/zone_servers.h"

#include <algorithm>
#include <utility>

#include "wire/check.h"
#include "wire/message.h"
#include "wire/mix.h"

namespace tern::resolver::upstream {
namespace {

using cache::EntryKind;
using cache::EntryView;
using cache::KeySpace;
using wire::NameView;
using wire::RRType;

// Cuts deeper than this are not looked at for glue. Otherwise 13 server names of a hundred labels
// would cost as many look-ups in the store as all else that a reply costs.
constexpr size_t kGlueWalkLabels = 8;

bool HasGlue(const cache::NameServerView& server) {
  return !server.ipv4.empty() || !server.ipv6.empty();
}

bool IsKnownAbsent(const cache::Store& store, NameView name, RRType type, cache::Instant now) {
  const EntryView known = store.Find(name, KeySpace::kData, type);
  if (known && known.IsFresh(now)) return known.kind() != EntryKind::kRRset;
  const EntryView failure = store.Find(name, KeySpace::kFailure, type);
  return failure && failure.IsFresh(now);
}

bool HasNoAddress(const cache::Store& store, const policy::CoreSettings& settings, NameView name,
                  cache::Instant now) {
  const EntryView denial = store.FindDenial(name, store.Hash(name));
  if (denial && denial.IsFresh(now)) return true;
  const Families in_use = FamiliesInUse(settings.resolution);
  return (!in_use.ipv4 || IsKnownAbsent(store, name, RRType::kA, now)) &&
         (!in_use.ipv6 || IsKnownAbsent(store, name, RRType::kAAAA, now));
}

}  // namespace

Families FamiliesInUse(const ResolutionSettings& settings) {
  return {settings.ipv4, settings.ipv6 == Ipv6Use::kOn};
}

bool MayAsk(const IpAddress& address, const policy::CoreSettings& settings) {
  const ResolutionSettings& resolution = settings.resolution;
  if (!FamiliesInUse(resolution).Has(!address.IsIpv4())) return false;
  // A query to an IPv4-mapped address would reach an IPv4 address and bypass the rules for IPv4.
  if (address.IsUnspecified() || address.IsMulticast() || address.IsIpv4Mapped()) return false;
  return !settings.never_asked.Contains(address);
}

void ZoneServers::ForgetLookUps() {
  looked_up_ = 0;
  ipv4_left_ = 0;
  ipv6_left_ = 0;
  absent_ = 0;
  last_taken_ = 0;
}

void ZoneServers::ForgetServers() {
  candidate_count_ = 0;
  ForgetLookUps();
}

void ZoneServers::Locate(const cache::Store& store, const policy::CoreSettings& settings,
                         NameView name, bool above, bool use_forward, cache::Instant now,
                         EntryView nearest_above) {
  static_zone_ = nullptr;
  from_hints_ = false;
  from_store_ = false;
  delegation_.clear();
  ForgetServers();
  NameView zone = above && !name.IsRoot() ? name.Parent() : name;
  // A forwarder answers for all names below its zone, so no cut is nearer. Between a stub zone and
  // a learnt zone cut the nearer one counts. If both are at one name, the configuration counts.
  const StaticZone* nearest = settings.static_zones.Nearest(zone, use_forward);
  for (;;) {
    if (nearest != nullptr && (nearest->forward || nearest->zone.view().Equals(zone))) {
      zone_ = nearest->zone;
      static_zone_ = nearest;
      return;
    }
    const bool known = nearest == nullptr && nearest_above && zone.size() < name.size();
    const EntryView entry = known ? nearest_above : store.FindCut(zone);
    if (entry && entry.IsFresh(now)) {
      Descend(entry);
      from_store_ = true;
      return;
    }
    if (zone.IsRoot()) break;
    zone = zone.Parent();
  }
  zone_ = NameView();
  from_hints_ = true;
}

void ZoneServers::Descend(EntryView entry) {
  TERN_REQUIRE(entry && entry.kind() == EntryKind::kDelegation);
  static_zone_ = nullptr;
  from_hints_ = false;
  from_store_ = false;
  ForgetServers();
  CopyDelegation(entry);
  zone_ = delegation().name();
}

void ZoneServers::CopyDelegation(EntryView entry) {
  delegation_.resize(entry.size() / 8);
  entry.CopyTo(reinterpret_cast<uint8_t*>(delegation_.data()));
}

bool ZoneServers::Renew(const cache::Store& store, cache::Instant now) {
  if (delegation_.empty()) return false;
  const EntryView entry = store.FindCut(zone_);
  if (!entry || !entry.IsFresh(now) || FingerprintOf(entry) == Fingerprint()) return false;
  ForgetLookUps();
  CopyDelegation(entry);
  return true;
}

uint64_t ZoneServers::FingerprintOf(EntryView delegation) {
  uint64_t sum = 0;
  cache::NameServerCursor cursor = delegation.NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    const uint64_t name = wire::HashName(server.name, 0);
    sum += name;
    for (const auto& [glue, size] : {std::pair(server.ipv4, 4), std::pair(server.ipv6, 16)}) {
      for (size_t at = 0; at < glue.size(); at += static_cast<size_t>(size)) {
        uint64_t address = name;
        for (int i = 0; i < size; i += 4) {
          address = wire::Mix(address, wire::LoadU32(glue.data() + at + i));
        }
        sum += address;
      }
    }
  }
  return sum;
}

bool ZoneServers::Offer(const Endpoint& endpoint, const policy::CoreSettings& settings) {
  if (candidate_count_ == kCandidatesMax) return false;
  // The operator wrote this server as a forwarder or for a stub zone. So it is asked even if a
  // referral to it would not be followed.
  if (static_zone_ == nullptr && !MayAsk(endpoint.address, settings)) return false;
  for (size_t i = 0; i < candidate_count_; ++i) {
    if (candidates_[i].server == endpoint) return false;
  }
  candidates_[candidate_count_++] = Candidate{endpoint};
  return true;
}

void ZoneServers::AddAddress(const IpAddress& address, const policy::CoreSettings& settings) {
  (void)Offer({address, settings.resolution.upstream_port}, settings);
}

void ZoneServers::AddGlue(const cache::NameServerView& server,
                          const policy::CoreSettings& settings) {
  for (size_t at = 0; at < server.ipv4.size(); at += 4) {
    AddAddress(IpAddress::FromOctets(server.ipv4.subspan(at, 4)), settings);
  }
  for (size_t at = 0; at < server.ipv6.size(); at += 16) {
    AddAddress(IpAddress::FromOctets(server.ipv6.subspan(at, 16)), settings);
  }
}

void ZoneServers::UseHints(const policy::CoreSettings& settings) {
  for (const RootHint& hint : settings.resolution.root_hints) {
    for (const IpAddress& address : hint.addresses) AddAddress(address, settings);
  }
}

void ZoneServers::GatherFromStore(const cache::Store& store, const policy::CoreSettings& settings,
                                  NameView server, RRType type, cache::Instant now) {
  const EntryView entry = store.Find(server, KeySpace::kData, type);
  if (!entry || entry.kind() != EntryKind::kRRset || !entry.IsFresh(now)) return;
  cache::RecordCursor cursor = entry.Records();
  std::span<const uint8_t> rdata;
  for (size_t i = 0; i < settings.resolution.limits.addresses && cursor.Next(&rdata); ++i) {
    AddAddress(IpAddress::FromOctets(rdata), settings);
  }
}

void ZoneServers::Gather(const cache::Store& store, const policy::CoreSettings& settings,
                         cache::Instant now) {
  if (from_hints_) {
    UseHints(settings);
    return;
  }
  if (static_zone_ != nullptr) {
    for (const Endpoint& endpoint : static_zone_->to) (void)Offer(endpoint, settings);
    return;
  }
  cache::NameServerCursor cursor = delegation().NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    // Glue of a server outside the zone is only a hint: the server's own zone knows better (RFC
    // 2181 section 5.4.1). Inside the zone, glue saves the search.
    if (HasGlue(server) && server.name.IsSubdomainOf(zone_)) {
      AddGlue(server, settings);
      continue;
    }
    if (settings.resolution.ipv4) GatherFromStore(store, settings, server.name, RRType::kA, now);
    if (settings.resolution.ipv6 == Ipv6Use::kOn) {
      GatherFromStore(store, settings, server.name, RRType::kAAAA, now);
    }
    AddGlue(server, settings);
  }
  // An address of the root's servers can only be found through the root itself. The additional
  // section of its answer may have none (RFC 9609 section 3.3).
  if (zone_.view().IsRoot() && candidate_count_ == 0) UseHints(settings);
}

void ZoneServers::ResetTries() {
  for (Candidate& candidate : candidates()) {
    candidate.tries = 0;
    candidate.failed = false;
    candidate.refuses_edns = false;
    candidate.broken_off = false;
  }
}

void ZoneServers::TakeTries(const ZoneServers& other) {
  for (size_t i = 0; i < other.candidate_count_; ++i) {
    const Candidate& tried = other.candidates_[i];
    size_t at = 0;
    while (at < candidate_count_ && candidates_[at].server != tried.server) ++at;
    if (at == kCandidatesMax) continue;
    if (at == candidate_count_) ++candidate_count_;
    candidates_[at] = tried;
  }
}

bool ZoneServers::NextToLookUp(uint64_t random, bool take, wire::Name* name) {
  if (delegation_.empty()) return false;
  const uint16_t count = delegation().count();
  if (count == 0) return false;
  const auto start = static_cast<int>(random % count);
  int found = -1;
  int found_rank = 0;
  cache::NameServerCursor cursor = delegation().NameServers();
  cache::NameServerView server;
  for (int i = 0; cursor.Next(&server) && i < 32; ++i) {
    const bool inside = server.name.IsSubdomainOf(zone_);
    if (((looked_up_ | absent_) >> i & 1) != 0 || (inside && HasGlue(server))) continue;
    const int rank = (inside ? count : 0) + (i + count - start) % count;
    if (found >= 0 && rank >= found_rank) continue;
    found = i;
    found_rank = rank;
    *name = server.name;
  }
  if (found < 0) return false;
  if (take) {
    last_taken_ = 1u << found;
    looked_up_ |= last_taken_;
  }
  return true;
}

void ZoneServers::Leave(Families families) {
  if (families.ipv4) ipv4_left_ |= last_taken_;
  if (families.ipv6) ipv6_left_ |= last_taken_;
}

bool ZoneServers::NextLeft(Families families, bool take, wire::Name* name, RRType* type) {
  const bool ipv6 = families.ipv6 && ipv6_left_ != 0;
  if (!ipv6 && (!families.ipv4 || ipv4_left_ == 0)) return false;
  uint32_t& left = ipv6 ? ipv6_left_ : ipv4_left_;
  cache::NameServerCursor cursor = delegation().NameServers();
  cache::NameServerView server;
  for (int i = 0; cursor.Next(&server) && i < 32; ++i) {
    if ((left >> i & 1) == 0) continue;
    if (take) left &= ~(1u << i);
    *name = server.name;
    *type = ipv6 ? RRType::kAAAA : RRType::kA;
    return true;
  }
  return false;
}

bool ZoneServers::HasCandidateOf(Families families) const {
  return std::any_of(candidates_.begin(), candidates_.begin() + candidate_count_,
                     [families](const Candidate& candidate) {
                       return families.Has(candidate.server.address.IsIpv6());
                     });
}

void ZoneServers::PassOverAbsent(const cache::Store& store, const policy::CoreSettings& settings,
                                 cache::Instant now) {
  if (delegation_.empty()) return;
  cache::NameServerCursor cursor = delegation().NameServers();
  cache::NameServerView server;
  for (int i = 0; cursor.Next(&server) && i < 32; ++i) {
    if (HasNoAddress(store, settings, server.name, now)) absent_ |= 1u << i;
  }
}

bool ZoneServers::GatherParentsGlue(const cache::Store& store, const policy::CoreSettings& settings,
                                    cache::Instant now) {
  if (delegation_.empty()) return false;
  const size_t before = candidate_count_;
  cache::NameServerCursor cursor = delegation().NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    // A cut without an address for the server does not end the walk. Otherwise a zone that refers
    // to itself, with name servers that do not exist, would hide what its parent knows.
    bool found = false;
    NameView above = server.name;
    for (size_t labels = above.LabelCount(); labels > kGlueWalkLabels; --labels) {
      above = above.Parent();
    }
    for (; !found && !above.IsRoot(); above = above.Parent()) {
      const EntryView entry = store.FindCut(above);
      if (!entry || !entry.IsFresh(now)) continue;
      cache::NameServerCursor others = entry.NameServers();
      cache::NameServerView other;
      while (others.Next(&other)) {
        if (!other.name.Equals(server.name) || !HasGlue(other)) continue;
        AddGlue(other, settings);
        found = true;
      }
    }
  }
  return candidate_count_ > before;
}

bool ZoneServers::AddStrayGlue(const ReplyRecords& records, const policy::CoreSettings& settings) {
  if (delegation_.empty()) return false;
  const size_t before = candidate_count_;
  cache::NameServerCursor cursor = delegation().NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    const uint64_t hash = records.Hash(server.name);
    for (const ReplyRecord& record : records.stray_addresses()) {
      const size_t size = record.type == RRType::kA ? 4 : 16;
      if (record.rdata.size() == size && records.OwnerHash(record) == hash) {
        AddAddress(IpAddress::FromOctets(record.rdata), settings);
      }
    }
  }
  return candidate_count_ > before;
}

}  // namespace tern::resolver::upstream
