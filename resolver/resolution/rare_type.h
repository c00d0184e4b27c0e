// A type that some name servers do not know. They say NOTIMP or REFUSED to it, or nothing at all,
// and answer the other types. Without this unit, such a question would be asked of all of them in
// all forms, and its client would wait for seconds.
//
// If the zone is insecure, the question fails after each server was asked once. Then the zone is
// not asked for the type for some minutes, by any worker. A secure zone is asked as usual: what it
// has of the type matters, and silence may be an attack.
//
// Bounded: kUnansweredTypesMax zones and types.
//
// Thread: one worker's.
#pragma once

#include "resolver/base/task.h"
#include "resolver/resolution/job.h"
#include "resolver/upstream/race.h"
#include "wire/name.h"

namespace tern::resolver::resolution {

// Whether the job's question is asked with AskRareType: it is for TLSA, and the zone is not known
// to be secure, not forwarded, and not one that everybody's questions go through.
bool IsRareType(Job& job);

// Asks the zone of the job for the whole name. As AskZone, but the result may be kTypeUnanswered.
// REQUIRES: IsRareType. `name` outlives the task.
Task<upstream::RaceResult> AskRareType(Job& job, const wire::Name& name);

}  // namespace tern::resolver::resolution
