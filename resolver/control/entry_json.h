// An entry of the cache as people see it: what `cache look` and `cache dump` tell of it.
//
// Thread: any that may read the entry. Bound: the entry.
#pragma once

#include <nlohmann/json.hpp>

#include "cache/entry.h"
#include "cache/ttl.h"

namespace tern::resolver::control {

nlohmann::ordered_json EntryJson(cache::EntryView entry, cache::Instant now);

}  // namespace tern::resolver::control
