// The parts of the table of keys (keys.h). Each part has a file of its own: keys_serving.cc and so
// on.
//
// Thread: any; constants.
#pragma once

#include <span>

#include "resolver/config/key_spec.h"

namespace tern::resolver::config {

// listen, workers, access, cache
std::span<const KeySpec> ServingKeys();
// resolution, dnssec
std::span<const KeySpec> ResolvingKeys();
// local, mail, forward, stub
std::span<const KeySpec> SourceKeys();
// http, control, log
std::span<const KeySpec> WatchingKeys();
// dnstap, query_log
std::span<const KeySpec> EventKeys();

}  // namespace tern::resolver::config
