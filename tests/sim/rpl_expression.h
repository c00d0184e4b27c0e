// Values in scenarios that are computed while a scenario is played: `${$start + 10}`.
//
//   ${time}                seconds of virtual time
//   $name                  a variable that an ASSIGN step set
//   ${a + b * c}           numbers with + - * / between blanks, from left to right
//   ${range low x high}    x, and an error unless it lies between the two
//
// Thread: any. Bound: kExpansionsMax macros in a text.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tern::sim {

inline constexpr int kExpansionsMax = 100;

// Replaces all macros in the text by their values, the innermost first.
absl::StatusOr<std::string> ExpandExpression(std::string_view text,
                                             const std::map<std::string, std::string>& variables,
                                             double now_seconds);

}  // namespace tern::sim
