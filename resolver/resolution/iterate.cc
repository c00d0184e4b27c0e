#include "resolver/resolution/iterate.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "resolver/answer/renaming.h"
#include "resolver/policy/local_data.h"
#include "resolver/policy/name_source.h"
#include "resolver/resolution/ask_zone.h"
#include "resolver/resolution/job_table.h"
#include "resolver/resolution/qname_minimiser.h"
#include "resolver/resolution/rare_type.h"
#include "resolver/resolution/report_failure.h"
#include "resolver/resolution/trace_text.h"
#include "resolver/resolution/trust.h"
#include "resolver/upstream/race.h"

// GCC 12 without optimisation does not see that a promise's operator new, which is a template,
// belongs to its operator delete (task.h).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace tern::resolver::resolution {
namespace {

using cache::EntryView;
using wire::ExtendedError;
using wire::RRType;

// How long a zone's servers are not asked about parts of names after they failed to answer one.
constexpr std::chrono::minutes kNoPartsFor(5);

// RFC 8914 sections 4.15 and 4.23 to 4.25.
Outcome FailFor(Job& job, const upstream::RaceResult& result) {
  switch (result.kind) {
    case upstream::RaceResult::Kind::kNoBudget:
      return Fail(job, ExtendedError::kOther,
                  "the question needs too many queries or octets from upstream");
    case upstream::RaceResult::Kind::kNoResources:
      return Fail(job, ExtendedError::kNotReady,
                  "out of sockets, or too many questions wait for the zone or its servers");
    case upstream::RaceResult::Kind::kTypeUnanswered:
      return Fail(job, ExtendedError::kNetworkError,
                  "the zone's name servers do not answer questions of this type");
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

// Names below a block list are asked for as a whole: each of them is asked for once, and has many
// labels.
QnameMinimiser MinimiserOf(const policy::CoreSettings& settings, const wire::Name& name,
                           RRType type) {
  const BlockList* list = settings.block_lists.Nearest(name);
  const size_t parts_labels = list == nullptr ? wire::kLabelsMax : list->zone.view().LabelCount();
  return QnameMinimiser(settings.resolution.qname_minimisation, name, type, parts_labels);
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
    // Nor does the denial of a block list's own name.
    if (!minimiser->strict() || !result.meaning.end.view().Equals(part.name) ||
        job.settings().block_lists.Nearest(part.name) != nullptr) {
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
  if (job.primes()) {
    // The name's records are the forwarders' matter. Only the root's servers are learnt.
    if (result.meaning.reply_class == upstream::ReplyClass::kAnswer) {
      (void)facilities.learner.LearnPriming(facilities.records, now);
    }
    return AnsweredIf(job, AddEmpty(job, name));
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
  if (!job.servers().forwarded()) {
    job.answer().SetSource({.server = static_cast<uint64_t>(result.server),
                            .zone_labels = job.servers().zone().view().LabelCount()});
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

// Whether no server that was asked serves the zone: each said so, was silent or is not there.
bool IsServedNowhere(const upstream::RaceResult& result) {
  constexpr uint8_t kOther = upstream::RaceResult::kSaidUnsound | upstream::RaceResult::kSaidOther;
  return result.kind == upstream::RaceResult::Kind::kExhausted && (result.said & kOther) == 0;
}

// Whether the zone may have moved: its delegation is from the store, and its servers do not serve
// it. Then this question asks the parent again; others do so after a pause only, because the zone's
// owner may make its servers refuse.
bool AsksParentAnew(Job& job, const upstream::RaceResult& result) {
  const upstream::ZoneServers& servers = job.servers();
  if (!IsServedNowhere(result) || !servers.delegation() || !servers.from_store() ||
      servers.zone().view().IsRoot() || !job.facilities().ClaimAskingAnew(servers.zone())) {
    return false;
  }
  TraceStep(job, "restart", servers.zone(), "its servers do not serve it: its parent is asked");
  return true;
}

// What the parent was asked again for.
struct AskedAnew {
  upstream::RaceResult result;  // what the servers known before gave
  wire::Name zone;
  uint64_t servers = 0;  // ZoneServers::Fingerprint
};

// How far a resolution is on its way down, and which ways up it has tried.
struct Progress {
  Progress(const QnameMinimiser& from, bool forward) : minimiser(from), use_forward(forward) {}

  QnameMinimiser minimiser;
  bool use_forward;
  bool went_up = false;          // because no server had an address
  bool part_failed = false;      // so the same zone is asked for the whole name next
  bool part_denied = false;      // the same, but the name may be denied as rightly as the part
  bool asks_for_parent = false;  // the next question is for the name above: see IsFromChild
  bool asked_for_parent = false;
  std::optional<AskedAnew> anew;
};

Outcome FailWith(Job& job, const wire::Name& name, bool whole, const upstream::RaceResult& result) {
  if (!whole || !IsCommonDenial(result)) return FailFor(job, result);
  return ApplyBareDenial(job, name, result.said == upstream::RaceResult::kSaidBareNxDomain);
}

// Goes on in another way after servers gave nothing useful. False when there is none.
bool TryAnotherWay(Job& job, const wire::Name& name, bool whole, const upstream::RaceResult& result,
                   Progress* progress) {
  if (result.kind == upstream::RaceResult::Kind::kTypeUnanswered) return false;
  Facilities& facilities = job.facilities();
  upstream::ZoneServers& servers = job.servers();
  const policy::CoreSettings& settings = job.settings();
  const cache::Instant now = facilities.StoreNow();
  const QnameMinimiser fresh = MinimiserOf(settings, name, job.type());
  if (servers.forwarded() && servers.static_zone()->first) {
    progress->use_forward = false;
    servers.Locate(facilities.store, settings, name, job.type() == RRType::kDS, false, now);
    progress->minimiser = fresh;
    return true;
  }
  if (!whole && !progress->minimiser.strict() &&
      (result.kind == upstream::RaceResult::Kind::kExhausted ||
       result.kind == upstream::RaceResult::Kind::kProbeFailed)) {
    progress->minimiser.GiveUp();
    progress->part_failed = true;
    return true;
  }
  // Inside a cycle of delegations only the outermost job asks the parent.
  if (servers.static_zone() != nullptr || (job.in_cycle() && job.nesting() > 0)) return false;
  const wire::Name zone = servers.zone();
  // No server has an address. The parent may know more than its referral said.
  if (!progress->went_up && servers.candidates().empty()) {
    progress->went_up = true;
    progress->minimiser.GiveUp();
    servers.Locate(facilities.store, settings, zone, true, progress->use_forward, now);
    return true;
  }
  if (!progress->anew.has_value() && !job.seeks_delegation() && AsksParentAnew(job, result)) {
    progress->anew.emplace(AskedAnew{result, zone, servers.Fingerprint()});
    servers.Locate(facilities.store, settings, zone, true, progress->use_forward, now);
    progress->minimiser = fresh;
    return true;
  }
  return false;
}

bool IsDenial(const upstream::RaceResult& result) {
  return result.kind == upstream::RaceResult::Kind::kReply &&
         result.meaning.reply_class == upstream::ReplyClass::kNxDomain;
}

// Goes down to the zone cut that the reply shows. nullopt: go on there.
std::optional<Outcome> FollowReferral(Job& job, const wire::Name& name,
                                      const upstream::RaceResult& result, Progress* progress) {
  // A server that does not know DS refers to the child. That is no answer for the parent's side
  // (RFC 4035 section 3.1.4.1).
  if (job.type() == RRType::kDS && result.meaning.cut.view().Equals(name)) {
    return AnsweredIf(job, AddEmpty(job, name));
  }
  if (job.allowance().referrals-- <= 0) {
    ++job.facilities().counters.of_limits.query_referrals_met;
    return Fail(job, ExtendedError::kOther, "the question needs too many referrals");
  }
  if (!ApplyReferral(job, result, progress->went_up)) return FailFor(job, result);
  AskForKeysAhead(job, job.servers().zone());
  if (job.seeks_delegation() && job.servers().zone().view().Equals(name)) {
    return AnsweredIf(job, AddEmpty(job, name));
  }
  const std::optional<AskedAnew>& anew = progress->anew;
  const bool has_not_moved = anew.has_value() && job.servers().zone().view().Equals(anew->zone) &&
                             job.servers().Fingerprint() == anew->servers;
  if (!has_not_moved) return std::nullopt;
  const Facilities& facilities = job.facilities();
  job.servers().Gather(facilities.store, job.settings(), facilities.StoreNow());
  return FailWith(job, name, true, anew->result);
}

// Whether the reply about DS is from the child's side of the cut. The server that was asked serves
// the child too, and a zone above the parent, but not the parent.
bool IsFromChild(Job& job, const wire::Name& name, const upstream::RaceResult& result) {
  const upstream::ReplyMeaning& meaning = result.meaning;
  const size_t zone_labels = job.servers().zone().view().LabelCount();
  return job.type() == RRType::kDS && name.view().LabelCount() > zone_labels + 1 &&
         result.kind == upstream::RaceResult::Kind::kReply &&
         meaning.reply_class == upstream::ReplyClass::kNoData && !meaning.from_forwarder &&
         meaning.end.view().Equals(name) && meaning.soa->owner.Equals(name);
}

// What is known of what the zone's servers say, before it is validated. A forwarder speaks for the
// zone of the name.
cache::Security SecurityOfReply(Job& job, const wire::Name& name) {
  const upstream::ZoneServers& servers = job.servers();
  if (!job.terms().dnssec_ok) return cache::Security::kPlain;
  return IsKnownInsecure(job, servers.forwarded() ? name.view() : servers.zone().view())
             ? cache::Security::kInsecure
             : cache::Security::kUnchecked;
}

upstream::Subject SubjectOf(const NextQuestion& next, const QnameMinimiser& minimiser) {
  if (next.whole) return upstream::Subject::kWholeName;
  return minimiser.strict() ? upstream::Subject::kPart : upstream::Subject::kProbe;
}

// REQUIRES: `next` outlives the task.
Task<upstream::RaceResult> Ask(Job& job, const NextQuestion& next, const QnameMinimiser& minimiser,
                               bool has_other_way) {
  if (next.whole && IsRareType(job)) return AskRareType(job, next.name);
  return AskZone(job, next.name, next.type, SubjectOf(next, minimiser), has_other_way);
}

}  // namespace

Task<Outcome> Iterate(Job& job, const wire::Name& name) {
  Facilities& facilities = job.facilities();
  upstream::ZoneServers& servers = job.servers();
  Progress progress(MinimiserOf(job.settings(), name, job.type()),
                    policy::UsesForward(job.settings(), name));
  QnameMinimiser& minimiser = progress.minimiser;
  if (servers.from_hints()) job.table().PrimeOnce();
  if (servers.forwarded()) minimiser.GiveUp();
  if (!servers.forwarded()) AskForKeysAhead(job, servers.zone());
  // Each turn goes down by a zone cut or a part of the name, of which there are few, or is the
  // last, or goes up in a way that is tried once.
  for (;;) {
    const bool after_failed_part = std::exchange(progress.part_failed, false);
    const bool after_denied_part = std::exchange(progress.part_denied, false);
    if (HasNoParts(job)) minimiser.GiveUp();
    const NextQuestion next =
        std::exchange(progress.asks_for_parent, false)
            ? NextQuestion{wire::Name(name.view().Parent()), RRType::kA, false}
            : minimiser.Next(servers.zone(), facilities.store, facilities.StoreNow());
    const bool has_other_way = servers.forwarded() && servers.static_zone()->first;
    const upstream::RaceResult result = co_await Ask(job, next, minimiser, has_other_way);
    facilities.learner.SetSecurity(SecurityOfReply(job, name));
    if (result.kind != upstream::RaceResult::Kind::kReply &&
        result.kind != upstream::RaceResult::Kind::kEmpty) {
      if (TryAnotherWay(job, name, next.whole, result, &progress)) continue;
      co_return FailWith(job, name, next.whole, result);
    }
    if (after_failed_part || (after_denied_part && !IsDenial(result))) NoteHasNoParts(job);
    if (result.kind == upstream::RaceResult::Kind::kReply) NoteAgentOfReply(job);
    std::optional<Outcome> outcome;
    if (result.kind == upstream::RaceResult::Kind::kReply &&
        result.meaning.reply_class == upstream::ReplyClass::kReferral) {
      outcome = FollowReferral(job, name, result, &progress);
    } else if (next.whole && IsFromChild(job, name, result)) {
      if (std::exchange(progress.asked_for_parent, true)) {
        outcome = AnsweredIf(job, AddEmpty(job, name));
      } else {
        progress.asks_for_parent = true;
      }
    } else if (next.whole) {
      outcome = ApplyWhole(job, name, result);
    } else {
      outcome = ApplyPart(job, name, next, result, &minimiser);
      progress.part_denied = IsDenial(result);
    }
    if (outcome.has_value()) co_return *outcome;
  }
}

}  // namespace tern::resolver::resolution
