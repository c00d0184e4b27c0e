#include "resolver/tool/control_options.h"

#include <nlohmann/json.hpp>

#include "wire/concat.h"

namespace tern::resolver::tool {

absl::StatusOr<ControlOptions> ParseControlOptions(const ControlCommand& command,
                                                   std::span<const std::string> words) {
  const auto read = ReadCommand(command.command, words);
  if (!read.ok()) return read.status();
  ControlOptions options;
  options.help = read->help;
  if (read->help) return options;
  const std::vector<CommandWord>& wanted = command.command.words;
  for (size_t i = read->words.size(); i < wanted.size(); ++i) {
    if (wanted[i].may_be_missing) continue;
    return absl::InvalidArgumentError(
        Concat(command.command.name, ": expected ", wanted[i].name, ", ", wanted[i].meaning));
  }
  options.json = read->Has("--json");
  if (const auto socket = read->Value("--socket")) options.socket = *socket;
  options.words.assign(read->words.begin(), read->words.end());
  nlohmann::ordered_json request = {{"verb", std::string(command.command.name)}};
  if (command.fill != nullptr) {
    if (const absl::Status status = command.fill(*read, &request); !status.ok()) return status;
  }
  options.request = request.dump() + "\n";
  return options;
}

}  // namespace tern::resolver::tool
