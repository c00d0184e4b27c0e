// How much a line of the daemon's log matters.
//
// Thread: any; constants.
#pragma once

#include <cstdint>

namespace tern::resolver {

// From the most important one down.
enum class LogLevel : uint8_t { kError, kWarning, kInfo };

}  // namespace tern::resolver
