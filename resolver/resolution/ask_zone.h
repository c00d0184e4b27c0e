// Asks the servers of a job's zone one question. If the known addresses bring no answer, it
// looks up more of the zone's name servers.
//
// Bounded by the job's allowance and deadline. The questions that wait for one zone are bounded by
// resolution.limits.per_zone.
//
// Thread: one worker's.
#pragma once

#include "resolver/base/task.h"
#include "resolver/resolution/job.h"
#include "resolver/upstream/race.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

// Asks as many of the zone's servers as it needs. Before it gives up, it asks in leaner forms.
// Probes are not worth that: the first error ends them.
// REQUIRES: `name` outlives the task.
// `has_other_way`: if only dead servers are left, they are not waited for.
Task<upstream::RaceResult> AskZone(Job& job, const wire::Name& name, wire::RRType type,
                                   upstream::Subject subject, bool has_other_way);

}  // namespace tern::resolver::resolution
