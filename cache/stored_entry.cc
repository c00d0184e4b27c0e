#include "cache/stored_entry.h"

#include <algorithm>
#include <cstring>

#include "wire/rdata.h"
#include "wire/types.h"

namespace tern::cache {
namespace {

using wire::RRType;

// Types of which there are RRsets. OPT and the types from 249 to 255 exist only in queries (RFC
// 6895 section 3.1).
bool IsTypeOfData(RRType type) {
  return type != RRType::kNone && type != RRType::kOPT &&
         (type < RRType::kTKEY || type > RRType::kANY);
}

bool AllAreValid(RRType type, RecordCursor records) {
  std::span<const uint8_t> rdata;
  while (records.Next(&rdata)) {
    if (!wire::IsValidRdata(type, rdata)) return false;
  }
  return true;
}

bool ProofsAreValid(ProofCursor proofs) {
  ProofView proof;
  while (proofs.Next(&proof)) {
    if (!IsTypeOfData(proof.type) || !wire::IsValidRdata(proof.type, proof.rdata)) return false;
  }
  return true;
}

bool IsNegative(EntryKind kind) {
  return kind == EntryKind::kNoData || kind == EntryKind::kNxDomain ||
         kind == EntryKind::kNxDomainOfType;
}

}  // namespace

bool IsSoundStoredEntry(std::span<const uint8_t> bytes) {
  if (!IsSoundEntry(bytes)) return false;
  const EntryView entry(bytes.data());
  switch (entry.kind()) {
    case EntryKind::kRRset:
      return entry.count() > 0 && IsTypeOfData(entry.type()) &&
             AllAreValid(entry.type(), entry.Records()) &&
             AllAreValid(RRType::kRRSIG, entry.Signatures()) && ProofsAreValid(entry.Proofs());
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      return entry.count() <= 1 && AllAreValid(RRType::kSOA, entry.Records()) &&
             ProofsAreValid(entry.Proofs());
    case EntryKind::kDelegation:
    case EntryKind::kNxDomainOfType:
      return true;
    case EntryKind::kFailure:
      break;
  }
  return false;
}

bool Age(uint8_t* bytes, const Ageing& ageing) {
  const EntryView entry(bytes);
  const uint32_t most = IsNegative(entry.kind()) ? ageing.ttl.max_negative_ttl : ageing.ttl.max_ttl;
  const uint32_t ttl = std::min(entry.ttl(), most);
  const int64_t now = ageing.now.seconds();
  const int64_t expiry =
      std::min(int64_t{entry.expiry().seconds()} + ageing.shift, now + int64_t{ttl});
  // 0 means never.
  if (expiry < 1 || expiry + int64_t{ageing.max_stale} < now) return false;
  const auto seconds = static_cast<uint32_t>(std::min<int64_t>(expiry, UINT32_MAX));
  std::memcpy(bytes + layout::kExpiry, &seconds, sizeof seconds);
  std::memcpy(bytes + layout::kTtl, &ttl, sizeof ttl);
  return true;
}

}  // namespace tern::cache
