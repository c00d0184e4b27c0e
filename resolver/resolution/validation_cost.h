// Counts what the validation of an answer took.
//
// Thread: one worker's.
#pragma once

#include "resolver/base/allowance.h"
#include "resolver/base/counters.h"

namespace tern::resolver::resolution {

// `left`: the allowance of a client's question when its answer has been validated.
void CountValidationCost(const Allowance& left, WorkerCounters* counters);

}  // namespace tern::resolver::resolution
