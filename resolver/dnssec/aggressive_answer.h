// An answer from the aggressive index: copies, which outlive the lock under which they were found.
//
// Thread: the owner's. It does not move, because its records borrow from it.
// Bound: 9 KiB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cache/entry.h"
#include "cache/ttl.h"
#include "resolver/dnssec/kept_range.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

enum class AggressiveKind : uint8_t {
  kNone,
  kNameError,
  kNoData,
  // The name does not exist, and a wildcard may. What the wildcard has answers in its place, if the
  // store has it and it is secure.
  kWildcard,
};

class AggressiveAnswer {
 public:
  struct Record {
    wire::NameView owner = {};
    wire::RRType type = wire::RRType::kNone;
    cache::Instant expiry = {};
    std::span<const uint8_t> octets = {};
    size_t signature_count = 0;

    // The RDATA, then that of its signatures.
    cache::RecordCursor records() const {
      return {octets.data(), static_cast<uint16_t>(1 + signature_count)};
    }
  };

  AggressiveAnswer() = default;
  AggressiveAnswer(const AggressiveAnswer&) = delete;
  AggressiveAnswer& operator=(const AggressiveAnswer&) = delete;

  AggressiveKind kind() const { return kind_; }
  // The rest is for an answer that is not kNone.
  wire::NameView zone() const { return zone_; }          // whose records these are
  wire::NameView wildcard() const { return wildcard_; }  // for kWildcard
  cache::Instant expiry() const { return expiry_; }      // the earliest of all records
  // The records of the proof. Before them the zone's SOA, but not for kWildcard.
  std::span<const Record> records() const { return {records_.data(), count_}; }

  // For the index.
  void Start(AggressiveKind kind, const wire::Name& zone, const wire::Name& wildcard);
  void Add(const KeptRange& range);

 private:
  static constexpr size_t kRecordsMax = 4;  // the SOA and three of NSEC3

  AggressiveKind kind_ = AggressiveKind::kNone;
  wire::Name zone_;
  wire::Name wildcard_;
  cache::Instant expiry_;
  std::array<Record, kRecordsMax> records_;
  size_t count_ = 0;
  size_t used_ = 0;
  std::array<uint8_t, kRecordsMax * KeptRange::kOctetsMax> octets_;  // not set behind used_
};

}  // namespace tern::resolver::dnssec
