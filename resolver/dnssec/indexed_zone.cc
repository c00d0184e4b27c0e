#include "resolver/dnssec/indexed_zone.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "resolver/dnssec/canonical_key.h"
#include "resolver/dnssec/denial_nsec.h"
#include "resolver/dnssec/denied_types.h"
#include "wire/check.h"
#include "wire/dnssec_records.h"
#include "wire/text_encoding.h"

namespace tern::resolver::dnssec {
namespace {

using wire::NameView;
using wire::RRType;

// A range of hashes that are equal in so many octets holds no hash of a real name by chance.
constexpr size_t kEqualOctetsMax = 12;

DenialRecord RecordOf(const KeptRange& range) {
  return {range.owner(), range.type(), range.rdata()};
}

// MakeRange has checked that it is one.
std::optional<NsecRange> NsecOf(const KeptRange& range) {
  const std::optional<wire::NsecView> nsec = wire::ReadNsec(range.rdata());
  if (!nsec) return std::nullopt;
  return NsecRange{range.owner(), nsec->next, nsec->types};
}

// Null also for a range that has expired.
KeptRange* FindFresh(const RangeChain& chain, std::string_view key, cache::Instant now) {
  KeptRange* const range = chain.Find(key);
  return range != nullptr && range->expiry() > now ? range : nullptr;
}

// From a name to the very next one: `\000` directly below it.
bool CoversNothing(const NsecRange& range) {
  using namespace std::string_view_literals;
  return range.next.FirstLabel() == "\0"sv && range.next.Parent().Equals(range.owner);
}

bool CoversNothing(const Nsec3Range& range) {
  return range.owner < range.next &&
         std::equal(range.owner.begin(), range.owner.begin() + kEqualOctetsMax, range.next.begin());
}

// What a wildcard that has `types` makes of a name that does not exist.
AggressiveKind KindAtWildcard(const wire::TypeBitmap& types, RRType type) {
  switch (WhyTypeNotDenied(types, type)) {
    case DenialReason::kNone:
      return AggressiveKind::kNoData;
    case DenialReason::kTypeExists:
      return AggressiveKind::kWildcard;
    default:
      return AggressiveKind::kNone;
  }
}

}  // namespace

void Finding::Add(KeptRange* range) {
  const auto end = ranges.begin() + static_cast<ptrdiff_t>(count);
  if (std::find(ranges.begin(), end, range) == end) ranges[count++] = range;
}

void IndexedZone::SetParameters(const Nsec3Parameters& parameters) {
  TERN_DCHECK(nsec3_.IsEmpty());
  iterations_ = parameters.iterations;
  salt_octets_ = static_cast<uint8_t>(parameters.salt.size());
  std::ranges::copy(parameters.salt, salt_.begin());
  knows_hashes_ = false;
}

void IndexedZone::Find(NameView name, RRType type, cache::Instant now, HashBudget* hashes,
                       Finding* finding) {
  // The zone above has the DS of a zone. The root has none above.
  if (type == RRType::kDS && name.Equals(apex_) && !name.IsRoot()) return;
  if (!nsec_.IsEmpty()) FindByNsec(name, type, now, finding);
  if (finding->kind == AggressiveKind::kNone && !nsec3_.IsEmpty()) {
    finding->count = 0;
    FindByNsec3(name, type, now, hashes, finding);
  }
}

void IndexedZone::FindByNsec(NameView name, RRType type, cache::Instant now, Finding* finding) {
  KeptRange* const kept = FindFresh(nsec_, CanonicalKey(apex_, name).view(), now);
  if (kept == nullptr) return;
  const std::optional<NsecRange> range = NsecOf(*kept);
  TERN_CHECK_OR(range, return );
  finding->Add(kept);
  switch (Says(*range, apex_, name)) {
    case NsecSays::kNothing:
    case NsecSays::kBelowCut:
      return;
    case NsecSays::kExists:
      if (WhyTypeNotDenied(range->types, type) == DenialReason::kNone) {
        finding->kind = AggressiveKind::kNoData;
      }
      return;
    case NsecSays::kEmptyNonTerminal:
      finding->kind = AggressiveKind::kNoData;
      return;
    case NsecSays::kDoesNotExist:
      break;
  }
  finding->wildcard = ClosestEncloser(*range, name);
  TERN_CHECK_OR(finding->wildcard.Prepend("*"), return );
  KeptRange* const beside = FindFresh(nsec_, CanonicalKey(apex_, finding->wildcard).view(), now);
  finding->kind = AggressiveKind::kWildcard;
  if (beside == nullptr) return;
  const std::optional<NsecRange> wildcard = NsecOf(*beside);
  TERN_CHECK_OR(wildcard, finding->kind = AggressiveKind::kNone; return );
  switch (Says(*wildcard, apex_, finding->wildcard)) {
    case NsecSays::kNothing:
    case NsecSays::kBelowCut:
      finding->kind = AggressiveKind::kNone;
      break;
    case NsecSays::kExists:
      finding->kind = KindAtWildcard(wildcard->types, type);
      break;
    case NsecSays::kEmptyNonTerminal:
      finding->kind = AggressiveKind::kNoData;
      break;
    case NsecSays::kDoesNotExist:
      finding->kind = AggressiveKind::kNameError;
      break;
  }
  if (finding->kind != AggressiveKind::kWildcard) finding->Add(beside);
}

void IndexedZone::FindByNsec3(NameView name, RRType type, cache::Instant now, HashBudget* hashes,
                              Finding* finding) {
  const size_t apex_labels = apex_.view().LabelCount();
  HashedNames names(name, parameters(), hashes);
  if (knows_hashes_) {
    names.Remember(apex_labels, apex_hash_);
    names.RememberWildcard(apex_labels, wildcard_hash_);
  }
  const auto find = [&](const Nsec3Hash& hash) {
    return FindFresh(nsec3_, wire::AsText(hash), now);
  };
  // The closest encloser and the range around the name that is one label longer.
  KeptRange* closer = nullptr;
  KeptRange* match = nullptr;
  size_t labels = names.labels() + 1;
  while (match == nullptr && labels > apex_labels) {
    const Nsec3Hash* const hash = names.Of(--labels);
    if (hash == nullptr) return;
    KeptRange* const found = find(*hash);
    (found != nullptr && found->key() == wire::AsText(*hash) ? match : closer) = found;
  }
  if (match == nullptr) return;
  const std::optional<Nsec3Range> encloser = ReadNsec3Range(apex_, RecordOf(*match));
  TERN_CHECK_OR(encloser, return );
  finding->Add(match);
  if (labels == names.labels()) {
    // For a DS, a record of a zone's own name says nothing (RFC 5155 section 8.6).
    const bool is_childs = type == RRType::kDS && encloser->types.Contains(RRType::kSOA);
    if ((!is_childs || name.IsRoot()) &&
        WhyTypeNotDenied(encloser->types, type) == DenialReason::kNone) {
      finding->kind = AggressiveKind::kNoData;
    }
    return;
  }
  // An insecure delegation may be in an opt-out range.
  if (EndsTheZone(encloser->types) || closer == nullptr || closer->only_matches()) return;
  finding->Add(closer);
  const Nsec3Hash* const hash = names.OfWildcard(labels);
  if (hash == nullptr) return;
  if (labels == apex_labels && !knows_hashes_) {
    apex_hash_ = *names.Of(apex_labels);
    wildcard_hash_ = *hash;
    knows_hashes_ = true;
  }
  finding->wildcard = name.Suffix(labels);
  TERN_CHECK_OR(finding->wildcard.Prepend("*"), return );
  KeptRange* const beside = find(*hash);
  if (beside == nullptr) {
    finding->kind = AggressiveKind::kWildcard;
  } else if (beside->key() == wire::AsText(*hash)) {
    const std::optional<Nsec3Range> wildcard = ReadNsec3Range(apex_, RecordOf(*beside));
    TERN_CHECK_OR(wildcard, return );
    finding->kind = KindAtWildcard(wildcard->types, type);
  } else if (!beside->only_matches()) {
    finding->kind = AggressiveKind::kNameError;
  }
  if (finding->kind != AggressiveKind::kWildcard && finding->kind != AggressiveKind::kNone) {
    finding->Add(beside);
  }
}

KeptRange::Pointer MakeRange(IndexedZone* zone, const VerifiedRecord& record) {
  const NameView apex = zone->apex();
  const DenialRecord denial = {record.owner, record.type, record.rdata};
  if (const std::optional<NsecRange> range = ReadNsecRange(apex, denial)) {
    if (CoversNothing(*range)) return nullptr;
    const CanonicalKey key(apex, range->owner);
    const CanonicalKey next_key(apex, range->next);
    return KeptRange::Make(
        zone,
        {.key = key.view(), .next_key = next_key.view(), .goes_back = range->next.Equals(apex)},
        record);
  }
  const std::optional<Nsec3Range> range = ReadNsec3Range(apex, denial);
  if (!range || range->parameters.iterations > kNsec3IterationsMax || CoversNothing(*range)) {
    return nullptr;
  }
  return KeptRange::Make(zone,
                         {.key = wire::AsText(range->owner),
                          .next_key = wire::AsText(range->next),
                          .goes_back = range->owner >= range->next,
                          .only_matches = range->opt_out},
                         record);
}

}  // namespace tern::resolver::dnssec
