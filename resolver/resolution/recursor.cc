#include "resolver/resolution/recursor.h"

#include <algorithm>
#include <new>
#include <utility>

#include "resolver/answer/stale.h"
#include "resolver/resolution/lookup.h"
#include "resolver/resolution/resolve.h"

namespace tern::resolver::resolution {
namespace {

constexpr size_t kBuckets = 4096;
// Zones and empty non-terminals above a name; what lies higher is in use all the time.
constexpr int kPrefetchedAncestors = 2;
// A failed priming is not tried again before this.
constexpr Duration kPrimingPause = std::chrono::seconds(10);
constexpr char kTooMany[] = "too many questions at a time";

Allowance FullAllowance(const Budget& budget) {
  return {budget.upstream_queries, budget.referrals, budget.failed_addresses,
          budget.failed_addresses / 2};
}

}  // namespace

Recursor::Recursor(cache::Store* store, upstream::ServerTable* server_table,
                   Environment* environment, std::shared_ptr<const Settings> settings,
                   std::shared_ptr<const policy::LocalData> local_data)
    : store_(store),
      server_table_(server_table),
      environment_(environment),
      settings_(std::move(settings)),
      local_data_(std::move(local_data)),
      learner_(store, settings_->cache, settings_->resolution.limits),
      reply_room_(std::make_unique<uint8_t[]>(wire::kMessageOctetsMax)),
      buckets_(kBuckets, nullptr) {
  all_jobs_.reserve(NestedJobs(kJobsMax));
}

Recursor::~Recursor() {
  closing_ = true;
  // Suspended coroutines close their exchanges and timers as their frames go.
  for (const auto& job : all_jobs_) {
    environment_->DisarmTimer(job.get());
    job->task_.Reset();
  }
}

void Recursor::SetSettings(std::shared_ptr<const Settings> settings,
                           std::shared_ptr<const policy::LocalData> local_data) {
  settings_ = std::move(settings);
  local_data_ = std::move(local_data);
  learner_.SetPolicy(settings_->cache, settings_->resolution.limits);
}

uint64_t Recursor::HashOf(wire::NameView name, wire::RRType type) const {
  return store_->Hash(name) ^ static_cast<uint64_t>(type) * 0x9e3779b97f4a7c15;
}

Job* Recursor::Find(uint64_t hash, wire::NameView name, wire::RRType type) const {
  for (Job* job = buckets_[hash % kBuckets]; job != nullptr; job = job->next_in_bucket_) {
    if (job->hash_ == hash && job->type_ == type && job->name_.view().Equals(name)) return job;
  }
  return nullptr;
}

void Recursor::Link(Job* job) {
  Job*& bucket = buckets_[job->hash_ % kBuckets];
  job->next_in_bucket_ = bucket;
  bucket = job;
}

void Recursor::Unlink(Job* job) {
  Job** at = &buckets_[job->hash_ % kBuckets];
  while (*at != job) at = &(*at)->next_in_bucket_;
  *at = job->next_in_bucket_;
}

bool Recursor::GrowJobs() {
  std::unique_ptr<Job> job(new (std::nothrow) Job(this));
  if (job == nullptr) return false;
  free_ = job.get();
  all_jobs_.push_back(std::move(job));
  return true;
}

Job* Recursor::Make(uint64_t hash, wire::NameView name, wire::RRType type, size_t jobs_max) {
  if (in_flight_count_ >= jobs_max) return nullptr;
  if (free_ == nullptr && !GrowJobs()) return nullptr;
  Job* job = std::exchange(free_, free_->next_);
  job->next_ = nullptr;
  job->settings_ = settings_;
  // Names that were learnt are written in lower case, whoever asked first.
  job->name_ = name;
  job->name_.Lower();
  job->type_ = type;
  job->hash_ = hash;
  job->shared_ = true;
  job->just_missed_ = false;
  job->refreshes_ = false;
  job->resolved_ = false;
  job->served_stale_ = false;
  job->nesting_ = 0;
  job->in_cycle_ = false;
  job->met_cycle_ = false;
  job->deadline_ = environment_->Now() + settings_->resolution.budget.total_timeout;
  job->trace_ = nullptr;
  job->own_allowance_ = FullAllowance(settings_->resolution.budget);
  job->allowance_ = &job->own_allowance_;
  job->borrows_ = false;
  job->answer_.Clear();
  return job;
}

// A job for a client's question, for which at most one older one has to go.
Job* Recursor::MakeForClient(uint64_t hash, wire::NameView name, wire::RRType type) {
  const size_t jobs_max = settings_->resolution.limits.jobs;
  const size_t all_max = NestedJobs(jobs_max);
  const bool full = client_job_count_ >= jobs_max || in_flight_count_ >= all_max;
  if (full && oldest_ != nullptr) Drop(oldest_);
  if (client_job_count_ >= jobs_max) return nullptr;
  Job* job = Make(hash, name, type, all_max);
  if (job != nullptr) Age(job);
  return job;
}

void Recursor::Age(Job* job) {
  job->in_age_list_ = true;
  job->older_ = youngest_;
  job->younger_ = nullptr;
  (youngest_ == nullptr ? oldest_ : youngest_->younger_) = job;
  youngest_ = job;
  ++client_job_count_;
}

void Recursor::LeaveAges(Job* job) {
  if (!job->in_age_list_) return;
  job->in_age_list_ = false;
  (job->older_ == nullptr ? oldest_ : job->older_->younger_) = job->younger_;
  (job->younger_ == nullptr ? youngest_ : job->younger_->older_) = job->older_;
  --client_job_count_;
}

// Ends a job before its time. REQUIRES: it is suspended, and not resolved.
void Recursor::Drop(Job* job) {
  ++statistics_.dropped;
  LeaveAges(job);
  environment_->DisarmTimer(job);
  if (job->shared_) Unlink(job);
  job->answer_.SetFailure(wire::ExtendedError::kNotReady, kTooMany);
  TellWaiters(job);
  Recycle(job);
}

void Recursor::OnLookupGone(Lookup* lookup, Job* parent) {
  // When all goes, clients that stand beside it in the list are gone already.
  if (closing_) return;
  Job* const job = lookup->job_;
  RemoveWaiter(lookup);
  parent->waits_for_ = nullptr;
  if (job->resolved_ || job->allowance_ != parent->allowance_) return;
  // What it runs on goes with the parent.
  if (job->first_waiter_ == nullptr) {
    Drop(job);
    return;
  }
  job->own_allowance_ = *job->allowance_;
  MoveAccount(job, &job->own_allowance_);
}

void Recursor::MoveAccount(Job* job, Allowance* to) {
  Allowance* const from = job->allowance_;
  for (Job* at = job; at != nullptr && at->allowance_ == from; at = at->waits_for_) {
    at->allowance_ = to;
  }
}

void Recursor::Launch(Job* job) {
  if (job->shared_) Link(job);
  ++in_flight_count_;
  ++statistics_.jobs;
  job->task_ = Resolve(*job);
  if (job->task_.made()) {
    job->task_.Start();
  } else {
    job->answer_.SetFailure(wire::ExtendedError::kNotReady, "out of memory");
    OnResolved(job);
  }
}

Job* Recursor::StartNested(uint64_t hash, wire::NameView name, wire::RRType type, Job* parent) {
  if (parent->nesting_ >= settings_->resolution.budget.nesting) return nullptr;
  Job* job = Make(hash, name, type, NestedJobs(settings_->resolution.limits.jobs));
  if (job == nullptr) return nullptr;
  job->nesting_ = parent->nesting_ + 1;
  // The parent is suspended until this job is done, so its allowance outlives it.
  job->allowance_ = parent->allowance_;
  job->deadline_ = parent->deadline_;
  job->borrows_ = true;
  // Known before the job runs, which may look for a cycle at once.
  parent->waits_for_ = job;
  Launch(job);
  return job;
}

bool Recursor::StartDetached(uint64_t hash, wire::NameView name, wire::RRType type, int nesting,
                             const Allowance& allowance) {
  if (nesting > settings_->resolution.budget.nesting) return false;
  Job* job = Make(hash, name, type, NestedJobs(settings_->resolution.limits.jobs));
  if (job == nullptr) return false;
  job->nesting_ = nesting;
  job->own_allowance_ = allowance;
  job->borrows_ = true;
  Launch(job);
  return true;
}

void Recursor::AddWaiter(Job* job, Waiter* waiter, Time deadline, bool is_client) {
  waiter->job_ = job;
  waiter->next_ = nullptr;
  waiter->previous_ = job->last_waiter_;
  waiter->deadline_ = deadline;
  waiter->is_client_ = is_client;
  (job->last_waiter_ == nullptr ? job->first_waiter_ : job->last_waiter_->next_) = waiter;
  job->last_waiter_ = waiter;
  ++job->waiter_count_;
}

void Recursor::RemoveWaiter(Waiter* waiter) {
  Job* const job = std::exchange(waiter->job_, nullptr);
  (waiter->previous_ == nullptr ? job->first_waiter_ : waiter->previous_->next_) = waiter->next_;
  (waiter->next_ == nullptr ? job->last_waiter_ : waiter->next_->previous_) = waiter->previous_;
  --job->waiter_count_;
}

// The client that has waited longest makes way, unless it is another resolution.
bool Recursor::MakeRoomForWaiter(Job* job) {
  if (job->waiter_count_ < settings_->resolution.limits.waiters) return true;
  if (!job->first_waiter_->is_client_) return false;
  GiveUp(job->first_waiter_);
  return true;
}

bool Recursor::FillStale(const Job& job, answer::Answer* answer) {
  answer->Clear();
  if (answer::AnswerFromStale(*this, *settings_, job.name(), job.type(), answer)) return true;
  answer->Clear();
  return false;
}

void Recursor::GiveUp(Waiter* client) {
  Job* const job = client->job_;
  if (job == nullptr) return;  // it is being told its answer
  ++statistics_.dropped;
  RemoveWaiter(client);
  answer::Answer answer;
  if (FillStale(*job, &answer)) {
    ++statistics_.stale_answers;
  } else {
    answer.SetFailure(wire::ExtendedError::kNotReady, kTooMany);
  }
  client->OnAnswer(answer);
}

void Recursor::Prefetch(wire::NameView name) const {
  wire::NameView above = name;
  for (int i = 0; i < kPrefetchedAncestors && !above.IsRoot(); ++i) {
    above = above.Parent();
    store_->Prefetch(store_->Hash(above), cache::KeySpace::kDelegation, wire::RRType::kNone);
  }
}

bool Recursor::Ask(wire::NameView name, wire::RRType type, Waiter* waiter, bool just_missed) {
  const uint64_t hash = HashOf(name, type);
  Job* job = Find(hash, name, type);
  if (job != nullptr && job->served_stale_ && AnswerAtOnce(*job, waiter)) return true;
  if (job == nullptr) {
    job = MakeForClient(hash, name, type);
    if (job == nullptr) return false;
    job->just_missed_ = just_missed;
    Launch(job);
  } else {
    if (!MakeRoomForWaiter(job)) return false;
    if (job->borrows_) GiveOwnAllowance(job);
  }
  AddWaiter(job, waiter, environment_->Now() + settings_->resolution.budget.client_timeout,
            /*is_client=*/true);
  if (!job->IsArmed()) ArmJobTimer(job);
  Drain();
  return true;
}

// Others have waited for the job in vain already: who comes now gets at once what they got.
bool Recursor::AnswerAtOnce(const Job& job, Waiter* client) {
  answer::Answer stale;
  if (!FillStale(job, &stale)) return false;
  ++statistics_.stale_answers;
  client->OnAnswer(stale);
  return true;
}

void Recursor::Refresh(wire::NameView name, wire::RRType type) {
  // Clients come first: half of the jobs are theirs alone.
  const size_t jobs_max = settings_->resolution.limits.jobs;
  if (!settings_->cache.prefetch || refresh_count_ >= kRefreshesMax ||
      in_flight_count_ >= jobs_max / 2) {
    return;
  }
  const uint64_t hash = HashOf(name, type);
  if (Find(hash, name, type) != nullptr) return;
  Job* job = Make(hash, name, type, jobs_max);
  if (job == nullptr) return;
  job->refreshes_ = true;
  ++refresh_count_;
  ++statistics_.refreshes;
  Launch(job);
  Drain();
}

// A client must not get a failure because the question that began the job has used up what it had.
void Recursor::GiveOwnAllowance(Job* job) {
  Allowance* const lent = job->allowance_;
  const Time deadline = environment_->Now() + settings_->resolution.budget.total_timeout;
  job->own_allowance_ = FullAllowance(settings_->resolution.budget);
  job->borrows_ = false;
  // What it waits for is on its account from now on.
  for (Job* at = job; at != nullptr && at->allowance_ == lent; at = at->waits_for_) {
    at->allowance_ = &job->own_allowance_;
    at->deadline_ = deadline;
  }
}

void Recursor::LendAllowance(Job* job, const Job& parent) {
  const int left = job->allowance_->upstream_queries;
  if (!job->borrows_ || left >= parent.allowance_->upstream_queries) return;
  // The parent is suspended until the job is done, so its allowance outlives it.
  MoveAccount(job, parent.allowance_);
}

bool Recursor::AskTraced(wire::NameView name, wire::RRType type, Waiter* waiter, Trace* trace) {
  Job* job = Make(HashOf(name, type), name, type, settings_->resolution.limits.jobs);
  if (job == nullptr) return false;
  job->shared_ = false;
  job->trace_ = trace;
  Launch(job);
  // No deadline but the job's own: the account is worth the wait.
  AddWaiter(job, waiter, Time::max(), /*is_client=*/true);
  Drain();
  return true;
}

void Recursor::ArmJobTimer(Job* job) {
  Time at = Time::max();
  for (const Waiter* waiter = job->first_waiter_; waiter != nullptr; waiter = waiter->next_) {
    at = std::min(at, waiter->deadline_);
  }
  if (at != Time::max()) environment_->ArmTimer(job, at);
}

// Waiters whose time is over are answered; the job goes on for the others and for the store. When
// there is a stale answer, so are those who came later: the servers are late, for whomever.
void Recursor::OnJobTimer(Job* job) {
  answer::Answer late;
  job->served_stale_ = FillStale(*job, &late);
  if (!job->served_stale_) {
    late.SetFailure(wire::ExtendedError::kNoReachableAuthority, "no answer in time");
  }
  const Time now = environment_->Now();
  Waiter* told = nullptr;
  Waiter** end = &told;
  for (Waiter* waiter = job->first_waiter_; waiter != nullptr;) {
    Waiter* const next = waiter->next_;
    if (waiter->deadline_ <= now || (job->served_stale_ && waiter->is_client_)) {
      RemoveWaiter(waiter);
      waiter->next_ = nullptr;
      *end = waiter;
      end = &waiter->next_;
    }
    waiter = next;
  }
  ArmJobTimer(job);
  const bool stale = job->served_stale_;
  while (told != nullptr) {
    // The waiter may be gone after its call.
    Waiter* const waiter = std::exchange(told, told->next_);
    if (stale) ++statistics_.stale_answers;
    waiter->OnAnswer(late);
  }
  Drain();
}

void Recursor::PrimeOnce() {
  const Time now = environment_->Now();
  if (now < next_priming_) return;
  next_priming_ = now + kPrimingPause;
  const wire::NameView root;
  const uint64_t hash = HashOf(root, wire::RRType::kNS);
  if (Find(hash, root, wire::RRType::kNS) != nullptr) return;
  const Allowance allowance = {8, 8, 0};
  (void)StartDetached(hash, root, wire::RRType::kNS, 0, allowance);
}

void Recursor::OnResolved(Job* job) {
  job->resolved_ = true;
  LeaveAges(job);
  job->next_ = finished_;
  finished_ = job;
}

void Recursor::TellWaiters(Job* job) {
  const bool failed = job->answer_.rcode() == wire::Rcode::kServFail;
  // RFC 8767 section 5: where nobody could be asked, what was known before serves clients.
  answer::Answer stale;
  const bool has_stale = failed && job->first_waiter_ != nullptr && FillStale(*job, &stale);
  // One by one: a waiter that resumes a coroutine may take others away.
  while (Waiter* const waiter = job->first_waiter_) {
    RemoveWaiter(waiter);
    const bool gets_stale = has_stale && waiter->is_client_;
    if (gets_stale) ++statistics_.stale_answers;
    waiter->OnAnswer(gets_stale ? stale : job->answer_);
  }
}

void Recursor::Recycle(Job* job) {
  job->task_.Reset();
  job->settings_.reset();
  job->next_ = free_;
  free_ = job;
  --in_flight_count_;
  if (job->refreshes_) --refresh_count_;
}

void Recursor::Drain() {
  if (draining_) return;
  draining_ = true;
  while (finished_ != nullptr) {
    Job* job = std::exchange(finished_, finished_->next_);
    environment_->DisarmTimer(job);
    if (job->shared_) Unlink(job);
    if (job->answer_.rcode() == wire::Rcode::kServFail) ++statistics_.failures;
    TellWaiters(job);
    Recycle(job);
  }
  draining_ = false;
}

}  // namespace tern::resolver::resolution
