// Changes of the configuration as JSON.
//
// Thread: any. Bounded by the changes.
#pragma once

#include <vector>

#include "resolver/config/settings_changes.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

// A list of objects with the key. A value that is no list has `before` and `after`, a list has
// `added` and `removed`.
VerbJson ChangesJson(const std::vector<config::KeyChange>& changes);

}  // namespace tern::resolver::control
