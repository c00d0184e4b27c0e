#include "resolver/tool/unbound_file.h"

#include <glob.h>

#include <algorithm>
#include <array>
#include <utility>

#include "resolver/base/error_text.h"
#include "resolver/base/text_file.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

constexpr std::array<std::string_view, 14> kClauses = {
    "server",   "remote-control", "forward-zone", "stub-zone", "auth-zone", "view",  "rpz",
    "dnscrypt", "dnstap",         "python",       "dynlib",    "cachedb",   "ipset", "ipsecmod"};

bool IsClause(std::string_view word) {
  return std::find(kClauses.begin(), kClauses.end(), word) != kClauses.end();
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

absl::Status ErrorAt(const std::string& file, size_t line, std::string_view what) {
  return absl::InvalidArgumentError(Concat(file, ":", std::to_string(line), ": ", what));
}

// A piece of a line. A word in quotes names no option.
struct Word {
  std::string text;
  bool quoted = false;

  bool NamesOption() const { return !quoted && text.size() > 1 && text.back() == ':'; }
};

// Takes the first word off the line. False at its end, or when a quote is not closed: then *text is
// not empty.
bool TakeUnboundWord(std::string_view* text, Word* word) {
  while (!text->empty() && IsSpace(text->front())) text->remove_prefix(1);
  if (text->empty()) return false;
  if (text->front() == '#') {
    *text = {};
    return false;
  }
  const char quote = text->front();
  word->quoted = quote == '"' || quote == '\'';
  if (word->quoted) {
    const size_t end = text->find(quote, 1);
    if (end == std::string_view::npos) return false;
    word->text = text->substr(1, end - 1);
    text->remove_prefix(end + 1);
    return true;
  }
  size_t end = 0;
  while (end < text->size() && !IsSpace((*text)[end]) && (*text)[end] != '"') ++end;
  word->text = text->substr(0, end);
  text->remove_prefix(end);
  return true;
}

// One reading of one text.
class Reading {
 public:
  // `clause` is where the text begins. `*clauses` counts those of all texts.
  Reading(const std::string& file, UnboundClause clause, size_t* clauses,
          std::vector<UnboundOption>* options)
      : file_(file), clause_(std::move(clause)), clauses_(clauses), options_(options) {}

  absl::Status ReadLine(std::string_view line) {
    ++line_;
    Word word;
    while (TakeUnboundWord(&line, &word)) {
      if (word.NamesOption()) {
        word.text.pop_back();
        Begin(word.text);
      } else if (!in_option_) {
        return ErrorAt(file_, line_, Concat("expected an option, found ", Quoted(word.text)));
      } else {
        options_->back().values.push_back(std::move(word.text));
      }
    }
    if (!line.empty()) return ErrorAt(file_, line_, "expected a closing quote");
    return absl::OkStatus();
  }

 private:
  void Begin(const std::string& name) {
    in_option_ = !IsClause(name);
    if (in_option_) {
      options_->push_back({clause_, name, {}, file_, line_});
    } else {
      clause_ = {name, ++*clauses_};
    }
  }

  const std::string& file_;
  UnboundClause clause_;
  size_t* const clauses_;
  std::vector<UnboundOption>* const options_;
  size_t line_ = 0;
  bool in_option_ = false;
};

std::vector<std::string> FilesOf(const std::string& pattern, const std::string& from) {
  const size_t slash = from.rfind('/');
  const bool relative = !pattern.starts_with('/') && slash != std::string::npos;
  const std::string path = relative ? from.substr(0, slash + 1) + pattern : pattern;
  glob_t found = {};
  std::vector<std::string> files;
  if (glob(path.c_str(), 0, nullptr, &found) == 0) {
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return files;
}

absl::Status ReadLines(std::string_view text, Reading reading) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (absl::Status status = reading.ReadLine(text.substr(0, end)); !status.ok()) return status;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return absl::OkStatus();
}

struct Counts {
  size_t clauses = 0;
  size_t files = 0;
};

absl::Status ReadFile(const std::string& path, const UnboundClause& clause, size_t depth,
                      Counts* counts, std::vector<UnboundOption>* options);

// Reads the files that an option `include` names.
absl::Status ReadIncluded(const UnboundOption& include, size_t depth, Counts* counts,
                          std::vector<UnboundOption>* options) {
  const UnboundClause clause = include.name == "include" ? include.clause : UnboundClause();
  for (const std::string& pattern : include.values) {
    const std::vector<std::string> files = FilesOf(pattern, include.file);
    if (files.empty() && pattern.find_first_of("*?[") == std::string::npos) {
      return ErrorAt(include.file, include.line, Concat("no file ", Quoted(pattern)));
    }
    for (const std::string& file : files) {
      absl::Status status = ReadFile(file, clause, depth, counts, options);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status ReadFile(const std::string& path, const UnboundClause& clause, size_t depth,
                      Counts* counts, std::vector<UnboundOption>* options) {
  if (depth > kUnboundIncludesDeep || ++counts->files > kUnboundFilesMax) {
    return absl::ResourceExhaustedError(
        Concat(path, ": too many files that include others; does one include itself?"));
  }
  const auto text = ReadTextFile(path, kUnboundOctetsMax);
  if (!text.ok()) return text.status();
  std::vector<UnboundOption> own;
  absl::Status status = ReadLines(*text, Reading(path, clause, &counts->clauses, &own));
  for (size_t i = 0; status.ok() && i < own.size(); ++i) {
    if (own[i].name == "include" || own[i].name == "include-toplevel") {
      status = ReadIncluded(own[i], depth + 1, counts, options);
    } else {
      options->push_back(std::move(own[i]));
    }
  }
  return status;
}

}  // namespace

absl::StatusOr<std::vector<UnboundOption>> ReadUnboundText(std::string_view text,
                                                           const std::string& file) {
  std::vector<UnboundOption> options;
  size_t clauses = 0;
  const absl::Status status = ReadLines(text, Reading(file, {}, &clauses, &options));
  if (!status.ok()) return status;
  return options;
}

absl::StatusOr<std::vector<UnboundOption>> ReadUnboundFile(const std::string& path) {
  std::vector<UnboundOption> options;
  Counts counts;
  const absl::Status status = ReadFile(path, {}, 0, &counts, &options);
  if (!status.ok()) return status;
  return options;
}

}  // namespace tern::resolver::tool
