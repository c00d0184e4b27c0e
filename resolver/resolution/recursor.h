// A worker's resolver, as its service sees it. Questions go in, answers come out, and everything
// learnt goes into the store. It is a thin layer over what resolutions share (facilities.h) and
// over the questions under way (job_table.h, which states the bounds).
//
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <memory>

#include "cache/store.h"
#include "resolver/base/counters.h"
#include "resolver/base/environment.h"
#include "resolver/policy/core_settings.h"
#include "resolver/resolution/facilities.h"
#include "resolver/resolution/job_table.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

class Recursor {
 public:
  // REQUIRES: all pointers outlive the recursor.
  Recursor(cache::Store* store, upstream::ServerTable* server_table, Environment* environment,
           std::shared_ptr<const policy::CoreSettings> settings,
           std::shared_ptr<const policy::LocalData> local_data);

  // Applies to questions that start from now on.
  void SetSettings(std::shared_ptr<const policy::CoreSettings> settings,
                   std::shared_ptr<const policy::LocalData> local_data);

  // Resolves the question, or joins the job that does. False when there is no room; then the waiter
  // is not called. After client_timeout the waiter gets a stale answer if there is one, and after
  // failure_timeout SERVFAIL. The resolution goes on for the store. `just_missed`: in this turn the
  // caller has looked for the name in the local data and the store.
  [[nodiscard]] bool Ask(wire::NameView name, wire::RRType type, Waiter* waiter,
                         bool just_missed = false) {
    return table_.Ask(name, type, waiter, just_missed);
  }
  // Asks again for those parts of the answer to (name, type) that are near their expiry. Nobody
  // waits for it. Does nothing when that is under way, or when the worker is busy.
  void Refresh(wire::NameView name, wire::RRType type) { table_.Refresh(name, type); }
  // Answers a waiting client now, with a stale answer or SERVFAIL. Its question goes on.
  void GiveUp(Waiter* client) { table_.GiveUp(client); }
  // As Ask, with a trace of the steps. The job is not shared with other clients. The waiter gets no
  // stale answer early: it waits until the job ends. `replay`: null, or the chain of trust is asked
  // for anew (replay.h).
  [[nodiscard]] bool AskTraced(wire::NameView name, wire::RRType type, Waiter* waiter, Trace* trace,
                               Replay* replay = nullptr) {
    return table_.AskTraced(name, type, waiter, trace, replay);
  }
  // Prefetches the index lines that Ask will need for names above `name`.
  void Prefetch(wire::NameView name) const;

  size_t jobs_in_flight() const { return table_.in_flight(); }
  size_t answer_octets() const { return table_.answer_octets(); }
  // See job_table.h.
  InFlight ReadInFlight(size_t oldest_max) const { return table_.ReadInFlight(oldest_max); }
  size_t frames_in_use() const { return facilities_.frames.in_use(); }
  const WorkerCounters& counters() const { return facilities_.counters; }
  cache::Instant StoreNow() const { return facilities_.StoreNow(); }
  Facilities& facilities() { return facilities_; }
  JobTable& table() { return table_; }

 private:
  Facilities facilities_;
  JobTable table_;  // is destroyed first: its jobs hold on to the facilities
};

}  // namespace tern::resolver::resolution
