// One question that is being resolved, with all who wait for its answer.
//
// Thread: one worker's. Owned by its Recursor.
#pragma once

#include <cstdint>
#include <memory>

#include "resolver/answer/answer.h"
#include "resolver/base/environment.h"
#include "resolver/base/settings.h"
#include "resolver/base/task.h"
#include "resolver/base/trace.h"
#include "resolver/upstream/zone_servers.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

class Recursor;

// What is left of the budget of one client query, its nested look-ups included (THREATS: never
// reset by restarts). Bounds the work that a malicious zone can cause.
struct Allowance {
  int upstream_queries = 0;
  int referrals = 0;
  int failed_address_lookups = 0;
  // Of these nested look-ups leave so many: a name server that cannot be found, as its zones wait
  // for each other, may be one of several.
  int kept_for_the_question = 0;
};

class Job;

// Who waits for an answer. Kept alive by its owner until OnAnswer, which comes exactly once,
// perhaps before Recursor::Ask returns.
class Waiter {
 public:
  // `answer` is valid during the call.
  virtual void OnAnswer(const answer::Answer& answer) = 0;

 protected:
  Waiter() = default;
  ~Waiter() = default;

 private:
  friend class Job;
  friend class Lookup;
  friend class Recursor;
  Job* job_ = nullptr;  // null when it does not wait
  Waiter* next_ = nullptr;
  Waiter* previous_ = nullptr;
  Time deadline_;
  bool is_client_ = false;  // may get a stale answer, and may be given up
};

class Job final : public Timer {
 public:
  explicit Job(Recursor* recursor) : recursor_(recursor) {}

  // Client deadlines; see Recursor.
  void OnTimer() override;

  FramePool& frames();
  Recursor& recursor() { return *recursor_; }
  const Settings& settings() const { return *settings_; }
  Allowance& allowance() { return *allowance_; }
  Time deadline() const { return deadline_; }
  // One more look-up of a name server's address may fail.
  bool MayFailToLookUp() const;
  // Counts one that did.
  void ChargeFailedLookup();
  // The allowance, the time or the nesting is at its end.
  bool HasUsedUpAllowance() const;
  // And another question had lent them.
  bool IsShortOfAllowance() const { return borrows_ && HasUsedUpAllowance(); }
  int nesting() const { return nesting_; }
  // One of its look-ups would have waited, over other jobs, for the job itself.
  bool in_cycle() const { return in_cycle_; }
  // Who asked has looked for the name in the configuration and the store.
  bool just_missed() const { return just_missed_; }
  // What is near its expiry counts as unknown: it is asked for while it still serves.
  bool refreshes() const { return refreshes_; }
  Trace* trace() const { return trace_; }
  answer::Answer& answer() { return answer_; }
  upstream::ZoneServers& servers() { return servers_; }
  const wire::Name& name() const { return name_; }
  wire::RRType type() const { return type_; }

 private:
  friend class Recursor;
  friend class Lookup;

  Recursor* recursor_;
  std::shared_ptr<const Settings> settings_;
  wire::Name name_;
  wire::RRType type_ = wire::RRType::kNone;
  uint64_t hash_ = 0;
  bool shared_ = true;  // others with the same question may join
  bool just_missed_ = false;
  bool refreshes_ = false;
  bool resolved_ = false;      // its coroutine has ended
  bool served_stale_ = false;  // its clients did not get an answer in time, and a stale one instead
  int nesting_ = 0;
  bool in_cycle_ = false;
  bool met_cycle_ = false;  // a look-up of its did, or one below
  Time deadline_;
  Trace* trace_ = nullptr;

  Allowance own_allowance_;
  Allowance* allowance_ = &own_allowance_;
  bool borrows_ = false;      // the allowance or the deadline was another question's
  Job* waits_for_ = nullptr;  // the nested look-up it is suspended on

  Task<bool> task_;
  answer::Answer answer_;
  upstream::ZoneServers servers_;
  Waiter* first_waiter_ = nullptr;
  Waiter* last_waiter_ = nullptr;
  int waiter_count_ = 0;
  Job* next_in_bucket_ = nullptr;
  Job* next_ = nullptr;  // in the list of finished or of free jobs
  // Among the jobs that clients began and that are under way, by age.
  bool in_age_list_ = false;
  Job* older_ = nullptr;
  Job* younger_ = nullptr;
};

}  // namespace tern::resolver::resolution
