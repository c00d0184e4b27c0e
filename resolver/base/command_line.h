// Reads the command lines of ternd and tern. A program describes its commands and options once. The
// reader, the text of --help and the shell completions all use that description.
//
// - A word that starts with `-` is an option.
// - Options and other words stand in any order.
// - After `--` no word is an option.
// - A value is given as `--option=value` or as `--option value`.
//
// Thread: any. Bounded by the length of the command line.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace tern::resolver {

// What a shell offers where a value is expected.
enum class Offer { kNothing, kFiles };

struct CommandOption {
  std::string_view name;                  // `--server`
  std::string_view value = {};            // the value's name in --help; empty: no value
  std::string_view meaning = {};          // for --help
  std::string_view expected = "a value";  // for the error when the value is missing
  Offer offer = Offer::kNothing;
};

struct CommandWord {
  std::string_view name;  // as --help shows it
  std::string_view meaning = {};
  bool may_be_missing = false;
  bool may_repeat = false;                     // of the last word only: any number of them
  std::vector<std::string_view> choices = {};  // a shell offers these
  bool only_choices = false;                   // others are not allowed
};

struct Command {
  std::string_view name;  // `lookup`, `cache flush`; empty when the program has no commands
  std::string_view meaning = {};
  std::vector<CommandWord> words = {};
  std::vector<CommandOption> options = {};  // without --help, which every command has
};

struct Program {
  std::string_view name;
  std::string_view purpose = {};  // one sentence
  std::vector<Command> commands;  // a single one without a name, or all have names
  std::string_view notes = {};    // whole lines at the end of --help
};

// One parsed command line. It holds views into the words that it was read from.
struct CommandWords {
  bool help = false;     // --help was read; the rest of the line was not
  bool version = false;  // the same for --version, if the program has no commands
  std::vector<std::string_view> words;
  std::vector<std::pair<std::string_view, std::string_view>> options;  // name and value

  size_t Count(std::string_view option) const;
  bool Has(std::string_view option) const { return Count(option) != 0; }
  // The value of the last such option.
  std::optional<std::string_view> Value(std::string_view option) const;
};

// The command whose name `words` start with, or null. `*taken` becomes the number of words in its
// name.
const Command* FindCommand(const Program& program, std::span<const std::string> words,
                           size_t* taken);

// Parses `words`, which follow the command's name. An error is one line for the user.
absl::StatusOr<CommandWords> ReadCommand(const Command& command,
                                         std::span<const std::string> words);

// The text of --help. It is at most 80 columns wide, unless one of the description's words is
// longer.
std::string HelpText(const Program& program);
// The same of one command.
std::string HelpText(const Program& program, const Command& command);
// The names of the commands of several words of which this is the first one.
std::vector<std::string_view> CommandsThatBegin(const Program& program, std::string_view word);

}  // namespace tern::resolver
