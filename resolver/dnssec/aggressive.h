// The aggressive index (RFC 8198): verified NSEC and NSEC3 ranges of many zones, from which
// questions about names that do not exist are answered without asking anybody. A flood of random
// names in a signed zone ends here.
//
// It is for the miss path only: the store has answered before, if it can.
//
// Invariants:
// 1. An answer is securely proven by the records that come with it, as denial.h proves it.
// 2. An opt-out range never denies a name.
// 3. No two ranges of a chain overlap. A newer range removes older ones that it contradicts.
// 4. Nothing is kept of ranges that cover nothing, as servers make them that sign while they
//    answer.
//
// Thread: any; the whole process shares one index. Zones are spread over shards. Each has a lock,
// which is held for one search or for what one reply teaches.
// Bound: the octets of the constructor. A shard that is full removes its oldest ranges; one that
// was used is spared once. A search computes at most kHashesMax hashes.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "absl/container/flat_hash_map.h"
#include "cache/ttl.h"
#include "resolver/base/expiring_marks.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/dnssec/aggressive_answer.h"
#include "resolver/dnssec/hashed_names.h"
#include "resolver/dnssec/indexed_zone.h"
#include "resolver/dnssec/kept_range.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

struct AggressiveCounts {
  // What the index has now.
  uint64_t zones = 0;
  uint64_t ranges = 0;
  uint64_t octets = 0;
  // Since the start.
  uint64_t name_errors = 0;  // answers of each kind
  uint64_t no_data = 0;
  uint64_t wildcards = 0;
  uint64_t evicted = 0;         // ranges that made room for others
  uint64_t contradictions = 0;  // zones that were switched off
};

// How much room the ranges take, how much they may, and how many made room for others.
struct RangesUse {
  uint64_t octets = 0;
  uint64_t octets_max = 0;
  uint64_t evicted = 0;
};

class AggressiveIndex {
 public:
  static constexpr int kHashesMax = 8;
  // How long a zone is not used after it contradicted itself.
  static constexpr uint32_t kOffSeconds = 900;

  // `seed` keys the hash of zone names. With 0 octets nothing is ever kept.
  AggressiveIndex(size_t octets_max, uint64_t seed);
  ~AggressiveIndex();
  AggressiveIndex(const AggressiveIndex&) = delete;
  AggressiveIndex& operator=(const AggressiveIndex&) = delete;

  // Learns from a reply: the zone's SOA and NSEC or NSEC3 records, all of which have signatures by
  // the zone's keys that were verified. Records that a wildcard made must not come here. What is
  // not sound or not worth its memory is left out. Nothing lives longer than the SOA's minimum (RFC
  // 8198 section 5.4, RFC 9077). When memory is short, nothing is learnt. A reply that a wildcard
  // made has no SOA; then `soa` is empty.
  void Learn(wire::NameView zone, const VerifiedRecord& soa, std::span<const VerifiedRecord> ranges,
             cache::Instant now);

  // Answers from the first of `zones` that can. These are zones that may have the name, the nearest
  // first. The caller has made sure that the name has no other source, such as local data or a
  // static zone. The lock of a zone's shard is held meanwhile, so hashes are few.
  // False when the question has to be asked.
  bool Answer(std::span<const wire::NameView> zones, wire::NameView name, wire::RRType type,
              cache::Instant now, HashBudget* hashes, AggressiveAnswer* answer);

  // Whether the index would say that the name, or its type, does not exist. If that was just found
  // to be there, the zone contradicts itself.
  bool Denies(wire::NameView zone, wire::NameView name, wire::RRType type, cache::Instant now,
              HashBudget* hashes);

  // Forgets the zone, and neither learns nor answers from it for kOffSeconds.
  void OnContradiction(wire::NameView zone, cache::Instant now);

  // Forgets all, for settings that have changed.
  void Clear();

  AggressiveCounts ReadCounts() const;
  // Takes no lock, so no worker waits for a reader.
  RangesUse ReadUse() const;

 private:
  static constexpr size_t kShards = 16;
  static constexpr size_t kOffPlaces = 1024;

  struct Shard {
    mutable std::mutex lock;
    absl::flat_hash_map<uint64_t, std::unique_ptr<IndexedZone>> zones;  // by the hash of the name
    IntrusiveList<KeptRange, ByAge> ranges;                             // the oldest first
    // Changed under the lock, read without it.
    std::atomic<size_t> octets = 0;
    std::atomic<uint64_t> evicted = 0;
    AggressiveCounts counts;  // but what the index has now
  };

  uint64_t HashOf(wire::NameView zone) const { return wire::HashName(zone, seed_); }
  Shard& ShardOf(uint64_t hash) { return shards_[hash % kShards]; }
  bool IsOff(uint64_t hash, cache::Instant now) const;

  // The following are called under the shard's lock.
  static IndexedZone* FindZone(const Shard& shard, wire::NameView zone, uint64_t hash);
  // Null when memory is short.
  static IndexedZone* FindOrMakeZone(Shard& shard, wire::NameView zone, uint64_t hash);
  static bool LearnSoa(Shard& shard, IndexedZone& zone, const VerifiedRecord& soa,
                       cache::Instant expiry);
  static void LearnRange(Shard& shard, IndexedZone& zone, const VerifiedRecord& record);
  static void RemoveRange(Shard& shard, KeptRange* range);
  static void RemoveChain(Shard& shard, RangeChain& chain);
  static void RemoveZone(Shard& shard, IndexedZone* zone);
  void MakeRoom(Shard& shard) const;
  // What the shard knows of a zone that is to be searched.
  void Search(const Shard& shard, wire::NameView zone, uint64_t hash, wire::NameView name,
              wire::RRType type, cache::Instant now, HashBudget* hashes, IndexedZone** found,
              Finding* finding) const;

  size_t shard_octets_max_;
  uint64_t seed_;
  ExpiringMarks off_;
  std::array<Shard, kShards> shards_;
};

}  // namespace tern::resolver::dnssec
