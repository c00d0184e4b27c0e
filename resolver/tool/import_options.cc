#include "resolver/tool/import_options.h"

namespace tern::resolver::tool {

const Command& ImportCommand() {
  static const Command command = {
      .name = "config import",
      .meaning =
          "prints a configuration for ternd that does what one of Unbound does. Comments say what "
          "could not be carried over, and which defaults differ",
      .words = {{.name = "FILE", .meaning = "an unbound.conf"}}};
  return command;
}

absl::StatusOr<ImportOptions> ParseImportOptions(std::span<const std::string> words) {
  const auto read = ReadCommand(ImportCommand(), words);
  if (!read.ok()) return read.status();
  ImportOptions options;
  options.help = read->help;
  if (read->help) return options;
  if (read->words.empty()) return absl::InvalidArgumentError("expected a file, an unbound.conf");
  options.file = read->words[0];
  return options;
}

}  // namespace tern::resolver::tool
