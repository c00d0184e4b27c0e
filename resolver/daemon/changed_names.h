// Which names are resolved or validated otherwise under other settings. What is cached of them is
// forgotten, or not kept for the next process.
//
// Thread: any; a pure function. Budget: it grows with the number of static zones, not faster.
#pragma once

#include <vector>

#include "resolver/config/settings.h"
#include "wire/name.h"

namespace tern::resolver::daemon {

// The zones of these names. The root is among them when all names are meant.
// - Static zones and block lists that only one of the two has, or that differ.
// - Trust anchors that only one of the two has. All names, when only one of the two validates or
//   knows SHA-1.
// Negative trust anchors are not among them: which of them count hangs on the time.
// Throws std::bad_alloc.
std::vector<wire::Name> ChangedNames(const config::Settings& here, const config::Settings& there);

}  // namespace tern::resolver::daemon
