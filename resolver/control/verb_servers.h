// `servers`: what is known of the name servers of a zone. Without a zone: of those of forward and
// stub zones, and of those that are silent.
//
// Thread: the control socket's; it looks as any reader of the store does.
// Bound: the name servers of a zone, or kSilentTold and the configured servers.
#pragma once

#include <cstddef>

#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

inline constexpr size_t kSilentTold = 50;

VerbResult AnswerServers(const ControlSources& sources, const ControlRequest& request);

}  // namespace tern::resolver::control
