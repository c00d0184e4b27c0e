#include "resolver/daemon/daemon_options.h"

#include "resolver/base/error_text.h"

namespace tern::resolver::daemon {

absl::StatusOr<DaemonOptions> ParseDaemonOptions(std::span<const std::string> words) {
  constexpr std::string_view kConfigWithValue = "--config=";
  DaemonOptions options;
  bool has_config = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--check") {
      options.check = true;
    } else if (word == "--version") {
      options.version = true;
    } else if (word == "--help" || word == "-h") {
      options.help = true;
    } else if (word == "--config" || word.starts_with(kConfigWithValue)) {
      if (has_config) return absl::InvalidArgumentError("--config: expected once");
      has_config = true;
      if (word != "--config") {
        options.config = word.substr(kConfigWithValue.size());
      } else if (i + 1 < words.size()) {
        options.config = words[++i];
      }
      if (options.config.empty()) {
        return absl::InvalidArgumentError("--config: expected the path of a file");
      }
    } else {
      return absl::InvalidArgumentError(Concat("unknown option ", Quoted(word)));
    }
  }
  return options;
}

}  // namespace tern::resolver::daemon
