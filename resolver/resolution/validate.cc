#include "resolver/resolution/validate.h"

#include <optional>
#include <string>
#include <utility>

#include "resolver/answer/zone_cut.h"
#include "resolver/dnssec/learn_ranges.h"
#include "resolver/dnssec/signed_entry.h"
#include "resolver/dnssec/validate_entry.h"
#include "resolver/policy/name_source.h"
#include "resolver/resolution/next_turn.h"
#include "resolver/resolution/outcome.h"
#include "resolver/resolution/report_failure.h"
#include "resolver/resolution/trust.h"
#include "resolver/resolution/trust_trace.h"

// GCC 12 without optimisation does not see that a promise's operator new, which is a template,
// belongs to its operator delete (task.h).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace tern::resolver::resolution {
namespace {

using cache::EntryKind;
using cache::EntryView;
using cache::Security;
using dnssec::Judgement;
using dnssec::Problem;
using dnssec::Reason;
using wire::RRType;

// How long bogus data is kept, for clients that validate themselves.
constexpr uint32_t kBogusTtlMax = 60;

constexpr char kTimeUnsure[] =
    "this machine's clock is wrong, so the dates of signatures are not checked";

// Whether the part was made from the DNAME before it.
bool IsSynthesised(const answer::Answer& answer, size_t i) {
  const EntryView part = answer.at(i);
  if (i == 0 || part.type() != RRType::kCNAME || part.kind() != EntryKind::kRRset ||
      part.signature_count() > 0) {
    return false;
  }
  const EntryView before = answer.at(i - 1);
  return before.kind() == EntryKind::kRRset && before.type() == RRType::kDNAME &&
         part.name().IsSubdomainOf(before.name()) && !part.name().Equals(before.name());
}

Judgement JudgementOf(const Trust& trust) {
  Judgement judgement;
  judgement.problem = trust.problem;
  if (trust.state == Trust::State::kFailed && trust.problem.reason == Reason::kNone) {
    judgement.problem.reason = Reason::kNoMeans;
  }
  if (trust.state == Trust::State::kInsecure) {
    judgement.security = Security::kInsecure;
    judgement.ttl_max = UINT32_MAX;
  }
  return judgement;
}

Judgement BogusFor(Reason reason, EntryView part, wire::NameView zone) {
  Judgement judgement;
  judgement.problem =
      dnssec::ProblemAt(reason, part.name(), part.type(), zone, "there is no signed record");
  return judgement;
}

// The apex of the nearest zone at or above the name of which the store knows, in which the part is.
wire::Name NearestKnownZone(Job& job, wire::NameView name) {
  const Facilities& facilities = job.facilities();
  for (;; name = name.Parent()) {
    if (name.IsRoot() || answer::FreshCut(facilities.store, name, facilities.store.Hash(name),
                                          facilities.StoreNow())) {
      return wire::Name(name);
    }
  }
}

struct Checked {
  Judgement judgement;
  bool of_answer = false;  // the keys of the part's zone are good
};

// Whether the part, which has its stamp, may say something about other names.
bool Teaches(Job& job, EntryView part) {
  return part.security() == Security::kSecure && job.facilities().ranges != nullptr &&
         job.settings().dnssec.aggressive && !HasOldAnchors(job);
}

// What a secure part says about other names (RFC 8198).
// REQUIRES: the part has its stamp.
void TeachOthers(Job& job, EntryView part, const Judgement& judgement) {
  if (!Teaches(job, part)) return;
  Facilities& facilities = job.facilities();
  const cache::Instant now = facilities.StoreNow();
  const dnssec::VerifiedParts& verified = judgement.verified;
  dnssec::LearnRanges(part, verified, now, facilities.ranges);
  if (part.kind() != EntryKind::kRRset) return;
  if (judgement.of_wildcard) {
    const std::span<uint8_t> scratch = facilities.learner.scratch();
    const std::span<const uint8_t> at_wildcard =
        dnssec::AtItsWildcard(part, verified, now, scratch.first(cache::kBuiltOctetsMax));
    if (!at_wildcard.empty()) facilities.learner.Put(at_wildcard, now);
    return;
  }
  const wire::NameView zone = verified.zone;
  dnssec::HashBudget hashes{&facilities.validation->hasher, dnssec::AggressiveIndex::kHashesMax};
  if (!facilities.ranges->Denies(zone, part.name(), part.type(), now, &hashes)) return;
  facilities.ranges->OnContradiction(zone, now);
  ++facilities.counters.range_contradictions;
  if (facilities.bogus_observer == nullptr) return;
  facilities.bogus_observer->OnContradiction(zone, part.name(), part.type(),
                                             facilities.environment.Now());
}

// How often the way to a zone's keys is walked again, because they left the table meanwhile.
constexpr int kWalksMax = 8;

bool LostKeys(const Checked& checked) {
  return checked.judgement.problem.reason == Reason::kKeysGone;
}

// A part with signatures, of the zone whose keys are good.
Judgement CheckSigned(Job& job, EntryView part, const Trust& trust, wire::NameView signer) {
  if (trust.state != Trust::State::kSecure) return JudgementOf(trust);
  if (!trust.zone.view().Equals(signer)) return BogusFor(Reason::kWrongSigner, part, signer);
  dnssec::ZoneKeys* const keys = FindTrustedKeys(job, signer);
  if (keys == nullptr) return BogusFor(Reason::kKeysGone, part, signer);
  return dnssec::ValidateEntry(part, VerifierOf(job, signer, *keys));
}

// The part stays where it is while this task waits: only the job's own coroutine changes its
// answer.
Task<Checked> ValidatePart(Job& job, EntryView part) {
  // Nobody signs signatures.
  if (part.kind() == EntryKind::kRRset && part.type() == RRType::kRRSIG) {
    Checked checked;
    checked.judgement.security = Security::kInsecure;
    checked.judgement.ttl_max = UINT32_MAX;
    co_return checked;
  }
  const bool above = part.type() == RRType::kDS && !part.name().IsRoot();
  const std::optional<wire::NameView> signed_by =
      cache::HasRecords(part.kind()) ? dnssec::SignerOf(part, above) : std::nullopt;
  if (signed_by) {
    const wire::Name signer(*signed_by);
    const Trust trust = co_await FindTrust(job, signer, Way::kKnownCuts);
    Checked checked{CheckSigned(job, part, trust, signer), trust.state == Trust::State::kSecure};
    for (; StopsForTurn(job); checked.judgement = CheckSigned(job, part, trust, signer)) {
      co_await NextTurn(job);
    }
    co_return checked;
  }
  // Without a signature the part is bogus, unless a zone on the way to it is unsigned.
  const wire::Name target(above ? part.name().Parent() : part.name());
  const wire::Name zone = NearestKnownZone(job, target);
  const Trust of_zone = co_await FindTrust(job, zone, Way::kKnownCuts);
  if (of_zone.state != Trust::State::kSecure) co_return Checked{JudgementOf(of_zone)};
  const Trust of_name = co_await FindTrust(job, target, Way::kAllNames);
  if (of_name.state != Trust::State::kSecure) co_return Checked{JudgementOf(of_name)};
  const Reason reason = part.kind() == EntryKind::kRRset ? Reason::kNoSignature : Reason::kNoProof;
  co_return Checked{BogusFor(reason, part, of_name.zone), true};
}

// The counter of what fails with the error.
Counter WorkerCounters::*CounterOf(wire::ExtendedError error) {
  switch (error) {
    case wire::ExtendedError::kSignatureExpired:
      return &WorkerCounters::bogus_expired;
    case wire::ExtendedError::kSignatureNotYetValid:
      return &WorkerCounters::bogus_not_yet_valid;
    case wire::ExtendedError::kSignatureExpiredBeforeValid:
      return &WorkerCounters::bogus_never_valid;
    case wire::ExtendedError::kDnskeyMissing:
      return &WorkerCounters::bogus_no_dnskey;
    case wire::ExtendedError::kRrsigsMissing:
      return &WorkerCounters::bogus_no_rrsig;
    case wire::ExtendedError::kNoZoneKeyBitSet:
      return &WorkerCounters::bogus_no_zone_key;
    case wire::ExtendedError::kNsecMissing:
      return &WorkerCounters::bogus_no_nsec;
    case wire::ExtendedError::kNotReady:
      return &WorkerCounters::bogus_no_means;
    default:
      return &WorkerCounters::bogus_other;
  }
}

// What is bogus is counted by NoteBogus.
void CountResult(Job& job, Security security) {
  WorkerCounters& counters = job.facilities().counters;
  if (security == Security::kBogus) return;
  if (security != Security::kSecure) {
    ++counters.validated_insecure;
  } else if (job.settings().dnssec.time_unsure) {
    ++counters.validated_indeterminate;
  } else {
    ++counters.validated_secure;
  }
}

// Counts and tells what is bogus.
void NoteBogus(Job& job, EntryView part, const Problem& problem, bool passes) {
  Facilities& facilities = job.facilities();
  ++facilities.counters.bogus_answers;
  ++(facilities.counters.*(problem.reason == Reason::kBudget
                               ? &WorkerCounters::bogus_budget
                               : CounterOf(dnssec::ErrorOf(problem.reason))));
  if (facilities.bogus_observer == nullptr) return;
  const RRType type = part.kind() == EntryKind::kNxDomain ? job.type() : part.type();
  facilities.bogus_observer->OnBogus(part.name(), type, problem, passes,
                                     facilities.environment.Now());
}

// `through forwarder 192.0.2.1: ` if forwarders answer for the name. They may have left out what
// is missing.
std::string TextOfForwarders(const policy::CoreSettings& settings, wire::NameView name) {
  const StaticZone* const zone = policy::StaticZoneOf(settings, name);
  if (zone == nullptr || !zone->forward || zone->to.empty()) return "";
  return "through forwarder " + zone->to[0].address.ToText() +
         (zone->to.size() > 1 ? " or others: " : ": ");
}

// Whether the bogus part is answered all the same. If not, the answer fails from now on.
bool LetsPass(Job& job, EntryView part, const Judgement& judgement) {
  const bool passes = job.settings().dnssec.validation == Validation::kLog;
  NoteBogus(job, part, judgement.problem, passes);
  if (passes) return true;
  std::string text =
      TextOfForwarders(job.settings(), part.name()) + dnssec::Describe(judgement.problem);
  if (job.settings().dnssec.time_unsure) text += std::string("; ") + kTimeUnsure;
  job.answer().SetFailureWithText(dnssec::ErrorOf(judgement.problem.reason), text);
  return false;
}

}  // namespace

bool NeedsValidation(EntryView part) {
  return part.rank() != cache::Rank::kLocal && !cache::IsValidated(part.security());
}

Task<Validity> Validate(Job& job) {
  answer::Answer& answer = job.answer();
  for (size_t i = 0; i < answer.count(); ++i) {
    if (!NeedsValidation(answer.at(i))) continue;
    const cache::Instant now = job.facilities().StoreNow();
    if (IsSynthesised(answer, i)) {
      answer.Stamp(i, answer.at(i - 1).security(), answer.at(i - 1).Remaining(now), now);
      continue;
    }
    Checked checked = co_await ValidatePart(job, answer.at(i));
    // The keys that were displaced come from the store.
    for (int walks = 0; LostKeys(checked) && walks < kWalksMax; ++walks) {
      checked = co_await ValidatePart(job, answer.at(i));
    }
    Judgement judgement = checked.judgement;
    if (judgement.security == Security::kBogus && HasOldAnchors(job) && job.MayBeginAnew()) {
      co_return Validity::kOldAnchors;
    }
    TraceJudgement(job, answer.at(i), judgement.security, judgement.problem);
    CountResult(job, judgement.security);
    bool passes = true;
    if (judgement.security == Security::kBogus) {
      passes = LetsPass(job, answer.at(i), judgement);
      judgement.security = passes ? Security::kInsecure : Security::kBogus;
      judgement.ttl_max = kBogusTtlMax;
    }
    const bool is_unsure = job.settings().dnssec.time_unsure && passes;
    if (is_unsure && judgement.security == Security::kSecure) {
      judgement.security = Security::kInsecure;
      answer.SetNote(wire::ExtendedError::kDnssecIndeterminate, kTimeUnsure);
    }
    answer.Stamp(i, judgement.security, judgement.ttl_max, job.facilities().StoreNow(),
                 dnssec::WhyInsecureOf(judgement.problem.reason));
    // The store keeps the part unchecked, so that it is validated again.
    if (is_unsure || (passes && HasOldAnchors(job))) continue;
    job.facilities().learner.Put(answer.octets_at(i), job.facilities().StoreNow());
    TeachOthers(job, answer.at(i), judgement);
    // Even if another server says what is good: RFC 9567 section 4.2 begins with a server that is
    // out of date.
    if (!passes && checked.of_answer && !HasOldAnchors(job)) {
      ReportFailure(job, wire::Name(answer.at(i).name()), answer.error());
    }
    if (!passes) co_return checked.of_answer ? Validity::kBadAnswer : Validity::kBadChain;
  }
  co_return Validity::kGood;
}

}  // namespace tern::resolver::resolution
