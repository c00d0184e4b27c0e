#include "resolver/recursor.h"

#include <algorithm>
#include <new>
#include <utility>

#include "resolver/resolve.h"

namespace tern::resolver {
namespace {

constexpr size_t kBuckets = 4096;
// Zones and empty non-terminals above a name; what lies higher is in use all the time.
constexpr int kPrefetchedAncestors = 2;
// A failed priming is not tried again before this.
constexpr Duration kPrimingPause = std::chrono::seconds(10);

}  // namespace

Recursor::Recursor(cache::Store* store, ServerTable* server_table, Environment* environment,
                   std::shared_ptr<const Settings> settings,
                   std::shared_ptr<const LocalData> local_data)
    : store_(store),
      server_table_(server_table),
      environment_(environment),
      settings_(std::move(settings)),
      local_data_(std::move(local_data)),
      learner_(store, settings_->cache.ttl),
      reply_room_(std::make_unique<uint8_t[]>(wire::kMessageOctetsMax)),
      buckets_(kBuckets, nullptr) {
  all_jobs_.reserve(kNestedJobsMax);
}

Recursor::~Recursor() {
  // Suspended coroutines close their exchanges and timers as their frames go.
  for (const auto& job : all_jobs_) {
    environment_->DisarmTimer(job.get());
    job->task_.Reset();
  }
}

void Recursor::SetSettings(std::shared_ptr<const Settings> settings,
                           std::shared_ptr<const LocalData> local_data) {
  settings_ = std::move(settings);
  local_data_ = std::move(local_data);
  learner_.SetPolicy(settings_->cache.ttl);
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
  job->nesting_ = 0;
  job->in_cycle_ = false;
  job->deadline_ = environment_->Now() + settings_->resolution.budget.total_timeout;
  job->trace_ = nullptr;
  job->own_allowance_ = Allowance();
  job->own_allowance_.upstream_queries = settings_->resolution.budget.upstream_queries;
  job->allowance_ = &job->own_allowance_;
  job->borrows_ = false;
  job->answer_.Clear();
  return job;
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
  if (parent->nesting_ >= kNestingMax) return nullptr;
  Job* job = Make(hash, name, type, kNestedJobsMax);
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
  if (nesting > kNestingMax) return false;
  Job* job = Make(hash, name, type, kNestedJobsMax);
  if (job == nullptr) return false;
  job->nesting_ = nesting;
  job->own_allowance_ = allowance;
  job->borrows_ = true;
  Launch(job);
  return true;
}

void Recursor::AddWaiter(Job* job, Waiter* waiter, Time deadline) {
  waiter->next_ = nullptr;
  waiter->deadline_ = deadline;
  if (job->first_waiter_ == nullptr) {
    job->first_waiter_ = waiter;
  } else {
    job->last_waiter_->next_ = waiter;
  }
  job->last_waiter_ = waiter;
  ++job->waiter_count_;
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
  if (job != nullptr && job->waiter_count_ >= kWaitersPerJobMax) return false;
  if (job == nullptr) {
    job = Make(hash, name, type, kJobsMax);
    if (job == nullptr) return false;
    job->just_missed_ = just_missed;
    Launch(job);
  } else if (job->borrows_) {
    GiveOwnAllowance(job);
  }
  AddWaiter(job, waiter, environment_->Now() + settings_->resolution.budget.client_timeout);
  if (!job->IsArmed()) ArmJobTimer(job);
  Drain();
  return true;
}

// A client must not get a failure because the question that began the job has used up what it had.
void Recursor::GiveOwnAllowance(Job* job) {
  Allowance* const lent = job->allowance_;
  const Time deadline = environment_->Now() + settings_->resolution.budget.total_timeout;
  job->own_allowance_ = Allowance();
  job->own_allowance_.upstream_queries = settings_->resolution.budget.upstream_queries;
  job->borrows_ = false;
  // What it waits for is on its account from now on.
  for (Job* at = job; at != nullptr && at->allowance_ == lent; at = at->waits_for_) {
    at->allowance_ = &job->own_allowance_;
    at->deadline_ = deadline;
  }
}

bool Recursor::AskTraced(wire::NameView name, wire::RRType type, Waiter* waiter, Trace* trace) {
  Job* job = Make(HashOf(name, type), name, type, kJobsMax);
  if (job == nullptr) return false;
  job->shared_ = false;
  job->trace_ = trace;
  Launch(job);
  // No deadline but the job's own: the account is worth the wait.
  AddWaiter(job, waiter, Time::max());
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

// Waiters whose time is over are answered; the job goes on for the others and for the store.
void Recursor::OnJobTimer(Job* job) {
  Answer late;
  late.SetFailure(wire::ExtendedError::kNoReachableAuthority, "no answer in time");
  const Time now = environment_->Now();
  Waiter** at = &job->first_waiter_;
  Waiter* last = nullptr;
  while (*at != nullptr) {
    Waiter* waiter = *at;
    if (waiter->deadline_ > now) {
      last = waiter;
      at = &waiter->next_;
      continue;
    }
    *at = waiter->next_;
    --job->waiter_count_;
    waiter->OnAnswer(late);
  }
  job->last_waiter_ = last;
  ArmJobTimer(job);
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
  job->next_ = finished_;
  finished_ = job;
}

void Recursor::TellWaiters(Job* job) {
  Waiter* waiter = std::exchange(job->first_waiter_, nullptr);
  job->last_waiter_ = nullptr;
  job->waiter_count_ = 0;
  while (waiter != nullptr) {
    // The waiter may be gone after its call.
    Waiter* next = waiter->next_;
    waiter->OnAnswer(job->answer_);
    waiter = next;
  }
}

void Recursor::Recycle(Job* job) {
  job->task_.Reset();
  job->settings_.reset();
  job->next_ = free_;
  free_ = job;
  --in_flight_count_;
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

}  // namespace tern::resolver
