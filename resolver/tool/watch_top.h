// `tern top`: looks at a running ternd again and again, and shows what it does.
//
// Thread: one. Bounded by two looks.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/tool/control_text.h"
#include "resolver/tool/terminal.h"
#include "resolver/tool/top_options.h"

namespace tern::resolver::tool {

// While it waits for an answer, a terminal takes neither keys nor signals.
inline constexpr std::chrono::seconds kWatchTimeout(3);

// Gives the line that ternd answers, as AskControl does.
using AskTop = std::function<absl::StatusOr<std::string>(const ControlOptions& options)>;

// Draws on a terminal until the user ends it, or until the last screen of --times. If ternd does
// not answer the first look, that is the end, and nothing is drawn. Later it is asked again and
// again. A signal that ends programs ends this one, with the terminal as it was before.
ControlReply WatchTop(const TopOptions& options, const AskTop& ask, const TerminalPlace& place);

// Writes as many screens as --times says, by default one, without escape codes. Each is of a look
// of its own and of the look before. With --json it writes the answers instead, a line for each.
// - `write` is false when there is no more room.
// - `pause` waits until it is time for the next look.
// `text` and `json` of the reply are empty.
ControlReply PrintTop(const TopOptions& options, const AskTop& ask,
                      const std::function<bool(std::string_view)>& write,
                      const std::function<void()>& pause);

}  // namespace tern::resolver::tool
