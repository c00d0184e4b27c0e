// `tern config check`: what ternd says of a configuration file. It needs no running ternd: it runs
// `ternd --check`, because only ternd knows the keys.
//
// Thread: any. It waits for that program. Bounded by kCheckOctetsMax of what the program says.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"

namespace tern::resolver::tool {

inline constexpr size_t kCheckOctetsMax = size_t{1} << 20;

// As those of commands that a running ternd gets (control_text.h).
enum class CheckExit : int {
  kGood = 0,
  kUsage = 2,
  kMistakes = 3,
  kNoProgram = 4,  // there is no ternd that could be run
};

struct CheckOptions {
  std::string file = "/etc/tern/tern.yaml";
  bool json = false;
  bool help = false;
};

struct CheckReport {
  CheckExit exit = CheckExit::kNoProgram;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

Command ConfigCheckCommand();
// `words` follow the command's name. An error is one line for the user.
absl::StatusOr<CheckOptions> ParseCheckOptions(std::span<const std::string> words);

// Where ternd may be: beside this program, whose folder is `own_folder`, in `sbin` beside that
// folder, or where packages put it. In the order in which they are tried.
std::vector<std::string> PlacesOfTernd(std::string_view own_folder);

// Runs the first of the programs that is there.
CheckReport CheckConfiguration(const std::vector<std::string>& programs, const std::string& file);

// What ternd wrote to stderr, and how it ended.
CheckReport ReadCheck(std::string_view log, int exit_code);

std::string CheckText(const CheckOptions& options, const CheckReport& report);
// {"ok":false,"result":{"file":"...","errors":["..."],"warnings":[]}}
std::string CheckJson(const CheckOptions& options, const CheckReport& report);

}  // namespace tern::resolver::tool
