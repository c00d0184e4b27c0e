#include "resolver/base/command_line.h"

#include <algorithm>

#include "resolver/base/error_text.h"
#include "resolver/base/nearest_word.h"
#include "wire/concat.h"

namespace tern::resolver {
namespace {

constexpr size_t kColumnsMax = 80;
constexpr std::string_view kHelp = "--help";
constexpr std::string_view kVersion = "--version";

absl::Status UsageError(const std::string& message) { return absl::InvalidArgumentError(message); }

std::vector<std::string_view> Split(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = text.find(' ');
    if (end != 0) words.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

absl::Status UnknownOption(const Command& command, std::string_view name) {
  std::vector<std::string_view> known = {kHelp};
  if (command.name.empty()) known.push_back(kVersion);
  for (const CommandOption& option : command.options) known.push_back(option.name);
  const std::string_view nearest = NearestWord(name, known);
  return UsageError(Concat("unknown option ", Quoted(name),
                           nearest.empty() ? "" : Concat("; did you mean ", nearest, "?")));
}

// Reads a command line from left to right.
class CommandReader {
 public:
  CommandReader(const Command& command, std::span<const std::string> words)
      : command_(command), words_(words) {}

  absl::StatusOr<CommandWords> Read() {
    while (at_ < words_.size() && !read_.help && !read_.version) {
      const std::string_view word = words_[at_++];
      const bool is_option = !only_words_ && word.size() > 1 && word.starts_with('-');
      if (is_option && word == "--") {
        only_words_ = true;
        continue;
      }
      const absl::Status status = is_option ? ReadOption(word) : ReadWord(word);
      if (!status.ok()) return status;
    }
    return std::move(read_);
  }

 private:
  absl::Status ReadWord(std::string_view word) {
    // A program without commands and words expects options only. So the user meant one.
    if (command_.words.empty() && command_.name.empty()) return UnknownOption(command_, word);
    if (command_.words.empty() ||
        (read_.words.size() >= command_.words.size() && !command_.words.back().may_repeat)) {
      return UsageError(Concat("unexpected word ", Quoted(word)));
    }
    const CommandWord& wanted =
        command_.words[std::min(read_.words.size(), command_.words.size() - 1)];
    const auto& choices = wanted.choices;
    if (wanted.only_choices && std::find(choices.begin(), choices.end(), word) == choices.end()) {
      return UsageError(
          Concat(command_.name, ": expected ", WordList(choices), ", found ", Quoted(word)));
    }
    read_.words.push_back(word);
    return absl::OkStatus();
  }

  absl::Status ReadOption(std::string_view word) {
    const size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const bool has_value = equals != std::string_view::npos;
    bool* const flag = name == kHelp || name == "-h"               ? &read_.help
                       : name == kVersion && command_.name.empty() ? &read_.version
                                                                   : nullptr;
    const auto option = std::find_if(command_.options.begin(), command_.options.end(),
                                     [&](const auto& each) { return each.name == name; });
    if (flag == nullptr && option == command_.options.end()) return UnknownOption(command_, name);
    if (flag != nullptr || option->value.empty()) {
      if (has_value) return UsageError(Concat(name, ": expected no value"));
      if (flag != nullptr) {
        *flag = true;
      } else {
        read_.options.emplace_back(option->name, std::string_view());
      }
      return absl::OkStatus();
    }
    if (!has_value && at_ == words_.size()) {
      return UsageError(Concat(name, ": expected ", option->expected));
    }
    read_.options.emplace_back(option->name, has_value ? word.substr(equals + 1) : words_[at_++]);
    return absl::OkStatus();
  }

  const Command& command_;
  const std::span<const std::string> words_;
  size_t at_ = 0;
  bool only_words_ = false;
  CommandWords read_;
};

// Appends `pieces` to `head`. Lines have at most kColumnsMax columns, and the pieces start in the
// column after `head`.
std::string Wrapped(const std::string& head, const std::vector<std::string>& pieces) {
  std::string text = head;
  size_t column = head.size();
  bool starts = true;
  for (const std::string& piece : pieces) {
    if (!starts && column + 1 + piece.size() > kColumnsMax) {
      text += Concat("\n", std::string(head.size(), ' '));
      column = head.size();
      starts = true;
    }
    text += Concat(starts ? "" : " ", piece);
    column += piece.size() + (starts ? 0 : 1);
    starts = false;
  }
  return text + "\n";
}

std::vector<std::string> Pieces(std::string_view text) {
  const std::vector<std::string_view> words = Split(text);
  return {words.begin(), words.end()};
}

std::string OptionTerm(const CommandOption& option) {
  return Concat(option.name, option.value.empty() ? "" : " ", option.value);
}

std::string UsageLine(std::string_view start, const Command& command) {
  std::vector<std::string> pieces;
  for (const CommandWord& word : command.words) {
    const std::string name = Concat(word.name, word.may_repeat ? "..." : "");
    pieces.push_back(word.may_be_missing ? Concat("[", name, "]") : name);
  }
  for (const CommandOption& option : command.options) {
    pieces.push_back(Concat("[", OptionTerm(option), "]"));
  }
  const std::string head = Concat(start, command.name);
  return pieces.empty() ? head + "\n"
                        : Wrapped(Concat(head, command.name.empty() ? "" : " "), pieces);
}

// Two columns: each word or option, and its meaning.
std::string Meanings(const Command& command) {
  std::vector<std::pair<std::string, std::string_view>> rows;
  for (const CommandWord& word : command.words) rows.emplace_back(word.name, word.meaning);
  for (const CommandOption& option : command.options) {
    rows.emplace_back(OptionTerm(option), option.meaning);
  }
  size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.first.size());
  std::string text;
  for (const auto& [term, meaning] : rows) {
    text += Wrapped(Concat("  ", term, std::string(width - term.size() + 2, ' ')), Pieces(meaning));
  }
  return text;
}

}  // namespace

size_t CommandWords::Count(std::string_view option) const {
  return static_cast<size_t>(std::count_if(options.begin(), options.end(),
                                           [&](const auto& each) { return each.first == option; }));
}

std::optional<std::string_view> CommandWords::Value(std::string_view option) const {
  const auto last = std::find_if(options.rbegin(), options.rend(),
                                 [&](const auto& each) { return each.first == option; });
  if (last == options.rend()) return std::nullopt;
  return last->second;
}

const Command* FindCommand(const Program& program, std::span<const std::string> words,
                           size_t* taken) {
  for (const Command& command : program.commands) {
    const std::vector<std::string_view> name = Split(command.name);
    if (name.size() > words.size()) continue;
    if (!std::equal(name.begin(), name.end(), words.begin())) continue;
    *taken = name.size();
    return &command;
  }
  return nullptr;
}

absl::StatusOr<CommandWords> ReadCommand(const Command& command,
                                         std::span<const std::string> words) {
  return CommandReader(command, words).Read();
}

std::string HelpText(const Program& program, const Command& command) {
  return UsageLine(Concat("usage: ", program.name, " "), command) + "\n" +
         Wrapped("", Pieces(Concat("It ", command.meaning, "."))) + "\n" + Meanings(command);
}

std::vector<std::string_view> CommandsThatBegin(const Program& program, std::string_view word) {
  std::vector<std::string_view> names;
  for (const Command& command : program.commands) {
    if (command.name.starts_with(Concat(word, " "))) names.push_back(command.name);
  }
  return names;
}

std::string HelpText(const Program& program) {
  std::string text;
  for (const Command& command : program.commands) {
    text += UsageLine(Concat(text.empty() ? "usage: " : "       ", program.name, " "), command);
  }
  text += Concat("       ", program.name, " --version | --help\n");
  if (!program.purpose.empty()) text += Concat("\n", Wrapped("", Pieces(program.purpose)));
  for (const Command& command : program.commands) {
    text += "\n";
    if (!command.name.empty()) {
      text += Wrapped(Concat(program.name, " ", command.name, ": "), Pieces(command.meaning));
    }
    text += Meanings(command);
  }
  return text + Concat(program.notes.empty() ? "" : "\n", program.notes);
}

}  // namespace tern::resolver
