#include "resolver/tool/control_options.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "resolver/base/error_text.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

Command ControlCommand(std::string_view name, std::string_view meaning) {
  return {.name = name,
          .meaning = meaning,
          .options = {{.name = "--socket",
                       .value = "PATH",
                       .meaning = "the control socket of ternd; /run/tern/control when it is not "
                                  "given",
                       .expected = "the path of a socket",
                       .offer = Offer::kFiles},
                      {.name = "--json", .meaning = "print one JSON object"}}};
}

Command FlushCommand() {
  Command command = ControlCommand("flush", "has ternd forget what its cache holds of a name");
  command.words = {{.name = "NAME", .meaning = "a domain name", .may_be_missing = true}};
  const CommandOption own[] = {
      {.name = "--type", .value = "TYPE", .meaning = "forget this record type only"},
      {.name = "--below", .meaning = "forget all names below it too"},
      {.name = "--negative",
       .meaning = "forget only that names or types do not exist, and failures"},
      {.name = "--all", .meaning = "forget everything; then there is no NAME"}};
  command.options.insert(command.options.begin(), std::begin(own), std::end(own));
  return command;
}

// Fills in what ternd is to forget.
absl::Status ReadFlush(const CommandWords& read, Json* request) {
  const bool all = read.Has("--all");
  if (all == !read.words.empty()) {
    return absl::InvalidArgumentError("flush: expected either a NAME or --all");
  }
  const bool narrows = read.Has("--type") || read.Has("--below") || read.Has("--negative");
  if (all && narrows) {
    return absl::InvalidArgumentError("--all: expected without --type, --below and --negative");
  }
  if (all) {
    (*request)["all"] = true;
    return absl::OkStatus();
  }
  const auto name = wire::ParseName(read.words[0]);
  if (!name.ok() || read.words[0].empty()) {
    return absl::InvalidArgumentError(
        Concat("expected a domain name, found ", Quoted(read.words[0])));
  }
  (*request)["name"] = wire::ToText(*name);
  if (const auto type = read.Value("--type")) {
    if (!wire::ParseType(*type)) {
      return absl::InvalidArgumentError(
          Concat("--type: expected a record type, found ", Quoted(*type)));
    }
    (*request)["type"] = std::string(*type);
  }
  if (read.Has("--below")) (*request)["below"] = true;
  if (read.Has("--negative")) (*request)["negative"] = true;
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ControlCommands() {
  return {ControlCommand("status", "shows what the running ternd is and does"),
          ControlCommand("stats", "shows what the running ternd has counted since its start"),
          ControlCommand("reload", "has ternd read its configuration again"),
          ControlCommand("stop", "ends ternd"), FlushCommand()};
}

bool IsControlCommand(std::string_view name) {
  const std::vector<Command> commands = ControlCommands();
  return std::any_of(commands.begin(), commands.end(),
                     [&](const Command& command) { return command.name == name; });
}

absl::StatusOr<ControlOptions> ParseControlOptions(const Command& command,
                                                   std::span<const std::string> words) {
  const auto read = ReadCommand(command, words);
  if (!read.ok()) return read.status();
  ControlOptions options;
  options.help = read->help;
  if (read->help) return options;
  options.json = read->Has("--json");
  if (const auto socket = read->Value("--socket")) options.socket = *socket;
  Json request = {{"verb", std::string(command.name)}};
  if (command.name == "flush") {
    if (const absl::Status status = ReadFlush(*read, &request); !status.ok()) return status;
  }
  options.request = request.dump() + "\n";
  return options;
}

}  // namespace tern::resolver::tool
