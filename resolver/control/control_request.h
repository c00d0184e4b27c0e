// The lines of the control socket. A request is one JSON object: the verb and its arguments, each a
// text or `true`. An answer is one too: `{"ok":true,"result":...}` or `{"ok":false,"error":"..."}`.
//
//   {"verb":"flush","name":"example.com.","below":true}
//
// Thread: any. Bound: the line.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tern::resolver::control {

struct ControlRequest {
  std::string verb;
  std::map<std::string, std::string, std::less<>> arguments;  // `true` is the text "true"

  bool Has(std::string_view argument) const { return arguments.contains(argument); }
  // Empty when it is missing.
  std::string_view Text(std::string_view argument) const {
    const auto found = arguments.find(argument);
    return found == arguments.end() ? std::string_view() : std::string_view(found->second);
  }
};

// Whatever the line holds, the result is a request or an error for a person.
absl::StatusOr<ControlRequest> ParseControlRequest(std::string_view line);

// The answers' lines, with the newline. `result` is a JSON text on one line.
std::string ResultLine(std::string_view result);
std::string ErrorLine(std::string_view error);

}  // namespace tern::resolver::control
