// `tern cache look` and `tern cache dump`: what ternd's cache holds.
//
// Thread: any. Bounded by the answers: a dump holds one piece of the cache at a time.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/tool/control_options.h"
#include "resolver/tool/control_text.h"

namespace tern::resolver::tool {

Command CacheLookCommand();
absl::Status FillCacheLook(const CommandWords& read, nlohmann::ordered_json* request);
std::string CacheLookText(const nlohmann::ordered_json& result);

Command CacheDumpCommand();
// How the last line of a whole dump begins.
inline constexpr std::string_view kDumpIsWhole = "; This is whole";

// Asks for the whole cache, piece by piece, and writes its entries: as text, or as a JSON object on
// each line. The last line says that it is whole. Without that line the cache was not dumped to its
// end.
// - `ask` gives the line that ternd answers, as AskControl does.
// - `write` is false when there is no more room. errno says why.
// `text` of the reply is empty.
ControlReply DumpCache(ControlOptions options,
                       const std::function<absl::StatusOr<std::string>(const ControlOptions&)>& ask,
                       const std::function<bool(std::string_view)>& write);

}  // namespace tern::resolver::tool
