// Reads the input as a scenario. An error names file and line; what is accepted can be played, and
// nothing is under way after it.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/property.h"
#include "tests/sim/rpl.h"
#include "tests/sim/rpl_player.h"

namespace tern::sim {
namespace {

// What is played: more would be slow, and nothing new.
constexpr size_t kStepsPlayedMax = 24;

void CheckError(std::string_view message, std::string_view text) {
  TERN_FUZZ_PROPERTY(message.starts_with("x.rpl:"));
  size_t at = 6;
  long line = 0;
  for (; at < message.size() && message[at] >= '0' && message[at] <= '9'; ++at) {
    line = line * 10 + (message[at] - '0');
  }
  TERN_FUZZ_PROPERTY(at > 6 && message.substr(at, 1) == ":");
  // No line at all is told as line 0.
  TERN_FUZZ_PROPERTY(line <= 1 + std::count(text.begin(), text.end(), '\n'));
}

void CheckEntry(const RplEntry& entry, int lines) {
  TERN_FUZZ_PROPERTY(entry.line > 0 && entry.line <= lines);
  TERN_FUZZ_PROPERTY(entry.sleep >= Duration(0));
}

void CheckScenario(const Scenario& scenario, int lines) {
  for (const RplRange& range : scenario.ranges) {
    for (const RplEntry& entry : range.entries) CheckEntry(entry, lines);
  }
  for (const RplStep& step : scenario.steps) {
    TERN_FUZZ_PROPERTY(step.line > 0 && step.line <= lines);
    TERN_FUZZ_PROPERTY(step.elapse >= Duration(0));
    if (step.entry) CheckEntry(*step.entry, lines);
  }
}

void Read(std::string_view text) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(text, "x.rpl");
  if (!scenario.ok()) return CheckError(std::string(scenario.status().message()), text);
  CheckScenario(*scenario, 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n')));
  if (scenario->steps.size() > kStepsPlayedMax) return;
  RplPlayer player(*scenario, {.unscripted = Unscripted::kSilence});
  // That the scenario fails is no fault; that something is left at its end is.
  const std::string fault = player.Play();
  TERN_FUZZ_PROPERTY(!fault.starts_with("at the end"));
}

}  // namespace
}  // namespace tern::sim

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  tern::sim::Read({reinterpret_cast<const char*>(octets), size});
  return 0;
}
