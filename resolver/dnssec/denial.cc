#include "resolver/dnssec/denial.h"

#include "resolver/dnssec/denial_nsec.h"

namespace tern::resolver::dnssec {
namespace {

using wire::NameView;
using wire::RRType;

// The zone above has the DS of a zone, and only its records deny one. The root has no zone above.
bool IsChildsWord(NameView zone, NameView name) { return !zone.IsRoot() && name.Equals(zone); }

}  // namespace

DenialProof ProveNameError(NameView zone, NameView name, std::span<const DenialRecord> records,
                           int* hashes_left) {
  static_cast<void>(hashes_left);
  if (!name.IsSubdomainOf(zone)) return {.reason = DenialReason::kOutsideZone};
  const NsecRanges ranges(zone, records);
  if (ranges.IsEmpty()) return {.reason = DenialReason::kNoRecords};
  return ranges.ProveNameError(name);
}

DenialProof ProveNoData(NameView zone, NameView name, RRType type,
                        std::span<const DenialRecord> records, int* hashes_left) {
  static_cast<void>(hashes_left);
  if (!name.IsSubdomainOf(zone)) return {.reason = DenialReason::kOutsideZone};
  if (type == RRType::kDS && IsChildsWord(zone, name)) return {.reason = DenialReason::kFromChild};
  const NsecRanges ranges(zone, records);
  if (ranges.IsEmpty()) return {.reason = DenialReason::kNoRecords};
  return ranges.ProveNoData(name, type);
}

DenialProof ProveWildcardAnswer(NameView zone, NameView name, size_t labels,
                                std::span<const DenialRecord> records, int* hashes_left) {
  static_cast<void>(hashes_left);
  if (!name.IsSubdomainOf(zone)) return {.reason = DenialReason::kOutsideZone};
  if (labels < zone.LabelCount() || labels >= name.LabelCount()) {
    return {.reason = DenialReason::kOutsideZone};
  }
  const NsecRanges ranges(zone, records);
  if (ranges.IsEmpty()) return {.reason = DenialReason::kNoRecords};
  return ranges.ProveWildcardAnswer(name, labels);
}

NoDsProof ProveNoDs(NameView zone, NameView name, std::span<const DenialRecord> records,
                    int* hashes_left) {
  static_cast<void>(hashes_left);
  if (!name.IsSubdomainOf(zone)) return {NoDs::kNotProven, DenialReason::kOutsideZone};
  if (name.Equals(zone)) return {NoDs::kNotProven, DenialReason::kFromChild};
  const NsecRanges ranges(zone, records);
  if (ranges.IsEmpty()) return {NoDs::kNotProven, DenialReason::kNoRecords};
  return ranges.ProveNoDs(name);
}

}  // namespace tern::resolver::dnssec
