// The questions that one worker has under way, and everybody who waits for them.
//
// Equal questions are one job, however many waiters it has. Drain, which the loop calls, tells the
// waiters of finished jobs.
//
// Bounded:
// - resolution.limits.jobs jobs, at most kJobsMax. Nested questions may use a reserve above that.
// - resolution.limits.waiters waiters per job.
// - kRefreshesMax refreshes.
// - Every job ends by its deadline.
//
// When there is no room, a new question replaces the oldest job that a client began. The clients of
// that job are nearest to their timeout. They get a stale answer or a failure. So the resolver
// still answers the questions that have an answer while a flood of questions without one fills it.
//
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "resolver/base/limits.h"
#include "resolver/resolution/facilities.h"
#include "resolver/resolution/in_flight.h"
#include "resolver/resolution/job.h"
#include "resolver/upstream/race_context.h"

namespace tern::resolver::resolution {

// The limit with the reserve for nested questions.
inline constexpr size_t NestedJobs(size_t jobs) { return jobs + jobs / 4; }
inline constexpr size_t kRefreshesMax = 256;

// What one client query may cost.
Allowance FullAllowance(const Budget& budget);

class JobTable final : public upstream::Finisher {
 public:
  // Fills job.answer() and calls OnResolved as its last act.
  using ResolveFunction = Task<bool> (*)(Job&);

  // `facilities` outlive the table.
  JobTable(Facilities* facilities, ResolveFunction resolve);
  ~JobTable();
  JobTable(const JobTable&) = delete;
  JobTable& operator=(const JobTable&) = delete;

  // The questions of clients. recursor.h has the contracts.
  [[nodiscard]] bool Ask(wire::NameView name, wire::RRType type, Waiter* waiter, bool just_missed);
  [[nodiscard]] bool AskTraced(wire::NameView name, wire::RRType type, Waiter* waiter, Trace* trace,
                               Replay* replay);
  void Refresh(wire::NameView name, wire::RRType type);
  void GiveUp(Waiter* client);

  // Questions inside resolutions. The parent waits for a job that it joins or that is begun for it.
  // The parent's allowance pays.
  enum class Joined : uint8_t {
    kWaits,
    kCycle,   // that job waits for the parent, perhaps through others
    kNoRoom,  // no room for one more job, or for one more level
  };
  [[nodiscard]] Joined JoinNested(const wire::Name& name, wire::RRType type, Waiter* waiter,
                                  Job* parent);
  // Called when the answer that the parent waited for has come. Says whether the job that brought
  // it met a cycle.
  bool EndNested(Job* parent);
  // The waiter ends with its parent's coroutine, before its answer has come.
  void OnNestedGone(Waiter* waiter, Job* parent);
  static void NoteCycle(Job* parent) { parent->state_.met_cycle = true; }
  bool IsUnderWay(const wire::Name& name, wire::RRType type) const;
  // Starts a question that nobody waits for. `allowance` pays. False when there is no room.
  bool StartDetached(const wire::Name& name, wire::RRType type, int nesting,
                     const Allowance& allowance);
  // Starts a question ahead of the client that will ask it. Entries near their expiry count as
  // unknown. `allowance` pays, perhaps together with others. `waiter` and `allowance` outlive the
  // answer. Clients come first: half of the jobs are theirs alone.
  enum class Started : uint8_t {
    kStarted,
    kUnderWay,  // somebody has asked it already; the waiter hears nothing
    kBusy,
  };
  // `anew`: the name's servers are asked even when the store has the answer.
  [[nodiscard]] Started StartAhead(const wire::Name& name, wire::RRType type, Allowance* allowance,
                                   Waiter* waiter, bool anew = false);
  // Asks the parent of `zone` for its delegation, for the store. `allowance` pays. False when there
  // is no room.
  bool SeekDelegation(const wire::Name& zone, int nesting, const Allowance& allowance);
  // Asks a question again that failed a moment ago, beside the clients that are told so.
  void TryAgain(const wire::Name& name, wire::RRType type);
  // Asks the root servers for their own names, beside the query that found the need (RFC 9609).
  void PrimeOnce();

  // Called by a job's coroutine when the answer has come, before it is validated. Waiters that take
  // it unchecked are told soon. False when nobody waits for the validation.
  [[nodiscard]] bool OnAnswerCame(Job* job);
  // The job forgets that answer and looks for another one. Nobody gets the first one any more.
  void OnAnswerLeft(Job* job);
  // Called by a job's coroutine as its last act.
  void OnResolved(Job* job);
  void OnJobTimer(Job* job);
  void Drain() override;

  size_t in_flight() const { return in_flight_count_; }
  // What clients have waited for longest: `oldest_max` questions. For people: it walks all jobs.
  InFlight ReadInFlight(size_t oldest_max) const;
  // The memory that the answers of all jobs hold, at rest or under way. It walks all jobs.
  size_t answer_octets() const;

 private:
  QuestionInFlight Describe(const Job& job) const;
  uint64_t HashOf(wire::NameView name, wire::RRType type) const;
  Job* Find(uint64_t hash, wire::NameView name, wire::RRType type) const;
  // Makes a job that does not run yet. Null when there is no room for one.
  Job* Make(uint64_t hash, wire::NameView name, wire::RRType type, size_t jobs_max);
  bool GrowJobs();
  // As many jobs as there may be, with nested ones.
  size_t JobsMax() const;
  void NoteJobsMax();
  // The same for a question that nobody waits for.
  Job* MakeDetached(const wire::Name& name, wire::RRType type, int nesting,
                    const Allowance& allowance);
  void PrimeBesideForwarders();
  // For a client's question. At most one older job is dropped for it.
  Job* MakeForClient(uint64_t hash, wire::NameView name, wire::RRType type);
  // `shared`: others with the same question may join it. `traced`: its steps are the parent's.
  Job* StartNested(uint64_t hash, wire::NameView name, wire::RRType type, Job* parent, bool shared,
                   bool traced);
  // Whether the parent's trace shows the steps of a nested question of this type: those of
  // validation.
  static bool IsTracedBelow(const Job& parent, wire::RRType type);
  static void InheritTrace(Job* job, const Job& parent);
  void Launch(Job* job);
  // Ends a job before its time.
  // REQUIRES: it is suspended, and not resolved.
  void Drop(Job* job);
  void DropOldest() {
    if (by_age_.empty()) return;
    ++facilities_.counters.of_limits.jobs_met;
    Drop(by_age_.front());
  }
  void Recycle(Job* job);

  void Link(Job* job);
  void Unlink(Job* job);
  void ListByAge(Job* job) { by_age_.PushBack(job); }
  void LeaveAges(Job* job);

  void AddWaiter(Job* job, Waiter* waiter, Time stale_at, Time failure_at, bool is_client);
  void AddClient(Job* job, Waiter* client);
  void RemoveWaiter(Waiter* waiter);
  bool MakeRoomForWaiter(Job* job);
  void TellWaiters(Job* job);
  void NoteListAnswer(const Job& job);
  // Tells those that take the answer unchecked.
  void TellUnchecked(Job* job);
  // Takes the waiters that get a failure now. If there is a stale answer, takes all clients too.
  IntrusiveList<Waiter, OfOneJob> TakeLateWaiters(Job* job, bool has_stale);
  bool FillStale(const Job& job, answer::Answer* answer);
  bool AnswerAtOnce(const Job& job, Waiter* client);
  void ArmJobTimer(Job* job);

  // The job now serves a client's question, so it gets its own allowance instead of the lent one.
  void GiveOwnAllowance(Job* job);
  // For a job that uses another question's allowance. If the parent has more left, the job goes on
  // with the parent's allowance.
  void LendAllowance(Job* job, const Job& parent);
  // Gives another allowance to the job, and to what it waits for on the same allowance.
  static void MoveAccount(Job* job, Allowance* to);

  Facilities& facilities_;
  const ResolveFunction resolve_;
  Time next_priming_;

  std::vector<std::unique_ptr<Job>> all_jobs_;
  std::vector<Job*> buckets_;  // shared jobs under way, chained by hash
  IntrusiveList<Job, AtRest> free_;
  IntrusiveList<Job, AtRest> finished_;  // the last that finished is told first
  IntrusiveList<Job, Unchecked> came_;   // jobs whose waiters may take the answer unchecked
  IntrusiveList<Job, ByAge> by_age_;     // the jobs under way that clients began, the oldest first

  size_t in_flight_count_ = 0;
  size_t refresh_count_ = 0;
  bool draining_ = false;
  bool closing_ = false;
};

}  // namespace tern::resolver::resolution
