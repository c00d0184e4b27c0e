#include "tests/sim/rpl_expression.h"

#include <cstdio>
#include <vector>

#include "absl/status/status.h"
#include "tests/sim/words.h"

namespace tern::sim {
namespace {

absl::Status Error(const std::string& what) { return absl::InvalidArgumentError(what); }

std::string NumberToText(double number) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6f", number);
  std::string trimmed = text;
  while (trimmed.back() == '0') trimmed.pop_back();
  if (trimmed.back() == '.') trimmed.pop_back();
  return trimmed;
}

absl::StatusOr<double> ReadOperand(const std::string& word) {
  double number = 0;
  if (!ReadNumber(std::string_view(word), &number)) return Error("expected a number, got " + word);
  return number;
}

absl::StatusOr<std::string> Compute(const std::vector<std::string>& words) {
  absl::StatusOr<double> value = ReadOperand(words[0]);
  if (words.size() % 2 == 0) return Error("expected a number behind " + words.back());
  for (size_t i = 1; value.ok() && i < words.size(); i += 2) {
    const absl::StatusOr<double> operand = ReadOperand(words[i + 1]);
    if (!operand.ok()) return operand.status();
    if (words[i] == "+") {
      *value += *operand;
    } else if (words[i] == "-") {
      *value -= *operand;
    } else if (words[i] == "*") {
      *value *= *operand;
    } else if (words[i] == "/" && *operand != 0) {
      *value /= *operand;
    } else {
      return Error("cannot compute " + words[i] + " " + words[i + 1]);
    }
  }
  if (!value.ok()) return value.status();
  return NumberToText(*value);
}

absl::StatusOr<std::string> ExpandOne(std::string_view macro,
                                      const std::map<std::string, std::string>& variables,
                                      double now_seconds) {
  std::vector<std::string> words = SplitWords(macro);
  for (std::string& word : words) {
    if (!word.starts_with('$')) continue;
    const auto found = variables.find(word.substr(1));
    if (found == variables.end()) return Error("no variable " + word);
    word = found->second;
  }
  if (words.empty()) return std::string();
  if (words[0] == "time" && words.size() == 1) return NumberToText(now_seconds);
  if (words[0] == "range") {
    if (words.size() != 4) return Error("expected range low value high");
    const absl::StatusOr<double> low = ReadOperand(words[1]);
    const absl::StatusOr<double> value = ReadOperand(words[2]);
    const absl::StatusOr<double> high = ReadOperand(words[3]);
    for (const absl::StatusOr<double>* operand : {&low, &value, &high}) {
      if (!operand->ok()) return operand->status();
    }
    if (*value < *low || *value > *high) {
      return Error(words[2] + " is not between " + words[1] + " and " + words[3]);
    }
    return words[2];
  }
  const auto found = variables.find(words[0]);
  if (words.size() == 1 && found != variables.end()) return found->second;
  return Compute(words);
}

}  // namespace

absl::StatusOr<std::string> ExpandExpression(std::string_view text,
                                             const std::map<std::string, std::string>& variables,
                                             double now_seconds) {
  std::string expanded(Trim(text));
  for (int i = 0; i < kExpansionsMax; ++i) {
    const size_t begin = expanded.rfind("${");
    if (begin == std::string::npos) {
      if (!expanded.starts_with('$')) return expanded;
      return ExpandOne(expanded, variables, now_seconds);
    }
    const size_t end = expanded.find('}', begin);
    if (end == std::string::npos) return Error("${ without }");
    const absl::StatusOr<std::string> value = ExpandOne(
        std::string_view(expanded).substr(begin + 2, end - begin - 2), variables, now_seconds);
    if (!value.ok()) return value.status();
    expanded.replace(begin, end + 1 - begin, *value);
  }
  return Error("too many macros");
}

}  // namespace tern::sim
