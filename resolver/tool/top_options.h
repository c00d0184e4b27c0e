// Reads the command line of `tern top`.
//
// Thread: any. Bounded by the length of the command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/tool/control_command.h"
#include "resolver/tool/control_options.h"

namespace tern::resolver::tool {

inline constexpr std::chrono::milliseconds kTopEveryLeast(100);
inline constexpr std::chrono::milliseconds kTopEveryMost = std::chrono::hours(1);

struct TopOptions {
  ControlOptions control;
  std::chrono::milliseconds every{2000};
  std::optional<uint64_t> times;  // without it: see watch_top.h
};

Command TopCommand();

// `command` is that of the table, with the options that all commands for the control socket have.
// An error is one line for the user.
absl::StatusOr<TopOptions> ParseTopOptions(const ControlCommand& command,
                                           std::span<const std::string> words);

}  // namespace tern::resolver::tool
