#include "resolver/dnssec/validate_entry.h"

#include <algorithm>

#include "resolver/dnssec/hashed_names.h"
#include "resolver/dnssec/signed_entry.h"
#include "wire/check.h"

namespace tern::resolver::dnssec {
namespace {

using cache::EntryKind;
using cache::EntryView;
using cache::Security;
using wire::RRType;

// The hashes that the question may still cost, for one proof.
class Hashes {
 public:
  explicit Hashes(const Verifier& verifier)
      : left_(*verifier.costs.hashes_left), budget_{&verifier.tools.hasher, left_} {}
  ~Hashes() { left_ = budget_.left; }
  Hashes(const Hashes&) = delete;
  Hashes& operator=(const Hashes&) = delete;

  HashBudget* budget() { return &budget_; }

 private:
  int& left_;
  HashBudget budget_;
};

Problem ProblemOfProof(DenialReason reason, const VerifiedProofs& proofs, EntryView entry,
                       RRType type, wire::NameView zone) {
  // The record that was left out may be the one that is missing.
  if (proofs.failure.reason != Reason::kNone && ReasonOf(reason) == Reason::kNoProof) {
    return ProblemOf(proofs.failure, entry.name(), RRType::kNSEC, zone);
  }
  return ProblemAt(ReasonOf(reason), entry.name(), type, zone, TextOf(reason));
}

Judgement JudgementOf(const DenialProof& proof, const VerifiedProofs& proofs, EntryView entry,
                      uint32_t ttl_max, wire::NameView zone) {
  Judgement judgement;
  judgement.ttl_max = std::min(ttl_max, proofs.ttl_max);
  judgement.verified.zone = zone;
  judgement.verified.proofs = proofs.places;
  switch (proof.outcome) {
    case Denial::kProven:
      judgement.security = Security::kSecure;
      break;
    case Denial::kInsecure:
      judgement.security = Security::kInsecure;
      if (proof.reason == DenialReason::kTooManyIterations) {
        judgement.problem = ProblemOfProof(proof.reason, proofs, entry, entry.type(), zone);
      }
      break;
    case Denial::kNotProven:
      judgement.problem = ProblemOfProof(proof.reason, proofs, entry, entry.type(), zone);
      break;
  }
  return judgement;
}

Judgement ValidateRRset(EntryView entry, const Verifier& verifier) {
  const SignedSet set(entry);
  const Verdict verdict = VerifyRRset(set.rrset(), set.signatures(), verifier);
  Judgement judgement;
  if (verdict.reason != Reason::kNone) {
    judgement.problem = ProblemOf(verdict, entry.name(), entry.type(), verifier.zone);
    return judgement;
  }
  judgement.ttl_max = verdict.ttl_max;
  judgement.security = Security::kSecure;
  judgement.verified.zone = verifier.zone;
  judgement.verified.labels = verdict.labels;
  if (verdict.labels == wire::SignedLabels(entry.name())) return judgement;
  const VerifiedProofs proofs = VerifyProofs(entry, verifier);
  if (verifier.tools.turn.ran_out()) return Judgement();
  const DenialProof proof = ProveWildcardAnswer(verifier.zone, entry.name(), verdict.labels,
                                                proofs.records(), Hashes(verifier).budget());
  judgement = JudgementOf(proof, proofs, entry, verdict.ttl_max, verifier.zone);
  judgement.of_wildcard = true;
  judgement.verified.labels = verdict.labels;
  return judgement;
}

Judgement ValidateDenial(EntryView entry, const Verifier& verifier) {
  uint32_t ttl_max = UINT32_MAX;
  if (entry.count() > 0) {
    const SignedSet soa = SignedSet::OfSoa(entry);
    const Verdict verdict = VerifyRRset(soa.rrset(), soa.signatures(), verifier);
    if (verdict.reason != Reason::kNone) {
      Judgement judgement;
      judgement.problem = ProblemOf(verdict, entry.SoaOwner(), RRType::kSOA, verifier.zone);
      return judgement;
    }
    ttl_max = verdict.ttl_max;
  }
  const VerifiedProofs proofs = VerifyProofs(entry, verifier);
  if (verifier.tools.turn.ran_out()) return Judgement();
  const DenialProof proof = entry.kind() == EntryKind::kNoData
                                ? ProveNoData(verifier.zone, entry.name(), entry.type(),
                                              proofs.records(), Hashes(verifier).budget())
                                : ProveNameError(verifier.zone, entry.name(), proofs.records(),
                                                 Hashes(verifier).budget());
  Judgement judgement = JudgementOf(proof, proofs, entry, ttl_max, verifier.zone);
  judgement.verified.soa = entry.count() > 0;
  return judgement;
}

}  // namespace

Problem ProblemOf(const Verdict& verdict, wire::NameView owner, RRType type, wire::NameView zone) {
  Problem problem;
  problem.reason = verdict.reason;
  problem.owner = owner;
  problem.type = type;
  problem.zone = zone;
  problem.key_tag = verdict.key_tag;
  problem.inception = verdict.inception;
  problem.expiration = verdict.expiration;
  return problem;
}

VerifiedProofs VerifyProofs(EntryView entry, const Verifier& verifier) {
  VerifiedProofs proofs;
  cache::ProofCursor cursor = entry.Proofs();
  cache::ProofView proof;
  for (size_t i = 0; cursor.Next(&proof); ++i) {
    if (proof.type != RRType::kNSEC && proof.type != RRType::kNSEC3) continue;
    if (proofs.count == proofs.all.size() || verifier.tools.turn.ran_out()) break;
    const SignedSet set = SignedSet::OfProof(entry, i);
    const Verdict verdict = VerifyRRset(set.rrset(), set.signatures(), verifier);
    // What a wildcard made says nothing about the name that it was made for.
    const bool is_whole = verdict.labels == wire::SignedLabels(proof.owner);
    if (verdict.reason != Reason::kNone || !is_whole) {
      if (verdict.reason != Reason::kNone) proofs.failure = verdict;
      continue;
    }
    proofs.all[proofs.count++] = {proof.owner, proof.type, proof.rdata};
    proofs.places.set(i);
    proofs.ttl_max = std::min(proofs.ttl_max, verdict.ttl_max);
  }
  return proofs;
}

Judgement ValidateEntry(EntryView entry, const Verifier& verifier) {
  TERN_REQUIRE(cache::HasRecords(entry.kind()));
  return entry.kind() == EntryKind::kRRset ? ValidateRRset(entry, verifier)
                                           : ValidateDenial(entry, verifier);
}

CutFinding ValidateDs(EntryView entry, const Verifier& verifier) {
  CutFinding cut;
  if (entry.kind() == EntryKind::kRRset) {
    const Judgement judgement = ValidateRRset(entry, verifier);
    // A wildcard makes no zone cut (RFC 4592 section 4.2).
    if (judgement.of_wildcard) {
      cut.problem = ProblemAt(Reason::kBadProof, entry.name(), RRType::kDS, verifier.zone,
                              "its DS was made from a wildcard");
      return cut;
    }
    cut.problem = judgement.problem;
    cut.ttl_max = judgement.ttl_max;
    cut.is_proven = judgement.security == Security::kSecure;
    if (cut.is_proven) cut.kind = CutFinding::Kind::kSigned;
    return cut;
  }
  const VerifiedProofs proofs = VerifyProofs(entry, verifier);
  if (verifier.tools.turn.ran_out()) return cut;
  const NoDsProof proof =
      ProveNoDs(verifier.zone, entry.name(), proofs.records(), Hashes(verifier).budget());
  cut.ttl_max = proofs.ttl_max;
  cut.is_proven = proof.outcome != NoDs::kInsecure && proof.outcome != NoDs::kNotProven;
  switch (proof.outcome) {
    case NoDs::kInsecureDelegation:
      cut.kind = CutFinding::Kind::kInsecure;
      break;
    case NoDs::kInsecure:
      cut.kind = CutFinding::Kind::kInsecure;
      if (proof.reason == DenialReason::kTooManyIterations) {
        cut.problem = ProblemOfProof(proof.reason, proofs, entry, RRType::kDS, verifier.zone);
      }
      break;
    case NoDs::kNotACut:
      cut.kind = CutFinding::Kind::kNotACut;
      break;
    case NoDs::kNoSuchName:
      cut.kind = CutFinding::Kind::kNothingBelow;
      break;
    case NoDs::kNotProven:
      cut.problem = ProblemOfProof(proof.reason, proofs, entry, RRType::kDS, verifier.zone);
      break;
  }
  return cut;
}

}  // namespace tern::resolver::dnssec
