// The version of Tern. The build files name the same version (tests/resolver/daemon checks it).
//
// Thread: any; a constant.
#pragma once

#include <string_view>

namespace tern::resolver {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace tern::resolver
