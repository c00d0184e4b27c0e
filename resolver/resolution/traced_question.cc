// The part of JobTable for questions with a trace of their steps.
#include "resolver/resolution/job_table.h"

namespace tern::resolver::resolution {

bool JobTable::AskTraced(wire::NameView name, wire::RRType type, Waiter* waiter, Trace* trace,
                         Replay* replay) {
  Job* job = Make(HashOf(name, type), name, type, facilities_.settings->resolution.limits.jobs);
  if (job == nullptr) return false;
  job->state_.shared = false;
  job->terms_.trace = trace;
  job->state_.replay = replay;
  job->state_.wants_proof = true;
  Launch(job);
  // A trace is worth the wait, so there is only the job's own deadline.
  AddWaiter(job, waiter, Time::max(), Time::max(), /*is_client=*/true);
  Drain();
  return true;
}

bool JobTable::IsTracedBelow(const Job& parent, wire::RRType type) {
  return parent.trace() != nullptr && (type == wire::RRType::kDS || type == wire::RRType::kDNSKEY);
}

// A traced job is not shared, so it ends with its parent at the latest.
void JobTable::InheritTrace(Job* job, const Job& parent) {
  job->terms_.trace = parent.terms_.trace;
  job->state_.replay = parent.state_.replay;
}

}  // namespace tern::resolver::resolution
