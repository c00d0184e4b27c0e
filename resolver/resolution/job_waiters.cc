// Those who wait for the jobs of a table (see job_table.h): how they join, and what they are told.
#include <algorithm>
#include <utility>

#include "resolver/answer/answer.h"
#include "resolver/dnssec/reason.h"
#include "resolver/resolution/job_table.h"

namespace tern::resolver::resolution {

void JobTable::AddWaiter(Job* job, Waiter* waiter, Time stale_at, Time failure_at, bool is_client) {
  waiter->job_ = job;
  waiter->stale_at_ = stale_at;
  waiter->failure_at_ = failure_at;
  waiter->is_client_ = is_client;
  job->waiters_.PushBack(waiter);
  job->state_.wants_proof |= !waiter->takes_unchecked_;
}

void JobTable::AddClient(Job* job, Waiter* client) {
  const Time now = facilities_.environment.Now();
  if (job->state_.asked_at == Time()) job->state_.asked_at = now;
  const policy::CoreSettings& settings = *facilities_.settings;
  const BlockList* list = settings.block_lists.Nearest(job->name_);
  if (list != nullptr) ++facilities_.counters.list_questions;
  const Duration patience = list == nullptr ? Duration::max() : list->timeout;
  const Budget& budget = settings.resolution.budget;
  const Time stale_at = now + std::min(budget.client_timeout, patience);
  const Time failure_at = now + std::min(budget.failure_timeout, patience);
  AddWaiter(job, client, stale_at, failure_at, /*is_client=*/true);
  job->kept_stale_.Keep(facilities_.Known(settings), job->name_, job->type_);
  if (!job->IsArmed() || job->due() > stale_at) facilities_.environment.ArmTimer(job, stale_at);
}

void JobTable::RemoveWaiter(Waiter* waiter) {
  std::exchange(waiter->job_, nullptr)->waiters_.Remove(waiter);
}

// The client that has waited longest is given up, unless it is another resolution.
bool JobTable::MakeRoomForWaiter(Job* job) {
  const auto waiters_max = static_cast<size_t>(facilities_.settings->resolution.limits.waiters);
  // The first waiter of a job that was started ahead is its starter, which takes no client's place.
  const size_t ahead = job->state_.ahead ? 1 : 0;
  if (job->waiters_.size() < waiters_max + ahead) return true;
  ++facilities_.counters.of_limits.waiters_met;
  Waiter* const first = job->waiters_.front();
  Waiter* const oldest = ahead == 0 ? first : IntrusiveList<Waiter, OfOneJob>::Next(*first);
  if (!oldest->is_client_) return false;
  GiveUp(oldest);
  return true;
}

void JobTable::ArmJobTimer(Job* job) {
  const Time now = facilities_.environment.Now();
  Time at = Time::max();
  for (const Waiter& waiter : job->waiters_) {
    at = std::min(at, waiter.stale_at_ > now ? waiter.stale_at_ : waiter.failure_at_);
  }
  if (at != Time::max()) facilities_.environment.ArmTimer(job, at);
}

IntrusiveList<Waiter, OfOneJob> JobTable::TakeLateWaiters(Job* job, bool has_stale) {
  const Time now = facilities_.environment.Now();
  IntrusiveList<Waiter, OfOneJob> taken;
  for (Waiter& waiter : job->waiters_) {
    if (waiter.failure_at_ > now && !(has_stale && waiter.is_client_)) continue;
    RemoveWaiter(&waiter);
    taken.PushBack(&waiter);
  }
  return taken;
}

// RFC 8767 section 5 has two timers. When the client response timer fires, clients get a stale
// answer if there is one. Clients that came later get it too, because the servers are late for them
// as well. Without a stale answer the clients wait on until their time is over. The job goes on for
// the others and for the store.
void JobTable::OnJobTimer(Job* job) {
  answer::Answer late;
  job->state_.served_stale = FillStale(*job, &late);
  if (!job->state_.served_stale) {
    late.SetFailure(wire::ExtendedError::kNoReachableAuthority, "no answer in time");
    late.SetFailedZone(job->LabelsOfZone());
  }
  const bool stale = job->state_.served_stale;
  IntrusiveList<Waiter, OfOneJob> told = TakeLateWaiters(job, stale);
  if (job->settings_->block_lists.Nearest(job->name_) != nullptr) {
    facilities_.counters.list_timeouts.Add(told.size());
  }
  ArmJobTimer(job);
  // The waiter may be gone after its call.
  while (Waiter* const waiter = told.PopFront()) {
    if (stale) ++facilities_.counters.stale_answers;
    waiter->OnAnswer(late);
  }
  Drain();
}

void JobTable::TellUnchecked(Job* job) {
  IntrusiveList<Waiter, OfOneJob> told;
  for (Waiter& waiter : job->waiters_) {
    if (!waiter.takes_unchecked_) continue;
    RemoveWaiter(&waiter);
    told.PushBack(&waiter);
  }
  if (told.empty()) return;
  // A copy, because a waiter that resumes a coroutine may end this job.
  const answer::Answer came = job->answer_;
  while (Waiter* const waiter = told.PopFront()) waiter->OnAnswer(came);
}

void JobTable::TellWaiters(Job* job) {
  const bool failed = job->answer_.rcode() == wire::Rcode::kServFail;
  // RFC 8767 section 5: when no server could be asked, clients get what was known before.
  // What is bogus is not replaced by what was true before: that may be what an attacker wants. The
  // operator may want it all the same.
  const bool is_bogus = failed && dnssec::IsBogus(job->answer_.error());
  if (failed) job->kept_stale_.PutBack(&facilities_);
  const bool may_serve = failed && (!is_bogus || job->has_kept_stale());
  answer::Answer stale;
  const bool has_stale = may_serve && !job->waiters_.empty() && FillStale(*job, &stale);
  if (has_stale && is_bogus) stale.SetNote(job->answer_.error(), KeptStale::kWhy);
  answer::Answer unchecked;
  if (is_bogus) {
    unchecked = job->answer_;
    unchecked.ClearFailure();
  }
  // One by one, because a waiter that resumes a coroutine may remove other waiters.
  while (Waiter* const waiter = job->waiters_.front()) {
    RemoveWaiter(waiter);
    const bool gets_unchecked = is_bogus && waiter->takes_unchecked_ && unchecked.count() > 0;
    const bool gets_stale = has_stale && waiter->is_client_ && !gets_unchecked;
    if (gets_stale) ++facilities_.counters.stale_answers;
    waiter->OnAnswer(gets_stale ? stale : gets_unchecked ? unchecked : job->answer_);
  }
}

}  // namespace tern::resolver::resolution
