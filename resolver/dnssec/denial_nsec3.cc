#include "resolver/dnssec/denial_nsec3.h"

#include <algorithm>

#include "resolver/dnssec/denied_types.h"
#include "wire/dnssec_records.h"

namespace tern::resolver::dnssec {
namespace {

using wire::NameView;
using wire::RRType;

DenialProof NoProof(DenialReason reason) { return {.reason = reason}; }

// What opt-out leaves of a proof whose next closer name is covered by `next_closer` (RFC 5155
// section 9.2).
DenialProof Proven(NameView encloser, const Nsec3Range& next_closer) {
  if (!next_closer.opt_out) return {.outcome = Denial::kProven, .closest_encloser = encloser};
  return {
      .outcome = Denial::kInsecure, .reason = DenialReason::kOptOut, .closest_encloser = encloser};
}

}  // namespace

bool Nsec3Range::Covers(const Nsec3Hash& hash) const {
  if (owner < next) return owner < hash && hash < next;
  return owner < hash || hash < next;
}

std::optional<Nsec3Range> ReadNsec3Range(NameView zone, const DenialRecord& record) {
  if (record.type != RRType::kNSEC3 || record.owner.IsRoot()) return std::nullopt;
  if (!record.owner.Parent().Equals(zone)) return std::nullopt;
  const std::optional<wire::Nsec3View> nsec3 = wire::ReadNsec3(record.rdata);
  if (!nsec3 || nsec3->hash_algorithm != wire::kNsec3HashSha1 || nsec3->HasUnknownFlags() ||
      nsec3->next_hash.size() != crypto::kNsec3HashOctets) {
    return std::nullopt;
  }
  const std::optional<Nsec3Hash> owner = crypto::FromNsec3Label(record.owner.FirstLabel());
  if (!owner) return std::nullopt;
  Nsec3Range range;
  range.owner = *owner;
  std::ranges::copy(nsec3->next_hash, range.next.begin());
  range.opt_out = nsec3->IsOptOut();
  range.types = nsec3->types;
  range.parameters = {nsec3->iterations, nsec3->salt};
  return range;
}

Nsec3Ranges::Nsec3Ranges(NameView zone, std::span<const DenialRecord> records)
    : zone_labels_(zone.LabelCount()) {
  for (const DenialRecord& record : records.first(std::min(records.size(), kDenialRecordsMax))) {
    const std::optional<Nsec3Range> range = ReadNsec3Range(zone, record);
    if (!range) continue;
    if (range->parameters.iterations > kNsec3IterationsMax) {
      has_too_many_iterations_ = true;
    } else if (count_ == 0 || range->parameters == parameters()) {
      ranges_[count_++] = *range;
    }
  }
  if (count_ > 0) has_too_many_iterations_ = false;
}

const Nsec3Range* Nsec3Ranges::FindMatch(const Nsec3Hash& hash) const {
  const auto found = std::ranges::find(ranges(), hash, &Nsec3Range::owner);
  return found == ranges().end() ? nullptr : &*found;
}

const Nsec3Range* Nsec3Ranges::FindCover(const Nsec3Hash& hash) const {
  for (const Nsec3Range& range : ranges()) {
    if (range.Covers(hash)) return &range;
  }
  return nullptr;
}

// Goes up from the name: most names that are asked for are one label below a name that exists.
Nsec3Ranges::Encloser Nsec3Ranges::FindEncloser(HashedNames& names) const {
  for (size_t labels = names.labels() + 1; labels-- > zone_labels_;) {
    const Nsec3Hash* const hash = names.Of(labels);
    if (hash == nullptr) return {.reason = names.failure()};
    const Nsec3Range* const match = FindMatch(*hash);
    if (match == nullptr) continue;
    if (labels == names.labels()) return {.labels = labels, .match = match};
    if (EndsTheZone(match->types)) return {.reason = DenialReason::kBelowCut};
    const Nsec3Range* const cover = FindCover(*names.Of(labels + 1));  // which is hashed already
    if (cover == nullptr) return {.reason = DenialReason::kNotCovered};
    return {.labels = labels, .match = match, .next_closer = cover};
  }
  return {.reason = DenialReason::kNoClosestEncloser};
}

DenialProof Nsec3Ranges::ProveNameError(HashedNames& names) const {
  const Encloser encloser = FindEncloser(names);
  if (encloser.reason != DenialReason::kNone) return NoProof(encloser.reason);
  if (encloser.next_closer == nullptr) return NoProof(DenialReason::kNameExists);
  const Nsec3Hash* const wildcard = names.OfWildcard(encloser.labels);
  if (wildcard == nullptr) return NoProof(names.failure());
  if (FindCover(*wildcard) == nullptr) return NoProof(DenialReason::kWildcardNotDenied);
  return Proven(names.name().Suffix(encloser.labels), *encloser.next_closer);
}

DenialProof Nsec3Ranges::ProveNoData(HashedNames& names, RRType type) const {
  const Encloser encloser = FindEncloser(names);
  if (encloser.reason != DenialReason::kNone) return NoProof(encloser.reason);
  if (encloser.next_closer == nullptr) {
    const wire::TypeBitmap& types = encloser.match->types;
    if (type == RRType::kDS && types.Contains(RRType::kSOA) && names.labels() > zone_labels_) {
      return NoProof(DenialReason::kFromChild);  // RFC 5155 section 8.6
    }
    const DenialReason reason = WhyTypeNotDenied(types, type);
    return {.outcome = reason == DenialReason::kNone ? Denial::kProven : Denial::kNotProven,
            .reason = reason};
  }
  const Nsec3Hash* const wildcard = names.OfWildcard(encloser.labels);
  if (wildcard == nullptr) return NoProof(names.failure());
  if (const Nsec3Range* const match = FindMatch(*wildcard)) {  // RFC 5155 section 8.7
    const DenialReason reason = WhyTypeNotDenied(match->types, type);
    if (reason != DenialReason::kNone) return NoProof(reason);
  } else if (!encloser.next_closer->opt_out) {
    return NoProof(FindCover(*wildcard) == nullptr ? DenialReason::kWildcardNotDenied
                                                   : DenialReason::kNoSuchName);
  }
  // Without a match for the wildcard there may be an insecure delegation in the span, or a name
  // that exists only because of one (RFC 5155 sections 8.6 and 7.1).
  return Proven(names.name().Suffix(encloser.labels), *encloser.next_closer);
}

// The wildcard's own signature proves that its parent exists. So only the next closer name has to
// be denied (RFC 5155 section 8.8).
DenialProof Nsec3Ranges::ProveWildcardAnswer(HashedNames& names, size_t labels) const {
  const Nsec3Hash* const hash = names.Of(labels + 1);
  if (hash == nullptr) return NoProof(names.failure());
  if (FindMatch(*hash) != nullptr) return NoProof(DenialReason::kCloserNameExists);
  const Nsec3Range* const cover = FindCover(*hash);
  if (cover == nullptr) return NoProof(DenialReason::kNotCovered);
  return Proven(names.name().Suffix(labels), *cover);
}

NoDsProof Nsec3Ranges::ProveNoDs(HashedNames& names) const {
  const Encloser encloser = FindEncloser(names);
  if (encloser.reason != DenialReason::kNone) return {NoDs::kNotProven, encloser.reason};
  if (encloser.next_closer != nullptr) {
    if (encloser.next_closer->opt_out) return {NoDs::kInsecure, DenialReason::kOptOut};
    return {NoDs::kNoSuchName, DenialReason::kNone};
  }
  const wire::TypeBitmap& types = encloser.match->types;
  if (types.Contains(RRType::kDS)) return {NoDs::kNotProven, DenialReason::kTypeExists};
  if (types.Contains(RRType::kSOA)) return {NoDs::kNotProven, DenialReason::kFromChild};
  return {types.Contains(RRType::kNS) ? NoDs::kInsecureDelegation : NoDs::kNotACut,
          DenialReason::kNone};
}

}  // namespace tern::resolver::dnssec
