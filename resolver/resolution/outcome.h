// What one step of a resolution came to.
//
// Thread: one worker's.
#pragma once

#include <cstdint>
#include <string_view>

#include "resolver/resolution/job.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

enum class Outcome : uint8_t {
  kFailed,    // the answer says why
  kAnswered,  // the answer is complete
  kAlias,     // the answer ends in a link to another name
  kUnknown,   // nothing is known yet
};

// Adds a step about the name to the job's trace, if there is one.
void TraceStep(Job& job, std::string_view kind, const wire::Name& name, std::string_view outcome);
// The job's answer becomes SERVFAIL with this reason; `text` is a literal.
Outcome Fail(Job& job, wire::ExtendedError error, const char* text);
// kAnswered if `added`. If not, the reply had more than an answer may hold, or made no sense.
Outcome AnsweredIf(Job& job, bool added);
// Adds NODATA for the name and the job's type. It is not kept. False when there is no room.
[[nodiscard]] bool AddEmpty(Job& job, const wire::Name& name);

}  // namespace tern::resolver::resolution
