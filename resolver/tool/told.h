// What a ternd on this machine tells the operator's tool, in TXT records of class CH.
//
// Thread: any. It blocks until the timeout at the longest. Bounded by the reply.
#pragma once

#include <chrono>
#include <optional>

#include "resolver/base/endpoint.h"
#include "resolver/tool/lookup_reply.h"
#include "wire/name.h"

namespace tern::resolver::tool {

// Asks over TCP. Nothing when the server is no ternd on this machine, or does not tell.
std::optional<LookupReply> AskTold(wire::NameView name, const Endpoint& server,
                                   std::chrono::milliseconds timeout);

}  // namespace tern::resolver::tool
