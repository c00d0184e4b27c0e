// The block lists that a ternd on this machine has in its configuration (mail.dnsbl).
//
// Thread: any. Bounded: kBlockListsMax lists; further ones are left out.
#pragma once

#include <chrono>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"
#include "resolver/tool/lookup_reply.h"
#include "wire/name.h"

namespace tern::resolver::tool {

// Asks the server. An error is one line for the user; no lists are an error too.
absl::StatusOr<std::vector<wire::Name>> AskConfiguredLists(const Endpoint& server,
                                                           std::chrono::milliseconds timeout);

// The TXT records that are names. Others are passed over.
std::vector<wire::Name> ReadConfiguredLists(const LookupReply& reply);

}  // namespace tern::resolver::tool
