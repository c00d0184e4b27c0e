// The words of a command for ternd that stand for names and types. They are judged here, so that
// what is wrong with them is wrong usage.
//
// Thread: any. Bounded by the word.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/status/status.h"

namespace tern::resolver::tool {

// Puts the name, or the type, into the request for ternd.
absl::Status FillName(std::string_view word, std::string_view key, nlohmann::ordered_json* request);
// `place` begins the error: that of an option names it.
absl::Status FillType(std::string_view word, std::string_view place,
                      nlohmann::ordered_json* request);

}  // namespace tern::resolver::tool
