// What was found in a file or on the command line, for messages to the operator.
//
// Thread: any. Never on the hot path. Bounded by the pieces.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tern::resolver {

// The first 64 octets of `found` in double quotes. Octets that are not printable ASCII are escaped.
std::string Quoted(std::string_view found);

// `a, b or c`.
std::string WordList(std::span<const std::string_view> words);

}  // namespace tern::resolver
