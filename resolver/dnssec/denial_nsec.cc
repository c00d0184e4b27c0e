#include "resolver/dnssec/denial_nsec.h"

#include <algorithm>

#include "resolver/dnssec/denied_types.h"
#include "wire/check.h"
#include "wire/dnssec_records.h"

namespace tern::resolver::dnssec {
namespace {

using wire::NameView;
using wire::RRType;

// The whole bitmap of a name that does not exist: RRSIG, NSEC and NXNAME (RFC 9824 section 3.5).
constexpr uint8_t kNxNameTypes[] = {0, 17, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80};

bool SaysNxName(const wire::TypeBitmap& types) {
  return std::ranges::equal(types.octets(), kNxNameTypes);
}

DenialProof NotProven(DenialReason reason) { return {.reason = reason}; }

// A range that was expected to deny a name says something else.
DenialReason WhyNotDenied(NsecSays says) {
  switch (says) {
    case NsecSays::kNothing:
      return DenialReason::kNotCovered;
    case NsecSays::kExists:
    case NsecSays::kEmptyNonTerminal:
      return DenialReason::kNameExists;
    case NsecSays::kDoesNotExist:
      return DenialReason::kNone;
    case NsecSays::kBelowCut:
      return DenialReason::kBelowCut;
  }
  return DenialReason::kNotCovered;
}

}  // namespace

std::optional<NsecRange> ReadNsecRange(NameView zone, const DenialRecord& record) {
  if (record.type != RRType::kNSEC || !record.owner.IsSubdomainOf(zone)) return std::nullopt;
  const std::optional<wire::NsecView> nsec = wire::ReadNsec(record.rdata);
  if (!nsec || !nsec->next.IsSubdomainOf(zone)) return std::nullopt;
  // Of a zone below this one.
  if (nsec->types.Contains(RRType::kSOA) && !record.owner.Equals(zone)) return std::nullopt;
  // Only the last range of a zone goes back to its start (RFC 4034 section 4.1.1).
  if (!nsec->next.Equals(zone) && CompareCanonical(record.owner, nsec->next) >= 0) {
    return std::nullopt;
  }
  return NsecRange{record.owner, nsec->next, nsec->types};
}

NsecSays Says(const NsecRange& range, NameView zone, NameView name) {
  const int behind_owner = CompareCanonical(name, range.owner);
  if (behind_owner == 0) return NsecSays::kExists;
  if (behind_owner < 0) return NsecSays::kNothing;
  if (!range.next.Equals(zone) && CompareCanonical(name, range.next) >= 0) {
    return NsecSays::kNothing;
  }
  if (EndsTheZone(range.types) && name.IsSubdomainOf(range.owner)) return NsecSays::kBelowCut;
  if (range.next.IsSubdomainOf(name)) return NsecSays::kEmptyNonTerminal;
  return NsecSays::kDoesNotExist;
}

NameView ClosestEncloser(const NsecRange& range, NameView name) {
  return name.Suffix(std::max(name.CommonLabels(range.owner), name.CommonLabels(range.next)));
}

NsecRanges::NsecRanges(NameView zone, std::span<const DenialRecord> records) : zone_(zone) {
  for (const DenialRecord& record : records.first(std::min(records.size(), kDenialRecordsMax))) {
    if (const std::optional<NsecRange> range = ReadNsecRange(zone, record)) {
      ranges_[count_++] = *range;
    }
  }
}

NsecRanges::Found NsecRanges::Find(NameView name) const {
  Found found;
  for (const NsecRange& range : ranges()) {
    const NsecSays says = Says(range, zone_, name);
    if (says == NsecSays::kNothing) continue;
    found = {says, &range};
    if (says != NsecSays::kBelowCut) break;
  }
  return found;
}

DenialProof NsecRanges::ProveNameError(NameView name) const {
  const Found found = Find(name);
  if (found.says == NsecSays::kExists && SaysNxName(found.range->types)) {
    return {.outcome = Denial::kProven, .says_name_error = true};  // RFC 9824 section 5.1
  }
  if (found.says != NsecSays::kDoesNotExist) return NotProven(WhyNotDenied(found.says));
  const NameView encloser = ClosestEncloser(*found.range, name);
  wire::Name wildcard(encloser);
  TERN_CHECK_OR(wildcard.Prepend("*"), return NotProven(DenialReason::kWildcardNotDenied));
  if (Find(wildcard).says != NsecSays::kDoesNotExist) {
    return NotProven(DenialReason::kWildcardNotDenied);
  }
  return {.outcome = Denial::kProven, .closest_encloser = encloser};
}

DenialProof NsecRanges::ProveNoData(NameView name, RRType type) const {
  Found found = Find(name);
  NameView encloser;
  if (found.says == NsecSays::kDoesNotExist) {
    encloser = ClosestEncloser(*found.range, name);
    wire::Name wildcard(encloser);
    TERN_CHECK_OR(wildcard.Prepend("*"), return NotProven(DenialReason::kWildcardNotDenied));
    found = Find(wildcard);
    if (found.says == NsecSays::kDoesNotExist) return NotProven(DenialReason::kNoSuchName);
    if (found.says == NsecSays::kNothing) return NotProven(DenialReason::kWildcardNotDenied);
  }
  DenialProof proof = {.closest_encloser = encloser};
  if (found.says == NsecSays::kExists) {
    proof.reason = WhyTypeNotDenied(found.range->types, type);
    proof.says_name_error = SaysNxName(found.range->types);
  } else if (found.says != NsecSays::kEmptyNonTerminal) {
    proof.reason = WhyNotDenied(found.says);
  }
  if (proof.reason == DenialReason::kNone) proof.outcome = Denial::kProven;
  return proof;
}

DenialProof NsecRanges::ProveWildcardAnswer(NameView name, size_t labels) const {
  const Found found = Find(name);
  if (found.says != NsecSays::kDoesNotExist) return NotProven(WhyNotDenied(found.says));
  const NameView encloser = ClosestEncloser(*found.range, name);
  // A range that goes over the wildcard's parent, too, says that there is no such wildcard.
  if (encloser.LabelCount() != labels) return NotProven(DenialReason::kCloserNameExists);
  return {.outcome = Denial::kProven, .closest_encloser = encloser};
}

NoDsProof NsecRanges::ProveNoDs(NameView name) const {
  const Found found = Find(name);
  switch (found.says) {
    case NsecSays::kNothing:
    case NsecSays::kBelowCut:
      return {NoDs::kNotProven, WhyNotDenied(found.says)};
    case NsecSays::kEmptyNonTerminal:
      return {NoDs::kNotACut, DenialReason::kNone};
    case NsecSays::kDoesNotExist:
      return {NoDs::kNoSuchName, DenialReason::kNone};
    case NsecSays::kExists:
      break;
  }
  const wire::TypeBitmap& types = found.range->types;
  if (types.Contains(RRType::kDS)) return {NoDs::kNotProven, DenialReason::kTypeExists};
  if (types.Contains(RRType::kSOA)) return {NoDs::kNotProven, DenialReason::kFromChild};
  if (SaysNxName(types)) return {NoDs::kNoSuchName, DenialReason::kNone};
  return {types.Contains(RRType::kNS) ? NoDs::kInsecureDelegation : NoDs::kNotACut,
          DenialReason::kNone};
}

}  // namespace tern::resolver::dnssec
