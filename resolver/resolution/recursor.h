// A worker's resolver: the questions under way, and what they share.
//
// Equal questions are one job, however many wait for it. All that is learnt goes into the store.
//
// Bounded: resolution.limits.jobs, kJobsMax at most (nested look-ups may use a reserve above it),
// limits.waiters each, kRefreshesMax refreshes. A question beyond takes the place of the oldest
// that clients began, whose clients are nearest to their timeout and get a failure, or a stale
// answer: so the resolver stays of use for questions that have an answer while a flood of those
// without fills it. Every job ends by its deadline.
//
// Thread: one worker's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "cache/store.h"
#include "resolver/base/environment.h"
#include "resolver/base/frame_pool.h"
#include "resolver/base/limits.h"
#include "resolver/base/settings.h"
#include "resolver/policy/local_data.h"
#include "resolver/resolution/job.h"
#include "resolver/resolution/learn.h"
#include "resolver/upstream/hedge_credit.h"
#include "resolver/upstream/lateness.h"
#include "resolver/upstream/reply_records.h"
#include "resolver/upstream/server_table.h"

namespace tern::resolver::resolution {

// With the reserve for nested look-ups.
inline constexpr size_t NestedJobs(size_t jobs) { return jobs + jobs / 4; }
inline constexpr size_t kRefreshesMax = 256;

struct RecursorStatistics {
  uint64_t jobs = 0;
  uint64_t upstream_queries = 0;
  uint64_t hedges = 0;     // attempts beside an open one
  uint64_t forgeries = 0;  // replies with a wrong id or question
  uint64_t failures = 0;   // jobs that ended in SERVFAIL
  uint64_t refreshes = 0;  // jobs begun for entries near their expiry
  uint64_t stale_answers = 0;
  uint64_t dropped = 0;  // jobs and clients that made way for younger ones
};

class Lookup;

class Recursor {
 public:
  // All outlive the recursor.
  Recursor(cache::Store* store, upstream::ServerTable* server_table, Environment* environment,
           std::shared_ptr<const Settings> settings,
           std::shared_ptr<const policy::LocalData> local_data);
  ~Recursor();
  Recursor(const Recursor&) = delete;
  Recursor& operator=(const Recursor&) = delete;

  // For jobs that start from now on.
  void SetSettings(std::shared_ptr<const Settings> settings,
                   std::shared_ptr<const policy::LocalData> local_data);

  // Resolves, or joins who does. False when there is no room; then the waiter is not called.
  // After client_timeout the waiter gets a stale answer, or SERVFAIL where there is none, while the
  // resolution goes on for the cache.
  // `just_missed`: in this turn the caller has looked for the name in the local data and the store.
  [[nodiscard]] bool Ask(wire::NameView name, wire::RRType type, Waiter* waiter,
                         bool just_missed = false);
  // Asks again for what is near its expiry of the answer to (name, type), without anybody waiting.
  // Does nothing when that is under way, or when there is much to do.
  void Refresh(wire::NameView name, wire::RRType type);
  // Answers a client that waits, now, with a stale answer or SERVFAIL. Its question goes on.
  void GiveUp(Waiter* client);
  // Asks the processor for the index lines that Ask will need above the name.
  void Prefetch(wire::NameView name) const;
  // The same with an account, for itself alone.
  [[nodiscard]] bool AskTraced(wire::NameView name, wire::RRType type, Waiter* waiter,
                               Trace* trace);

  size_t jobs_in_flight() const { return in_flight_count_; }
  size_t frames_in_use() const { return frames_.in_use(); }
  const RecursorStatistics& statistics() const { return statistics_; }

  // For the parts of a resolution.
  const cache::Store& store() const { return *store_; }
  Environment& environment() { return *environment_; }
  upstream::ServerTable& server_table() { return *server_table_; }
  Learner& learner() { return learner_; }
  upstream::ReplyRecords& records() { return records_; }
  upstream::Lateness& lateness() { return lateness_; }
  upstream::HedgeCredit& hedge_credit() { return hedge_credit_; }
  // How many questions wait for the zone's servers; zones with one hash share the count.
  uint32_t& questions_of(wire::NameView zone) {
    return zone_questions_[store_->Hash(zone) % zone_questions_.size()];
  }
  // How many queries to the server are open; servers of one place share the count.
  uint32_t& queries_of(upstream::ServerKey server) {
    return server_queries_[(static_cast<uint64_t>(server) >> 8) % server_queries_.size()];
  }
  // Room for a copy of one upstream reply.
  std::span<uint8_t> reply_room() { return {reply_room_.get(), wire::kMessageOctetsMax}; }
  FramePool& frames() { return frames_; }
  RecursorStatistics& statistics() { return statistics_; }
  const policy::LocalData& local_data() const { return *local_data_; }
  cache::Seconds StoreNow() const { return StoreSeconds(environment_->Now()); }
  // Asks the root servers for themselves, beside the query that noticed (RFC 9609).
  void PrimeOnce();
  // The look-up that the parent is about to wait for began on another's account: it goes on with
  // what the parent has where that is more.
  void LendAllowance(Job* job, const Job& parent);
  // A look-up that waits ends with its parent's coroutine.
  void OnLookupGone(Lookup* lookup, Job* parent);
  // Called by a job's coroutine as its last act.
  void OnResolved(Job* job);
  // Ends jobs that finished and tells their waiters. Every entry from the loop ends with it; it
  // does nothing when called from inside itself.
  void Drain();

 private:
  friend class Job;
  friend class Lookup;

  Job* Find(uint64_t hash, wire::NameView name, wire::RRType type) const;
  // A job that is not running yet, or null when there is no room for one.
  Job* Make(uint64_t hash, wire::NameView name, wire::RRType type, size_t jobs_max);
  bool GrowJobs();
  void Launch(Job* job);
  Job* StartNested(uint64_t hash, wire::NameView name, wire::RRType type, Job* parent);
  bool StartDetached(uint64_t hash, wire::NameView name, wire::RRType type, int nesting,
                     const Allowance& allowance);
  void AddWaiter(Job* job, Waiter* waiter, Time deadline, bool is_client);
  void RemoveWaiter(Waiter* waiter);
  bool MakeRoomForWaiter(Job* job);
  Job* MakeForClient(uint64_t hash, wire::NameView name, wire::RRType type);
  void Age(Job* job);
  void LeaveAges(Job* job);
  void Drop(Job* job);
  bool FillStale(const Job& job, answer::Answer* answer);
  bool AnswerAtOnce(const Job& job, Waiter* client);
  void GiveOwnAllowance(Job* job);
  // The job, and what it waits for on the same account, go on with another allowance.
  static void MoveAccount(Job* job, Allowance* to);
  void ArmJobTimer(Job* job);
  void OnJobTimer(Job* job);
  void Link(Job* job);
  void Unlink(Job* job);
  void TellWaiters(Job* job);
  void Recycle(Job* job);
  uint64_t HashOf(wire::NameView name, wire::RRType type) const;

  cache::Store* store_;
  upstream::ServerTable* server_table_;
  Environment* environment_;
  std::shared_ptr<const Settings> settings_;
  std::shared_ptr<const policy::LocalData> local_data_;
  Learner learner_;
  upstream::ReplyRecords records_;
  upstream::Lateness lateness_;
  upstream::HedgeCredit hedge_credit_;
  std::array<uint32_t, 4096> zone_questions_{};
  std::array<uint32_t, 8192> server_queries_{};
  std::unique_ptr<uint8_t[]> reply_room_;
  FramePool frames_;
  RecursorStatistics statistics_;
  Time next_priming_;

  std::vector<std::unique_ptr<Job>> all_jobs_;
  std::vector<Job*> buckets_;  // shared jobs in flight by hash, chained
  Job* free_ = nullptr;
  Job* finished_ = nullptr;
  Job* oldest_ = nullptr;  // of those that clients began
  Job* youngest_ = nullptr;
  size_t client_job_count_ = 0;  // in the list from oldest_ to youngest_
  size_t in_flight_count_ = 0;
  size_t refresh_count_ = 0;
  bool draining_ = false;
  bool closing_ = false;
};

}  // namespace tern::resolver::resolution
