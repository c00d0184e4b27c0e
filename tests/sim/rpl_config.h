// The lines of a scenario before CONFIG_END: options under the names that Unbound gives them.
//
// Thread: any.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "tests/sim/rpl.h"

namespace tern::sim {

// Applies one line, comments and all. An option is applied, or known to be of no meaning here;
// any other is an error.
absl::Status ApplyConfigLine(std::string_view line, RplConfig* config);

}  // namespace tern::sim
