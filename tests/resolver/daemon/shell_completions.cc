#include "tests/resolver/daemon/shell_completions.h"

#include <map>
#include <set>

#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

constexpr std::string_view kEverywhere = "-h --help";

// For each beginning of a command's name, what may follow it: "" -> {"cache"}, "cache" ->
// {"flush"}.
std::map<std::string, std::set<std::string>> NextWords(const Program& program) {
  std::map<std::string, std::set<std::string>> next;
  for (const Command& command : program.commands) {
    std::string before;
    std::string_view rest = command.name;
    while (!rest.empty()) {
      const size_t end = rest.find(' ');
      const std::string word(rest.substr(0, end));
      next[before].insert(word);
      before += (before.empty() ? "" : " ") + word;
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  return next;
}

// `cache flush` -> 2
size_t WordCount(std::string_view name) {
  size_t count = name.empty() ? 0 : 1;
  for (const char c : name) count += c == ' ';
  return count;
}

std::string_view LastWord(std::string_view name) { return name.substr(name.rfind(' ') + 1); }

std::string Joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string Choices(const Command& command) {
  std::set<std::string> choices;
  for (const CommandWord& word : command.words) {
    choices.insert(word.choices.begin(), word.choices.end());
  }
  return Joined(choices);
}

std::string BashOffer(std::string_view indent, std::string_view what) {
  return Concat(indent, "mapfile -t COMPREPLY < <(compgen ", what, " -- \"$word\")\n");
}

// What bash offers behind the name of `command`: by the word before, and by how this one starts.
std::string BashCommand(std::string_view indent, const Command& command) {
  std::string text = Concat(indent, "case $before in\n");
  std::string options(kEverywhere);
  if (command.name.empty()) options += " --version";
  for (const CommandOption& option : command.options) {
    options += Concat(" ", option.name);
    if (option.value.empty()) continue;
    text += Concat(indent, "  ", option.name, ")");
    text += option.offer == Offer::kFiles
                ? Concat("\n", BashOffer(Concat(indent, "    "), "-f"), indent, "    ;;\n")
                : " ;;\n";
  }
  const std::string offered = Concat("-W '", options, "'");
  text += Concat(indent, "  *)\n");
  if (command.words.empty()) {
    text += BashOffer(Concat(indent, "    "), offered);
  } else {
    text += Concat(indent, "    if [[ $word == -* ]]; then\n");
    text += BashOffer(Concat(indent, "      "), offered);
    // Not for the first word: that one is a name to look up.
    text += Concat(indent, "    elif [[ $before != ", LastWord(command.name), " ]]; then\n");
    text += BashOffer(Concat(indent, "      "), Concat("-W '", Choices(command), "'"));
    text += Concat(indent, "    fi\n");
  }
  return text + Concat(indent, "    ;;\n", indent, "esac\n");
}

// Inside '...' of zsh, in brackets, where a colon ends the text.
std::string ZshText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']') escaped += '\\';
    escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return escaped;
}

std::string ZshCommand(std::string_view indent, const Command& command) {
  std::string text = Concat(indent, "_arguments -S");
  const auto add = [&](const std::string& spec) { text += Concat(" \\\n", indent, "  ", spec); };
  add("'(- *)'{-h,--help}'[print a summary of the options]'");
  if (command.name.empty()) add("'(- *)--version[print the version]'");
  for (const CommandOption& option : command.options) {
    if (option.value.empty()) {
      add(Concat("'", option.name, "[", ZshText(option.meaning), "]'"));
    } else {
      add(Concat("'", option.name, "=[", ZshText(option.meaning), "]:", ZshText(option.value), ":",
                 option.offer == Offer::kFiles ? "_files" : "", "'"));
    }
  }
  size_t number = 1;
  for (const CommandWord& word : command.words) {
    std::string choices;
    for (const std::string_view choice : word.choices) {
      choices += Concat(choices.empty() ? "" : " ", choice);
    }
    add(Concat("'", word.may_repeat ? "*" : std::to_string(number++), ":", ZshText(word.name), ":",
               choices.empty() ? "" : Concat("(", choices, ")"), "'"));
  }
  return text + "\n";
}

std::string Opening(const Program& program) {
  return Concat("# The words that ", program.name,
                " takes. Made from the description of its command line: see\n"
                "# tests/resolver/daemon/shell_completions.h.\n");
}

}  // namespace

std::string BashCompletions(const Program& program) {
  std::string text = Concat(Opening(program), "_", program.name, "() {\n",
                            "  local word=${COMP_WORDS[COMP_CWORD]}\n"
                            "  local before=${COMP_WORDS[COMP_CWORD - 1]}\n"
                            "  COMPREPLY=()\n"
                            "  # bash takes --option=value apart at the sign.\n"
                            "  if [[ $word == = ]]; then\n"
                            "    word=\n"
                            "  elif [[ $before == = ]]; then\n"
                            "    before=${COMP_WORDS[COMP_CWORD - 2]}\n"
                            "  fi\n");
  if (program.commands[0].name.empty()) {
    text += BashCommand("  ", program.commands[0]);
  } else {
    text += "  case \" ${COMP_WORDS[*]:1:COMP_CWORD-1} \" in\n";
    for (const Command& command : program.commands) {
      text +=
          Concat("    ' ", command.name, " '*)\n", BashCommand("      ", command), "      ;;\n");
    }
    for (const auto& [before, words] : NextWords(program)) {
      const std::string more = before.empty() ? " -h --help --version" : "";
      text += Concat("    ' ", before, " ')\n",
                     BashOffer("      ", Concat("-W '", Joined(words), more, "'")), "      ;;\n");
    }
    text += "  esac\n";
  }
  return text + Concat("}\ncomplete -o filenames -F _", program.name, " ", program.name, "\n");
}

std::string ZshCompletions(const Program& program) {
  std::string text = Concat("#compdef ", program.name, "\n", Opening(program));
  if (program.commands[0].name.empty()) return text + ZshCommand("", program.commands[0]);
  text += "case \" ${words[2,CURRENT-1]} \" in\n";
  for (const Command& command : program.commands) {
    const size_t count = WordCount(command.name);
    text +=
        Concat("  ' ", command.name, " '*)\n    shift ", count, " words\n    (( CURRENT -= ", count,
               " ))\n", ZshCommand("    ", command), "    ;;\n");
  }
  for (const auto& [before, words] : NextWords(program)) {
    const std::string more = before.empty() ? " -h --help --version" : "";
    text += Concat("  ' ", before, " ')\n    compadd -- ", Joined(words), more, "\n    ;;\n");
  }
  return text + "esac\n";
}

}  // namespace tern::resolver::daemon
