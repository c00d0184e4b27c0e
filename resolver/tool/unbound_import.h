// Translates the configuration of Unbound into one of ternd.
//
// Thread: any. Bound: the options.
#pragma once

#include <vector>

#include "resolver/tool/imported_configuration.h"
#include "resolver/tool/unbound_file.h"

namespace tern::resolver::tool {

// What is not understood becomes a note too, so nothing is lost without a word.
ImportedConfiguration ImportUnbound(const std::vector<UnboundOption>& options);

}  // namespace tern::resolver::tool
