// A word of a command line that stands for a server.
//
// Thread: any. Bounded by the word.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"

namespace tern::resolver::tool {

// Its port is 53 when the word has none. An error says in words what was expected.
absl::StatusOr<Endpoint> ReadServerWord(std::string_view word);

}  // namespace tern::resolver::tool
