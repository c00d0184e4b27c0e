// Gives one command to a running ternd over its control socket.
//
// Thread: any. It blocks until the timeout at the longest.
// Bounded: one answer of kControlAnswerOctetsMax.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "resolver/tool/control_options.h"

namespace tern::resolver::tool {

inline constexpr size_t kControlAnswerOctetsMax = size_t{16} << 20;
// A reload may read large files.
inline constexpr std::chrono::seconds kControlTimeout(35);

// The line that ternd answers, without its newline. An error says for the user why there is none.
// absl::IsPermissionDenied: this user may not use the socket, and the text says which users may.
absl::StatusOr<std::string> AskControl(const ControlOptions& options,
                                       std::chrono::milliseconds timeout = kControlTimeout);

}  // namespace tern::resolver::tool
