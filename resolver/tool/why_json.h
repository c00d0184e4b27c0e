// Writes the JSON of `tern why --json`. It is ASCII, so no control character reaches a terminal.
// Times are numbers of seconds since 1970. Reasons say the same to people.
//
// Thread: any. Bounded by the reply's 64 KiB.
#pragma once

#include <string>

#include "resolver/tool/chain_of_trust.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"

namespace tern::resolver::tool {

// One object on one line. REQUIRES: `chain` was read from `reply`.
std::string WhyJson(const LookupOptions& options, const LookupReply& reply,
                    const ChainOfTrust& chain);

}  // namespace tern::resolver::tool
