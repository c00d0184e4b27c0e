#include "resolver/resolution/trust.h"

#include <algorithm>
#include <bitset>
#include <chrono>
#include <optional>
#include <utility>

#include "resolver/answer/zone_cut.h"
#include "resolver/dnssec/anchors.h"
#include "resolver/dnssec/delegation.h"
#include "resolver/dnssec/signed_entry.h"
#include "resolver/dnssec/validate_entry.h"
#include "resolver/policy/name_source.h"
#include "resolver/resolution/address_lookup.h"
#include "resolver/resolution/nested_question.h"
#include "resolver/resolution/next_turn.h"
#include "resolver/resolution/outcome.h"
#include "resolver/resolution/report_failure.h"
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
using cache::KeySpace;
using cache::Security;
using dnssec::CutFinding;
using dnssec::KeyDemand;
using dnssec::Problem;
using dnssec::ProblemAt;
using dnssec::Reason;
using wire::RRType;

Trust Failed(Problem problem) {
  Trust trust;
  trust.problem = std::move(problem);
  return trust;
}

Trust Insecure(Problem problem = {}) {
  Trust trust;
  trust.state = Trust::State::kInsecure;
  trust.problem = std::move(problem);
  return trust;
}

// What `zone` said about (name, type) is not good.
Trust FailedAt(Job& job, const wire::Name& zone, const wire::Name& name, RRType type,
               Problem problem) {
  // An anchor that cannot be used is no fault of the zone. A failure that only is noted is no
  // failure for the client.
  if (problem.reason != Reason::kBadAnchor && !HasOldAnchors(job) &&
      job.settings().dnssec.validation != Validation::kLog) {
    ReportFailure(job, zone, name, type, dnssec::ErrorOf(problem.reason));
  }
  return Failed(std::move(problem));
}

// How long a server comes last for a zone of which it said what is bogus.
constexpr std::chrono::seconds kAvoidedFor(60);

// What one name on the way turned out to be.
struct Step {
  enum class Kind : uint8_t {
    kUnknown,       // nothing is known: ask
    kFailed,        // `problem`
    kZone,          // a signed zone; its keys must match `demand`
    kInsecure,      // an unsigned zone
    kNoCut,         // no zone begins here
    kNothingBelow,  // nor below
    kOtherSigner,   // a zone between signs the DS: that one comes first
  };
  Kind kind = Kind::kUnknown;
  Problem problem;
  KeyDemand demand;
  size_t signer_labels = 0;
  bool is_signed = true;  // kFailed: there was a signature
};

Step FailedStep(Problem problem) {
  return {.kind = Step::Kind::kFailed, .problem = std::move(problem), .demand = {}};
}

void MarkInsecure(Job& job, wire::NameView zone, uint32_t seconds) {
  Facilities& facilities = job.facilities();
  if (HasOldAnchors(job)) return;
  facilities.validation->insecure_zones.Put(
      facilities.store.Hash(zone), facilities.environment.Now() + std::chrono::seconds(seconds));
}

// What an entry says about a zone cut at its name, on the way from `zone`.
Step ReadDs(Job& job, EntryView entry, wire::NameView name, wire::NameView zone) {
  const bool is_ds = entry.type() == RRType::kDS && entry.kind() != EntryKind::kNxDomainOfType;
  if ((!is_ds && entry.kind() != EntryKind::kNxDomain) || !cache::HasRecords(entry.kind())) {
    return FailedStep(
        ProblemAt(Reason::kNoKeys, name, RRType::kDS, zone, "it has no useful answer"));
  }
  const uint32_t ttl = entry.Remaining(job.facilities().StoreNow());
  if (entry.security() == Security::kInsecure) {
    Problem problem;
    if (entry.why_insecure() == cache::WhyInsecure::kIterations) {
      problem = ProblemAt(Reason::kTooManyIterations, name, RRType::kDS, zone);
    }
    return {.kind = Step::Kind::kInsecure, .problem = std::move(problem), .demand = {}};
  }
  const std::optional<wire::NameView> signer = dnssec::SignerOf(entry, /*above=*/true);
  if (!signer) {
    const Reason reason =
        entry.kind() == EntryKind::kRRset ? Reason::kNoSignature : Reason::kNoProof;
    Step step = FailedStep(ProblemAt(reason, name, RRType::kDS, zone, "there is no signed record"));
    step.is_signed = false;
    return step;
  }
  if (!signer->Equals(zone)) {
    if (!signer->IsSubdomainOf(zone)) {
      return FailedStep(ProblemAt(Reason::kWrongSigner, name, RRType::kDS, *signer));
    }
    return {.kind = Step::Kind::kOtherSigner,
            .problem = ProblemAt(Reason::kWrongSigner, name, RRType::kDS, *signer),
            .demand = {},
            .signer_labels = signer->LabelCount()};
  }
  dnssec::ZoneKeys* const keys = FindTrustedKeys(job, zone);
  if (keys == nullptr) return FailedStep(ProblemAt(Reason::kKeysGone, name, RRType::kDS, zone));
  const CutFinding found = dnssec::ValidateDs(entry, VerifierOf(job, zone, *keys));
  if (found.kind == CutFinding::Kind::kBogus) return FailedStep(found.problem);
  Step step;
  step.problem = found.problem;
  switch (found.kind) {
    case CutFinding::Kind::kSigned:
      step.kind = Step::Kind::kZone;
      step.demand = KeyDemand(entry);
      break;
    case CutFinding::Kind::kInsecure:
      step.kind = Step::Kind::kInsecure;
      if (found.problem.reason == Reason::kNone) {
        MarkInsecure(job, name, std::min(ttl, found.ttl_max));
      }
      break;
    case CutFinding::Kind::kNotACut:
      step.kind = Step::Kind::kNoCut;
      break;
    case CutFinding::Kind::kNothingBelow:
      step.kind = Step::Kind::kNothingBelow;
      break;
    case CutFinding::Kind::kBogus:
      break;
  }
  if (entry.security() != Security::kSecure && entry.kind() != EntryKind::kNxDomain) {
    KeepValidated(job, entry, found.is_proven ? Security::kSecure : Security::kInsecure,
                  found.ttl_max, dnssec::WhyInsecureOf(found.problem.reason));
  }
  return step;
}

Step ReadKnownDs(Job& job, const wire::Name& name, wire::NameView zone) {
  if (job.replay() != nullptr) return {};
  const cache::Store& store = job.facilities().store;
  const cache::Instant now = job.facilities().StoreNow();
  const uint64_t hash = store.Hash(name);
  EntryView entry = store.Find(name, hash, KeySpace::kData, RRType::kDS);
  if (!entry || !entry.IsUsable(now)) entry = store.FindDenial(name, hash);
  return entry && entry.IsUsable(now) ? ReadDs(job, entry, name, zone) : Step();
}

// Whether the name's zone, as far as it is known, signs nothing about the name.
bool IsUnsigned(const Step& step) { return step.kind == Step::Kind::kFailed && !step.is_signed; }

using Wanted = std::bitset<wire::kLabelsMax + 1>;

// Marks all names below the zone with fewer labels. False when all are marked already.
bool WantAllBetween(const wire::Name& zone, size_t labels, Wanted* wanted) {
  const size_t before = wanted->count();
  for (size_t i = zone.view().LabelCount() + 1; i < labels; ++i) wanted->set(i);
  return wanted->count() > before;
}

// Whether an alias at the name, or above it, is in the zone. Then no zone begins at the name (RFC
// 1034 section 3.6.2, RFC 6672 section 2.4).
Step ReadAlias(Job& job, EntryView alias, wire::NameView name, wire::NameView zone) {
  if (alias.kind() != EntryKind::kRRset || !name.IsSubdomainOf(alias.name())) {
    return FailedStep(
        ProblemAt(Reason::kNoKeys, name, RRType::kDS, zone, "there is another answer"));
  }
  const std::optional<wire::NameView> signer = dnssec::SignerOf(alias, /*above=*/false);
  if (!signer || !signer->Equals(zone)) {
    Step step = FailedStep(
        ProblemAt(Reason::kNoKeys, name, RRType::kDS, zone, "there is an alias without a proof"));
    step.is_signed = signer.has_value();
    return step;
  }
  dnssec::ZoneKeys* const keys = FindTrustedKeys(job, zone);
  if (keys == nullptr) return FailedStep(ProblemAt(Reason::kKeysGone, name, RRType::kDS, zone));
  const dnssec::Judgement found = dnssec::ValidateEntry(alias, VerifierOf(job, zone, *keys));
  if (found.security == Security::kBogus) return FailedStep(found.problem);
  Step step;
  step.kind = alias.type() == RRType::kDNAME ? Step::Kind::kNothingBelow : Step::Kind::kNoCut;
  return step;
}

Step ReadAnswer(Job& job, const answer::Answer& answer, const wire::Name& name,
                wire::NameView zone) {
  if (answer.rcode() == wire::Rcode::kServFail || answer.count() == 0) {
    return FailedStep(ProblemAt(Reason::kServersFail, name, RRType::kDS, zone));
  }
  const EntryView first = answer.at(0);
  const bool is_alias = first.type() == RRType::kCNAME || first.type() == RRType::kDNAME;
  if (is_alias && first.kind() == EntryKind::kRRset) return ReadAlias(job, first, name, zone);
  return ReadDs(job, first, name, zone);
}

// Takes the keys of the zone from its DNSKEY RRset, if they match the demand.
Problem TakeKeys(Job& job, EntryView dnskeys, wire::NameView zone, const KeyDemand& demand) {
  Facilities& facilities = job.facilities();
  const cache::Instant now = facilities.StoreNow();
  const uint64_t hash = facilities.store.Hash(zone);
  dnssec::ZoneKeys keys(dnskeys);
  uint32_t ttl = dnskeys.Remaining(now);
  if (dnskeys.security() != Security::kSecure) {
    const dnssec::Verdict verdict =
        dnssec::VerifyKeys(dnskeys, demand, VerifierOf(job, zone, keys));
    if (verdict.reason != Reason::kNone) {
      return dnssec::ProblemOf(verdict, zone, RRType::kDNSKEY, zone);
    }
    ++job.allowance().zones_checked;
    ttl = std::min(ttl, verdict.ttl_max);
    KeepValidated(job, dnskeys, Security::kSecure, ttl);
  }
  // Without the keys in the table, the job fails, and its failure is not remembered.
  if (HasOldAnchors(job)) return {};
  // Keys of a TTL of 0 serve the question that waits for them.
  facilities.validation->trust.Put(zone, hash, std::move(keys), now + std::max(ttl, 1u));
  if (job.replay() != nullptr) job.replay()->NoteKeysOf(hash);
  return {};
}

EntryView FindKnownKeys(Job& job, wire::NameView zone) {
  if (job.replay() != nullptr) return {};
  const Facilities& facilities = job.facilities();
  const EntryView known = facilities.store.Find(zone, KeySpace::kData, RRType::kDNSKEY);
  const bool serves =
      known && known.IsUsable(facilities.StoreNow()) && known.kind() == EntryKind::kRRset;
  return serves ? known : EntryView();
}

Problem TakeKnownKeys(Job& job, wire::NameView zone, const KeyDemand& demand) {
  const EntryView known = FindKnownKeys(job, zone);
  if (!known) return ProblemAt(Reason::kNoKeys, zone, RRType::kDNSKEY, zone);
  return TakeKeys(job, known, zone, demand);
}

// Whether another server would not help.
bool IsOfThisMachine(Reason reason) {
  return reason == Reason::kBudget || reason == Reason::kNoMeans || reason == Reason::kKeysGone;
}

// Whether the reason says that the zone is insecure here, and not that something is broken.
bool IsUnsupported(Reason reason) {
  return reason == Reason::kUnsupportedAlgorithm || reason == Reason::kUnsupportedDigest;
}

// Brings the keys of the zone into the trust table. A problem with Reason::kNone: they are there.
Task<Problem> EnsureKeys(Job& job, const wire::Name& zone, const KeyDemand& demand) {
  Facilities& facilities = job.facilities();
  const Reason unusable = demand.WhyUnusable(facilities.validation->tools());
  if (unusable != Reason::kNone) co_return ProblemAt(unusable, zone, RRType::kDS, zone);
  if (FindTrustedKeys(job, zone) != nullptr) co_return Problem();
  if (FindKnownKeys(job, zone)) {
    Problem problem = TakeKnownKeys(job, zone, demand);
    for (; StopsForTurn(job); problem = TakeKnownKeys(job, zone, demand)) {
      co_await NextTurn(job);
    }
    if (problem.reason == Reason::kNone || problem.reason == Reason::kBudget) co_return problem;
    // The keys may have changed since.
    facilities.learner.Forget(zone, RRType::kDNSKEY);
  }
  for (int others = 0;; ++others) {
    NestedAnswer nested(job, zone, RRType::kDNSKEY);
    const answer::Answer& answer = co_await nested;
    const EntryView dnskeys = answer.EndRRset();
    Problem problem;
    if (dnskeys && dnskeys.name().Equals(zone)) {
      problem = TakeKeys(job, dnskeys, zone, demand);
      for (; StopsForTurn(job); problem = TakeKeys(job, dnskeys, zone, demand)) {
        co_await NextTurn(job);
      }
    } else if (answer.rcode() == wire::Rcode::kServFail) {
      problem = ProblemAt(Reason::kServersFail, zone, RRType::kDNSKEY, zone);
    } else {
      problem = ProblemAt(Reason::kNoKeys, zone, RRType::kDNSKEY, zone, "the zone has none");
    }
    if (problem.reason == Reason::kNone || IsOfThisMachine(problem.reason) ||
        others == kOtherServersMax || !AvoidSource(job, answer)) {
      co_return problem;
    }
    TraceRetry(job, zone, RRType::kDNSKEY, problem);
  }
}

// Where the way begins: at the nearest zone whose keys are known. False when it ends there, because
// the name is known to be insecure below trust->zone.
bool BeginAtKnown(Job& job, wire::NameView target, wire::NameView anchor, Trust* trust) {
  Facilities& facilities = job.facilities();
  const bool replays = job.replay() != nullptr;
  for (wire::NameView name = target;; name = name.Parent()) {
    if (!replays && facilities.validation->insecure_zones.Has(facilities.store.Hash(name),
                                                              facilities.environment.Now())) {
      trust->zone = name;
      return false;
    }
    if (FindTrustedKeys(job, name) != nullptr) {
      trust->state = Trust::State::kSecure;
      trust->zone = name;
      return true;
    }
    if (name.Equals(anchor) || name.IsRoot()) return true;
  }
}

// For the trace.
DsFinding FindingOf(const Step& step) {
  DsFinding finding{.problem = step.problem, .ds = step.demand.ds()};
  switch (step.kind) {
    case Step::Kind::kZone:
      finding.kind = DsFinding::Kind::kSigned;
      break;
    case Step::Kind::kInsecure:
      finding.kind = DsFinding::Kind::kUnsigned;
      break;
    case Step::Kind::kNoCut:
      finding.kind = DsFinding::Kind::kNoCut;
      break;
    case Step::Kind::kNothingBelow:
      finding.kind = DsFinding::Kind::kNothingBelow;
      break;
    case Step::Kind::kOtherSigner:
      finding.kind = DsFinding::Kind::kOtherSigner;
      break;
    case Step::Kind::kUnknown:
    case Step::Kind::kFailed:
      break;
  }
  return finding;
}

// Whether nothing has to be asked because the name is insecure. Otherwise the way begins at *trust,
// or at the anchor.
bool EndsAtOnce(Job& job, const wire::Name& target, const dnssec::AnchorOfName& found,
                Trust* trust) {
  if (found.anchor == nullptr) {
    *trust = Insecure();
    if (found.exempt == nullptr) return true;
    trust->problem = ProblemAt(Reason::kNegativeTrustAnchor, target, RRType::kNone,
                               found.exempt->zone, found.exempt->reason.c_str());
    TraceInsecure(job, found.exempt->zone, trust->problem);
    return true;
  }
  if (!BeginAtKnown(job, target, found.anchor->zone, trust)) {
    TraceInsecure(job, trust->zone, {});
    *trust = Insecure();
    return true;
  }
  if (trust->state == Trust::State::kSecure) {
    TraceKeys(job, trust->zone, FindTrustedKeys(job, trust->zone), {}, "known");
  }
  return false;
}

bool HasCut(Job& job, wire::NameView name) {
  const Facilities& facilities = job.facilities();
  return static_cast<bool>(
      answer::FreshCut(facilities.store, name, facilities.store.Hash(name), facilities.StoreNow()));
}

}  // namespace

bool HasOldAnchors(Job& job) {
  const Facilities& facilities = job.facilities();
  return &job.settings() != facilities.settings.get() &&
         !(job.settings().dnssec == facilities.settings->dnssec);
}

void AskForKeysAhead(Job& job, const wire::Name& zone) {
  const ValidationSettings& settings = job.settings().dnssec;
  // A trace shows one step after the other.
  if (job.trace() != nullptr) return;
  if (!settings.IsOn() || !job.wants_proof() || FindTrustedKeys(job, zone) != nullptr) return;
  const dnssec::AnchorOfName found = dnssec::FindAnchor(settings, zone);
  if (found.anchor == nullptr) return;
  const Facilities& facilities = job.facilities();
  const cache::Instant now = facilities.StoreNow();
  const uint64_t hash = facilities.store.Hash(zone);
  const EntryView dnskeys = facilities.store.Find(zone, hash, KeySpace::kData, RRType::kDNSKEY);
  if (dnskeys && dnskeys.IsUsable(now)) return;
  const EntryView ds = facilities.store.Find(zone, hash, KeySpace::kData, RRType::kDS);
  const bool has_ds = ds && ds.IsUsable(now) && ds.kind() == EntryKind::kRRset;
  if (!has_ds && !found.anchor->zone.view().Equals(zone)) return;
  LookUpInBackground(job, zone, RRType::kDNSKEY);
}

bool IsKnownInsecure(Job& job, wire::NameView name) {
  const ValidationSettings& settings = job.settings().dnssec;
  if (!settings.IsOn()) return false;
  const dnssec::AnchorOfName found = dnssec::FindAnchor(settings, name);
  if (found.anchor == nullptr) {
    // That a private zone is exempt is no news.
    return found.exempt == nullptr || policy::StaticZoneOf(job.settings(), name) != nullptr;
  }
  const Facilities& facilities = job.facilities();
  if (facilities.validation->insecure_zones.never_used() || job.replay() != nullptr) return false;
  for (;; name = name.Parent()) {
    if (facilities.validation->insecure_zones.Has(facilities.store.Hash(name),
                                                  facilities.environment.Now())) {
      return true;
    }
    if (name.IsRoot() || name.Equals(found.anchor->zone)) return false;
  }
}

dnssec::ZoneKeys* FindTrustedKeys(Job& job, wire::NameView zone) {
  Facilities& facilities = job.facilities();
  const uint64_t hash = facilities.store.Hash(zone);
  if (job.replay() != nullptr && !job.replay()->HasKeysOf(hash)) return nullptr;
  return facilities.validation->trust.Find(zone, hash, facilities.StoreNow());
}

dnssec::Verifier VerifierOf(Job& job, wire::NameView zone, dnssec::ZoneKeys& keys) {
  job.facilities().validation->turn.Enter(job.facilities().environment.Now());
  return {.tools = job.facilities().validation->tools(),
          .costs = {.checks_left = &job.allowance().signature_checks,
                    .work_left = &job.allowance().validation_work,
                    .hashes_left = &job.allowance().hashes,
                    .keys_of_one_tag = &job.allowance().keys_of_one_tag},
          .zone = zone,
          .keys = keys,
          .wall_seconds = job.facilities().environment.WallSeconds(),
          .in_grace = &job.facilities().counters.signatures_in_grace,
          .checks_dates = !job.settings().dnssec.time_unsure};
}

bool AvoidSource(Job& job, const answer::Answer& answer) {
  const answer::Answer::Source& source = answer.source();
  if (source.server == 0 || answer.count() == 0) return false;
  const EntryView last = answer.at(answer.count() - 1);
  if (source.zone_labels > last.name().LabelCount()) return false;
  Facilities& facilities = job.facilities();
  const wire::NameView zone = last.name().Suffix(source.zone_labels);
  facilities.zones_with_bogus.Put(facilities.store.Hash(zone),
                                  facilities.environment.Now() + kAvoidedFor);
  facilities.Avoid(static_cast<upstream::ServerKey>(source.server), zone,
                   {kAvoidedFor, upstream::WhyAvoided::kBogus});
  // What others have may be good.
  if (job.replay() == nullptr) facilities.learner.Forget(last.name(), last.type());
  return true;
}

void KeepValidated(Job& job, EntryView entry, Security security, uint32_t ttl_max,
                   cache::WhyInsecure why) {
  Facilities& facilities = job.facilities();
  const std::span<uint8_t> scratch = facilities.learner.scratch();
  // What a wrong clock or old anchors say must not count later. The store keeps it as it came.
  if (entry.size() > cache::kBuiltOctetsMax || job.settings().dnssec.time_unsure ||
      HasOldAnchors(job)) {
    return;
  }
  entry.CopyTo(scratch.data());
  cache::Stamp(scratch.data(), security, ttl_max, facilities.StoreNow(), why);
  facilities.learner.Put(scratch.first(entry.size()), facilities.StoreNow());
}

Task<Trust> FindTrust(Job& job, const wire::Name& target, Way way) {
  const dnssec::AnchorOfName found = dnssec::FindAnchor(job.settings().dnssec, target);
  Trust trust;
  if (EndsAtOnce(job, target, found, &trust)) co_return trust;
  if (trust.state != Trust::State::kSecure) {
    trust.zone = found.anchor->zone;
    const KeyDemand demand(*found.anchor);
    Problem problem = co_await EnsureKeys(job, trust.zone, demand);
    // The operator wants this zone to be validated, and no parent says that it need not be.
    if (IsUnsupported(problem.reason)) problem.reason = Reason::kBadAnchor;
    TraceKeys(job, trust.zone, FindTrustedKeys(job, trust.zone), problem, "by the trust anchor");
    if (problem.reason != Reason::kNone || FindTrustedKeys(job, trust.zone) == nullptr) {
      co_return FailedAt(job, trust.zone, trust.zone, RRType::kDNSKEY, problem);
    }
    trust.state = Trust::State::kSecure;
  }
  // Names to look at, by their number of labels, even when no zone cut is known there.
  Wanted wanted;
  wanted.set(target.view().LabelCount());
  for (size_t labels = trust.zone.view().LabelCount() + 1; labels <= target.view().LabelCount();
       ++labels) {
    const wire::Name name(target.view().Suffix(labels));
    if (way == Way::kKnownCuts && !wanted[labels] && !HasCut(job, name)) continue;
    Step step = ReadKnownDs(job, name, trust.zone);
    for (; StopsForTurn(job); step = ReadKnownDs(job, name, trust.zone)) {
      co_await NextTurn(job);
    }
    // An unsigned zone may be between: a server that has both it and the zone above does not refer.
    if (IsUnsigned(step) && WantAllBetween(trust.zone, labels, &wanted)) {
      labels = trust.zone.view().LabelCount();
      continue;
    }
    if (step.problem.reason == Reason::kKeysGone) co_return Failed(step.problem);
    if (step.kind == Step::Kind::kUnknown || step.kind == Step::Kind::kFailed) {
      if (step.kind == Step::Kind::kFailed) job.facilities().learner.Forget(name, RRType::kDS);
      for (int others = 0;; ++others) {
        NestedAnswer nested(job, name, RRType::kDS);
        const answer::Answer& answer = co_await nested;
        step = ReadAnswer(job, answer, name, trust.zone);
        for (; StopsForTurn(job); step = ReadAnswer(job, answer, name, trust.zone)) {
          co_await NextTurn(job);
        }
        if (step.kind != Step::Kind::kFailed || others == kOtherServersMax ||
            IsOfThisMachine(step.problem.reason) || !AvoidSource(job, answer)) {
          break;
        }
        TraceRetry(job, name, RRType::kDS, step.problem);
      }
      if (IsUnsigned(step) && WantAllBetween(trust.zone, labels, &wanted)) {
        labels = trust.zone.view().LabelCount();
        continue;
      }
    }
    TraceDs(job, name, trust.zone, FindingOf(step));
    if (step.kind == Step::Kind::kZone) {
      const Problem problem = co_await EnsureKeys(job, name, step.demand);
      TraceKeys(job, name, FindTrustedKeys(job, name), problem, "by its DS");
      if (IsUnsupported(problem.reason)) co_return Insecure(problem);
      if (problem.reason != Reason::kNone || FindTrustedKeys(job, name) == nullptr) {
        co_return FailedAt(job, name, name, RRType::kDNSKEY, problem);
      }
      trust.zone = name;
    } else if (step.kind == Step::Kind::kOtherSigner && !wanted[step.signer_labels]) {
      wanted.set(step.signer_labels);
      wanted.set(labels);
      labels = step.signer_labels - 1;
    } else if (step.kind == Step::Kind::kNothingBelow) {
      co_return trust;
    } else if (step.kind == Step::Kind::kInsecure) {
      co_return Insecure(step.problem);
    } else if (step.kind != Step::Kind::kNoCut) {
      co_return FailedAt(job, trust.zone, name, RRType::kDS, step.problem);
    }
  }
  co_return trust;
}

}  // namespace tern::resolver::resolution
