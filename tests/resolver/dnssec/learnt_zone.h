// Teaches an aggressive index what a zone's records say, with signatures that nobody checks.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "resolver/dnssec/aggressive.h"
#include "tests/resolver/dnssec/denial_records.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

inline constexpr uint8_t kFakeSignature[] = {7, 7, 7};
inline const std::span<const uint8_t> kFakeSignatures[] = {kFakeSignature};

inline VerifiedRecord Verified(const DenialRecord& record, cache::Instant expiry) {
  return {record.owner, record.type, record.rdata, kFakeSignatures, expiry};
}

// An SOA whose minimum is `minimum`, for `zone`.
class SignedSoa {
 public:
  explicit SignedSoa(wire::NameView zone, uint32_t minimum = 3600)
      : zone_(zone),
        rdata_(RdataOf(wire::RRType::kSOA, "ns. root. 1 2 3 4 " + std::to_string(minimum))) {}
  VerifiedRecord Until(cache::Instant expiry) const {
    return {zone_, wire::RRType::kSOA, rdata_, kFakeSignatures, expiry};
  }

 private:
  wire::Name zone_;
  std::vector<uint8_t> rdata_;
};

inline void LearnAll(AggressiveIndex* index, wire::NameView zone,
                     std::span<const DenialRecord> records, cache::Instant now,
                     uint32_t ttl = 300) {
  const SignedSoa soa(zone);
  std::vector<VerifiedRecord> verified;
  for (const DenialRecord& record : records) verified.push_back(Verified(record, now + ttl));
  index->Learn(zone, soa.Until(now + ttl), verified, now);
}

// The records of an answer, without the SOA, as a proof takes them.
inline std::vector<DenialRecord> ProofOf(const AggressiveAnswer& answer) {
  std::vector<DenialRecord> records;
  for (const AggressiveAnswer::Record& record : answer.records()) {
    if (record.type == wire::RRType::kSOA) continue;
    std::span<const uint8_t> rdata;
    cache::RecordCursor cursor = record.records();
    EXPECT_TRUE(cursor.Next(&rdata));
    records.push_back({record.owner, record.type, rdata});
  }
  return records;
}

}  // namespace tern::resolver::dnssec
