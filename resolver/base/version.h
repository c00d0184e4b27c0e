// The version of Tern. The build files name the same version (tests/resolver/daemon checks it).
//
// Thread: any; a constant.
#pragma once

#include <cstdint>
#include <string_view>

namespace tern::resolver {

inline constexpr std::string_view kVersion = "0.1.0";
// Unix time of this version: 28 November 2026. A clock that shows an earlier time is wrong. It is
// no time of the build, so that equal sources make equal programs.
inline constexpr int64_t kReleasedSeconds = 1'795'824'000;

}  // namespace tern::resolver
