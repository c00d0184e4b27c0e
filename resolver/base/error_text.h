// Builds messages for the operator from pieces of text and numbers. Text that was found in a file
// is shortened and escaped first.
//
// Thread: any. Never on the hot path.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

namespace tern::resolver {

// Joins the pieces. Abseil's StrCat takes no std::string_view when Abseil was built for an older
// C++.
template <typename... Pieces>
std::string Concat(const Pieces&... pieces) {
  std::string text;
  const auto append = [&text](const auto& piece) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(piece)>>) {
      text += std::to_string(piece);
    } else {
      text += std::string_view(piece);
    }
  };
  (append(pieces), ...);
  return text;
}

// The first 64 octets of `found` in double quotes. Octets that are not printable ASCII are escaped.
std::string Quoted(std::string_view found);

}  // namespace tern::resolver
