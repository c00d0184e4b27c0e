#include "resolver/resolution/job_table.h"

#include <algorithm>
#include <new>
#include <utility>

#include "resolver/answer/question_hash.h"
#include "resolver/answer/stale.h"
#include "resolver/base/limits.h"
#include "resolver/dnssec/reason.h"
#include "resolver/resolution/list_answer.h"
#include "wire/check.h"

namespace tern::resolver::resolution {
namespace {

constexpr size_t kBuckets = 4096;
// After a failed priming, the next one comes after this time at the earliest.
constexpr Duration kPrimingPause = std::chrono::seconds(10);
// The servers of the root are in the hints, so priming looks up no address.
constexpr Allowance kPrimingAllowance = {.upstream_queries = 8,
                                         .upstream_octets = 64 << 10,
                                         .referrals = 8,
                                         .failed_address_lookups = 0,
                                         .kept_for_the_question = 0};
constexpr char kTooMany[] = "too many questions at a time";

}  // namespace

Allowance FullAllowance(const Budget& budget) {
  return {budget.upstream_queries, kUpstreamOctetsMax,          budget.referrals,
          budget.failed_addresses, budget.failed_addresses / 2, kSignatureChecksMax,
          kValidationWorkMax,      kValidationHashesMax};
}

void Job::OnTimer() { table_.OnJobTimer(this); }

JobTable::JobTable(Facilities* facilities, ResolveFunction resolve)
    : facilities_(*facilities), resolve_(resolve), buckets_(kBuckets, nullptr) {
  NoteJobsMax();
  all_jobs_.reserve(NestedJobs(kJobsMax));
}

JobTable::~JobTable() {
  closing_ = true;
  // The end of a suspended coroutine's frame closes its exchanges and timers.
  for (const auto& job : all_jobs_) {
    facilities_.environment.DisarmTimer(job.get());
    job->task_.Reset();
  }
}

uint64_t JobTable::HashOf(wire::NameView name, wire::RRType type) const {
  return answer::QuestionHash(facilities_.store, name, type);
}

Job* JobTable::Find(uint64_t hash, wire::NameView name, wire::RRType type) const {
  for (Job* job = buckets_[hash % kBuckets]; job != nullptr; job = job->next_in_bucket_) {
    if (job->hash_ == hash && job->type_ == type && job->name_.view().Equals(name)) return job;
  }
  return nullptr;
}

void JobTable::Link(Job* job) {
  Job*& bucket = buckets_[job->hash_ % kBuckets];
  job->next_in_bucket_ = bucket;
  bucket = job;
}

void JobTable::Unlink(Job* job) {
  Job** at = &buckets_[job->hash_ % kBuckets];
  while (*at != job) at = &(*at)->next_in_bucket_;
  *at = job->next_in_bucket_;
}

size_t JobTable::JobsMax() const {
  return NestedJobs(facilities_.settings->resolution.limits.jobs);
}

void JobTable::NoteJobsMax() { facilities_.counters.of_limits.jobs_max.Set(JobsMax()); }

bool JobTable::GrowJobs() {
  std::unique_ptr<Job> job(new (std::nothrow) Job(&facilities_, this));
  if (job == nullptr) return false;
  free_.PushFront(job.get());
  all_jobs_.push_back(std::move(job));
  return true;
}

Job* JobTable::Make(uint64_t hash, wire::NameView name, wire::RRType type, size_t jobs_max) {
  if (in_flight_count_ >= jobs_max) {
    if (jobs_max >= JobsMax()) ++facilities_.counters.of_limits.jobs_met;
    return nullptr;
  }
  if (free_.empty() && !GrowJobs()) return nullptr;
  Job* job = free_.PopFront();
  job->settings_ = facilities_.settings;
  // Learnt names are in lower case, however the first client wrote them.
  job->name_ = name;
  job->name_.Lower();
  job->type_ = type;
  job->hash_ = hash;
  job->state_ = {};
  const Budget& budget = facilities_.settings->resolution.budget;
  job->own_allowance_ = FullAllowance(budget);
  job->terms_ = {.settings = job->settings_.get(),
                 .allowance = &job->own_allowance_,
                 .deadline = facilities_.environment.Now() + budget.total_timeout,
                 .trace = nullptr,
                 .dnssec_ok = job->settings_->dnssec.IsOn()};
  job->answer_.Clear();
  return job;
}

// Makes a job for a client's question. At most one older job is dropped for it.
Job* JobTable::MakeForClient(uint64_t hash, wire::NameView name, wire::RRType type) {
  const size_t jobs_max = facilities_.settings->resolution.limits.jobs;
  const size_t all_max = NestedJobs(jobs_max);
  NoteJobsMax();
  const bool full = by_age_.size() >= jobs_max || in_flight_count_ >= all_max;
  if (full) DropOldest();
  if (by_age_.size() >= jobs_max) return nullptr;
  Job* job = Make(hash, name, type, all_max);
  if (job != nullptr) ListByAge(job);
  return job;
}

void JobTable::LeaveAges(Job* job) {
  if (job->ListNode<ByAge>::IsLinked()) by_age_.Remove(job);
}

void JobTable::Drop(Job* job) {
  TERN_REQUIRE(job->task_.made() && !job->state_.resolved);
  ++facilities_.counters.dropped;
  LeaveAges(job);
  if (job->ListNode<Unchecked>::IsLinked()) came_.Remove(job);
  facilities_.environment.DisarmTimer(job);
  if (job->state_.shared) Unlink(job);
  job->answer_.SetFailure(wire::ExtendedError::kNotReady, kTooMany);
  TellWaiters(job);
  Recycle(job);
}

void JobTable::MoveAccount(Job* job, Allowance* to) {
  Allowance* const from = job->terms_.allowance;
  for (Job* at = job; at != nullptr && at->terms_.allowance == from; at = at->state_.waits_for) {
    at->terms_.allowance = to;
  }
}

void JobTable::Launch(Job* job) {
  if (job->state_.shared) Link(job);
  facilities_.counters.of_limits.jobs.Set(++in_flight_count_);
  ++facilities_.counters.jobs;
  job->task_ = resolve_(*job);
  if (job->task_.made()) {
    job->task_.Start();
  } else {
    job->answer_.SetFailure(wire::ExtendedError::kNotReady, "out of memory");
    OnResolved(job);
  }
}

Job* JobTable::StartNested(uint64_t hash, wire::NameView name, wire::RRType type, Job* parent,
                           bool shared, bool traced) {
  if (parent->state_.nesting >= facilities_.settings->resolution.budget.nesting) {
    ++facilities_.counters.of_limits.query_nesting_met;
    return nullptr;
  }
  Job* job = Make(hash, name, type, JobsMax());
  if (job == nullptr) return nullptr;
  job->state_.nesting = parent->state_.nesting + 1;
  job->state_.shared = shared;
  // The parent is suspended until this job is done, so its allowance outlives it.
  job->terms_.allowance = parent->terms_.allowance;
  job->terms_.deadline = parent->terms_.deadline;
  job->state_.borrows = true;
  if (traced) InheritTrace(job, *parent);
  // Set before the job runs, because the job may look for a cycle at once.
  parent->state_.waits_for = job;
  Launch(job);
  return job;
}

JobTable::Joined JobTable::JoinNested(const wire::Name& name, wire::RRType type, Waiter* waiter,
                                      Job* parent) {
  const uint64_t hash = HashOf(name, type);
  Job* job = Find(hash, name, type);
  // An answer that is being validated is in the store already, so it needs no waiting. It must not,
  // because the validation may wait for the parent.
  const bool is_known = job != nullptr && job->state_.has_answer && waiter->takes_unchecked_;
  const bool traced = IsTracedBelow(*parent, type);
  if (is_known || traced) job = nullptr;
  for (const Job* at = job; at != nullptr; at = at->state_.waits_for) {
    if (at != parent) continue;
    parent->state_.in_cycle = at != job;
    return Joined::kCycle;
  }
  if (job != nullptr) {
    LendAllowance(job, *parent);
  } else {
    job = StartNested(hash, name, type, parent, /*shared=*/!is_known && !traced, traced);
  }
  if (job == nullptr) return Joined::kNoRoom;
  parent->state_.waits_for = job;
  AddWaiter(job, waiter, Time::max(), Time::max(), /*is_client=*/false);
  return Joined::kWaits;
}

bool JobTable::EndNested(Job* parent) {
  TERN_REQUIRE(parent->state_.waits_for != nullptr);
  return std::exchange(parent->state_.waits_for, nullptr)->state_.met_cycle;
}

void JobTable::OnNestedGone(Waiter* waiter, Job* parent) {
  // When the table closes, clients beside it in the list are gone already.
  if (closing_) return;
  Job* const job = waiter->job_;
  RemoveWaiter(waiter);
  parent->state_.waits_for = nullptr;
  if (job->state_.resolved || job->terms_.allowance != parent->terms_.allowance) return;
  // The job's allowance ends with the parent.
  if (job->waiters_.empty()) {
    Drop(job);
    return;
  }
  job->own_allowance_ = *job->terms_.allowance;
  MoveAccount(job, &job->own_allowance_);
}

bool JobTable::IsUnderWay(const wire::Name& name, wire::RRType type) const {
  return Find(HashOf(name, type), name, type) != nullptr;
}

Job* JobTable::MakeDetached(const wire::Name& name, wire::RRType type, int nesting,
                            const Allowance& allowance) {
  const ResolutionSettings& resolution = facilities_.settings->resolution;
  if (nesting > resolution.budget.nesting) {
    ++facilities_.counters.of_limits.query_nesting_met;
    return nullptr;
  }
  Job* job = Make(HashOf(name, type), name, type, JobsMax());
  if (job == nullptr) return nullptr;
  job->state_.nesting = nesting;
  job->own_allowance_ = allowance;
  job->state_.borrows = true;
  return job;
}

bool JobTable::StartDetached(const wire::Name& name, wire::RRType type, int nesting,
                             const Allowance& allowance) {
  Job* job = MakeDetached(name, type, nesting, allowance);
  if (job == nullptr) return false;
  Launch(job);
  return true;
}

JobTable::Started JobTable::StartAhead(const wire::Name& name, wire::RRType type,
                                       Allowance* allowance, Waiter* waiter, bool anew) {
  const uint64_t hash = HashOf(name, type);
  if (Find(hash, name, type) != nullptr) return Started::kUnderWay;
  Job* job = Make(hash, name, type, facilities_.settings->resolution.limits.jobs / 2);
  if (job == nullptr) return Started::kBusy;
  job->terms_.allowance = allowance;
  job->state_.borrows = true;
  job->state_.ahead = true;
  job->state_.anew = anew;
  AddWaiter(job, waiter, Time::max(), Time::max(), /*is_client=*/false);
  Launch(job);
  return Started::kStarted;
}

bool JobTable::SeekDelegation(const wire::Name& zone, int nesting, const Allowance& allowance) {
  Job* job = MakeDetached(zone, wire::RRType::kNS, nesting, allowance);
  if (job == nullptr) return false;
  job->state_.shared = false;  // it does not bring the answer to its question
  job->state_.seeks_delegation = true;
  Launch(job);
  return true;
}

void JobTable::TryAgain(const wire::Name& name, wire::RRType type) {
  // Clients come first: half of the jobs are theirs alone.
  const size_t jobs_max = facilities_.settings->resolution.limits.jobs;
  Job* job = Make(HashOf(name, type), name, type, jobs_max / 2);
  if (job == nullptr) return;
  job->state_.shared = false;  // a client that joined it would have to wait
  job->state_.tries_again = true;
  Launch(job);
}

void JobTable::PrimeOnce() {
  const Time now = facilities_.environment.Now();
  if (now < next_priming_) return;
  next_priming_ = now + kPrimingPause;
  const wire::Name root;
  const StaticZone* const zone = facilities_.settings->static_zones.At(root);
  if (zone != nullptr && zone->forward) return PrimeBesideForwarders();
  if (IsUnderWay(root, wire::RRType::kNS)) return;
  (void)StartDetached(root, wire::RRType::kNS, 0, kPrimingAllowance);
}

// Clients that ask for the root's NS records get what the forwarders say. So nobody may join this
// job.
void JobTable::PrimeBesideForwarders() {
  Job* job = MakeDetached(wire::Name(), wire::RRType::kNS, 0, kPrimingAllowance);
  if (job == nullptr) return;
  job->state_.shared = false;
  job->state_.primes = true;
  Launch(job);
}

bool JobTable::FillStale(const Job& job, answer::Answer* answer) {
  answer->Clear();
  const bool has_stale = answer::AnswerFromStale(facilities_.Known(*facilities_.settings),
                                                 job.name(), job.type(), answer);
  if (!has_stale) answer->Clear();
  return has_stale;
}

void JobTable::GiveUp(Waiter* client) {
  Job* const job = client->job_;
  if (job == nullptr) return;  // it is being told its answer
  ++facilities_.counters.dropped;
  RemoveWaiter(client);
  answer::Answer answer;
  if (FillStale(*job, &answer)) {
    ++facilities_.counters.stale_answers;
  } else {
    answer.SetFailure(wire::ExtendedError::kNotReady, kTooMany);
  }
  client->OnAnswer(answer);
}

bool JobTable::Ask(wire::NameView name, wire::RRType type, Waiter* waiter, bool just_missed) {
  const uint64_t hash = HashOf(name, type);
  Job* job = Find(hash, name, type);
  if (job != nullptr && job->state_.served_stale && AnswerAtOnce(*job, waiter)) return true;
  if (job != nullptr && !job->Brings(*waiter)) job = nullptr;
  if (job != nullptr && job->state_.has_answer && waiter->takes_unchecked_) {
    waiter->OnAnswer(job->answer_);
    return true;
  }
  if (job == nullptr) {
    job = MakeForClient(hash, name, type);
    if (job == nullptr) return false;
    job->state_.just_missed = just_missed;
    job->state_.wants_proof = !waiter->takes_unchecked_;
    job->terms_.dnssec_ok |= waiter->wants_signatures_;
    Launch(job);
  } else {
    if (!MakeRoomForWaiter(job)) return false;
    if (job->state_.borrows) GiveOwnAllowance(job);
  }
  AddClient(job, waiter);
  Drain();
  return true;
}

// Other clients have already waited for the job in vain. So a client that comes now gets what they
// got, at once.
bool JobTable::AnswerAtOnce(const Job& job, Waiter* client) {
  answer::Answer stale;
  if (!FillStale(job, &stale)) return false;
  ++facilities_.counters.stale_answers;
  client->OnAnswer(stale);
  return true;
}

void JobTable::Refresh(wire::NameView name, wire::RRType type) {
  // Clients come first: half of the jobs are theirs alone.
  const size_t jobs_max = facilities_.settings->resolution.limits.jobs;
  if (!facilities_.settings->cache.prefetch) return;
  if (refresh_count_ >= kRefreshesMax || in_flight_count_ >= jobs_max / 2) {
    ++facilities_.counters.of_limits.refreshes_met;
    return;
  }
  const uint64_t hash = HashOf(name, type);
  if (Find(hash, name, type) != nullptr) return;
  Job* job = Make(hash, name, type, jobs_max);
  if (job == nullptr) return;
  const cache::EntryView known = facilities_.store.Find(name, cache::KeySpace::kData, type);
  job->terms_.dnssec_ok |= known && known.security() >= cache::Security::kUnchecked;
  job->state_.refreshes = true;
  job->state_.wants_proof = true;
  facilities_.counters.of_limits.refreshes.Set(++refresh_count_);
  ++facilities_.counters.refreshes;
  Launch(job);
  Drain();
}

// The question that began the job may have used up its allowance. A client must not get a failure
// for that reason.
void JobTable::GiveOwnAllowance(Job* job) {
  Allowance* const lent = job->terms_.allowance;
  const Time deadline =
      facilities_.environment.Now() + facilities_.settings->resolution.budget.total_timeout;
  job->own_allowance_ = FullAllowance(facilities_.settings->resolution.budget);
  job->state_.borrows = false;
  // What it waits for uses the job's own allowance from now on.
  for (Job* at = job; at != nullptr && at->terms_.allowance == lent; at = at->state_.waits_for) {
    at->terms_.allowance = &job->own_allowance_;
    at->terms_.deadline = deadline;
  }
}

void JobTable::LendAllowance(Job* job, const Job& parent) {
  const Allowance& left = *job->terms_.allowance;
  const bool has_enough = left.upstream_queries >= parent.terms_.allowance->upstream_queries &&
                          left.upstream_octets > 0;
  if (!job->state_.borrows || has_enough) return;
  // The parent is suspended until the job is done, so its allowance outlives it.
  MoveAccount(job, parent.terms_.allowance);
}

bool JobTable::OnAnswerCame(Job* job) {
  job->state_.has_answer = true;
  if (!job->state_.wants_proof) return false;
  for (const Waiter& waiter : job->waiters_) {
    if (!waiter.takes_unchecked_) continue;
    came_.PushBack(job);
    break;
  }
  return true;
}

void JobTable::OnAnswerLeft(Job* job) {
  if (job->ListNode<Unchecked>::IsLinked()) came_.Remove(job);
  job->state_.has_answer = false;
}

void JobTable::OnResolved(Job* job) {
  job->state_.resolved = true;
  if (job->ListNode<Unchecked>::IsLinked()) came_.Remove(job);
  LeaveAges(job);
  finished_.PushFront(job);
}

void JobTable::Recycle(Job* job) {
  job->task_.Reset();
  job->settings_.reset();
  job->answer_.Clear();  // a large answer gives its memory back
  job->kept_stale_.Clear();
  free_.PushFront(job);
  facilities_.counters.of_limits.jobs.Set(--in_flight_count_);
  if (job->state_.refreshes) facilities_.counters.of_limits.refreshes.Set(--refresh_count_);
}

size_t JobTable::answer_octets() const {
  size_t octets = 0;
  for (const auto& job : all_jobs_) {
    octets += job->answer_.held_octets() + job->kept_stale_.held_octets();
  }
  return octets;
}

// What a block list of the configuration said.
void JobTable::NoteListAnswer(const Job& job) {
  const BlockList* const list = job.settings_->block_lists.Nearest(job.name_);
  if (list == nullptr) return;
  const ListAnswer said = ReadListAnswer(job.answer_);
  const bool refused = said.verdict == ListVerdict::kRefused;
  if (refused) ++facilities_.counters.list_refusals;
  if (job.state_.asked_at == Time()) return;
  const Time now = facilities_.environment.Now();
  if (said.verdict != ListVerdict::kNone) {
    CountListAnswer(now - job.state_.asked_at, &facilities_.counters);
  }
  if (!refused || facilities_.list_observer == nullptr) return;
  facilities_.list_observer->OnListRefusal(list->zone, said.refusal, now);
}

void JobTable::Drain() {
  if (draining_) return;
  draining_ = true;
  while (!finished_.empty() || !came_.empty()) {
    if (Job* const came = came_.PopFront()) {
      TellUnchecked(came);
      continue;
    }
    Job* const job = finished_.PopFront();
    TERN_DCHECK(job->waiters_.IsWhole());
    facilities_.environment.DisarmTimer(job);
    if (job->state_.shared) Unlink(job);
    if (job->answer_.rcode() == wire::Rcode::kServFail) ++facilities_.counters.failures;
    NoteListAnswer(*job);
    TellWaiters(job);
    Recycle(job);
  }
  draining_ = false;
}

}  // namespace tern::resolver::resolution
