// Validates what a job has found (RFC 4035 section 5): every link of the chain and its end.
//
// Thread: one worker's.
#pragma once

#include <cstdint>

#include "cache/entry.h"
#include "resolver/base/task.h"
#include "resolver/resolution/job.h"

namespace tern::resolver::resolution {

// Whether nobody has found out about the part yet. Local data needs no proof.
bool NeedsValidation(cache::EntryView part);

enum class Validity : uint8_t {
  kOldAnchors,  // other anchors are in force now, and by the old ones it is not good
  kBadChain,    // the way from a trust anchor to the zone is broken
  kBadAnswer,   // the zone's keys are good, and they do not prove what came
  kGood,        // everything is validated
};

// Gives each part of job.answer() its security, and puts it into the store with it. If a part is
// bogus, the answer is SERVFAIL with the reason, and clients that validate themselves
// find the part in the store for a minute. With kOldAnchors, the job may begin anew.
// REQUIRES: the job's settings validate. The answer is no failure.
Task<Validity> Validate(Job& job);

}  // namespace tern::resolver::resolution
