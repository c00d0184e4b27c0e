// Whether the silence that made a question fail is over.
//
// A failure is remembered for up to five minutes (RFC 9520). If its cause was that the network was
// down, that is too long: the servers may speak again a moment later. So a failure does not outlive
// the silence behind it. What a server said (SERVFAIL, REFUSED) is not affected.
//
// Thread: one worker's.
#pragma once

#include <cstdint>

#include "cache/entry.h"
#include "resolver/upstream/server_table.h"
#include "resolver/upstream/zone_servers.h"

namespace tern::resolver::resolution {

enum class Silence : uint8_t {
  kNone,  // some server of the zone answered before the failure and has not been silent
  kAll,   // none of the zone's servers has answered since it was silent
  kOver,  // a server that was silent when the question failed has answered since
};

// Looks at the candidates of `servers`. `failed_at`: when the question failed.
Silence SilenceOf(upstream::ZoneServers& servers, const upstream::ServerTable& table,
                  cache::Instant failed_at);

}  // namespace tern::resolver::resolution
