// Plays scenario files against the resolver in the simulated world.
//   scenario_runner [--seed N] [--unscripted servfail|silence] [--minimisation off|relaxed|strict]
//                   [--trace] [--parse-only] FILE...
// Without --minimisation, a scenario that does not fix it is played off, relaxed and strict.
// --without-strict leaves out the last one, which does not work with servers that deny parts of
// names.
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/rpl.h"
#include "tests/sim/rpl_player.h"
#include "tests/sim/words.h"

namespace tern::sim {
namespace {

using resolver::QnameMinimisation;

struct Arguments {
  PlayOptions play;
  std::optional<QnameMinimisation> minimisation;
  bool trace = false;
  bool parse_only = false;
  bool strict_too = true;
  std::vector<std::string> files;
};

std::optional<QnameMinimisation> ReadMinimisation(std::string_view word) {
  if (word == "off") return QnameMinimisation::kOff;
  if (word == "relaxed") return QnameMinimisation::kRelaxed;
  if (word == "strict") return QnameMinimisation::kStrict;
  return std::nullopt;
}

const char* ToText(QnameMinimisation minimisation) {
  switch (minimisation) {
    case QnameMinimisation::kOff:
      return "off";
    case QnameMinimisation::kRelaxed:
      return "relaxed";
    case QnameMinimisation::kStrict:
      return "strict";
  }
  return "?";
}

bool ReadArguments(int argc, char** argv, Arguments* arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--trace") {
      arguments->trace = true;
    } else if (word == "--parse-only") {
      arguments->parse_only = true;
    } else if (word == "--without-strict") {
      arguments->strict_too = false;
    } else if (word == "--seed") {
      if (!ReadNumber(value, &arguments->play.seed)) return false;
      ++i;
    } else if (word == "--unscripted") {
      if (value != "servfail" && value != "silence") return false;
      arguments->play.unscripted =
          value == "silence" ? Unscripted::kSilence : Unscripted::kServFail;
      ++i;
    } else if (word == "--minimisation") {
      arguments->minimisation = ReadMinimisation(value);
      if (!arguments->minimisation) return false;
      ++i;
    } else if (word.starts_with("--")) {
      return false;
    } else {
      arguments->files.emplace_back(word);
    }
  }
  return !arguments->files.empty();
}

bool PlayOnce(const std::string& file, const Scenario& scenario, const PlayOptions& options,
              bool trace) {
  RplPlayer player(scenario, options);
  const std::string fault = player.Play();
  const QnameMinimisation minimisation =
      scenario.config.qname_minimisation.value_or(options.qname_minimisation);
  std::printf("%s %s (minimisation %s, seed %llu)\n", fault.empty() ? "ok  " : "FAIL", file.c_str(),
              ToText(minimisation), static_cast<unsigned long long>(options.seed));
  if (!fault.empty()) std::printf("%s\n", fault.c_str());
  if (!fault.empty() || trace) std::printf("--- trace\n%s\n", player.Trace().c_str());
  return fault.empty();
}

bool PlayFile(const std::string& file, const Arguments& arguments) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) {
    std::printf("FAIL %s: cannot be read\n", file.c_str());
    return false;
  }
  const absl::StatusOr<Scenario> scenario = ParseScenario(text.str(), file);
  if (!scenario.ok()) {
    std::printf("FAIL %s\n", scenario.status().ToString().c_str());
    return false;
  }
  if (arguments.parse_only) return true;
  std::vector<QnameMinimisation> variants = {QnameMinimisation::kOff, QnameMinimisation::kRelaxed};
  if (arguments.strict_too) variants.push_back(QnameMinimisation::kStrict);
  if (arguments.minimisation) {
    variants = {*arguments.minimisation};
  } else if (scenario->config.qname_minimisation) {
    variants = {*scenario->config.qname_minimisation};
  }
  bool all_passed = true;
  for (const QnameMinimisation variant : variants) {
    PlayOptions options = arguments.play;
    options.qname_minimisation = variant;
    all_passed = PlayOnce(file, *scenario, options, arguments.trace) && all_passed;
  }
  return all_passed;
}

}  // namespace
}  // namespace tern::sim

int main(int argc, char** argv) {
  tern::sim::Arguments arguments;
  if (!tern::sim::ReadArguments(argc, argv, &arguments)) {
    std::fprintf(stderr,
                 "usage: %s [--seed N] [--unscripted servfail|silence]\n"
                 "       [--minimisation off|relaxed|strict] [--without-strict]\n"
                 "       [--trace] [--parse-only] FILE...\n",
                 argv[0]);
    return 2;
  }
  int failed = 0;
  for (const std::string& file : arguments.files) {
    if (!tern::sim::PlayFile(file, arguments)) ++failed;
  }
  if (failed != 0) std::printf("%d of %zu scenarios failed\n", failed, arguments.files.size());
  return failed == 0 ? 0 : 1;
}
