// Which Tern this is. The builds' project versions say the same (tests/resolver/daemon checks it).
#pragma once

#include <string_view>

namespace tern::resolver {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace tern::resolver
