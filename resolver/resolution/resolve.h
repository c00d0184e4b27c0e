// The iterative algorithm (RFC 1034 section 5.3.3), free of I/O. It starts from what is known. It
// goes down the zone cuts from the nearest one and along the chain of aliases, to the answer.
//
// The eight steps of a turn:
// 1. Look into the cache.
// 2. Find the nearest zone cut.
// 3. Choose a server.
// 4. Build the (minimised) question.
// 5. Exchange it for a reply.
// 6. Filter the reply.
// 7. Classify it.
// 8. Apply what was learnt.
//
// Thread: one worker's.
#pragma once

#include "resolver/base/task.h"
#include "resolver/resolution/job.h"

namespace tern::resolver::resolution {

// Fills job.answer(). True when there is an answer, positive or negative. False when the resolution
// failed; then answer() has SERVFAIL and an extended error.
Task<bool> Resolve(Job& job);

}  // namespace tern::resolver::resolution
