// `cache load`: puts records into the cache, from lines as `cache dump` writes them.
//
// - They count as an answer without authority (RFC 2181 section 5.4.1) that nobody has validated.
//   So what was learnt otherwise stays, and a resolver that validates checks them before it
//   answers with them.
// - Only RRsets and their signatures are taken. Denials and delegations are learnt again.
//
// Thread: the control socket's; it writes as any thread that knows the store. Bound: one request.
#pragma once

#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

VerbResult AnswerCacheLoad(const ControlSources& sources, const ControlRequest& request);

}  // namespace tern::resolver::control
