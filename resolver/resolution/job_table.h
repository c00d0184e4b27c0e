// The questions that one worker has under way, and everybody who waits for them.
//
// Equal questions are one job, however many wait for it. A job that finished tells its waiters in
// Drain, from the loop.
//
// Bounded: resolution.limits.jobs, kJobsMax at most (nested questions may use a reserve above it),
// limits.waiters each, kRefreshesMax refreshes. A question beyond takes the place of the oldest
// that clients began. Its clients are nearest to their timeout; they get a stale answer or a
// failure. So the resolver keeps answering what has an answer while a flood of questions without
// one fills it. Every job ends by its deadline.
//
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "resolver/base/limits.h"
#include "resolver/resolution/facilities.h"
#include "resolver/resolution/job.h"
#include "resolver/upstream/race_context.h"

namespace tern::resolver::resolution {

// With the reserve for nested questions.
inline constexpr size_t NestedJobs(size_t jobs) { return jobs + jobs / 4; }
inline constexpr size_t kRefreshesMax = 256;

class JobTable final : public upstream::Finisher {
 public:
  // Fills job.answer() and calls OnResolved as its last act.
  using ResolveFunction = Task<bool> (*)(Job&);

  // `facilities` outlive the table.
  JobTable(Facilities* facilities, ResolveFunction resolve);
  ~JobTable();
  JobTable(const JobTable&) = delete;
  JobTable& operator=(const JobTable&) = delete;

  // The questions of clients; the contracts stand in recursor.h.
  [[nodiscard]] bool Ask(wire::NameView name, wire::RRType type, Waiter* waiter, bool just_missed);
  [[nodiscard]] bool AskTraced(wire::NameView name, wire::RRType type, Waiter* waiter,
                               Trace* trace);
  void Refresh(wire::NameView name, wire::RRType type);
  void GiveUp(Waiter* client);

  // Questions inside resolutions. The parent waits, on its own allowance, for a job that it joins
  // or that is begun for it.
  enum class Joined : uint8_t {
    kWaits,
    kCycle,   // that job waits, over others perhaps, for the parent
    kNoRoom,  // for one more job, or for one more level
  };
  [[nodiscard]] Joined JoinNested(const wire::Name& name, wire::RRType type, Waiter* waiter,
                                  Job* parent);
  // The answer that the parent waited for is there. Whether the job that brought it met a cycle.
  bool EndNested(Job* parent);
  // The waiter goes with its parent's coroutine, before its answer came.
  void OnNestedGone(Waiter* waiter, Job* parent);
  static void NoteCycle(Job* parent) { parent->state_.met_cycle = true; }
  bool IsUnderWay(const wire::Name& name, wire::RRType type) const;
  // A question that nobody waits for, on the account of `allowance`. False when there is no room.
  bool StartDetached(const wire::Name& name, wire::RRType type, int nesting,
                     const Allowance& allowance);
  // Asks the root servers for themselves, beside the query that noticed (RFC 9609).
  void PrimeOnce();

  // Called by a job's coroutine as its last act.
  void OnResolved(Job* job);
  void OnJobTimer(Job* job);
  void Drain() override;

  size_t in_flight() const { return in_flight_count_; }

 private:
  uint64_t HashOf(wire::NameView name, wire::RRType type) const;
  Job* Find(uint64_t hash, wire::NameView name, wire::RRType type) const;
  // A job that is not running yet, or null when there is no room for one.
  Job* Make(uint64_t hash, wire::NameView name, wire::RRType type, size_t jobs_max);
  bool GrowJobs();
  // For a client's question at most one older job has to go.
  Job* MakeForClient(uint64_t hash, wire::NameView name, wire::RRType type);
  Job* StartNested(uint64_t hash, wire::NameView name, wire::RRType type, Job* parent);
  void Launch(Job* job);
  // Ends a job before its time. REQUIRES: it is suspended, and not resolved.
  void Drop(Job* job);
  void Recycle(Job* job);

  void Link(Job* job);
  void Unlink(Job* job);
  void ListByAge(Job* job) { by_age_.PushBack(job); }
  void LeaveAges(Job* job);

  void AddWaiter(Job* job, Waiter* waiter, Time deadline, bool is_client);
  void RemoveWaiter(Waiter* waiter);
  bool MakeRoomForWaiter(Job* job);
  void TellWaiters(Job* job);
  // The waiters whose time is over, and with `all_clients` all clients.
  IntrusiveList<Waiter, OfOneJob> TakeLateWaiters(Job* job, bool all_clients);
  bool FillStale(const Job& job, answer::Answer* answer);
  bool AnswerAtOnce(const Job& job, Waiter* client);
  void ArmJobTimer(Job* job);

  // A client's question goes on with its own means instead of what was lent.
  void GiveOwnAllowance(Job* job);
  // The job began on another's account. It goes on with what the parent has, if that is more.
  void LendAllowance(Job* job, const Job& parent);
  // The job, and what it waits for on the same account, go on with another allowance.
  static void MoveAccount(Job* job, Allowance* to);

  Facilities& facilities_;
  const ResolveFunction resolve_;
  Time next_priming_;

  std::vector<std::unique_ptr<Job>> all_jobs_;
  std::vector<Job*> buckets_;  // shared jobs in flight by hash, chained
  IntrusiveList<Job, AtRest> free_;
  IntrusiveList<Job, AtRest> finished_;  // the last to finish is told first
  IntrusiveList<Job, ByAge> by_age_;     // the jobs under way that clients began, the oldest first
  size_t in_flight_count_ = 0;
  size_t refresh_count_ = 0;
  bool draining_ = false;
  bool closing_ = false;
};

}  // namespace tern::resolver::resolution
