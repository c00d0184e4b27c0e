// The command lines of ternd and tern. A program describes once what it takes; the reader, the text
// of --help and the shell completions come from that description.
//
// A word that starts with `-` is an option. Options and other words stand in any order. After `--`
// nothing is an option. A value is given as `--option=value` or as `--option value`.
//
// Thread: any. Bounded by the command line.
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

// What a shell offers in the place of a value.
enum class Offer { kNothing, kFiles };

struct CommandOption {
  std::string_view name;                  // `--server`
  std::string_view value = {};            // what --help calls its value; empty: it takes none
  std::string_view meaning = {};          // for --help
  std::string_view expected = "a value";  // for the error when the value is missing
  Offer offer = Offer::kNothing;
};

struct CommandWord {
  std::string_view name;  // what --help calls it
  std::string_view meaning = {};
  bool may_be_missing = false;
  std::vector<std::string_view> choices = {};  // what a shell offers; others are allowed
};

struct Command {
  std::string_view name;  // `lookup`, `cache flush`; empty: the program has no commands
  std::string_view meaning = {};
  std::vector<CommandWord> words = {};
  std::vector<CommandOption> options = {};  // --help is understood everywhere, and not among them
};

struct Program {
  std::string_view name;
  std::string_view purpose = {};  // one sentence
  std::vector<Command> commands;  // one without a name, or any number with names
  std::string_view notes = {};    // the end of --help: whole lines
};

// One command line, read. Views into the words that it was read from.
struct CommandWords {
  bool help = false;     // reading ended there
  bool version = false;  // the same; only of a program without commands
  std::vector<std::string_view> words;
  std::vector<std::pair<std::string_view, std::string_view>> options;  // name and value

  size_t Count(std::string_view option) const;
  bool Has(std::string_view option) const { return Count(option) != 0; }
  // The last one counts.
  std::optional<std::string_view> Value(std::string_view option) const;
};

// The command that `words` start with; null when there is none. `taken` gets how many words its
// name has.
const Command* FindCommand(const Program& program, std::span<const std::string> words,
                           size_t* taken);

// `words` are what stands behind the command's name. An error is one line for the user.
absl::StatusOr<CommandWords> ReadCommand(const Command& command,
                                         std::span<const std::string> words);

// What --help prints: at most 80 columns wide when the description's words are not longer.
std::string HelpText(const Program& program);

}  // namespace tern::resolver
