#include "resolver/resolution/resolve.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "resolver/answer/denied_below.h"
#include "resolver/answer/hot_path.h"
#include "resolver/answer/known_above.h"
#include "resolver/answer/renaming.h"
#include "resolver/answer/stale.h"
#include "resolver/answer/zone_cut.h"
#include "resolver/resolution/ask_zone.h"
#include "resolver/resolution/job_table.h"
#include "resolver/resolution/qname_minimiser.h"
#include "resolver/resolution/silence.h"
#include "resolver/resolution/trace_text.h"
#include "resolver/upstream/race.h"
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

// How long a zone's servers are not asked about parts of names after they failed to answer one.
constexpr std::chrono::minutes kNoPartsFor(5);
// How often a question that failed because a zone's servers were silent is asked again, while
// clients ask for it. RFC 9520 section 3.2: a failure is kept for a second at least.
constexpr std::chrono::seconds kTryAgainEach(1);

enum class Outcome : uint8_t {
  kFailed,    // the answer says why
  kAnswered,  // the answer is complete
  kAlias,     // the answer ends in a link to another name
  kUnknown,   // nothing is known yet
};

void TraceStep(Job& job, std::string_view kind, const wire::Name& name, std::string_view outcome) {
  if (job.trace() == nullptr) return;
  Trace::Step step;
  step.kind = kind;
  step.question = &name;
  step.type = job.type();
  step.outcome = outcome;
  job.trace()->Add(step);
}

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

Outcome Fail(Job& job, ExtendedError error, const char* text) {
  job.answer().SetFailure(error, text);
  return Outcome::kFailed;
}

Outcome AnsweredIf(Job& job, bool added) {
  if (added) return Outcome::kAnswered;
  return Fail(job, ExtendedError::kInvalidData, "the reply does not make sense");
}

bool AddEmpty(Job& job, const wire::Name& name) {
  Facilities& facilities = job.facilities();
  return answer::AddEmpty(name, job.type(), facilities.StoreNow(), facilities.learner.scratch(),
                          &job.answer());
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

bool IsTooLong(const Job& job, int links) {
  return links > job.settings().resolution.budget.aliases;
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

// Whether the job may use the entry. A refresh treats an entry near its expiry as missing.
bool Serves(const Job& job, EntryView entry, cache::Instant now) {
  return entry && entry.IsFresh(now) && !(job.refreshes() && answer::IsNearExpiry(entry, now));
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
  Facilities& facilities = job.facilities();
  const cache::Store& store = facilities.store;
  const EntryView denial = store.FindDenial(above.name, above.hash);
  if (!above.cut && denial && denial.IsFresh(now) && IsDeniedFromAbove(job, denial, name, now)) {
    return AnsweredIf(job, job.answer().Add(denial));
  }
  const EntryView dname = store.Find(above.name, above.hash, KeySpace::kData, RRType::kDNAME);
  if (!dname || dname.kind() != EntryKind::kRRset || !dname.IsFresh(now)) return Outcome::kUnknown;
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
    TraceStep(job, "cache", name, "answered from local data");
    return AnsweredIf(job, job.answer().Add(builder.Finish()));
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
  if (job.tries_again()) return false;
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
                       /*use_forward=*/true, now, cut);
  const EntryView failure = store.Find(name, hash, KeySpace::kFailure, job.type());
  if (failure && failure.IsFresh(now) && StillFails(job, name, failure)) {
    if (job.trace() != nullptr) TraceStep(job, "cache", name, DescribeFailure(failure, now));
    return Fail(job, failure.Error(), "failed a moment ago");
  }
  if (HasNoParentToAsk(job, name)) {
    return AnsweredIf(job, AddEmpty(job, name));
  }
  return Outcome::kUnknown;
}

// RFC 8914 sections 4.15 and 4.23 to 4.25.
Outcome FailFor(Job& job, const upstream::RaceResult& result) {
  switch (result.kind) {
    case upstream::RaceResult::Kind::kNoBudget:
      return Fail(job, ExtendedError::kOther,
                  "the question needs too many queries or octets from upstream");
    case upstream::RaceResult::Kind::kNoResources:
      return Fail(job, ExtendedError::kNotReady,
                  "out of sockets, or too many questions wait for the zone or its servers");
    case upstream::RaceResult::Kind::kReply:
    case upstream::RaceResult::Kind::kEmpty:
    case upstream::RaceResult::Kind::kExhausted:
    case upstream::RaceResult::Kind::kProbeFailed:
    case upstream::RaceResult::Kind::kDeadline:
      break;
  }
  if (result.failure == upstream::RaceResult::Failure::kUnreachable) {
    return Fail(job, ExtendedError::kNetworkError,
                "the network reaches no name server of the zone");
  }
  if (result.failure == upstream::RaceResult::Failure::kUnsound) {
    return Fail(job, ExtendedError::kInvalidData,
                "the zone's name servers send what cannot be read");
  }
  return Fail(job, ExtendedError::kNoReachableAuthority,
              "no name server of the zone gave an answer of use");
}

void TraceLearnt(Job& job, const upstream::RaceResult& result) {
  if (job.trace() == nullptr) return;
  const upstream::ReplyClass reply_class = result.kind == upstream::RaceResult::Kind::kEmpty
                                               ? upstream::ReplyClass::kEmpty
                                               : result.meaning.reply_class;
  std::string learnt;
  if (reply_class == upstream::ReplyClass::kReferral) {
    learnt = DescribeServers(job.servers());
  } else if (result.kind == upstream::RaceResult::Kind::kReply) {
    learnt = DescribeRecords(job.facilities().records);
  }
  Trace::Step step;
  step.kind = "learn";
  step.zone = &job.servers().zone();
  step.outcome = Describe(reply_class);
  step.learnt = learnt;
  job.trace()->Add(step);
}

// How long a delegation may live that the zone's servers give: no longer than the zone's own
// delegation. Otherwise a zone that was taken away would live on below itself (phoenix domains).
// There is no limit for the root and top level domains. These stay, and their children must not all
// expire at the same moment.
uint32_t DelegationTtlMax(const upstream::ZoneServers& servers, cache::Instant now) {
  const EntryView own = servers.delegation();
  if (!own || servers.zone().view().LabelCount() <= 1) return UINT32_MAX;
  return own.Remaining(now);
}

// Goes down to the zone cut that the reply shows. False when nothing in the reply can be used.
bool ApplyReferral(Job& job, const upstream::RaceResult& result, bool with_stray_glue) {
  Facilities& facilities = job.facilities();
  const cache::Instant now = facilities.StoreNow();
  const std::span<const uint8_t> delegation = facilities.learner.LearnReferral(
      facilities.records, result.meaning, DelegationTtlMax(job.servers(), now), now);
  if (delegation.empty()) return false;
  job.servers().Descend(EntryView(delegation.data()));
  if (with_stray_glue) (void)job.servers().AddStrayGlue(facilities.records, job.settings());
  TraceLearnt(job, result);
  return true;
}

// A DNAME above a part of the name renames the whole name too. The resolution goes on at the new
// name, so the zone's servers need not see the rest. nullopt: there is no DNAME.
std::optional<Outcome> ApplyRenaming(Job& job, const wire::Name& name, const NextQuestion& part,
                                     const upstream::RaceResult& result) {
  Learner& learner = job.facilities().learner;
  const upstream::ReplyRecords& records = job.facilities().records;
  const cache::Instant now = job.facilities().StoreNow();
  wire::Name target;
  const upstream::ChainLink link = upstream::FindLink(records, part.name, part.type, &target);
  if (!link.IsRenaming()) return std::nullopt;
  if (!learner.LearnDname(records, *link.record, name, now, &job.answer())) {
    return AnsweredIf(job, false);
  }
  TraceLearnt(job, result);
  return answer::EndsWithDname(job.answer(), job.type()) ? Outcome::kAnswered : Outcome::kAlias;
}

// Whether the reply says that the part does not exist, or that it is elsewhere.
bool DeniesWhatIsBelow(const upstream::ReplyRecords& records, const upstream::ReplyMeaning& meaning,
                       const NextQuestion& part) {
  wire::Name target;
  const upstream::ChainLink link = upstream::FindLink(records, part.name, part.type, &target);
  return meaning.reply_class == upstream::ReplyClass::kNxDomain || link.IsRenaming();
}

// Applies a reply about a part of the name, asked because of QNAME minimisation. nullopt: go on.
std::optional<Outcome> ApplyPart(Job& job, const wire::Name& name, const NextQuestion& part,
                                 const upstream::RaceResult& result, QnameMinimiser* minimiser) {
  Facilities& facilities = job.facilities();
  const cache::Instant now = facilities.StoreNow();
  if (result.kind == upstream::RaceResult::Kind::kEmpty) {
    minimiser->PartExists(part.name);
    return std::nullopt;
  }
  // Local data says what the part is here. Upstream may have names below it all the same.
  if (facilities.local_data->Has(part.name)) {
    minimiser->PartExists(part.name);
    return std::nullopt;
  }
  if (policy::IsDsOfStubZone(job.settings(), name, job.type()) &&
      DeniesWhatIsBelow(facilities.records, result.meaning, part)) {
    return AnsweredIf(job, AddEmpty(job, name));
  }
  const std::optional<Outcome> renamed = ApplyRenaming(job, name, part, result);
  if (renamed.has_value()) return renamed;
  if (result.meaning.reply_class == upstream::ReplyClass::kNxDomain) {
    // The target of an alias at the part does not exist. This says nothing about names below it.
    if (!minimiser->strict() || !result.meaning.end.view().Equals(part.name)) {
      minimiser->GiveUp();
      return std::nullopt;
    }
    return AnsweredIf(job,
                      facilities.learner.LearnAnswer(facilities.records, result.meaning, part.name,
                                                     part.type, now, &job.answer()));
  }
  facilities.learner.LearnPart(facilities.records, result.meaning, part.name, part.type, now);
  TraceLearnt(job, result);
  minimiser->PartExists(part.name);
  return std::nullopt;
}

// Answers with a denial that came without an SOA.
Outcome ApplyBareDenial(Job& job, const wire::Name& name, bool is_nxdomain) {
  Facilities& facilities = job.facilities();
  return AnsweredIf(job, facilities.learner.LearnBareDenial(name, job.type(), is_nxdomain,
                                                            cache::Rank::kAnswerNotAuthoritative,
                                                            facilities.StoreNow(), &job.answer()));
}

// Whether all servers that answered said the same without AA and SOA. It is no good answer, but the
// only one that there is (RFC 2308 sections 2.1 and 2.2 know denials without an SOA).
bool IsCommonDenial(const upstream::RaceResult& result) {
  return result.kind == upstream::RaceResult::Kind::kExhausted &&
         (result.said == upstream::RaceResult::kSaidBareNoError ||
          result.said == upstream::RaceResult::kSaidBareNxDomain);
}

// Applies a reply to the question itself.
Outcome ApplyWhole(Job& job, const wire::Name& name, const upstream::RaceResult& result) {
  Facilities& facilities = job.facilities();
  const cache::Instant now = facilities.StoreNow();
  TraceLearnt(job, result);
  const RRType type = job.type();
  if (result.kind == upstream::RaceResult::Kind::kEmpty && !job.servers().forwarded()) {
    return ApplyBareDenial(job, name, /*is_nxdomain=*/false);
  }
  if (result.kind == upstream::RaceResult::Kind::kEmpty)
    facilities.learner.ForgetStale(name, type, now);
  if (result.kind == upstream::RaceResult::Kind::kEmpty ||
      (policy::IsDsOfStubZone(job.settings(), name, job.type()) &&
       !(result.meaning.end.view().Equals(name) &&
         (result.meaning.reply_class == upstream::ReplyClass::kAnswer ||
          result.meaning.reply_class == upstream::ReplyClass::kNoData)))) {
    return AnsweredIf(job, AddEmpty(job, name));
  }
  if (!facilities.learner.LearnAnswer(facilities.records, result.meaning, name, type, now,
                                      &job.answer())) {
    return AnsweredIf(job, false);
  }
  if (result.meaning.reply_class == upstream::ReplyClass::kAnswer && type == RRType::kNS &&
      name.view().IsRoot() && !job.servers().forwarded()) {
    (void)facilities.learner.LearnPriming(facilities.records, now);
  }
  return result.meaning.reply_class == upstream::ReplyClass::kAlias ? Outcome::kAlias
                                                                    : Outcome::kAnswered;
}

// Whether the zone's servers answered whole names a moment ago, but not parts of them.
bool HasNoParts(Job& job) {
  Facilities& facilities = job.facilities();
  if (facilities.zones_without_parts.never_used()) return false;
  return facilities.zones_without_parts.Has(facilities.store.Hash(job.servers().zone()),
                                            facilities.environment.Now());
}

// Zones that everybody's questions go through are not noted. There the privacy of all would suffer.
void NoteHasNoParts(Job& job) {
  if (job.servers().IsSharedByAll()) return;
  Facilities& facilities = job.facilities();
  facilities.zones_without_parts.Put(facilities.store.Hash(job.servers().zone()),
                                     facilities.environment.Now() + kNoPartsFor);
}

// Goes from the nearest known zone cut down to the servers that answer for `name`.
Task<Outcome> Iterate(Job& job, const wire::Name& name) {
  Facilities& facilities = job.facilities();
  upstream::ZoneServers& servers = job.servers();
  const policy::CoreSettings& settings = job.settings();
  const RRType type = job.type();
  bool use_forward = true;
  bool went_up = false;
  bool part_failed = false;  // so the same zone is asked for the whole name next
  if (servers.from_hints()) job.table().PrimeOnce();
  QnameMinimiser minimiser(settings.resolution.qname_minimisation, name, type);
  if (servers.forwarded()) minimiser.GiveUp();
  // Each turn goes down by a zone cut or a part of the name, of which there are few, or is the
  // last.
  for (;;) {
    const bool after_failed_part = std::exchange(part_failed, false);
    if (HasNoParts(job)) minimiser.GiveUp();
    const NextQuestion next =
        minimiser.Next(servers.zone(), facilities.store, facilities.StoreNow());
    const upstream::RaceResult result = co_await AskZone(
        job, next.name, next.type, /*is_probe=*/!next.whole && !minimiser.strict());
    if (result.kind != upstream::RaceResult::Kind::kReply &&
        result.kind != upstream::RaceResult::Kind::kEmpty) {
      if (servers.forwarded() && servers.static_zone()->first) {
        use_forward = false;
        servers.Locate(facilities.store, settings, name, type == RRType::kDS, use_forward,
                       facilities.StoreNow());
        minimiser = QnameMinimiser(settings.resolution.qname_minimisation, name, type);
        continue;
      }
      if (!next.whole && !minimiser.strict() &&
          (result.kind == upstream::RaceResult::Kind::kExhausted ||
           result.kind == upstream::RaceResult::Kind::kProbeFailed)) {
        minimiser.GiveUp();
        part_failed = true;
        continue;
      }
      // No server has an address. The parent may know more than its referral said. Inside a cycle
      // of delegations only the outermost job asks the parent.
      const bool may_go_up = !went_up && !(job.in_cycle() && job.nesting() > 0);
      if (may_go_up && servers.candidates().empty() && servers.static_zone() == nullptr) {
        went_up = true;
        minimiser.GiveUp();
        const wire::Name zone = servers.zone();
        servers.Locate(facilities.store, settings, zone, true, use_forward, facilities.StoreNow());
        continue;
      }
      if (next.whole && IsCommonDenial(result)) {
        co_return ApplyBareDenial(job, name,
                                  result.said == upstream::RaceResult::kSaidBareNxDomain);
      }
      co_return FailFor(job, result);
    }
    if (after_failed_part) NoteHasNoParts(job);
    if (result.kind == upstream::RaceResult::Kind::kReply &&
        result.meaning.reply_class == upstream::ReplyClass::kReferral) {
      // A server that does not know DS refers to the child. That is no answer for the parent's side
      // (RFC 4035 section 3.1.4.1).
      if (type == RRType::kDS && result.meaning.cut.view().Equals(name)) {
        co_return AnsweredIf(job, AddEmpty(job, name));
      }
      if (job.allowance().referrals-- <= 0) {
        co_return Fail(job, ExtendedError::kOther, "the question needs too many referrals");
      }
      if (!ApplyReferral(job, result, went_up)) co_return FailFor(job, result);
      continue;
    }
    if (next.whole) co_return ApplyWhole(job, name, result);
    const std::optional<Outcome> outcome = ApplyPart(job, name, next, result, &minimiser);
    if (outcome.has_value()) co_return *outcome;
  }
}

// RFC 9520 section 2: an upstream failure is remembered. These are not remembered:
// - a lack of our own means;
// - a lack of the allowance that another question lent. Otherwise the owner of a zone could make us
//   remember failures of other people's names.
void RememberFailure(Job& job, const wire::Name& name) {
  const ExtendedError error = job.answer().error();
  if (error == ExtendedError::kNotReady || job.IsShortOfAllowance() || job.in_cycle()) return;
  Facilities& facilities = job.facilities();
  const bool by_silence =
      job.servers().candidates().empty() ||
      SilenceOf(job.servers(), facilities.server_table, facilities.StoreNow()) == Silence::kAll;
  facilities.learner.LearnFailure(name, job.type(), error, HasStale(job, name),
                                  facilities.environment.Now(), by_silence);
}

}  // namespace

Task<bool> Resolve(Job& job) {
  wire::Name name = job.name();
  TraceStep(job, "start", name, "");
  Outcome outcome = Outcome::kUnknown;
  bool just_missed = job.just_missed();
  bool asked = false;
  bool failure_known = false;
  do {
    outcome = AnswerFromKnown(job, name, just_missed);
    just_missed = false;
    failure_known = outcome == Outcome::kFailed;
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
  // A failure behind links is remembered too, because the links may not be kept.
  if (outcome == Outcome::kFailed && asked && !failure_known) RememberFailure(job, job.name());
  TraceStep(job, "done", name,
            outcome == Outcome::kAnswered ? "answered" : job.answer().error_text());
  job.table().OnResolved(&job);
  co_return outcome == Outcome::kAnswered;
}

}  // namespace tern::resolver::resolution
