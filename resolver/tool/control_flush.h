// `tern flush`: has ternd forget.
//
// Thread: any. Bounded by the command line.
#pragma once

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "resolver/base/command_line.h"

namespace tern::resolver::tool {

Command FlushCommand();
absl::Status FillFlush(const CommandWords& read, nlohmann::ordered_json* request);

}  // namespace tern::resolver::tool
