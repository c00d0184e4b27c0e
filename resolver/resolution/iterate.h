// The way from the nearest known zone cut down to the servers that answer for a name.
//
// Thread: one worker's.
#pragma once

#include "resolver/base/task.h"
#include "resolver/resolution/job.h"
#include "resolver/resolution/outcome.h"
#include "wire/name.h"

namespace tern::resolver::resolution {

// Asks the job's servers for the name and the job's type, follows their referrals, and learns what
// they say. The answer then has what came, up to the next alias.
// REQUIRES: job.servers() is located. `name` outlives the task.
Task<Outcome> Iterate(Job& job, const wire::Name& name);

}  // namespace tern::resolver::resolution
