// `tern servers`: what ternd knows of name servers, for people.
//
// Thread: any. Bounded by the answer.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "resolver/base/command_line.h"

namespace tern::resolver::tool {

Command ServersCommand();
absl::Status FillServers(const CommandWords& read, nlohmann::ordered_json* request);
std::string ServersText(const nlohmann::ordered_json& result);

}  // namespace tern::resolver::tool
