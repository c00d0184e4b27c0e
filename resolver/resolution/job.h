// One question that is being resolved, with everybody who waits for its answer.
//
// Thread: one worker's. Owned by its JobTable.
#pragma once

#include <cstdint>
#include <memory>

#include "resolver/answer/answer.h"
#include "resolver/base/allowance.h"
#include "resolver/base/environment.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/base/task.h"
#include "resolver/base/trace.h"
#include "resolver/policy/core_settings.h"
#include "resolver/resolution/facilities.h"
#include "resolver/resolution/kept_stale.h"
#include "resolver/resolution/replay.h"
#include "resolver/upstream/race_context.h"
#include "resolver/upstream/zone_servers.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

class Job;
class JobTable;

// The lists that a waiter and a job can be in.
struct OfOneJob;
struct ByAge;
struct AtRest;
struct Unchecked;

// A client, or another resolution, that waits for an answer. OnAnswer comes exactly once, perhaps
// before Recursor::Ask returns.
// REQUIRES: the owner keeps the waiter alive until OnAnswer. A nested question may end earlier: it
// takes itself out.
class Waiter : public ListNode<OfOneJob> {
 public:
  // `answer` is valid during the call.
  virtual void OnAnswer(const answer::Answer& answer) = 0;

 protected:
  Waiter() = default;
  // It takes the answer as it came, as soon as it has come, and checks it itself or needs no proof.
  // REQUIRES: it does not wait.
  void TakeUnchecked(bool takes) { takes_unchecked_ = takes; }
  // It wants signatures and proofs, even if nobody here validates.
  // REQUIRES: it does not wait.
  void WantSignatures(bool wants) { wants_signatures_ = wants; }
  ~Waiter() = default;
  // The job that it waits for, or null.
  Job* job() const { return job_; }

 private:
  friend class Job;
  friend class JobTable;
  Job* job_ = nullptr;
  Time stale_at_;           // from then on it takes a stale answer
  Time failure_at_;         // then it gets an answer, at worst SERVFAIL
  bool is_client_ = false;  // it may get a stale answer, and may be given up
  bool takes_unchecked_ = false;
  bool wants_signatures_ = false;
};

class Job final : public Timer,
                  public ListNode<ByAge>,
                  public ListNode<AtRest>,
                  public ListNode<Unchecked> {
 public:
  Job(Facilities* facilities, JobTable* table) : facilities_(*facilities), table_(*table) {}

  // Answers clients whose time is over; JobTable does it.
  void OnTimer() override;

  Facilities& facilities() { return facilities_; }
  JobTable& table() { return table_; }
  FramePool& frames() { return facilities_.frames; }
  const policy::CoreSettings& settings() const { return *settings_; }
  const wire::Name& name() const { return name_; }
  wire::RRType type() const { return type_; }
  answer::Answer& answer() { return answer_; }
  upstream::ZoneServers& servers() { return servers_; }
  // The labels of the zone whose servers it asks. 0 when the question's name is not in it, or no
  // zone is known yet.
  size_t LabelsOfZone() const {
    const wire::NameView zone = servers_.zone();
    return name_.view().IsSubdomainOf(zone) ? zone.LabelCount() : 0;
  }
  // What a race for this job needs to know. It is valid as long as the job.
  const upstream::QuestionTerms& terms() const { return terms_; }
  Allowance& allowance() { return *terms_.allowance; }
  Trace* trace() const { return terms_.trace; }
  // Null for most jobs. Otherwise the job takes nothing from the store but zone cuts, and no keys
  // but those that the replay has found.
  Replay* replay() const { return state_.replay; }

  // Whether one more look-up of a name server's address may fail.
  bool MayFailToLookUp() const;
  // Counts one failed look-up. `cheap`: it took one upstream query at most, for example because the
  // name server's name does not exist. Two of these count as one.
  void ChargeFailedLookup(bool cheap = false);
  // Whether the allowance, the time or the nesting is at its end.
  bool HasUsedUpAllowance() const;
  // Whether that allowance or time came from another question.
  bool IsShortOfAllowance() const { return state_.borrows && HasUsedUpAllowance(); }
  // The allowance came from another question.
  bool borrows() const { return state_.borrows; }
  int nesting() const { return state_.nesting; }
  // One of its look-ups would have waited for the job itself, perhaps through other jobs.
  bool in_cycle() const { return state_.in_cycle; }
  // The caller has already looked for the name in the configuration and the store.
  bool just_missed() const { return state_.just_missed; }
  // The job treats entries near their expiry as unknown, so it asks for them while they still
  // serve.
  bool refreshes() const { return state_.refreshes || state_.ahead; }
  // The job asks although the store has the answer.
  bool asks_anew() const { return state_.anew; }
  // The job asks for the name's own delegation, which its parent zone has, and for nothing more.
  bool seeks_delegation() const { return state_.seeks_delegation; }
  // The job asks the servers of the root for the root's own servers, although the root zone is
  // forwarded.
  bool primes() const { return state_.primes; }
  // The least security that an entry of the store needs for this job.
  cache::Security floor() const {
    return terms_.dnssec_ok ? cache::Security::kUnchecked : cache::Security::kPlain;
  }
  // Somebody waits for the validated answer.
  bool wants_proof() const { return state_.wants_proof; }
  // The question failed a moment ago. The job asks all the same.
  bool tries_again() const { return state_.tries_again; }
  // Whether the job may begin anew once more, because other settings are in force now.
  bool MayBeginAnew() const { return state_.begun_anew < kBegunAnewMax; }
  // The job forgets what it has found, and goes on with the settings of this moment. What it has
  // spent stays spent.
  // REQUIRES: MayBeginAnew(). The table knows that the answer left. Its coroutine keeps nothing of
  // the answer, the servers or the settings.
  void BeginAnew();
  // Its clients have an expired answer if it fails, also if what comes is bogus.
  bool has_kept_stale() const { return kept_stale_.has_answer(); }

 private:
  friend class JobTable;
  static constexpr int kBegunAnewMax = 2;

  // Whether a client that comes now gets from the job all that it wants.
  bool Brings(const Waiter& client) const;

  // The state of one question. It is assigned as a whole for each new question.
  struct State {
    bool shared = true;  // others with the same question may join
    bool just_missed = false;
    bool refreshes = false;
    bool ahead = false;  // nobody asked yet
    bool anew = false;   // what the store has does not count
    bool tries_again = false;
    bool seeks_delegation = false;
    bool primes = false;
    bool wants_proof = false;   // somebody waits, or will, for the validated answer
    bool has_answer = false;    // its answer has come, and is being validated
    bool resolved = false;      // its coroutine has ended
    bool served_stale = false;  // its clients got a stale answer because no other came in time
    bool borrows = false;       // the allowance or the deadline came from another question
    bool in_cycle = false;
    bool met_cycle = false;  // one of its look-ups met a cycle, or one below them did
    int nesting = 0;
    int begun_anew = 0;
    Time asked_at;             // by its first client; Time() when no client has asked for it
    Job* waits_for = nullptr;  // the nested question that its coroutine waits for
    Replay* replay = nullptr;
  };

  Facilities& facilities_;
  JobTable& table_;
  std::shared_ptr<const policy::CoreSettings> settings_;
  wire::Name name_;
  wire::RRType type_ = wire::RRType::kNone;
  uint64_t hash_ = 0;
  State state_;
  Allowance own_allowance_;
  upstream::QuestionTerms terms_;

  Task<bool> task_;
  answer::Answer answer_;
  KeptStale kept_stale_;
  upstream::ZoneServers servers_;
  IntrusiveList<Waiter, OfOneJob> waiters_;  // in the order in which they came
  Job* next_in_bucket_ = nullptr;
};

}  // namespace tern::resolver::resolution
