#include "resolver/daemon/daemon_options.h"

namespace tern::resolver::daemon {

const Program& TerndProgram() {
  static const Program program = {
      .name = "ternd",
      .purpose = "A caching DNS resolver. Runs in the foreground and logs to stderr.",
      .commands = {{
          .name = "",
          .options = {{.name = "--config",
                       .value = "FILE",
                       .meaning = "read the configuration from FILE; without it the built-in "
                                  "defaults hold",
                       .expected = "the path of a file",
                       .offer = Offer::kFiles},
                      {.name = "--check", .meaning = "check the configuration and start nothing"}},
      }},
      .notes =
          "SIGHUP reads the configuration again, SIGTERM ends the process.\n"
          "See ternd(8) and tern.yaml(5).\n",
  };
  return program;
}

absl::StatusOr<DaemonOptions> ParseDaemonOptions(std::span<const std::string> words) {
  const auto read = ReadCommand(TerndProgram().commands[0], words);
  if (!read.ok()) return read.status();
  DaemonOptions options;
  options.check = read->Has("--check");
  options.version = read->version;
  options.help = read->help;
  if (read->Count("--config") > 1) return absl::InvalidArgumentError("--config: expected once");
  if (const auto config = read->Value("--config")) {
    if (config->empty()) {
      return absl::InvalidArgumentError("--config: expected the path of a file");
    }
    options.config = *config;
  }
  return options;
}

}  // namespace tern::resolver::daemon
