#include "resolver/tool/top_options.h"

#include <string_view>

#include "resolver/base/amount_text.h"
#include "resolver/base/error_text.h"
#include "wire/concat.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {

Command TopCommand() {
  return {.name = "top",
          .meaning = "shows what the running ternd does, again and again; q ends it",
          .options = {{.name = "--every",
                       .value = "TIME",
                       .meaning = "how often to look, such as 500ms; 2s when it is not given",
                       .expected = "a duration"},
                      {.name = "--times",
                       .value = "N",
                       .meaning = "how many screens, or objects with --json; without it there is "
                                  "no end on a terminal, and one elsewhere",
                       .expected = "a number"}}};
}

absl::StatusOr<TopOptions> ParseTopOptions(const ControlCommand& command,
                                           std::span<const std::string> words) {
  const auto control = ParseControlOptions(command, words);
  if (!control.ok()) return control.status();
  TopOptions options;
  options.control = *control;
  const auto read = ReadCommand(command.command, words);
  if (!read.ok()) return read.status();
  if (const auto text = read->Value("--every")) {
    const auto every = ParseDuration(*text);
    if (!every || *every < kTopEveryLeast || *every > kTopEveryMost) {
      return absl::InvalidArgumentError(
          Concat("--every: expected a duration from ", DurationToText(kTopEveryLeast), " to ",
                 DurationToText(kTopEveryMost), ", found ", Quoted(*text)));
    }
    options.every = *every;
  }
  if (const auto text = read->Value("--times")) {
    const auto times = wire::ParseDecimal<uint64_t>(*text);
    if (!times || *times == 0) {
      return absl::InvalidArgumentError(
          Concat("--times: expected a number from 1 on, found ", Quoted(*text)));
    }
    options.times = *times;
  }
  return options;
}

}  // namespace tern::resolver::tool
