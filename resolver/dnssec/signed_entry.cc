#include "resolver/dnssec/signed_entry.h"

#include "wire/check.h"
#include "wire/dnssec_records.h"

namespace tern::resolver::dnssec {
namespace {

using cache::EntryView;
using wire::RRType;

bool MaySign(wire::NameView signer, wire::NameView name, bool above) {
  return name.IsSubdomainOf(signer) && !(above && !name.IsRoot() && name.Equals(signer));
}

}  // namespace

std::optional<wire::NameView> SignerOf(EntryView entry, bool above) {
  if (entry.kind() == cache::EntryKind::kRRset) {
    cache::RecordCursor cursor = entry.Signatures();
    Rdata rdata;
    while (cursor.Next(&rdata)) {
      const std::optional<wire::RrsigView> rrsig = wire::ReadRrsig(rdata);
      if (rrsig && MaySign(rrsig->signer, entry.name(), above)) return rrsig->signer;
    }
    return std::nullopt;
  }
  if (entry.proof_count() == 0) return std::nullopt;
  cache::ProofCursor cursor = entry.Proofs();
  cache::ProofView proof;
  while (cursor.Next(&proof)) {
    if (proof.type != RRType::kRRSIG) continue;
    const std::optional<wire::RrsigView> rrsig = wire::ReadRrsig(proof.rdata);
    if (rrsig && MaySign(rrsig->signer, entry.name(), above)) return rrsig->signer;
  }
  return std::nullopt;
}

SignedSet::SignedSet(EntryView rrset) : owner_(rrset.name()), type_(rrset.type()) {
  TERN_REQUIRE(rrset.kind() == cache::EntryKind::kRRset);
  cache::RecordCursor records = rrset.Records();
  while (count_ < rdatas_.size() && records.Next(&rdatas_[count_])) ++count_;
  cache::RecordCursor signatures = rrset.Signatures();
  while (signature_count_ < signatures_.size() && signatures.Next(&signatures_[signature_count_])) {
    ++signature_count_;
  }
}

void SignedSet::AddSignaturesOf(EntryView entry) {
  cache::ProofCursor cursor = entry.Proofs();
  cache::ProofView proof;
  while (signature_count_ < signatures_.size() && cursor.Next(&proof)) {
    if (proof.type != RRType::kRRSIG || !proof.owner.Equals(owner_)) continue;
    const std::optional<wire::RrsigView> rrsig = wire::ReadRrsig(proof.rdata);
    if (rrsig && rrsig->type_covered == type_) signatures_[signature_count_++] = proof.rdata;
  }
}

SignedSet SignedSet::OfProof(EntryView entry, size_t index) {
  SignedSet set;
  cache::ProofCursor cursor = entry.Proofs();
  cache::ProofView proof;
  for (size_t i = 0; i <= index; ++i) {
    if (!cursor.Next(&proof)) return set;
  }
  set.owner_ = proof.owner;
  set.type_ = proof.type;
  set.rdatas_[set.count_++] = proof.rdata;
  set.AddSignaturesOf(entry);
  return set;
}

SignedSet SignedSet::OfSoa(EntryView denial) {
  SignedSet set;
  cache::RecordCursor records = denial.Records();
  if (!records.Next(&set.rdatas_[0])) return set;
  set.count_ = 1;
  set.owner_ = denial.SoaOwner();
  set.type_ = RRType::kSOA;
  set.AddSignaturesOf(denial);
  return set;
}

}  // namespace tern::resolver::dnssec
