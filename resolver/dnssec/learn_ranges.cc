#include "resolver/dnssec/learn_ranges.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "resolver/dnssec/signed_entry.h"
#include "wire/dnssec_records.h"

namespace tern::resolver::dnssec {
namespace {

// A denial by NSEC3 has three.
constexpr size_t kRangesMax = 4;

// What a set proves, if its signatures are good. They borrow the set.
bool Verify(const SignedSet& set, const Verifier& verifier, cache::EntryView denial,
            cache::Instant now, VerifiedRecord* record) {
  const Verdict verdict = VerifyRRset(set.rrset(), set.signatures(), verifier);
  const wire::SignedRRset& rrset = set.rrset();
  if (verdict.reason != Reason::kNone || verdict.labels != wire::SignedLabels(rrset.owner)) {
    return false;
  }
  *record = {.owner = rrset.owner,
             .type = rrset.type,
             .rdata = rrset.rdatas[0],
             .signatures = set.signatures(),
             .expiry = std::min(denial.expiry(), now + verdict.ttl_max)};
  return true;
}

}  // namespace

void LearnRanges(cache::EntryView denial, const Verifier& verifier, cache::Instant now,
                 AggressiveIndex* index) {
  std::optional<SignedSet> soa_set;
  VerifiedRecord soa;
  if (denial.kind() != cache::EntryKind::kRRset) {
    if (denial.count() == 0) return;
    soa_set = SignedSet::OfSoa(denial);
    if (!Verify(*soa_set, verifier, denial, now, &soa)) return;
  }
  std::array<VerifiedRecord, kRangesMax> ranges;
  size_t count = 0;
  // The sets stand on the stack as long as the records that borrow from them.
  std::array<std::optional<SignedSet>, kRangesMax> sets;
  cache::ProofCursor cursor = denial.Proofs();
  cache::ProofView proof;
  for (size_t i = 0; count < kRangesMax && cursor.Next(&proof); ++i) {
    if (proof.type != wire::RRType::kNSEC && proof.type != wire::RRType::kNSEC3) continue;
    sets[count] = SignedSet::OfProof(denial, i);
    if (Verify(*sets[count], verifier, denial, now, &ranges[count])) ++count;
  }
  if (count > 0) index->Learn(verifier.zone, soa, std::span(ranges).first(count), now);
}

std::span<const uint8_t> AtItsWildcard(cache::EntryView rrset, const Judgement& judgement,
                                       cache::Instant now, std::span<uint8_t> scratch) {
  const uint8_t labels = judgement.wildcard_labels;
  const uint32_t ttl = std::min(rrset.Remaining(now), judgement.ttl_max);
  wire::Name wildcard(rrset.name().Suffix(labels));
  cache::EntryBuilder builder(scratch);
  if (!wildcard.Prepend("*") ||
      !builder.StartRRset(wildcard, rrset.type(), ttl, now, rrset.rank())) {
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
