// Puts texts and numbers one behind the other. Every room uses it, so it is in the namespace of
// all rooms. (Abseil's StrCat takes no std::string_view where Abseil was built for an older C++.)
//
// Thread: any. Never on the hot path.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

namespace tern {

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

}  // namespace tern
