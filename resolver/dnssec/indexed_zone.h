// What the aggressive index knows of one zone: its SOA and the ranges of its chains.
//
// Thread: the owner's, under the lock of its shard.
// Bound: the shard counts the ranges.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cache/ttl.h"
#include "resolver/dnssec/aggressive_answer.h"
#include "resolver/dnssec/denial_nsec3.h"
#include "resolver/dnssec/hashed_names.h"
#include "resolver/dnssec/kept_range.h"
#include "resolver/dnssec/range_chain.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

// What one question found.
struct Finding {
  static constexpr size_t kRangesMax = 3;

  AggressiveKind kind = AggressiveKind::kNone;
  std::array<KeptRange*, kRangesMax> ranges;  // what it rests on
  size_t count = 0;
  wire::Name wildcard;  // for kWildcard

  void Add(KeptRange* range);  // nothing when it is there already
};

class IndexedZone {
 public:
  IndexedZone(wire::NameView apex, uint64_t hash) : apex_(apex), hash_(hash) {}
  IndexedZone(const IndexedZone&) = delete;
  IndexedZone& operator=(const IndexedZone&) = delete;

  const wire::Name& apex() const { return apex_; }
  uint64_t hash() const { return hash_; }

  const KeptRange* soa() const { return soa_.get(); }
  void SetSoa(KeptRange::Pointer soa) { soa_ = std::move(soa); }

  RangeChain& nsec() { return nsec_; }
  RangeChain& nsec3() { return nsec3_; }
  RangeChain& ChainOf(const KeptRange& range) {
    return range.type() == wire::RRType::kNSEC ? nsec_ : nsec3_;
  }

  // Whether NSEC3 ranges with `parameters` can stand beside those that are there. A zone has one
  // set of parameters at a time.
  bool Accepts(const Nsec3Parameters& parameters) const {
    return nsec3_.IsEmpty() || parameters == this->parameters();
  }
  // REQUIRES: there are no NSEC3 ranges.
  void SetParameters(const Nsec3Parameters& parameters);

  // What fresh ranges say about the question. All of it is securely proven.
  // REQUIRES: the name is in the zone.
  void Find(wire::NameView name, wire::RRType type, cache::Instant now, HashBudget* hashes,
            Finding* finding);

 private:
  Nsec3Parameters parameters() const { return {iterations_, std::span(salt_).first(salt_octets_)}; }
  void FindByNsec(wire::NameView name, wire::RRType type, cache::Instant now, Finding* finding);
  void FindByNsec3(wire::NameView name, wire::RRType type, cache::Instant now, HashBudget* hashes,
                   Finding* finding);

  wire::Name apex_;
  uint64_t hash_;
  KeptRange::Pointer soa_;
  RangeChain nsec_;
  RangeChain nsec3_;
  uint16_t iterations_ = 0;
  uint8_t salt_octets_ = 0;
  std::array<uint8_t, 255> salt_;
  // Hashes of the zone's name and of the wildcard directly below it. Most questions of a flood need
  // both.
  bool knows_hashes_ = false;
  Nsec3Hash apex_hash_;
  Nsec3Hash wildcard_hash_;
};

// A record of `zone` as a range for the index. Null when it proves nothing there, or nothing that
// is worth its memory:
// - it is no sound record of the zone, or has too many iterations;
// - its range covers nothing. Servers that sign while they answer make such ranges (RFC 4470,
//   RFC 9824 section 3).
KeptRange::Pointer MakeRange(IndexedZone* zone, const VerifiedRecord& record);

}  // namespace tern::resolver::dnssec
