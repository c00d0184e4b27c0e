// Puts together messages for the operator: of pieces of text and numbers, and of what was found in
// a file, made harmless and short.
//
// Thread: any. Never on the hot path.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

namespace tern::resolver {

// Abseil's StrCat takes no std::string_view where Abseil was built for an older C++.
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

// In double quotes, at most 64 octets of it, with escapes for what is not printable ASCII.
std::string Quoted(std::string_view found);

}  // namespace tern::resolver
