#include "resolver/dnssec/learn_ranges.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "resolver/dnssec/signed_entry.h"
#include "wire/check.h"
#include "wire/dnssec_records.h"

namespace tern::resolver::dnssec {
namespace {

// A denial by NSEC3 has three.
constexpr size_t kRangesMax = 4;

// Borrows the set.
VerifiedRecord RecordOf(const SignedSet& set, cache::Instant expiry) {
  const wire::SignedRRset rrset = set.rrset();
  return {.owner = rrset.owner,
          .type = rrset.type,
          .rdata = rrset.rdatas[0],
          .signatures = set.signatures(),
          .expiry = expiry};
}

}  // namespace

void LearnRanges(cache::EntryView entry, const VerifiedParts& verified, cache::Instant now,
                 AggressiveIndex* index) {
  TERN_CHECK_OR(entry.security() == cache::Security::kSecure, return );
  std::optional<SignedSet> soa_set;
  VerifiedRecord soa;
  if (entry.kind() != cache::EntryKind::kRRset) {
    if (!verified.soa) return;
    soa_set = SignedSet::OfSoa(entry);
    soa = RecordOf(*soa_set, entry.expiry());
  }
  std::array<VerifiedRecord, kRangesMax> ranges;
  size_t count = 0;
  // The sets stand on the stack as long as the records that borrow from them.
  std::array<std::optional<SignedSet>, kRangesMax> sets;
  for (size_t i = 0; count < kRangesMax && i < entry.proof_count(); ++i) {
    if (!verified.proofs[i]) continue;
    sets[count] = SignedSet::OfProof(entry, i);
    ranges[count] = RecordOf(*sets[count], entry.expiry());
    ++count;
  }
  if (count > 0) index->Learn(verified.zone, soa, std::span(ranges).first(count), now);
}

std::span<const uint8_t> AtItsWildcard(cache::EntryView rrset, const VerifiedParts& verified,
                                       cache::Instant now, std::span<uint8_t> scratch) {
  TERN_CHECK_OR(rrset.security() == cache::Security::kSecure, return {});
  const uint8_t labels = verified.labels;
  wire::Name wildcard(rrset.name().Suffix(labels));
  cache::EntryBuilder builder(scratch);
  if (!wildcard.Prepend("*") ||
      !builder.StartRRset(wildcard, rrset.type(), rrset.Remaining(now), now, rrset.rank())) {
    return {};
  }
  builder.SetSecurity(cache::Security::kSecure);
  std::span<const uint8_t> rdata;
  for (cache::RecordCursor cursor = rrset.Records(); cursor.Next(&rdata);) {
    if (!builder.AddRecord(rdata)) return {};
  }
  for (cache::RecordCursor cursor = rrset.Signatures(); cursor.Next(&rdata);) {
    const std::optional<wire::RrsigView> other = wire::ReadRrsig(rdata);
    if (other && other->labels == labels && !builder.AddSignature(rdata)) return {};
  }
  return builder.Finish();
}

}  // namespace tern::resolver::dnssec
