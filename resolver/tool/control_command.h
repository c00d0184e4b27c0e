// One command that ternd gets over its control socket, as the table of control_commands.cc has it.
//
// Thread: any. Bounded by the command line and by the answer.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "resolver/base/command_line.h"

namespace tern::resolver::tool {

struct ControlCommand {
  Command command;  // its name is the verb, too
  // Adds the arguments of the command line to the request, if the command takes any. An error is
  // one line for the user.
  absl::Status (*fill)(const CommandWords& read, nlohmann::ordered_json* request) = nullptr;
  // The result for people. Null: a line for each value. Whatever the result holds, the text is
  // harmless.
  std::string (*text)(const nlohmann::ordered_json& result) = nullptr;
};

}  // namespace tern::resolver::tool
