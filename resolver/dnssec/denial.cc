#include "resolver/dnssec/denial.h"

#include "resolver/dnssec/denial_nsec.h"
#include "resolver/dnssec/denial_nsec3.h"

namespace tern::resolver::dnssec {
namespace {

using wire::NameView;
using wire::RRType;

// By NSEC first, which costs no hash. A zone on its way from one to the other has both.
template <typename Proof, typename ByNsec, typename ByNsec3>
Proof Prove(NameView zone, NameView name, std::span<const DenialRecord> records, HashBudget* hashes,
            ByNsec by_nsec, ByNsec3 by_nsec3) {
  using Outcome = decltype(Proof::outcome);
  Proof proof{.reason = DenialReason::kNoRecords};
  const NsecRanges nsec(zone, records);
  if (!nsec.IsEmpty()) proof = by_nsec(nsec);
  if (proof.outcome != Outcome::kNotProven) return proof;
  const Nsec3Ranges nsec3(zone, records);
  if (nsec3.HasTooManyIterations()) {
    return {.outcome = Outcome::kInsecure, .reason = DenialReason::kTooManyIterations};
  }
  if (nsec3.IsEmpty()) return proof;
  HashedNames names(name, nsec3.parameters(), hashes);
  return by_nsec3(nsec3, names);
}

}  // namespace

DenialProof ProveNameError(NameView zone, NameView name, std::span<const DenialRecord> records,
                           HashBudget* hashes) {
  if (!name.IsSubdomainOf(zone)) return {.reason = DenialReason::kOutsideZone};
  return Prove<DenialProof>(
      zone, name, records, hashes,
      [&](const NsecRanges& ranges) { return ranges.ProveNameError(name); },
      [](const Nsec3Ranges& ranges, HashedNames& names) { return ranges.ProveNameError(names); });
}

DenialProof ProveNoData(NameView zone, NameView name, RRType type,
                        std::span<const DenialRecord> records, HashBudget* hashes) {
  if (!name.IsSubdomainOf(zone)) return {.reason = DenialReason::kOutsideZone};
  // The zone above has the DS of a zone, and only its records deny one. The root has none above.
  if (type == RRType::kDS && name.Equals(zone) && !zone.IsRoot()) {
    return {.reason = DenialReason::kFromChild};
  }
  return Prove<DenialProof>(
      zone, name, records, hashes,
      [&](const NsecRanges& ranges) { return ranges.ProveNoData(name, type); },
      [&](const Nsec3Ranges& ranges, HashedNames& names) {
        return ranges.ProveNoData(names, type);
      });
}

DenialProof ProveWildcardAnswer(NameView zone, NameView name, size_t labels,
                                std::span<const DenialRecord> records, HashBudget* hashes) {
  if (!name.IsSubdomainOf(zone) || labels < zone.LabelCount() || labels >= name.LabelCount()) {
    return {.reason = DenialReason::kOutsideZone};
  }
  return Prove<DenialProof>(
      zone, name, records, hashes,
      [&](const NsecRanges& ranges) { return ranges.ProveWildcardAnswer(name, labels); },
      [&](const Nsec3Ranges& ranges, HashedNames& names) {
        return ranges.ProveWildcardAnswer(names, labels);
      });
}

NoDsProof ProveNoDs(NameView zone, NameView name, std::span<const DenialRecord> records,
                    HashBudget* hashes) {
  if (!name.IsSubdomainOf(zone)) return {NoDs::kNotProven, DenialReason::kOutsideZone};
  if (name.Equals(zone)) return {NoDs::kNotProven, DenialReason::kFromChild};
  return Prove<NoDsProof>(
      zone, name, records, hashes, [&](const NsecRanges& ranges) { return ranges.ProveNoDs(name); },
      [](const Nsec3Ranges& ranges, HashedNames& names) { return ranges.ProveNoDs(names); });
}

}  // namespace tern::resolver::dnssec
