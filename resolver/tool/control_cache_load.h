// `tern cache load`: puts the records of a dump into ternd's cache (control_cache.h makes dumps).
//
// Thread: any. Bound: one request at a time, of kControlLineOctetsMax octets at most.
#pragma once

#include <functional>
#include <istream>
#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/tool/control_options.h"
#include "resolver/tool/control_text.h"

namespace tern::resolver::tool {

Command CacheLoadCommand();

// Reads the text of a dump, or any file with a record on each line, and has ternd load it piece by
// piece. The first line that is no record ends it; what was loaded before stays.
// - `file` is the name for messages.
// - `ask` gives the line that ternd answers, as AskControl does.
ControlReply LoadCache(
    ControlOptions options, std::istream& from, std::string_view file,
    const std::function<absl::StatusOr<std::string>(const ControlOptions&)>& ask);

}  // namespace tern::resolver::tool
