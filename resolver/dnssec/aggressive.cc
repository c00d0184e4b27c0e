#include "resolver/dnssec/aggressive.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "resolver/base/time.h"
#include "resolver/dnssec/denial_nsec3.h"
#include "wire/check.h"
#include "wire/rdata.h"

namespace tern::resolver::dnssec {
namespace {

using wire::NameView;
using wire::RRType;

// A zone without its ranges, and its place in the map.
constexpr size_t kZoneOctets = sizeof(IndexedZone) + 32;
// A range's place in its chain, whose nodes are not all full.
constexpr size_t kPlaceOctets = 24;
// Each time a shard makes room. So the work under its lock is bounded.
constexpr int kSparedMax = 64;

size_t Cost(const KeptRange& range) { return range.size() + kPlaceOctets; }
// Without the SOA, a range lives by its own TTL (RFC 9077), but not longer than this.
constexpr uint32_t kSecondsMax = 10800;

size_t CostOfSoa(const IndexedZone& zone) { return zone.soa() == nullptr ? 0 : zone.soa()->size(); }

Time TimeOf(cache::Instant instant) { return Time(std::chrono::seconds(instant.seconds())); }

// What a bitmap does not speak of, or not in a way that ends a question.
bool IsAskable(RRType type) { return !wire::IsMetaType(type) && type != RRType::kRRSIG; }

}  // namespace

AggressiveIndex::AggressiveIndex(size_t octets_max, uint64_t seed)
    : shard_octets_max_(octets_max / kShards), seed_(seed), off_(kOffPlaces) {}

AggressiveIndex::~AggressiveIndex() { Clear(); }

bool AggressiveIndex::IsOff(uint64_t hash, cache::Instant now) const {
  return !off_.never_used() && off_.Has(hash, TimeOf(now));
}

IndexedZone* AggressiveIndex::FindZone(const Shard& shard, NameView zone, uint64_t hash) {
  const auto found = shard.zones.find(hash);
  if (found == shard.zones.end() || !found->second->apex().view().Equals(zone)) return nullptr;
  return found->second.get();
}

IndexedZone* AggressiveIndex::FindOrMakeZone(Shard& shard, NameView zone, uint64_t hash) {
  if (const auto found = shard.zones.find(hash); found != shard.zones.end()) {
    // Two zones of one hash do not stand beside each other.
    return found->second->apex().view().Equals(zone) ? found->second.get() : nullptr;
  }
  try {
    auto made = std::make_unique<IndexedZone>(zone, hash);
    IndexedZone* const place = made.get();
    shard.zones.emplace(hash, std::move(made));
    shard.octets += kZoneOctets;
    return place;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

bool AggressiveIndex::LearnSoa(Shard& shard, IndexedZone& zone, const VerifiedRecord& soa,
                               cache::Instant expiry) {
  VerifiedRecord kept = soa;
  kept.expiry = expiry;
  KeptRange::Pointer made = KeptRange::Make(&zone, {}, kept);
  if (made == nullptr) return false;
  shard.octets -= CostOfSoa(zone);
  zone.SetSoa(std::move(made));
  shard.octets += CostOfSoa(zone);
  return true;
}

void AggressiveIndex::LearnRange(Shard& shard, IndexedZone& zone, const VerifiedRecord& record) {
  KeptRange::Pointer range = MakeRange(&zone, record);
  if (range == nullptr) return;
  if (record.type == RRType::kNSEC3) {
    const auto read = ReadNsec3Range(zone.apex(), {record.owner, record.type, record.rdata});
    TERN_CHECK_OR(read, return );
    // The zone has a new salt: hashes with the old one say nothing any more.
    if (!zone.Accepts(read->parameters)) RemoveChain(shard, zone.nsec3());
    if (zone.nsec3().IsEmpty()) zone.SetParameters(read->parameters);
  }
  RangeChain& chain = zone.ChainOf(*range);
  while (KeptRange* const overlap = chain.FindOverlap(*range)) RemoveRange(shard, overlap);
  try {
    chain.Insert(range.get());
  } catch (const std::bad_alloc&) {
    return;
  }
  shard.octets += Cost(*range);
  shard.ranges.PushBack(range.release());
}

void AggressiveIndex::RemoveRange(Shard& shard, KeptRange* range) {
  const KeptRange::Pointer owned(range);
  shard.octets -= Cost(*range);
  shard.ranges.Remove(range);
  range->zone()->ChainOf(*range).Remove(range);
}

void AggressiveIndex::RemoveChain(Shard& shard, RangeChain& chain) {
  while (KeptRange* const first = chain.First()) RemoveRange(shard, first);
}

void AggressiveIndex::RemoveZone(Shard& shard, IndexedZone* zone) {
  RemoveChain(shard, zone->nsec());
  RemoveChain(shard, zone->nsec3());
  shard.octets -= CostOfSoa(*zone) + kZoneOctets;
  shard.zones.erase(zone->hash());
}

void AggressiveIndex::MakeRoom(Shard& shard) const {
  int spared = 0;
  while (shard.octets > shard_octets_max_ && !shard.ranges.empty()) {
    KeptRange* const range = shard.ranges.front();
    if (range->is_used() && ++spared <= kSparedMax) {
      range->SetUsed(false);
      shard.ranges.Remove(range);
      shard.ranges.PushBack(range);
      continue;
    }
    IndexedZone* const zone = range->zone();
    RemoveRange(shard, range);
    ++shard.evicted;
    if (zone->nsec().IsEmpty() && zone->nsec3().IsEmpty()) RemoveZone(shard, zone);
  }
}

void AggressiveIndex::Learn(NameView zone, const VerifiedRecord& soa,
                            std::span<const VerifiedRecord> ranges, cache::Instant now) {
  const uint64_t hash = HashOf(zone);
  if (shard_octets_max_ == 0 || IsOff(hash, now)) return;
  const bool has_soa = soa.type != RRType::kNone;
  if (has_soa && (soa.type != RRType::kSOA || !soa.owner.Equals(zone) ||
                  !wire::IsValidRdata(RRType::kSOA, soa.rdata))) {
    return;
  }
  const cache::Instant last = now + (has_soa ? wire::ReadSoa(soa.rdata).minimum : kSecondsMax);
  Shard& shard = ShardOf(hash);
  const std::lock_guard lock(shard.lock);
  IndexedZone* const indexed = FindOrMakeZone(shard, zone, hash);
  if (indexed == nullptr) return;
  if (!has_soa || LearnSoa(shard, *indexed, soa, std::min(soa.expiry, last))) {
    for (VerifiedRecord record : ranges) {
      record.expiry = std::min(record.expiry, last);
      if (record.expiry > now) LearnRange(shard, *indexed, record);
    }
  }
  if (indexed->nsec().IsEmpty() && indexed->nsec3().IsEmpty()) RemoveZone(shard, indexed);
  MakeRoom(shard);
}

void AggressiveIndex::Search(const Shard& shard, NameView zone, uint64_t hash, NameView name,
                             RRType type, cache::Instant now, HashBudget* hashes,
                             IndexedZone** found, Finding* finding) const {
  *found = nullptr;
  IndexedZone* const indexed = FindZone(shard, zone, hash);
  if (indexed == nullptr) return;
  HashBudget few = {hashes->hasher, std::min(hashes->left, kHashesMax)};
  const int before = few.left;
  indexed->Find(name, type, now, &few, finding);
  hashes->left -= before - few.left;
  // A denial needs the zone's SOA. What a wildcard makes needs none.
  const bool has_soa = indexed->soa() != nullptr && indexed->soa()->expiry() > now;
  if (!has_soa && finding->kind != AggressiveKind::kWildcard) finding->kind = AggressiveKind::kNone;
  *found = indexed;
}

bool AggressiveIndex::Answer(std::span<const NameView> zones, NameView name, RRType type,
                             cache::Instant now, HashBudget* hashes, AggressiveAnswer* answer) {
  if (!IsAskable(type)) return false;
  for (const NameView zone : zones) {
    const uint64_t hash = HashOf(zone);
    if (!name.IsSubdomainOf(zone) || IsOff(hash, now)) continue;
    Shard& shard = ShardOf(hash);
    const std::lock_guard lock(shard.lock);
    IndexedZone* indexed;
    Finding finding;
    Search(shard, zone, hash, name, type, now, hashes, &indexed, &finding);
    if (finding.kind == AggressiveKind::kNone) continue;
    answer->Start(finding.kind, indexed->apex(), finding.wildcard);
    if (finding.kind != AggressiveKind::kWildcard) answer->Add(*indexed->soa());
    for (KeptRange* const range : std::span(finding.ranges).first(finding.count)) {
      answer->Add(*range);
      range->SetUsed(true);
    }
    AggressiveCounts& counts = shard.counts;
    ++(finding.kind == AggressiveKind::kNameError ? counts.name_errors
       : finding.kind == AggressiveKind::kNoData  ? counts.no_data
                                                  : counts.wildcards);
    return true;
  }
  return false;
}

bool AggressiveIndex::Denies(NameView zone, NameView name, RRType type, cache::Instant now,
                             HashBudget* hashes) {
  if (!IsAskable(type) || !name.IsSubdomainOf(zone)) return false;
  const uint64_t hash = HashOf(zone);
  if (IsOff(hash, now)) return false;
  Shard& shard = ShardOf(hash);
  const std::lock_guard lock(shard.lock);
  IndexedZone* indexed;
  Finding finding;
  Search(shard, zone, hash, name, type, now, hashes, &indexed, &finding);
  return finding.kind == AggressiveKind::kNameError || finding.kind == AggressiveKind::kNoData;
}

void AggressiveIndex::OnContradiction(NameView zone, cache::Instant now) {
  const uint64_t hash = HashOf(zone);
  off_.Put(hash, TimeOf(now + kOffSeconds));
  Shard& shard = ShardOf(hash);
  const std::lock_guard lock(shard.lock);
  if (IndexedZone* const indexed = FindZone(shard, zone, hash)) RemoveZone(shard, indexed);
  ++shard.counts.contradictions;
}

void AggressiveIndex::Clear() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.lock);
    while (!shard.zones.empty()) RemoveZone(shard, shard.zones.begin()->second.get());
  }
}

RangesUse AggressiveIndex::ReadUse() const {
  RangesUse use;
  for (const Shard& shard : shards_) {
    use.octets += shard.octets.load(std::memory_order_relaxed);
    use.octets_max += shard_octets_max_;
    use.evicted += shard.evicted.load(std::memory_order_relaxed);
  }
  return use;
}

AggressiveCounts AggressiveIndex::ReadCounts() const {
  AggressiveCounts sum;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.lock);
    sum.zones += shard.zones.size();
    sum.ranges += shard.ranges.size();
    sum.octets += shard.octets;
    sum.name_errors += shard.counts.name_errors;
    sum.no_data += shard.counts.no_data;
    sum.wildcards += shard.counts.wildcards;
    sum.evicted += shard.evicted;
    sum.contradictions += shard.counts.contradictions;
  }
  return sum;
}

}  // namespace tern::resolver::dnssec
