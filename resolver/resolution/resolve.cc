#include "resolver/resolution/resolve.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "resolver/answer/denied_below.h"
#include "resolver/answer/hot_path.h"
#include "resolver/answer/known_above.h"
#include "resolver/answer/near_expiry.h"
#include "resolver/answer/renaming.h"
#include "resolver/answer/stale.h"
#include "resolver/answer/zone_cut.h"
#include "resolver/resolution/iterate.h"
#include "resolver/resolution/job_table.h"
#include "resolver/resolution/outcome.h"
#include "resolver/resolution/report_failure.h"
#include "resolver/resolution/silence.h"
#include "resolver/resolution/trust.h"
#include "resolver/resolution/validate.h"
#include "resolver/resolution/validation_cost.h"
#include "wire/check.h"

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
using wire::ExtendedError;
using wire::Rcode;
using wire::RRType;

// How often a question that failed because a zone's servers were silent is asked again, while
// clients ask for it. RFC 9520 section 3.2: a failure is kept for a second at least.
constexpr std::chrono::seconds kTryAgainEach(1);

std::string DescribeFailure(EntryView failure, cache::Instant now) {
  const uint32_t left = failure.Remaining(now);
  return "failed " + std::to_string(failure.ttl() - std::min(left, failure.ttl())) +
         " s ago with extended error " + std::to_string(static_cast<unsigned>(failure.Error())) +
         ", not tried again for " + std::to_string(left) + " s";
}

std::string_view DescribeKnown(EntryKind kind) {
  if (cache::SaysNxDomain(kind)) return "known: no such name";
  return kind == EntryKind::kNoData ? "known: no such type" : "found";
}

constexpr char kChainTooLong[] = "a chain of too many aliases";

// Counts the links of the chain. If the question is for a CNAME, that CNAME is no link but the end.
int CountLinks(const answer::Answer& answer, RRType type) {
  int links = 0;
  for (size_t i = 0; i < answer.count(); ++i) {
    const bool is_end = type == RRType::kCNAME && i + 1 == answer.count();
    if (answer.at(i).type() == RRType::kCNAME && !is_end) ++links;
  }
  return links;
}

bool IsTooLong(Job& job, int links) {
  if (links <= job.settings().resolution.budget.aliases) return false;
  ++job.facilities().counters.of_limits.query_aliases_met;
  return true;
}

// Sets *name to the target of the answer's last link. Fails on a loop and when there are too many.
Outcome FollowAlias(Job& job, wire::Name* name) {
  const answer::Answer& answer = job.answer();
  TERN_CHECK_OR(answer.count() > 0, return Fail(job, ExtendedError::kOther, "an alias is missing"));
  const EntryView last = answer.at(answer.count() - 1);
  const std::optional<wire::NameView> target = last.Target();
  if (!target) return Fail(job, ExtendedError::kInvalidData, "an empty alias");
  *name = *target;
  if (answer.HasAliasAt(*name)) return Fail(job, ExtendedError::kOther, "an alias loop");
  if (IsTooLong(job, CountLinks(answer, RRType::kNone))) {
    return Fail(job, ExtendedError::kOther, kChainTooLong);
  }
  TraceStep(job, "restart", *name, "an alias leads to another name");
  return Outcome::kAlias;
}

// What is bogus is asked for again, and so is what lacks the signatures that a client wants.
bool IsUsable(const Job& job, EntryView entry, cache::Instant now) {
  return entry.IsFresh(now) && entry.security() >= job.floor();
}

// Whether the job may use the entry. A refresh treats an entry near its expiry as missing. A replay
// asks for everything again.
bool Serves(const Job& job, EntryView entry, cache::Instant now) {
  return entry && IsUsable(job, entry, now) && job.replay() == nullptr && !job.asks_anew() &&
         !answer::IsOnlyForValidation(entry) &&
         !(job.refreshes() && answer::IsNearExpiry(entry, now));
}

// Whether the denial of a name above denies this one too. It does not deny a known zone cut. It
// does deny DS at a cut, because DS is not in the zone that begins there.
bool IsDeniedFromAbove(Job& job, EntryView denial, const wire::Name& name, cache::Instant now) {
  if (!policy::DeniesBelow(job.settings(), name)) return false;
  const cache::Store& store = job.facilities().store;
  if (!answer::IsDeniedBy(store, job.settings(), denial, name, now)) return false;
  return job.type() == RRType::kDS || !answer::FreshCut(store, name, store.Hash(name), now);
}

// What one name above says about the name. An NXDOMAIN may cover the names below it (RFC 8020). A
// DNAME renames them (RFC 6672).
Outcome AnswerFromAncestor(Job& job, const wire::Name& name, const answer::Ancestor& above,
                           cache::Instant now) {
  if (job.replay() != nullptr) return Outcome::kUnknown;
  Facilities& facilities = job.facilities();
  const cache::Store& store = facilities.store;
  const EntryView denial = store.FindDenial(above.name, above.hash);
  if (!above.cut && denial && IsUsable(job, denial, now) &&
      IsDeniedFromAbove(job, denial, name, now)) {
    return AnsweredIf(job, job.answer().Add(denial));
  }
  const EntryView dname = store.Find(above.name, above.hash, KeySpace::kData, RRType::kDNAME);
  if (!dname || dname.kind() != EntryKind::kRRset || !IsUsable(job, dname, now)) {
    return Outcome::kUnknown;
  }
  if (!answer::AddDname(dname, name, now, facilities.learner.scratch(), &job.answer())) {
    return AnsweredIf(job, false);
  }
  return answer::EndsWithDname(job.answer(), job.type()) ? Outcome::kAnswered : Outcome::kAlias;
}

// What the names above say about the name. If the walk ended at a zone cut, that becomes *cut.
Outcome AnswerFromAncestors(Job& job, const wire::Name& name, cache::Instant now, EntryView* cut) {
  Outcome outcome = Outcome::kUnknown;
  const auto visit = [&](const answer::Ancestor& above) {
    if (above.is_above_static_zone) return answer::Walk::kStop;
    outcome = AnswerFromAncestor(job, name, above, now);
    if (outcome != Outcome::kUnknown) return answer::Walk::kStop;
    *cut = above.cut;
    return answer::Walk::kOn;
  };
  answer::ForEachAncestor(job.facilities().store, job.settings(), name, now, visit);
  return outcome;
}

// Answers with an alias from the store.
Outcome AnswerFromAlias(Job& job, const wire::Name& name, uint64_t hash, cache::Instant now) {
  if (job.type() == RRType::kCNAME) return Outcome::kUnknown;
  const cache::Store& store = job.facilities().store;
  const EntryView entry = store.Find(name, hash, KeySpace::kData, RRType::kCNAME);
  if (!Serves(job, entry, now) || entry.kind() != EntryKind::kRRset ||
      answer::IsAliasBelowCut(store, name, hash, job.type(), now)) {
    return Outcome::kUnknown;
  }
  TraceStep(job, "cache", name, "an alias found");
  return job.answer().Add(entry) ? Outcome::kAlias : AnsweredIf(job, false);
}

// Answers with what the configuration or the store says about the name itself.
Outcome AnswerFromName(Job& job, const wire::Name& name, uint64_t hash, cache::Instant now) {
  Facilities& facilities = job.facilities();
  cache::EntryBuilder builder(facilities.learner.scratch());
  if (facilities.local_data->Find(name, job.type(), now, &builder)) {
    const EntryView found(builder.Finish().data());
    const bool is_alias = policy::LocalData::IsAlias(found, job.type());
    TraceStep(job, "cache", name, is_alias ? "an alias of local data" : "answered from local data");
    if (!job.answer().Add(found)) return AnsweredIf(job, false);
    return is_alias ? Outcome::kAlias : AnsweredIf(job, true);
  }
  const cache::Store& store = facilities.store;
  EntryView entry = store.Find(name, hash, KeySpace::kData, job.type());
  if (!Serves(job, entry, now)) {
    entry = store.FindDenial(name, hash);
  }
  if (Serves(job, entry, now)) {
    TraceStep(job, "cache", name, DescribeKnown(entry.kind()));
    return AnsweredIf(job, job.answer().Add(entry));
  }
  return AnswerFromAlias(job, name, hash, now);
}

// Whether the name is in a stub zone below a name that is never sent upstream.
bool HasNoParentToAsk(Job& job, const wire::Name& name) {
  return policy::IsDsOfStubZone(job.settings(), name, job.type()) && !name.view().IsRoot() &&
         job.facilities().local_data->Has(name.view().Parent());
}

bool HasStale(Job& job, const wire::Name& name) {
  const EntryView before = job.facilities().store.Find(name, KeySpace::kData, job.type());
  return before &&
         answer::MayServe(before, job.settings().cache.max_stale, job.facilities().StoreNow());
}

// Whether the failure that is remembered of (name, type of the job) still holds. While the zone is
// silent, a question is asked again now and then, so that its end is noticed. That is not for the
// first failure in a row, and not for questions with a stale answer (RFC 8767 section 5: once in 30
// seconds).
// REQUIRES: the job's servers are those that will be asked for the name.
bool StillFails(Job& job, const wire::Name& name, EntryView failure) {
  if (job.tries_again() || job.replay() != nullptr) return false;
  Facilities& facilities = job.facilities();
  job.servers().Gather(facilities.store, job.settings(), facilities.StoreNow());
  const cache::Instant failed_at = failure.expiry() - failure.ttl();
  const Silence silence = SilenceOf(job.servers(), facilities.server_table, failed_at);
  if (silence == Silence::kOver) return false;
  if (silence != Silence::kAll || failure.FailuresInARow() == 1) return true;
  if (job.nesting() > 0 || HasStale(job, name)) return true;
  const uint64_t zone = facilities.store.Hash(job.servers().zone());
  const Time now = facilities.environment.Now();
  if (facilities.zones_tried_again.Has(zone, now)) return true;
  facilities.zones_tried_again.Put(zone, now + kTryAgainEach);
  job.table().TryAgain(name, job.type());
  return true;
}

// One step from what this process knows: first the configuration, then the cache. If that is not
// enough, the job's servers become those of the nearest known zone.
// `just_missed`: the caller has looked up the name itself.
Outcome AnswerFromKnown(Job& job, const wire::Name& name, bool just_missed) {
  Facilities& facilities = job.facilities();
  const cache::Instant now = facilities.StoreNow();
  const cache::Store& store = facilities.store;
  const uint64_t hash = store.Hash(name);
  // A name that just missed may still be an alias whose target is not known (any more).
  const Outcome itself =
      just_missed ? AnswerFromAlias(job, name, hash, now) : AnswerFromName(job, name, hash, now);
  if (itself != Outcome::kUnknown) return itself;
  EntryView cut;
  const Outcome above = AnswerFromAncestors(job, name, now, &cut);
  if (above != Outcome::kUnknown) return above;
  job.servers().Locate(store, job.settings(), name,
                       policy::IsAskedAtParent(job.settings(), name, job.type()),
                       policy::UsesForward(job.settings(), name), now, cut);
  const EntryView failure = store.Find(name, hash, KeySpace::kFailure, job.type());
  if (failure && failure.IsFresh(now) && StillFails(job, name, failure)) {
    if (job.trace() != nullptr) TraceStep(job, "cache", name, DescribeFailure(failure, now));
    if (!failure.ErrorText().empty()) {
      job.answer().SetFailureWithText(failure.Error(), failure.ErrorText());
      return Outcome::kFailed;
    }
    return Fail(job, failure.Error(), "failed a moment ago");
  }
  if (HasNoParentToAsk(job, name)) {
    return AnsweredIf(job, AddEmpty(job, name));
  }
  return Outcome::kUnknown;
}

// RFC 9520 section 2: an upstream failure is remembered. These are not remembered:
// - a lack of our own means;
// - a lack of the allowance that another question lent. Otherwise the owner of a zone could make us
//   remember failures of other people's names;
// - what a replay found, because clients do not wait for it.
void RememberFailure(Job& job, const wire::Name& name) {
  const ExtendedError error = job.answer().error();
  if (error == ExtendedError::kNotReady || job.IsShortOfAllowance() || job.in_cycle() ||
      job.replay() != nullptr) {
    return;
  }
  Facilities& facilities = job.facilities();
  // Validation has reported what is bogus.
  if (dnssec::IsBogus(error)) {
    facilities.learner.LearnFailure(name, job.type(), error, job.has_kept_stale(),
                                    facilities.environment.Now(), /*by_silence=*/false,
                                    job.answer().error_text());
    return;
  }
  ReportFailure(job, name, error);
  const bool by_silence =
      job.servers().candidates().empty() ||
      SilenceOf(job.servers(), facilities.server_table, facilities.StoreNow()) == Silence::kAll;
  facilities.learner.LearnFailure(name, job.type(), error, HasStale(job, name),
                                  facilities.environment.Now(), by_silence);
}

// Whether the bogus answer may be the fault of the server that gave it. If so, the answer is
// forgotten, and that server comes last from now on. If its end is from the store, where it counts
// as bogus from now on, the servers are asked.
bool LeavesBogusSource(Job& job, bool is_own_fault, bool is_known) {
  answer::Answer& answer = job.answer();
  const bool is_last =
      answer.count() > 0 && answer.at(answer.count() - 1).security() == cache::Security::kBogus;
  if (!is_last || !is_own_fault || !dnssec::IsBogus(answer.error()) || job.HasUsedUpAllowance() ||
      job.allowance().signature_checks <= 0 || (!is_known && !AvoidSource(job, answer))) {
    return false;
  }
  job.table().OnAnswerLeft(&job);
  answer.Clear();
  TraceStep(job, "retry", job.name(),
            is_known ? "what the cache had is bogus: the servers are asked"
                     : "what that server said is bogus: another one is asked");
  return true;
}

bool IsToBeValidated(Job& job) {
  if (!job.settings().dnssec.IsOn()) return false;
  const answer::Answer& answer = job.answer();
  for (size_t i = 0; i < answer.count(); ++i) {
    if (NeedsValidation(answer.at(i))) return true;
  }
  return false;
}

}  // namespace

Task<bool> Resolve(Job& job) {
  wire::Name name = job.name();
  TraceStep(job, "start", name, "");
  if (job.seeks_delegation() || job.primes()) {
    Facilities& facilities = job.facilities();
    const bool use_forward = !job.primes() && policy::UsesForward(job.settings(), name);
    job.servers().Locate(facilities.store, job.settings(), name, /*above=*/job.seeks_delegation(),
                         use_forward, facilities.StoreNow());
    const Outcome sought = co_await Iterate(job, name);
    job.table().OnResolved(&job);
    co_return sought == Outcome::kAnswered;
  }
  Outcome outcome = Outcome::kUnknown;
  bool just_missed = job.just_missed();
  bool asked = false;
  bool failure_known = false;
  bool validated = false;
  bool is_known = false;  // the end of the answer, from the store
  // Once more when the answer is bogus, and another server may say something else.
  for (int others = 0;; ++others) {
    do {
      outcome = AnswerFromKnown(job, name, just_missed);
      just_missed = false;
      failure_known = outcome == Outcome::kFailed;
      is_known = outcome == Outcome::kAnswered;
      if (outcome == Outcome::kUnknown) {
        asked = true;
        outcome = co_await Iterate(job, name);
        if (outcome == Outcome::kFailed && job.answer().rcode() != Rcode::kServFail) {
          outcome = Fail(job, ExtendedError::kNotReady, "out of memory");
        }
        // If the links before it used up the allowance, the name they lead to is not to blame.
        if (outcome == Outcome::kFailed && !name.view().Equals(job.name()) &&
            !job.HasUsedUpAllowance()) {
          RememberFailure(job, name);
        }
      }
      if (outcome == Outcome::kAlias) outcome = FollowAlias(job, &name);
    } while (outcome == Outcome::kAlias);
    if (outcome == Outcome::kAnswered && IsTooLong(job, CountLinks(job.answer(), job.type()))) {
      outcome = Fail(job, ExtendedError::kOther, kChainTooLong);
    }
    if (outcome != Outcome::kAnswered || !IsToBeValidated(job) || !job.table().OnAnswerCame(&job)) {
      break;
    }
    asked = true;
    validated = true;
    const Validity validity = co_await Validate(job);
    if (validity == Validity::kGood) break;
    if (validity == Validity::kOldAnchors) {
      job.table().OnAnswerLeft(&job);
      job.BeginAnew();
      TraceStep(job, "retry", job.name(), "other trust anchors are in force now");
      name = job.name();
      --others;
      continue;
    }
    outcome = Outcome::kFailed;
    if (others == kOtherServersMax ||
        !LeavesBogusSource(job, validity == Validity::kBadAnswer, is_known)) {
      break;
    }
    name = job.name();
  }
  if (validated && !job.borrows()) {
    CountValidationCost(job.allowance(), &job.facilities().counters);
  }
  // A failure behind links is remembered too, because the links may not be kept.
  if (outcome == Outcome::kFailed && asked && !failure_known) RememberFailure(job, job.name());
  if (outcome == Outcome::kFailed) job.answer().SetFailedZone(job.LabelsOfZone());
  TraceStep(job, "done", name,
            outcome == Outcome::kAnswered ? "answered" : job.answer().error_text());
  job.table().OnResolved(&job);
  co_return outcome == Outcome::kAnswered;
}

}  // namespace tern::resolver::resolution
