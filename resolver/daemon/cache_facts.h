// What of the configuration decides what is learnt: whom ternd asks for which names, and which keys
// it trusts. What was learnt under other facts is not used.
//
// Thread: any; a pure function.
#pragma once

#include <cstdint>

#include "resolver/config/settings.h"

namespace tern::resolver::daemon {

// A hash of the facts. Settings that only change how long something is kept, or who may ask, are
// not among them. `in_force` says in which zones nothing is validated now: a negative trust anchor
// may have ended.
uint64_t CacheFacts(const config::Settings& settings, const ValidationSettings& in_force);

}  // namespace tern::resolver::daemon
