#include "tests/resolver/daemon/manual_page.h"

#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

// In roff a `-` of an option must be `\-`, and no line may begin with a dot or a quote.
std::string Roff(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    if (c == '-') roff += '\\';
    if (c == '\\') roff += "\\e";
    if (c != '\\') roff += c;
  }
  if (roff.starts_with('.') || roff.starts_with('\'')) roff.insert(0, "\\&");
  return roff;
}

std::string Sentence(std::string_view meaning) {
  std::string text = Roff(meaning);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] ^= 0x20;
  return text + ".\n";
}

std::string CommandName(const Program& program, const Command& command) {
  return Roff(Concat(program.name, command.name.empty() ? "" : " ", command.name));
}

std::string OptionText(const CommandOption& option) {
  std::string text = Concat("\\fB", Roff(option.name), "\\fR");
  if (!option.value.empty()) text += Concat(" \\fI", Roff(option.value), "\\fR");
  return text;
}

}  // namespace

std::string ManualSynopsis(const Program& program) {
  std::string text;
  for (const Command& command : program.commands) {
    text += Concat("\\fB", CommandName(program, command), "\\fR");
    for (const CommandWord& word : command.words) {
      const std::string name =
          Concat("\\fI", Roff(word.name), "\\fR", word.may_repeat ? "..." : "");
      text += word.may_be_missing ? Concat(" [", name, "]") : Concat(" ", name);
    }
    for (const CommandOption& option : command.options) {
      text += Concat("\n[", OptionText(option), "]");
    }
    text += "\n.br\n";
  }
  return text + Concat("\\fB", program.name, "\\fR \\fB\\-\\-version\\fR | \\fB\\-\\-help\\fR\n");
}

std::string ManualOptions(const Program& program) {
  std::string text;
  for (const Command& command : program.commands) {
    text += Concat(".SS ", CommandName(program, command), "\n", Sentence(command.meaning));
    for (const CommandWord& word : command.words) {
      text += Concat(".TP\n\\fI", Roff(word.name), "\\fR\n", Sentence(word.meaning));
    }
    for (const CommandOption& option : command.options) {
      text += Concat(".TP\n", OptionText(option), "\n", Sentence(option.meaning));
    }
  }
  return text;
}

std::string WithPart(std::string_view page, std::string_view name, std::string_view text) {
  const std::string begin = Concat(".\\\" ", name, ": made from the command line\n");
  const std::string end = Concat(".\\\" ", name, ": end\n");
  const size_t from = page.find(begin);
  const size_t to = page.find(end);
  if (from == std::string_view::npos || to == std::string_view::npos || to < from) return "";
  return Concat(page.substr(0, from + begin.size()), text, page.substr(to));
}

}  // namespace tern::resolver::daemon
