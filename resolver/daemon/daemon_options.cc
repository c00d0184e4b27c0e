#include "resolver/daemon/daemon_options.h"

#include <algorithm>

#include "wire/concat.h"

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

namespace {

// People bring their habits: other daemons take the file as a word, or behind -c.
absl::Status WithHint(const absl::Status& error, std::span<const std::string> words) {
  const bool names_a_file = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "-c" || (!word.empty() && !word.starts_with('-'));
  });
  if (!names_a_file) return error;
  return absl::InvalidArgumentError(
      Concat(std::string(error.message()), "; a configuration is given as --config FILE"));
}

}  // namespace

absl::StatusOr<DaemonOptions> ParseDaemonOptions(std::span<const std::string> words) {
  const auto read = ReadCommand(TerndProgram().commands[0], words);
  if (!read.ok()) return WithHint(read.status(), words);
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
