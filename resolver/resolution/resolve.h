// The iterative algorithm (RFC 1034 section 5.3.3), free of I/O: from what is known, down the zone
// cuts from the nearest one, along the chain of aliases, to the answer.
//
// The eight steps of a turn: look into the cache; find the nearest zone cut; choose a server; build
// the (minimised) question; exchange; filter; classify; apply what was learnt.
//
// Thread: one worker's.
#pragma once

#include "resolver/base/task.h"
#include "resolver/resolution/job.h"

namespace tern::resolver::resolution {

// Fills job.answer(). True when there is an answer, positive or negative; false when the
// resolution failed, which answer() says by SERVFAIL and an extended error.
Task<bool> Resolve(Job& job);

}  // namespace tern::resolver::resolution
